"""Consult and transfer: nobody is lost on the way, and whoever took it first stays the owner."""

from __future__ import annotations

from agent_tui.domain.agent import AgentState
from agent_tui.domain.commands import (
    AcceptContact,
    ConsultContact,
    EndConsult,
    HoldContact,
    OfferToAgent,
    RetrieveContact,
    TransferContact,
)
from agent_tui.domain.contact import ContactState, Priority
from agent_tui.domain.ticket import TicketKind
from tests import eg
from tests.unit.domain.floor import Floor


def consulting() -> Floor:
    there = Floor()
    there.talking()
    there.do(ConsultContact(contact_id="k1", to_kind="agent", to_id="a2"))
    there.report("Held", "agent", "a1")
    there.do(AcceptContact(contact_id="k1"), "a2")
    there.report("Established", "agent", "a2")
    return there


def test_a_transfer_to_a_group_keeps_place_priority_and_owner() -> None:
    there = Floor()
    before = there.talking()
    there.wait(60)
    there.do(TransferContact(contact_id="k1", to_kind="group", to_id="disputes"))
    assert there.contact().state is ContactState.CONNECTED
    there.report("Transferred", "agent", "a1")
    after = there.contact()
    assert (after.state, after.group, after.agent_id) == (ContactState.QUEUED, "disputes", None)
    assert (after.queued_at, after.priority, after.owner_id) == (before.queued_at, before.priority, "a1")
    assert after.talk_s == 60
    assert there.agent().state is AgentState.READY
    assert there.told("ContactTransferred").agent_id == "a1"
    assert there.told("ContactQueued").data == {"again": True}


def test_the_second_wait_is_counted_from_the_transfer_and_the_first_stays_on_record() -> None:
    there = Floor()
    there.talking()
    there.wait(60)
    there.do(TransferContact(contact_id="k1", to_kind="group", to_id="disputes"))
    there.report("Transferred", "agent", "a1")
    there.wait(9)
    there.do(OfferToAgent(contact_id="k1", agent_id="a2"))
    there.do(AcceptContact(contact_id="k1"), "a2")
    there.report("Established", "agent", "a2")
    assert there.told("ContactEstablished").data == {"wait_s": 9, "again": True}
    assert there.contact().wait_s == 12
    assert (there.contact().owner_id, there.contact().answered_by) == ("a1", ("a1", "a2"))


def test_who_gives_up_after_a_transfer_is_called_back_by_the_owner() -> None:
    there = Floor()
    there.talking()
    there.do(TransferContact(contact_id="k1", to_kind="group", to_id="disputes"))
    there.report("Transferred", "agent", "a1")
    there.wait(100)
    there.report("ConnectionCleared")
    assert there.told("ContactAbandoned").data["answered_before"] is True
    assert [(ticket.kind, ticket.owner_id) for ticket in there.tickets()] == [(TicketKind.CALL_BACK, "a1")]


def test_a_transfer_to_a_person_rings_there_and_reserves_them_at_once() -> None:
    there = Floor()
    there.talking()
    effects = there.do(TransferContact(contact_id="k1", to_kind="agent", to_id="a2"))
    assert there.agent("a2").state is AgentState.RESERVED
    assert effects.grants == (("a2", "c:c1"),)
    there.report("Transferred", "agent", "a1")
    assert (there.contact().state, there.contact().agent_id) == (ContactState.ALERTING, "a2")
    there.do(AcceptContact(contact_id="k1"), "a2")
    there.report("Established", "agent", "a2")
    assert there.agent("a2").state is AgentState.BUSY
    assert there.contact().owner_id == "a1"


def test_nobody_transfers_to_who_is_not_free_or_to_themselves() -> None:
    there = Floor(eg.agent("a2", state=AgentState.BUSY))
    there.talking()
    assert there.refused(TransferContact(contact_id="k1", to_kind="agent", to_id="a2")) == "agent_is_busy"
    assert there.refused(TransferContact(contact_id="k1", to_kind="agent", to_id="a1")) == "not_to_yourself"
    assert there.refused(TransferContact(contact_id="k1", to_kind="group", to_id="weather")) == "no_group"
    assert there.refused(TransferContact(contact_id="k1", to_kind="robot", to_id="r2")) == "unknown_target"


