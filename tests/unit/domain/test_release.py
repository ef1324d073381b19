"""Blueprints: numbers only rise, author and releaser are two people, what ended does not come back."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_tui import ids
from agent_tui.domain import commands as c
from agent_tui.domain.apply import apply
from agent_tui.domain.centre import Bundle
from agent_tui.domain.effects import Actor, Effects, Refusal
from agent_tui.domain.release import Release, ReleaseState
from agent_tui.domain.release_rules import IN_USE, PROPOSAL, RETIRED
from agent_tui.domain.rows import scopes
from agent_tui.domain.walk_rules import facts
from tests import eg

PEOPLE = ("w1", "w2", "w3")
ID, BUNDLE = "card_loss@2", "blueprint:card_loss@2"


def desk() -> eg.Rows:
    return eg.Rows(*(eg.agent(id, level=4) for id in PEOPLE))


def do(rows: eg.Rows, who: str, command: c.Command) -> Refusal | None:
    """Applied to the rows, or the refusal."""
    found = apply(command, Actor(kind="agent", id=who), rows, eg.NOW, ids.uuid7)
    if isinstance(found, Effects):
        rows.keep(*found.puts)
        return None
    return found


def propose(rows: eg.Rows, who: str = "w1", **fields: Any) -> Refusal | None:
    return do(rows, who, c.ProposeBlueprint(source="", proposal=eg.proposal(**fields)))


def release(rows: eg.Rows, who: str = "w2", digest: str = "sha-256:2") -> Refusal | None:
    return do(rows, who, c.ReleaseBlueprint(release_id=ID, digest=digest))


def retire(rows: eg.Rows, who: str = "w2", reason: str = "口径有误") -> Refusal | None:
    return do(rows, who, c.RetireBlueprint(release_id=ID, reason=reason))


def row(rows: eg.Rows) -> Release:
    found = rows.get(Release, ID)
    assert found is not None
    return found


def bundle(rows: eg.Rows) -> Bundle:
    found = rows.get(Bundle, BUNDLE)
    assert found is not None
    return found


def test_from_proposal_to_release_to_retirement() -> None:
    rows = desk()
    assert propose(rows) is None
    assert (row(rows).state, bundle(rows).kind) == (ReleaseState.PROPOSED, PROPOSAL)
    assert release(rows) is None
    assert (row(rows).state, row(rows).releaser_id, bundle(rows).kind) == (ReleaseState.RELEASED, "w2", IN_USE)
    assert retire(rows) is None
    assert (row(rows).state, row(rows).reason, bundle(rows).kind) == (ReleaseState.RETIRED, "口径有误", RETIRED)


def test_a_proposal_is_on_no_desk() -> None:
    rows = desk()
    propose(rows)
    assert scopes(bundle(rows)) == frozenset()
    release(rows)
    assert scopes(bundle(rows)) == {"staff"}


@given(author=st.sampled_from(PEOPLE), releaser=st.sampled_from(PEOPLE))
def test_nobody_releases_what_they_wrote(author: str, releaser: str) -> None:
    rows = desk()
    assert propose(rows, author) is None
    refused = release(rows, releaser)
    if author == releaser:
        assert refused is not None and refused.key == "release.refusal.own_proposal"
        assert row(rows).state is ReleaseState.PROPOSED
    else:
        assert refused is None


def test_what_is_released_is_what_was_read() -> None:
    rows = desk()
    propose(rows)
    refused = release(rows, digest="sha-256:another")
    assert refused is not None and refused.key.endswith("other_wording") and refused.conflict


def test_what_is_over_before_it_begins_is_not_released() -> None:
    rows = desk()
    propose(rows, ends=eg.NOW)
    refused = release(rows)
    assert refused is not None and refused.key.endswith("over")


@pytest.mark.parametrize("number", [1, 2])
def test_numbers_of_a_blueprint_only_rise(number: int) -> None:
    rows = desk()
    propose(rows)
    refused = propose(rows, number=number)
    assert refused is not None and refused.args == {"blueprint": "card_loss", "number": number, "next": 3}
    assert propose(rows, number=3) is None
    assert propose(rows, blueprint="dispute", number=1) is None


def test_a_version_holds_until_a_later_one_begins_and_again_when_that_is_retired() -> None:
    rows = desk()
    propose(rows, ends=eg.at(900))
    release(rows)
    propose(rows, number=3, begins=eg.at(100), ends=eg.at(900))
    assert do(rows, "w2", c.ReleaseBlueprint(release_id="card_loss@3", digest="sha-256:3")) is None
    assert (bundle(rows).kind, bundle(rows).effective_to) == (IN_USE, eg.at(100))
    assert do(rows, "w2", c.RetireBlueprint(release_id="card_loss@3", reason="有误")) is None
    assert (bundle(rows).kind, bundle(rows).effective_to) == (IN_USE, eg.at(900))


def test_a_client_that_brings_its_own_reading_brings_nothing() -> None:
    """The server puts there what it read itself; a command without it is no proposal."""
    refused = do(desk(), "w1", c.ProposeBlueprint(source="blueprint: x"))
    assert refused is not None and refused.key.endswith("unread")


def test_what_ended_does_not_come_back_and_each_end_has_its_reason() -> None:
    rows = desk()
    propose(rows)
    assert retire(rows, reason=" ") is not None
    assert retire(rows, "w1") is None
    assert bundle(rows).kind == PROPOSAL
    for again in (release(rows), retire(rows)):
        assert again is not None and again.key.endswith("is_retired") and again.conflict


# ---- walks -------------------------------------------------------------------------------------------------------


def had(**fields: Any) -> eg.Rows:
    return eg.Rows(eg.contact(answered_by=("w1",), **fields), *(eg.agent(id) for id in PEOPLE))


def record(rows: eg.Rows, who: str = "w1", **fields: Any) -> Effects | Refusal:
    command = c.RecordWalk(contact_id="k1", walk=eg.walk(**fields))
    return apply(command, Actor(kind="agent", id=who), rows, eg.NOW, ids.uuid7)


def test_the_first_walk_pins_the_contact_and_a_draft_never_does() -> None:
    rows = had()
    for blueprint, draft, pinned in (
        ("x@9", True, None),
        ("card_loss@1", False, "card_loss@1"),
        ("y@2", False, None),
    ):
        found = record(rows, blueprint=blueprint, draft=draft)
        assert isinstance(found, Effects)
        assert [getattr(put, "blueprint", None) for put in found.puts] == ([pinned] if pinned else [])
        rows.keep(*found.puts)


def test_a_walk_is_recorded_by_who_had_the_contact_only() -> None:
    assert isinstance(record(had()), Effects)
    refused = record(had(), "w2")
    assert isinstance(refused, Refusal) and refused.key == "domain.not_your_contact"


def test_the_event_counts_nodes_and_seconds_and_repeats_no_word() -> None:
    walk = msgspec.structs.replace(
        eg.walk(), seen=tuple(msgspec.structs.replace(s, said={"answer.x": "张三"}) for s in eg.walk().seen)
    )
    told = facts(walk)
    assert told["nodes"] == "calm/4/advance what/5/stopped" and told["number"] == 1
    assert "张三" not in str(told)


@pytest.mark.parametrize(
    "fields",
    [
        {"seen": ()},
        {"seen": eg.walk().seen * 300},
        {"seen": (msgspec.structs.replace(eg.walk().seen[0], move="fly"),)},
    ],
)
def test_a_record_that_is_none_is_refused(fields: dict[str, Any]) -> None:
    assert isinstance(record(had(), **fields), Refusal)
