"""Read models of lent authority: the question whether something is mine to do under a delegation, and its answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from agent_tui.desk.query import Query

if TYPE_CHECKING:  # made, never decoded
    from agent_tui.domain.approval import Delegation
    from agent_tui.policy.decision import Decision


class LentFor(Query["Lent | None"], frozen=True, kw_only=True):
    """The delegation under which I could do alone what is not mine to do. Fields as of `Door.may`."""

    action: str
    customer_id: str | None = None
    contact_id: str | None = None
    product_id: str | None = None
    ticket_id: str | None = None
    amount_minor: int | None = None
    reason: str = ""


class Lendable(Query["dict[str, int | None]"], frozen=True, kw_only=True):
    """Of each of these actions that carries an amount, the most that I may lend, minor units; None where no sum is named.
    Actions that nothing is known of are left out."""

    actions: tuple[str, ...]


class Lent(msgspec.Struct, frozen=True, kw_only=True):
    """A delegation under which something is mine to do, and what the policy says of it then."""

    delegation: Delegation
    decision: Decision
    most_minor: int | None = None
    """The most at once under it, minor units; None where no sum is named."""