def test_a_transfer_that_failed_frees_the_person_reserved() -> None:
    there = Floor()
    there.talking()
    there.do(TransferContact(contact_id="k1", to_kind="agent", to_id="a2"))
    there.report("Failed", "system")
    assert (there.contact().state, there.contact().transfer) == (ContactState.CONNECTED, None)
    assert there.agent("a2").state is AgentState.READY
    assert there.agent("a1").state is AgentState.BUSY


def test_consulting_holds_the_customer_and_engages_the_colleague() -> None:
    there = consulting()
    contact = there.contact()
    assert contact.state is ContactState.HOLD
    assert contact.consult is not None
    assert contact.consult.state == "connected"
    assert contact.request is None
    assert there.agent("a2").state is AgentState.BUSY
    assert there.agent("a2").contacts == ("k1",)


def test_a_group_is_consulted_through_its_longest_idle() -> None:
    there = Floor(
        eg.agent("a2", groups=("disputes",), idle_since=eg.at(-10)),
        eg.agent("a3", groups=("disputes",), idle_since=eg.at(-90)),
    )
    there.talking()
    there.do(ConsultContact(contact_id="k1", to_kind="group", to_id="disputes"))
    assert there.agent("a3").state is AgentState.RESERVED


def test_a_consult_ends_with_the_customer_back_and_the_colleague_free() -> None:
    there = consulting()
    there.do(EndConsult(contact_id="k1"))
    there.report("Retrieved", "agent", "a1")
    assert (there.contact().state, there.contact().consult) == (ContactState.CONNECTED, None)
    assert (there.agent("a2").state, there.agent("a2").contacts) == (AgentState.READY, ())


def test_a_consult_nobody_answers_can_be_ended() -> None:
    there = Floor()
    there.talking()
    there.do(ConsultContact(contact_id="k1", to_kind="agent", to_id="a2"))
    there.do(EndConsult(contact_id="k1"))
    there.report("Retrieved", "agent", "a1")
    assert there.contact().consult is None


def test_going_to_and_fro_keeps_the_consult() -> None:
    there = consulting()
    there.do(RetrieveContact(contact_id="k1"))
    there.report("Retrieved", "agent", "a1")
    assert there.contact().consult is not None
    there.do(HoldContact(contact_id="k1"))
    there.report("Held", "agent", "a1")
    assert there.contact().consult is not None


def test_a_retrieve_that_was_never_confirmed_ends_the_consult() -> None:
    there = consulting()
    there.report("Retrieved", "agent", "a1")
    assert there.contact().consult is None


def test_a_consult_becomes_a_transfer_to_the_colleague() -> None:
    there = consulting()
    assert there.refused(TransferContact(contact_id="k1", to_kind="group", to_id="disputes")) == "end_consult_first"
    there.wait(20)
    there.do(TransferContact(contact_id="k1", to_kind="agent", to_id="a2"))
    assert there.requests[-1].service == "TransferCall"
    there.report("Transferred", "agent", "a1")
    contact = there.contact()
    assert (contact.state, contact.agent_id, contact.owner_id) == (ContactState.CONNECTED, "a2", "a1")
    assert contact.hold_s == 20
    assert there.agent("a1").state is AgentState.READY
    assert there.agent("a2").state is AgentState.BUSY
    there.report("ConnectionCleared")
    assert there.agent("a2").state is AgentState.WRAP_UP


def test_a_customer_who_leaves_during_a_consult_frees_the_colleague() -> None:
    there = consulting()
    there.report("ConnectionCleared")
    assert there.contact().state is ContactState.WRAP_UP
    assert there.agent("a1").state is AgentState.WRAP_UP
    assert there.agent("a2").state is AgentState.READY


def test_a_colleague_who_hangs_up_ends_only_the_consult() -> None:
    there = consulting()
    there.report("ConnectionCleared", "agent", "a2")
    assert (there.contact().state, there.contact().consult) == (ContactState.HOLD, None)
    assert there.agent("a2").state is AgentState.READY


def test_all_three_talk_in_a_conference() -> None:
    there = consulting()
    there.report("Conferenced", "agent", "a1")
    assert there.contact().state is ContactState.CONNECTED
    assert there.contact().consult is not None


def test_the_priority_survives_the_transfer() -> None:
    there = Floor(eg.customer(tier="vip"))
    there.talking()
    there.do(TransferContact(contact_id="k1", to_kind="group", to_id="disputes"))
    there.report("Transferred", "agent", "a1")
    assert there.contact().priority is Priority.HIGH
