"""The use of blueprints, counted by hand and by the program."""

from __future__ import annotations

from agent_tui.blueprints.stats import Use, stats
from agent_tui.domain.effects import Event
from tests import eg
from tests.unit.blueprints.walks import read

CARD = read("card_loss")
EXPECTED = {node.id: node.expect_s for node in CARD.nodes}


def walk(nodes: str, contact: str = "k1", agent: str = "a1", **data: object) -> Event:
    given = {
        "blueprint": "card_loss",
        "number": 1,
        "language": "zh",
        "seconds": 30.0,
        "ended": nodes.endswith("ended"),
        "draft": False,
        "deviations": nodes.count("deviate"),
        "missed": "",
        "nodes": nodes,
    }
    return Event(name="BlueprintWalked", at=eg.NOW, contact_id=contact, agent_id=agent, data={**given, **data})  # type: ignore[dict-item]


def only(*events: Event) -> Use:
    (use,) = stats(events, {"card_loss@1": CARD})
    return use


def test_use_drop_off_deviations_and_time_are_counted() -> None:
    use = only(
        walk("calm/6/advance what/10/advance end_kept/1/ended", "k1", seconds=17.0),
        walk("calm/8/advance what/30/stopped", "k2", "a2", seconds=38.0),
        walk("calm/4/deviate what/20/stopped", "k3", seconds=24.0, missed="warn warn2"),
    )
    assert (use.walks, use.ended, use.contacts, use.agents) == (3, 1, 3, 2)
    assert (use.deviations, use.missed, use.seconds) == (1, 2, 24.0)
    assert use.expected == EXPECTED["calm"] + EXPECTED["what"]
    calm, what, _ = use.nodes
    assert (calm.node, calm.seen, calm.stopped, calm.strayed, calm.seconds) == ("calm", 3, 0, 1, 6.0)
    assert (what.seen, what.stopped, what.seconds, what.expected) == (3, 2, 20.0, EXPECTED["what"])
    assert round(what.drop_off, 3) == 0.667


def test_drafts_are_not_counted_and_other_events_are_none() -> None:
    assert stats([walk("calm/1/stopped", draft=True), Event(name="NoteAdded", at=eg.NOW)], {}) == ()


def test_a_version_that_is_not_known_is_counted_without_expectation() -> None:
    (use,) = stats([walk("calm/6/stopped", number=9)], {"card_loss@1": CARD})
    assert use.blueprint == "card_loss@9" and use.expected is None and use.nodes[0].expected is None
