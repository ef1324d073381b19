"""Business actions: sense and effect. Whether somebody may is the policy's question and not asked here."""

from __future__ import annotations

from typing import Any

import pytest

from agent_tui.domain.action_rules import NEEDS_STATUS, SETS_STATUS
from agent_tui.domain.actions import ACTIONS
from agent_tui.domain.commands import PerformAction, RevealField
from agent_tui.domain.contact import ContactState
from agent_tui.domain.customer import Product, Secret
from agent_tui.domain.ticket import Ticket, TicketKind, TicketState
from tests import eg
from tests.unit.domain.floor import Floor

CARD = Product(id="p1", kind="credit_card", number="•••• 1234")
STATUSES = ("normal", "blocked", "lost", "frozen", "locked", "closed")


def on(product: Product | None = CARD) -> Floor:
    return Floor(
        eg.customer(products=(product,) if product else ()),
        eg.contact(state=ContactState.CONNECTED, agent_id="a1", customer_id="c1"),
        eg.ticket(kind=TicketKind.COMPLAINT, customer_id="c1", owner_id="a2", complaint_level="serious"),
    )


def perform(action: str, **fields: Any) -> PerformAction:
    given: dict[str, Any] = {"customer_id": "c1", "contact_id": "k1"}
    known = ACTIONS.get(action)
    if known and known.amount:
        given["amount_minor"] = 5_000
    if known and known.subject == "product":
        given["product_id"] = "p1"
    if known and known.subject == "ticket":
        given["ticket_id"] = "t1"
    return PerformAction(action=action, **{**given, **fields})


def product_for(action: str, status: str) -> Product:
    kinds = ACTIONS[action].product
    return Product(id="p1", kind=kinds[0] if kinds else "account", number="•••• 1234", status=status)


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("action", [a.id for a in ACTIONS.values() if a.subject == "product"])
def test_every_action_on_every_status(action: str, status: str) -> None:
    there = on(product_for(action, status))
    sensible = status != "closed" and status in NEEDS_STATUS.get(action, frozenset(STATUSES))
    if not sensible:
        assert there.refused(perform(action)) == f"product_is_{status}"
        return
    effects = there.do(perform(action))
    assert there.customer().products[0].status == SETS_STATUS.get(action, status)
    assert [e.operation for e in effects.externals] == ([action] if ACTIONS[action].external else [])
    assert there.told("ActionPerformed").data["action"] == action


def test_a_blocked_card_is_not_blocked_twice() -> None:
    there = on()
    there.do(perform("block_card"))
    assert there.customer().products[0].status == "blocked"
    assert there.refused(perform("block_card")) == "product_is_blocked"


def test_amounts_are_asked_for_where_they_belong() -> None:
    there = on()
    assert there.refused(perform("waive_fee", amount_minor=None)) == "amount_needed"
    assert there.refused(perform("waive_fee", amount_minor=-1)) == "amount_needed"
    assert there.refused(perform("block_card", amount_minor=100)) == "no_amount"
    effects = there.do(perform("waive_fee"))
    assert effects.externals[0].args["amount_minor"] == 5_000


def test_a_product_belongs_to_the_customer_and_fits_the_action() -> None:
    there = on()
    assert there.refused(perform("block_card", product_id="p9")) == "product_needed"
    assert there.refused(perform("unlock_terminal")) == "wrong_product"


def test_contact_and_customer_belong_together_and_to_the_actor() -> None:
    there = on()
    theirs = eg.contact("k2", state=ContactState.CONNECTED, agent_id="a2", customer_id="c1", group="elsewhere")
    there.rows.keep(eg.customer("c2"), theirs)
    assert there.refused(perform("waive_fee", customer_id="c2")) == "not_that_customer"
    assert there.refused(perform("waive_fee", contact_id="k2")) == "not_your_contact"
    assert there.refused(perform("waive_fee", customer_id="c9")) == "no_customer"
    assert there.refused(perform("dance")) == "no_action"
    assert there.refused(perform("raise_work_order")) == "no_action"


def test_who_may_act_in_a_colleagues_contact_of_the_own_group_is_for_the_policy_to_say() -> None:
    there = on()
    there.rows.keep(eg.contact("k2", state=ContactState.CONNECTED, agent_id="a2", customer_id="c1"))
    there.do(perform("waive_fee", contact_id="k2"))
    there.rows.keep(eg.contact("k2", state=ContactState.CLOSED, agent_id="a2", customer_id="c1"))
    assert there.refused(perform("waive_fee", contact_id="k2")) == "contact_is_closed"


def test_a_new_mobile_number_is_kept_masked() -> None:
    there = on()
    assert there.refused(perform("change_mobile", args={"mobile": "12"})) == "mobile_needed"
    effects = there.do(perform("change_mobile", args={"mobile": "13987654321"}))
    assert there.customer().phone == "139••••4321"
    assert effects.externals[0].args["mobile"] == "13987654321"
    assert "13987654321" not in str(effects.events)


def test_a_reveal_needs_a_purpose_and_changes_nothing() -> None:
    there = on()
    assert (
        there.refused(RevealField(customer_id="c1", field=Secret.PHONE, purpose=" ", contact_id="k1"))
        == "purpose_needed"
    )
    effects = there.do(RevealField(customer_id="c1", field=Secret.PHONE, purpose="回呼", contact_id="k1"))
    assert effects.puts == ()
    told = there.told("FieldRevealed")
    assert (told.data, told.customer_id) == ({"field": "phone", "purpose": "回呼"}, "c1")


def test_a_complaint_is_closed_and_downgraded_by_action_but_never_downgraded_by_its_owner() -> None:
    there = on()
    assert there.refused(perform("downgrade_complaint", args={"level": "crisis"})) == "level_not_lower"
    owners = perform("downgrade_complaint", args={"level": "general"}, contact_id=None)
    assert there.refused(owners, "a2") == "owner_downgrades"
    there.do(perform("downgrade_complaint", args={"level": "general"}))
    ticket = there.rows.get(Ticket, "t1")
    assert ticket is not None
    assert ticket.complaint_level == "general"
    there.do(perform("close_complaint", reason="客户认可"))
    assert there.tickets()[0].state is TicketState.CLOSED
    assert there.refused(perform("close_complaint")) == "ticket_is_closed"
    assert there.refused(perform("close_complaint", ticket_id=None)) == "complaint_needed"


def test_an_argument_that_the_action_does_not_know_reaches_no_other_system() -> None:
    there = on()
    assert there.refused(perform("waive_fee", args={"approved": "yes"})) == "unknown_argument"
    effects = there.do(perform("waive_fee", args={"fee": "annual"}))
    assert effects.externals[0].args["fee"] == "annual"


@pytest.mark.parametrize(
    ("action", "name", "value", "answer"),
    [
        ("raise_temporary_limit", "until", "2026-02-28", "day_over"),
        ("raise_temporary_limit", "until", "2026-03-02", ""),
        ("resend_statement", "month", "2026-04", "month_to_come"),
        ("resend_statement", "month", "2026-03", ""),
    ],
)
def test_no_limit_ends_before_it_begins_and_no_statement_is_sent_of_a_month_to_come(
    action: str, name: str, value: str, answer: str
) -> None:
    there, command = on(), perform(action, args={name: value})
    if answer:
        assert there.refused(command) == answer
    else:
        assert there.do(command).externals
