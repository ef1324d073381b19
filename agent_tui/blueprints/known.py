"""What the linter must be told of the centre, and what each action asks of the caller's verification."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from agent_tui.domain.centre import Category, Group

ACTION_NEEDS: Mapping[str, str] = {
    "query_balance": "basic",
    "reveal_field": "basic",
    "resend_statement": "basic",
    "waive_fee": "basic",
    "grant_goodwill": "basic",
    "dispute_transaction": "basic",
    "unlock_terminal": "basic",
    "raise_temporary_limit": "full",
    "unblock_card": "full",
    "change_mobile": "full",
    "release_settlement": "full",
}
"""Degree to which a blueprint must verify the caller before an action; the policy decides again at commit.
Blocking a card is not among them: a loss is stopped first and asked about afterwards."""


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """Ids of one centre. None means: not known here, do not judge."""

    groups: frozenset[str] | None = None
    """Skill groups, which contacts can be transferred to."""
    departments: frozenset[str] | None = None
    """Departments, which receive work orders."""
    categories: Mapping[str, tuple[str, ...]] | None = None
    """Category → its results."""
    commands: frozenset[str] | None = None
    """Ids of desk commands."""


def of_centre(
    groups: Iterable[Group], categories: Iterable[Category], commands: Iterable[str] | None = None
) -> Known:
    """What is known of a centre."""
    parties = tuple(groups)
    return Known(
        groups=frozenset(group.id for group in parties if group.kind == "skill"),
        departments=frozenset(group.id for group in parties if group.kind == "department"),
        categories={category.id: category.results for category in categories},
        commands=None if commands is None else frozenset(commands),
    )
