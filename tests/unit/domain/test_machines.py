"""The two machines, every state against every input: a legal move, or a refusal, or nothing. Never anything else."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from agent_tui.domain import commands as c
from agent_tui.domain.agent import AgentState
from agent_tui.domain.agent_rules import AGENT_MOVES
from agent_tui.domain.apply import ALSO_SYSTEM, RULES, actors, apply
from agent_tui.domain.contact import Channel, Consult, Contact, ContactState, Priority, Verified
from agent_tui.domain.contact_rules import ASKS, CONTACT_MOVES
from agent_tui.domain.customer import Secret
from agent_tui.domain.effects import Actor, Effects, Refusal
from agent_tui.domain.hand_over import HandOver
from agent_tui.domain.review import Finding
from agent_tui.domain.ticket_commands import AssignTicket, ReturnTicket
from tests import eg
from tests.unit.domain.floor import Floor, person

EVENTS = [
    "Established",
    "Held",
    "Retrieved",
    "Diverted",
    "Transferred",
    "Conferenced",
    "Failed",
    "ConnectionCleared",
    "CallCleared",
    "Delivered",
    "Unheard",
]

COMMANDS: dict[type[c.Command], c.Command] = {
    type(command): command
    for command in (
        c.SetAgentState(state="not_ready", reason="break"),
        c.RecallFromBreak(),
        c.AcceptContact(contact_id="k1"),
        c.HoldContact(contact_id="k1"),
        c.RetrieveContact(contact_id="k1"),
        c.ConsultContact(contact_id="k1", to_kind="agent", to_id="a2"),
        c.EndConsult(contact_id="k1"),
        c.TransferContact(contact_id="k1", to_kind="group", to_id="disputes"),
        c.ClearContact(contact_id="k1"),
        c.SendMessage(contact_id="k1", text="您好"),
        c.CorrectGroup(contact_id="k1", group="disputes"),
        c.VerifyCaller(contact_id="k1", degree=Verified.BASIC, checks=("id_tail",)),
        c.WrapUpContact(contact_id="k1", category="card_loss", result="answered"),
        c.AddNote(text="已核对", contact_id="k1"),
        c.RevealField(customer_id="c1", field=Secret.PHONE, purpose="回呼", contact_id="k1"),
        c.PerformAction(action="block_card", customer_id="c1", contact_id="k1", product_id="c1-card"),
        c.RaiseWorkOrder(group="disputes", title="核实", text="", contact_id="k1"),
        HandOver(title="减免费用", text="超出额度"),
        c.MoveTicket(ticket_id="t1", state="in_progress"),
        AssignTicket(ticket_id="t1", assignee_id="a1"),
        ReturnTicket(ticket_id="t1", handler_id="a1"),
        c.SendNotice(text="请注意"),
        c.RecordFinding(review_id="r1", finding=Finding.NONE),
        c.FollowFinding(review_id="r1", text="已辅导"),
        c.CloseFinding(review_id="r1"),
        c.AnswerFinding(review_id="r1", text="知道了"),
        c.PublishBulletin(
            bulletin_id="fees-2026",
            department="disputes",
            pages={"zh": eg.page()},
            valid_from=eg.NOW,
            valid_to=eg.at(60),
        ),
        c.WithdrawBulletin(bulletin_id="fees-2026", reason="改版"),
        c.ReadBulletin(bulletin_id="fees-2026", revision=1),
        c.PublishArticle(
            article_id="annual-fee",
            department="disputes",
            pages={"zh": eg.page()},
            people=(),
            valid_from=eg.NOW,
            valid_to=eg.at(60),
        ),
        c.RetireArticle(article_id="annual-fee", reason="改版"),
        c.AskAboutArticle(article_id="annual-fee", text="附属卡也免吗"),
        c.RecordWalk(contact_id="k1", walk=eg.walk()),
        c.ProposeBlueprint(source="", proposal=eg.proposal()),
        c.ReleaseBlueprint(release_id="card_loss@2", digest="sha-256:2"),
        c.RetireBlueprint(release_id="card_loss@2", reason="改版"),
        c.OfferNew(contact_id="k9", channel=Channel.PHONE, priority=Priority.NORMAL),
        c.ReportEvent(contact_id="k1", event="Held", party="agent", agent_id="a1"),
        c.ReceiveMessage(contact_id="k1", text="你好"),
        c.RecordSatisfaction(contact_id="k1", score=5),
        c.OfferToAgent(contact_id="k1", agent_id="a2"),
        c.TakeBackOffer(contact_id="k1", agent_id="a1"),
        c.OverflowContact(contact_id="k1", groups=("disputes",)),
    )
}

CONTACT_STATES_FOR: dict[type[c.Command], set[ContactState]] = {
    c.AcceptContact: {ContactState.ALERTING},
    c.HoldContact: {ContactState.CONNECTED},
    c.RetrieveContact: {ContactState.HOLD},
    c.ConsultContact: {ContactState.CONNECTED, ContactState.HOLD},
    c.EndConsult: set(),
    c.TransferContact: {ContactState.CONNECTED, ContactState.HOLD},
    c.ClearContact: {ContactState.CONNECTED, ContactState.HOLD},
    c.SendMessage: {ContactState.CONNECTED, ContactState.HOLD},
    c.VerifyCaller: {ContactState.CONNECTED, ContactState.HOLD, ContactState.WRAP_UP},
    c.WrapUpContact: {ContactState.WRAP_UP},
    c.RevealField: {ContactState.CONNECTED, ContactState.HOLD, ContactState.WRAP_UP},
    c.PerformAction: {ContactState.CONNECTED, ContactState.HOLD, ContactState.WRAP_UP},
    c.OfferToAgent: {ContactState.QUEUED},
    c.TakeBackOffer: {ContactState.ALERTING},
    c.OverflowContact: {ContactState.QUEUED},
    c.CorrectGroup: {
        ContactState.QUEUED,
        ContactState.ALERTING,
        ContactState.CONNECTED,
        ContactState.HOLD,
        ContactState.WRAP_UP,
    },
    c.ReceiveMessage: {
        ContactState.QUEUED,
        ContactState.ALERTING,
        ContactState.CONNECTED,
        ContactState.HOLD,
        ContactState.WRAP_UP,
    },
    c.RecordSatisfaction: {ContactState.WRAP_UP, ContactState.CLOSED},
}
"""In which states of the contact a command that is about it may be applied; any state for those not here."""

HELD_BY = {
    ContactState.ALERTING: AgentState.RESERVED,
    ContactState.CONNECTED: AgentState.BUSY,
    ContactState.HOLD: AgentState.BUSY,
    ContactState.WRAP_UP: AgentState.WRAP_UP,
}


def floor(state: ContactState, **fields: Any) -> Floor:
    """A floor on which `k1` (a chat) is in `state`, with a1 where somebody has it."""
    has = HELD_BY.get(state)
    given: dict[str, Any] = {"channel": Channel.CHAT, "customer_id": "c1", "state": state}
    given |= {"agent_id": "a1", "alerting_at": eg.NOW} if has or state is ContactState.CLOSED else {}
    agent = eg.agent(state=has or AgentState.READY, contacts=("k1",) if has else ())
    return Floor(eg.contact(**{**given, **fields}), agent, eg.ticket(group="cards"))


def test_every_command_has_a_rule_and_an_example() -> None:
    union = set(c.Command.__args__)
    assert RULES.keys() | c.AUTHORITY == union
    assert COMMANDS.keys() == RULES.keys()


@pytest.mark.parametrize("kind", list(COMMANDS), ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("actor", ["agent", "link", "system"])
def test_nobody_gives_commands_that_are_not_theirs(kind: type[c.Command], actor: str) -> None:
    if actor not in actors(kind):
        assert floor(ContactState.CONNECTED).refused(COMMANDS[kind], Actor(kind=actor, id="a1")) == "wrong_actor"


@pytest.mark.parametrize("state", ContactState)
@pytest.mark.parametrize("kind", list(CONTACT_STATES_FOR), ids=lambda kind: kind.__name__)
def test_every_command_in_every_state_of_the_contact(kind: type[c.Command], state: ContactState) -> None:
    answer = floor(state).ask(COMMANDS[kind])
    assert isinstance(answer, Effects) == (state in CONTACT_STATES_FOR[kind]), answer


@pytest.mark.parametrize("state", ContactState)
@pytest.mark.parametrize("kind", list(COMMANDS), ids=lambda kind: kind.__name__)
def test_no_command_of_a_person_changes_the_connection(kind: type[c.Command], state: ContactState) -> None:
    answer = floor(state).ask(COMMANDS[kind])
    if "agent" not in actors(kind) or isinstance(answer, Refusal):
        return
    for row in answer.puts:
        if isinstance(row, Contact):
            closes = kind is c.WrapUpContact
            assert row.state is (ContactState.CLOSED if closes else state)


@pytest.mark.parametrize("state", ContactState)
@pytest.mark.parametrize("event", EVENTS)
@pytest.mark.parametrize("party", ["customer", "agent", "system"])
def test_every_event_in_every_state(state: ContactState, event: str, party: str) -> None:
    for consult in (None, Consult(to_kind="agent", to_id="a2")):
        for transfer in (None, Consult(to_kind="group", to_id="disputes"), Consult(to_kind="agent", to_id="a2")):
            there = floor(state, consult=consult, transfer=transfer)
            before = there.contact()
            effects = there.do(c.ReportEvent(contact_id="k1", event=event, party=party, agent_id="a1"))
            after = there.contact()
            if event not in CONTACT_MOVES[state]:
                assert effects == Effects()
            assert after.state in CONTACT_MOVES[state].get(event, {state}) | {before.state}
            assert_together(there)


def assert_together(there: Floor) -> None:
    """Whoever has the contact is in the state that goes with it, and who has it not does not hold it."""
    contact = there.contact()
    has = HELD_BY.get(contact.state)
    if has is None:
        assert "k1" not in there.agent("a1").contacts
    elif contact.agent_id == "a1":
        assert there.agent("a1").state is has
        assert there.agent("a1").contacts == ("k1",)


@pytest.mark.parametrize("state", ContactState)
@pytest.mark.parametrize("kind", [getattr(c, name) for name in ASKS], ids=lambda kind: kind.__name__)
def test_while_one_request_runs_only_the_end_of_the_connection_may_be_asked_for(
    kind: type[c.Command], state: ContactState
) -> None:
    answer = floor(state, request="HoldCall").ask(COMMANDS[kind])
    if kind is not c.ClearContact:
        assert isinstance(answer, Refusal)


@pytest.mark.parametrize("state", AgentState)
@pytest.mark.parametrize("wanted", ["ready", "not_ready", "logged_off"])
def test_a_state_is_taken_at_once_or_after_the_contact(state: AgentState, wanted: str) -> None:
    contacts = ("k1",) if state in (AgentState.RESERVED, AgentState.BUSY, AgentState.WRAP_UP) else ()
    there = Floor(eg.agent(state=state, contacts=contacts))
    there.do(c.SetAgentState(state=wanted, reason="break" if wanted == "not_ready" else None))
    after = there.agent()
    if contacts:
        assert after.state is state
        assert after.next_state == (None if wanted == "ready" else wanted)
    else:
        assert after.state == wanted


def test_the_machine_of_agents_is_closed() -> None:
    assert AGENT_MOVES.keys() == set(AgentState)
    assert {to for moves in AGENT_MOVES.values() for to in moves.values()} == set(AgentState)


@pytest.mark.parametrize("kind", list(COMMANDS), ids=lambda kind: kind.__name__)
def test_commands_about_nothing_are_refused_and_never_fail(kind: type[c.Command]) -> None:
    empty = eg.Rows()
    fields = msgspec.structs.asdict(COMMANDS[kind])
    nowhere = {name: "nowhere" for name in fields if name.endswith("_id")}
    command = msgspec.structs.replace(COMMANDS[kind], **nowhere)
    others = [] if kind in ALSO_SYSTEM else [Actor(kind="system", id="router")]
    for actor in (person("nobody"), Actor(kind="link", id="sim"), *others):
        assert isinstance(apply(command, actor, empty, eg.NOW, lambda: "n1"), Refusal)
