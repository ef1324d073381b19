"""What the events of a contact and of an agent mean for the indicators."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from agent_tui.domain.effects import Event
from agent_tui.metrics.facts import AgentSpan, ContactFact
from agent_tui.metrics.fold import fold, fold_tickets
from tests.eg import NOW, at

LATER = at(3600)


def event(name: str, seconds: float, **fields: object) -> Event:
    given_: dict[str, object] = {"contact_id": "k1", "group": "cards", "channel": "phone"}
    return Event(name=name, at=at(seconds), **{**given_, **fields})  # type: ignore[arg-type]


CALL = [
    event("ContactOffered", 0, customer_id="c1", data={"tier": "vip", "category": "card_loss"}),
    event("ContactQueued", 1),
    event("ContactDelivered", 10, agent_id="a1"),
    event("ContactEstablished", 13, agent_id="a1"),
    event("ContactHeld", 43, agent_id="a1"),
    event("ContactRetrieved", 63, agent_id="a1"),
    event("ContactCleared", 103, agent_id="a1"),
    event("ContactClosed", 123, agent_id="a1", data={"category": "card_loss", "result": "answered"}),
    event("SatisfactionRecorded", 130, data={"score": 5}),
]


def only(events: list[Event], until: object = LATER) -> ContactFact:
    contacts, _ = fold(events, until)  # type: ignore[arg-type]
    assert len(contacts) == 1
    return contacts[0]


def test_a_call_from_first_ring_to_closed_wrap_up() -> None:
    fact = only(CALL)
    assert (fact.wait_s, fact.talk_s, fact.hold_s, fact.wrap_s) == (12, 70, 20, 20)
    assert (fact.agent_id, fact.customer_id, fact.tier, fact.category) == ("a1", "c1", "vip", "card_loss")
    assert (fact.result, fact.satisfaction) == ("answered", 5)
    assert fact.abandoned_at is None
    assert fact.closed_at == at(123)


def test_facts_stand_as_they_stood_at_the_moment_asked_for() -> None:
    fact = only(CALL, at(53))
    assert (fact.talk_s, fact.hold_s, fact.wrap_s, fact.closed_at) == (30, 10, 0, None)
    waiting = only(CALL, at(8))
    assert (waiting.answered_at, waiting.wait_s) == (None, 7)


def test_hanging_up_in_the_queue_is_an_abandonment() -> None:
    fact = only([*CALL[:3], event("ContactAbandoned", 31)])
    assert fact.abandoned_at == at(31)
    assert fact.wait_s == 30


def test_hanging_up_while_waiting_for_a_second_agent_is_none() -> None:
    moved = [
        event("ContactTransferred", 50, agent_id="a1", group="disputes"),
        event("ContactQueued", 50, group="disputes"),
    ]
    fact = only([*CALL[:4], *moved, event("ContactAbandoned", 90, group="disputes")])
    assert fact.abandoned_at is None
    assert fact.wait_s == 12
    assert fact.closed_at == at(90)


def test_each_agent_of_a_handed_over_contact_has_a_part() -> None:
    moved = [
        event("ContactTransferred", 43, agent_id="a1", group="disputes"),
        event("ContactQueued", 43, group="disputes"),
        event("ContactEstablished", 60, agent_id="a2", group="disputes"),
        event("ContactCleared", 100, agent_id="a2", group="disputes"),
        event("ContactClosed", 110, agent_id="a2", group="disputes"),
    ]
    fact = only([*CALL[:4], *moved])
    assert [(leg.agent_id, leg.group, leg.talk_s, leg.wrap_s) for leg in fact.legs] == [
        ("a1", "cards", 30, 0),
        ("a2", "disputes", 40, 10),
    ]
    assert (fact.group, fact.first_group, fact.transfers, fact.talk_s) == ("cards", "cards", 1, 70)


def test_not_answering_leaves_the_customer_waiting_from_the_first_moment_on() -> None:
    fact = only(
        [
            *CALL[:3],
            event("ContactDiverted", 12),
            event("ContactQueued", 12),
            event("ContactEstablished", 21, agent_id="a2"),
        ]
    )
    assert (fact.wait_s, fact.diverted) == (20, 1)


def test_a_contact_that_came_before_the_events_is_left_out() -> None:
    assert fold(CALL[3:], LATER)[0] == ()


def change(agent: str, seconds: float, state: str, reason: str | None = None) -> Event:
    return Event(name="AgentStateChanged", at=at(seconds), agent_id=agent, data={"to": state, "reason": reason})


def test_spans_run_from_change_to_change_and_end_where_the_facts_end() -> None:
    changes = [change("a1", 0, "ready"), change("a1", 60, "not_ready", "meal"), change("a1", 90, "logged_off")]
    _, spans = fold([*changes, change("a2", 100, "ready")], at(130))
    assert spans == (
        AgentSpan(agent_id="a1", state="ready", reason=None, start=at(0), end=at(60)),
        AgentSpan(agent_id="a1", state="not_ready", reason="meal", start=at(60), end=at(90)),
        AgentSpan(agent_id="a2", state="ready", reason=None, start=at(100), end=at(130)),
    )


def test_who_was_there_before_the_events_began_is_there_from_their_beginning() -> None:
    moved = change("a1", 60, "not_ready", "meal")
    came_from_ready = Event(name=moved.name, at=moved.at, agent_id="a1", data={**moved.data, "from": "ready"})
    came_in = Event(name=moved.name, at=at(70), agent_id="a2", data={"from": "logged_off", "to": "ready"})
    _, spans = fold([came_from_ready, came_in], at(90), since=NOW)
    assert [(span.agent_id, span.state, span.start) for span in spans] == [
        ("a1", "ready", NOW),
        ("a1", "not_ready", at(60)),
        ("a2", "ready", at(70)),
    ]


def test_of_two_changes_at_one_moment_the_later_in_the_ledger_holds() -> None:
    _, spans = fold([change("a1", 0, "ready"), change("a1", 0, "reserved")], at(10))
    assert [span.state for span in spans] == ["reserved"]


@given(st.permutations(CALL))
def test_the_order_in_which_events_come_is_irrelevant(shuffled: list[Event]) -> None:
    assert fold(shuffled, LATER) == fold(CALL, LATER)


@given(st.permutations(range(2 * len(CALL))))
def test_contacts_may_be_mixed_at_will(order: list[int]) -> None:
    other = [event(e.name, (e.at - NOW) / timedelta(seconds=1), contact_id="k2", agent_id=e.agent_id) for e in CALL]
    both = [*CALL, *other]
    assert fold([both[n] for n in order], LATER) == fold(both, LATER)


def test_a_ticket_keeps_the_moments_its_clocks_ask_for() -> None:
    opened = event("TicketOpened", 0, data={"ticket": "t1", "kind": "work_order", "due_s": 600.0})
    moved = [
        event("TicketMoved", s, data={"ticket": "t1", "to": to})
        for s, to in [(5, "in_progress"), (300, "answered"), (900, "closed")]
    ]
    (fact,) = fold_tickets([opened, *moved], LATER)
    assert (fact.opened_at, fact.due_at, fact.answered_at, fact.closed_at) == (at(0), at(600), at(300), at(900))
