"""The life of a contact from the first ring to the survey, rule by rule."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from agent_tui.domain.agent import AgentState
from agent_tui.domain.commands import (
    AcceptContact,
    AddNote,
    ClearContact,
    CorrectGroup,
    HoldContact,
    OfferNew,
    OfferToAgent,
    OverflowContact,
    ReceiveMessage,
    RecordSatisfaction,
    RetrieveContact,
    SendMessage,
    SetAgentState,
    TakeBackOffer,
    VerifyCaller,
    WrapUpContact,
)
from agent_tui.domain.contact import Channel, ContactState, Priority, Thread, Verified
from agent_tui.domain.customer import Tier
from agent_tui.domain.ticket import TicketKind
from agent_tui.domain.triage import Guess
from tests import eg
from tests.unit.domain.floor import Floor

CARD = "4111 1111 1111 1111"


# ---- arrival -----------------------------------------------------------------------------------------------------


def test_words_choose_category_and_group_and_are_given_as_the_reason() -> None:
    there = Floor()
    contact = there.queued(text="您好，我的卡丢了，想挂失")
    assert (contact.group, contact.first_group, contact.category) == ("cards", "cards", "card_loss")
    assert contact.why[0].args == {"words": "挂失"}
    assert contact.caller == "138••••5678"
    assert contact.name == "张•"


def test_an_unknown_customer_with_unknown_words_goes_to_a_group_that_speaks_the_language() -> None:
    there = Floor(eg.group("english", languages=("en",)))
    there.do(OfferNew(contact_id="k1", channel=Channel.PHONE, customer_id="nobody", text="hello", language="en"))
    contact = there.contact()
    assert (contact.group, contact.customer_id, contact.tier) == ("english", None, "standard")


def test_what_speaks_for_nothing_goes_to_the_general_group() -> None:
    there = Floor(eg.group("general"))
    assert there.queued(text="喂").group == "general"


def test_who_speaks_another_language_goes_to_a_group_that_speaks_it_whatever_it_is_about() -> None:
    there = Floor(eg.group("vip", languages=("zh", "en"), tiers=("vip",)), eg.group("english", languages=("en",)))
    there.do(OfferNew(contact_id="k1", channel=Channel.PHONE, text="lost card", language="en"))
    assert (there.contact().group, there.contact().category) == ("english", "card_loss")
    there.do(OfferNew(contact_id="k2", channel=Channel.PHONE, text="紛失", language="ja"))
    assert there.contact("k2").group == "cards"


def test_a_tier_with_a_group_of_its_own_goes_there_first() -> None:
    there = Floor(eg.customer(tier=Tier.VIP), eg.group("vip", tiers=("vip",)))
    assert there.queued().group == "vip"
    assert there.contact().category == "card_loss"
    there.do(OfferNew(contact_id="k2", channel=Channel.PHONE, customer_id="c1", group="disputes"))
    assert there.contact("k2").group == "disputes"


def test_a_department_is_no_queue_for_contacts() -> None:
    there = Floor(eg.group("audit", kind="department"))
    there.do(OfferNew(contact_id="k1", channel=Channel.PHONE, group="audit"))
    assert there.contact().group == "cards"


@pytest.mark.parametrize(
    ("tier", "given", "priority"),
    [
        (Tier.STANDARD, Priority.NORMAL, Priority.NORMAL),
        (Tier.GOLD, Priority.NORMAL, Priority.RAISED),
        (Tier.VIP, Priority.NORMAL, Priority.HIGH),
        (Tier.VIP, Priority.URGENT, Priority.URGENT),
        (Tier.STANDARD, Priority.HIGH, Priority.HIGH),
    ],
)
def test_big_customers_come_first(tier: Tier, given: Priority, priority: Priority) -> None:
    there = Floor(eg.customer(tier=tier))
    there.do(OfferNew(contact_id="k1", channel=Channel.PHONE, customer_id="c1", priority=given))
    assert there.contact().priority is priority


def test_first_words_are_scrubbed_in_subject_and_thread() -> None:
    there = Floor()
    contact = there.queued(channel=Channel.CHAT, text=f"挂失 {CARD}")
    thread = there.rows.get(Thread, "k1")
    assert thread is not None
    assert contact.subject == thread.messages[0].text == "挂失 ████ ████ ████ ████"


def test_a_contact_is_not_offered_twice() -> None:
    there = Floor()
    there.queued()
    assert there.refused(OfferNew(contact_id="k1", channel=Channel.PHONE)) == "contact_exists"


# ---- offer, answer, no answer ------------------------------------------------------------------------------------


def test_an_offer_reserves_the_person_and_lets_them_see_the_customer() -> None:
    there = Floor()
    there.queued()
    effects = there.do(
        OfferToAgent(contact_id="k1", agent_id="a1", why=({"key": "domain.why.waited", "seconds": 9},))
    )
    assert there.contact().state is ContactState.ALERTING
    assert there.agent().state is AgentState.RESERVED
    assert effects.grants == (("a1", "c:c1"),)
    assert there.contact().why[0].args == {"seconds": 9}
    there.queued("k2")
    assert there.refused(OfferToAgent(contact_id="k2", agent_id="a1")) == "agent_is_reserved"


def test_accepting_asks_the_link_and_only_its_event_connects() -> None:
    there = Floor()
    there.ringing()
    there.do(AcceptContact(contact_id="k1"))
    assert there.contact().state is ContactState.ALERTING
    assert there.contact().request == "AnswerCall"
    assert [request.service for request in there.requests] == ["AnswerCall"]
    there.wait(3)
    there.report("Established", "agent", "a1")
    contact = there.contact()
    assert (contact.state, contact.request) == (ContactState.CONNECTED, None)
    assert (contact.wait_s, contact.owner_id, contact.answered_by) == (13, "a1", ("a1",))
    assert there.agent().state is AgentState.BUSY
    assert there.told("ContactEstablished").data == {"wait_s": 13, "again": False}


def test_nobody_accepts_what_is_not_theirs() -> None:
    there = Floor()
    there.queued()
    assert there.refused(AcceptContact(contact_id="k1")) == "not_offered"
    there.do(OfferToAgent(contact_id="k1", agent_id="a1"))
    assert there.refused(AcceptContact(contact_id="k1"), "a2") == "not_your_contact"


def test_what_is_not_answered_goes_back_to_its_old_place() -> None:
    there = Floor()
    before = there.ringing().queued_at
    there.wait(20)
    there.do(TakeBackOffer(contact_id="k1", agent_id="a1"))
    contact = there.contact()
    assert (contact.state, contact.queued_at, contact.agent_id) == (ContactState.QUEUED, before, None)
    assert (there.agent().state, there.agent().reason) == (AgentState.NOT_READY, "no_answer")
    assert there.told("ContactDiverted").data == {"ring_s": 20}


def test_an_offer_is_not_taken_back_while_it_is_being_answered() -> None:
    there = Floor()
    there.ringing()
    there.do(AcceptContact(contact_id="k1"))
    assert there.refused(TakeBackOffer(contact_id="k1", agent_id="a1")) == "being_answered"


def test_a_contact_is_opened_to_further_groups_once() -> None:
    there = Floor()
    there.queued()
    there.wait(30)
    there.do(OverflowContact(contact_id="k1", groups=("disputes", "cards", "disputes")))
    there.wait(30)
    there.do(OverflowContact(contact_id="k1", groups=("vip", "disputes")))
    contact = there.contact()
    assert (contact.overflow_groups, contact.overflowed_at) == (("disputes", "vip"), eg.at(30))
    assert there.told("ContactOverflowed").data == {"wait_s": 60, "to": "vip"}
    assert there.refused(OverflowContact(contact_id="k1", groups=("vip",))) == "nothing_to_open"


# ---- giving up ---------------------------------------------------------------------------------------------------


def test_who_hangs_up_in_the_queue_has_abandoned() -> None:
    there = Floor()
    there.queued()
    there.wait(7)
    there.report("ConnectionCleared")
    assert there.contact().state is ContactState.ABANDONED
    told = there.told("ContactAbandoned")
    assert (told.data["wait_s"], told.data["where"]) == (7, "queue")
    assert there.tickets() == []


def test_whose_caller_gave_up_while_ringing_is_free_again_and_keeps_their_place() -> None:
    there = Floor(eg.agent(idle_since=eg.at(-300)))
    there.ringing()
    there.wait(4)
    there.report("CallCleared")
    agent = there.agent()
    assert (agent.state, agent.contacts, agent.idle_since) == (AgentState.READY, (), eg.at(-300))
    assert there.told("ContactAbandoned").data["where"] == "alerting"
    assert there.told("ContactAbandoned").agent_id == "a1"


# ---- talk and hold -----------------------------------------------------------------------------------------------


def test_talk_and_hold_are_counted_apart() -> None:
    there = Floor()
    there.talking()
    for _ in range(2):
        there.wait(30)
        there.do(HoldContact(contact_id="k1"))
        there.report("Held", "agent")
        there.wait(5)
        there.do(RetrieveContact(contact_id="k1"))
        there.report("Retrieved", "agent")
    there.wait(40)
    there.do(ClearContact(contact_id="k1"))
    there.report("ConnectionCleared", "agent", "a1")
    assert there.told("ContactCleared").data == {"talk_s": 100, "hold_s": 10, "by": "agent"}
    assert there.contact().state is ContactState.WRAP_UP
    assert there.agent().state is AgentState.WRAP_UP


def test_a_request_that_failed_leaves_the_connection_as_it_was() -> None:
    there = Floor()
    there.talking()
    there.do(HoldContact(contact_id="k1"))
    there.report("Failed", "system")
    assert (there.contact().state, there.contact().request) == (ContactState.CONNECTED, None)


def test_a_customer_who_hangs_up_on_hold_ends_it() -> None:
    there = Floor()
    there.talking()
    there.wait(10)
    there.do(HoldContact(contact_id="k1"))
    there.report("Held", "agent")
    there.wait(90)
    there.report("ConnectionCleared")
    assert there.told("ContactCleared").data == {"talk_s": 10, "hold_s": 90, "by": "customer"}


# ---- writing -----------------------------------------------------------------------------------------------------


def test_messages_of_both_sides_stand_in_the_thread_scrubbed() -> None:
    there = Floor()
    there.queued(channel=Channel.CHAT)
    there.do(ReceiveMessage(contact_id="k1", text="在吗 密码123456"))
    there.do(OfferToAgent(contact_id="k1", agent_id="a1"))
    there.report("Established", "agent", "a1")
    there.do(SendMessage(contact_id="k1", text="您好"))
    thread = there.rows.get(Thread, "k1")
    assert thread is not None
    assert [(m.author, m.text) for m in thread.messages[1:]] == [("customer", "在吗 密码██████"), ("agent", "您好")]
    assert there.requests[-1].args == {"text": "您好"}


def test_nothing_is_written_on_the_phone() -> None:
    there = Floor()
    there.talking()
    assert there.refused(SendMessage(contact_id="k1", text="您好")) == "no_text_channel"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (CARD, "holds_card_number"),
        ("CVV 123", "holds_security_code"),
        ("密码123456", "holds_secret"),
        ("  ", "empty_text"),
    ],
)
def test_notes_with_what_must_not_be_kept_are_refused(text: str, why: str) -> None:
    there = Floor()
    there.talking()
    assert there.refused(AddNote(text=text, contact_id="k1")) == why
    there.do(AddNote(text="卡号 ████ ████ ████ ████", contact_id="k1"))
    assert [note.customer_id for note in there.notes()] == ["c1"]


# ---- triage, verification ----------------------------------------------------------------------------------------


def test_a_wrong_group_is_corrected_and_counted_and_the_place_is_kept() -> None:
    there = Floor()
    before = there.queued()
    there.do(OverflowContact(contact_id="k1", groups=("disputes",)))
    there.do(CorrectGroup(contact_id="k1", group="disputes"))
    after = there.contact()
    assert (after.group, after.first_group, after.overflow_groups) == ("disputes", "cards", ())
    assert after.queued_at == before.queued_at
    told = there.told("ContactRetriaged").data
    assert told == {"from": "cards", "to": "disputes", "guess": "card_loss", "category": "card_loss"}


def test_another_category_than_the_proposed_one_in_wrap_up_is_counted_as_wrong_triage() -> None:
    there = Floor(eg.category("statement"))
    there.wrapping()
    there.do(wrap_up(category="statement"))
    assert there.told("ContactRetriaged").data == {
        "from": "cards",
        "to": "cards",
        "guess": "card_loss",
        "category": "statement",
    }


def test_the_proposed_category_in_wrap_up_is_no_correction() -> None:
    there = Floor()
    there.wrapping()
    there.do(wrap_up())
    assert "ContactRetriaged" not in {event.name for event in there.events}


def test_a_category_corrected_before_is_not_counted_again_in_wrap_up() -> None:
    there = Floor(eg.category("statement"))
    there.talking()
    there.do(CorrectGroup(contact_id="k1", group="cards", category="statement"))
    there.report("CallCleared")
    there.do(wrap_up(category="statement"))
    assert [event.name for event in there.events].count("ContactRetriaged") == 1


GUESSED = Guess(category="statement", group="elsewhere", words=("对账",), permille=830)


def test_what_the_model_made_of_the_words_goes_before_counted_words() -> None:
    there = Floor(eg.category("statement", group="disputes"))
    there.do(OfferNew(contact_id="k1", channel=Channel.PHONE, language="zh", text="我要挂失", guess=GUESSED))
    contact = there.contact()
    assert (contact.category, contact.group, contact.guess) == ("statement", "disputes", "statement")
    assert (contact.guess_confidence, contact.guess_words) == (0.83, ("对账",))


@pytest.mark.parametrize("given", [None, "card_loss"])
def test_a_model_that_knows_other_categories_and_a_given_category_leave_the_guess_aside(given: str | None) -> None:
    there = Floor()
    there.do(OfferNew(contact_id="k1", channel=Channel.PHONE, text="挂失", guess=GUESSED, category=given))
    contact = there.contact()
    assert (contact.category, contact.guess_confidence) == ("card_loss", None)
    assert contact.guess == (None if given else "card_loss")


@pytest.mark.parametrize(
    ("offered", "category"),
    [
        ({"customer_id": "shop"}, "card_loss"),
        ({"customer_id": "c1"}, "statement"),
        ({"terminal_id": "T0012345"}, "card_loss"),
        ({}, "statement"),
    ],
)
def test_a_model_that_means_other_customers_than_this_one_leaves_it_to_the_words(
    offered: dict[str, Any], category: str
) -> None:
    there = Floor(eg.category("statement", serves="person"), eg.customer("c1"), eg.customer("shop", kind="merchant"))
    there.do(OfferNew(contact_id="k1", channel=Channel.PHONE, language="zh", text="挂失", guess=GUESSED, **offered))
    assert there.contact().category == category


def test_a_caller_is_verified_by_checks_and_only_if_known() -> None:
    there = Floor()
    there.talking()
    assert there.refused(VerifyCaller(contact_id="k1", degree=Verified.FULL)) == "checks_needed"
    there.do(VerifyCaller(contact_id="k1", degree=Verified.FULL, checks=("id_tail", "last_transaction")))
    assert there.contact().verified is Verified.FULL
    there.rows.keep(eg.contact("k2", agent_id="a1", state=ContactState.CONNECTED))
    unknown = VerifyCaller(contact_id="k2", degree=Verified.BASIC, checks=("x",))
    assert there.refused(unknown) == "caller_unknown"


# ---- wrap-up -----------------------------------------------------------------------------------------------------


def wrap_up(**fields: Any) -> WrapUpContact:
    return WrapUpContact(contact_id="k1", **{"category": "card_loss", "result": "answered", **fields})


def test_wrap_up_closes_frees_the_person_and_asks_the_customer() -> None:
    there = Floor()
    there.wrapping()
    there.wait(25)
    there.do(wrap_up(note="已挂失"))
    assert there.contact().state is ContactState.CLOSED
    assert (there.agent().state, there.agent().idle_since) == (AgentState.READY, eg.at(there.t))
    assert there.requests[-1].service == "RequestSurvey"
    told = there.told("ContactClosed").data
    assert (told["wrap_s"], told["talk_s"], told["wait_s"], told["tier"]) == (25, 60, 12, "standard")
    assert [note.text for note in there.notes()] == ["已挂失"]


def test_a_category_and_one_of_its_results_are_required() -> None:
    there = Floor()
    there.wrapping()
    assert there.refused(wrap_up(category="weather")) == "no_category"
    assert there.refused(wrap_up(result="fine")) == "no_result"


def test_the_state_chosen_while_busy_is_taken_after_wrap_up() -> None:
    there = Floor()
    there.talking()
    there.do(SetAgentState(state="not_ready", reason="meal"))
    there.report("ConnectionCleared")
    there.do(wrap_up())
    agent = there.agent()
    assert (agent.state, agent.reason, agent.next_state) == (AgentState.NOT_READY, "meal", None)


def test_a_promised_call_back_becomes_a_ticket_of_its_owner() -> None:
    there = Floor()
    there.wrapping()
    assert there.refused(wrap_up(call_back_at="tomorrow")) == "not_a_moment"
    there.do(wrap_up(call_back_at="2026-03-03T15:00:00+08:00"))
    (ticket,) = there.tickets()
    assert (ticket.kind, ticket.owner_id, ticket.customer_id) == (TicketKind.CALL_BACK, "a1", "c1")
    assert ticket.due_at is not None
    assert ticket.due_at.isoformat() == "2026-03-03T15:00:00+08:00"


def test_a_call_back_without_a_moment_is_due_within_a_day() -> None:
    there = Floor()
    there.wrapping()
    there.do(wrap_up(result="callback"))
    (ticket,) = there.tickets()
    assert ticket.due_at == eg.at(there.t) + timedelta(hours=24)


def test_an_alarm_is_not_surveyed() -> None:
    there = Floor(
        eg.contact(state=ContactState.WRAP_UP, channel=Channel.ALARM, agent_id="a1", established_at=eg.NOW),
        eg.agent(state=AgentState.WRAP_UP, contacts=("k1",)),
    )
    there.do(wrap_up())
    assert there.requests == []


# ---- survey ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("score", "follow_up"), [(1, True), (2, True), (3, False), (5, False)])
def test_all_who_were_dissatisfied_are_called_back(score: int, follow_up: bool) -> None:
    there = Floor()
    there.wrapping()
    there.do(wrap_up())
    there.do(RecordSatisfaction(contact_id="k1", score=score))
    assert [ticket.kind for ticket in there.tickets()] == [TicketKind.CALL_BACK] * follow_up
    assert there.customer().satisfaction == (score,)
    assert there.contact().satisfaction == score
    assert there.refused(RecordSatisfaction(contact_id="k1", score=5)) == "already_scored"


def test_a_score_is_one_to_five() -> None:
    there = Floor()
    there.wrapping()
    assert there.refused(RecordSatisfaction(contact_id="k1", score=6)) == "score_range"
