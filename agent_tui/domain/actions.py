"""Business actions: what may be done for a customer, under authority. Data only.

Policy, blueprints and the key registry name actions by these ids and may not import each other, so they live here.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Risk(StrEnum):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Action(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    """snake_case, as in Cedar `Action::"waive_fee"`."""
    risk: Risk
    amount: bool = False
    """Whether it carries an amount."""
    online_only: bool = True
    """Never waits in an offline queue (product rule 5)."""
    subject: str = "customer"
    """What it acts on: `customer`, `product`, `contact`, `ticket`."""
    product: tuple[str, ...] = ()
    """Kinds of product it acts on."""
    args: tuple[str, ...] = ()
    """Names of what else may be said of it; anything else is refused and reaches no other system."""
    reasons: tuple[str, ...] = ()
    """The reasons there are to choose from; without, a reason is said in words."""
    asks: tuple[str, ...] = ()
    """Facts of the product that the customer wants to hear; they are the answer once the ledger has let it be asked."""
    external: str | None = None
    """The port that carries it out: `core_banking` or `terminals`; None when it acts in our ledger only."""


ACTIONS: dict[str, Action] = {
    a.id: a
    for a in (
        Action(
            id="query_balance",
            risk=Risk.LOW,
            subject="product",
            product=("account", "credit_card"),
            asks=("balance_minor", "available_minor"),
        ),
        Action(id="reveal_field", risk=Risk.MEDIUM, reasons=("verify", "contact", "post", "correct", "law")),
        Action(
            id="resend_statement",
            risk=Risk.LOW,
            subject="product",
            product=("credit_card",),
            args=("month", "way"),
            external="core_banking",
        ),
        Action(id="waive_fee", risk=Risk.MEDIUM, amount=True, args=("fee",), external="core_banking"),
        Action(
            id="raise_temporary_limit",
            risk=Risk.HIGH,
            amount=True,
            args=("until",),
            subject="product",
            product=("credit_card",),
            external="core_banking",
        ),
        Action(
            id="block_card",
            risk=Risk.MEDIUM,
            subject="product",
            product=("credit_card", "debit_card"),
            reasons=("lost", "stolen", "fraud", "other"),
            external="core_banking",
        ),
        Action(
            id="unblock_card",
            risk=Risk.HIGH,
            subject="product",
            product=("credit_card", "debit_card"),
            external="core_banking",
        ),
        Action(id="change_mobile", risk=Risk.HIGH, args=("mobile",), external="core_banking"),
        Action(
            id="dispute_transaction",
            risk=Risk.MEDIUM,
            amount=True,
            args=("transaction",),
            subject="product",
            product=("credit_card", "debit_card"),
        ),
        Action(
            id="unlock_terminal", risk=Risk.MEDIUM, subject="product", product=("terminal",), external="terminals"
        ),
        Action(
            id="release_settlement",
            risk=Risk.HIGH,
            amount=True,
            subject="product",
            product=("merchant",),
            external="core_banking",
        ),
        Action(id="grant_goodwill", risk=Risk.LOW, amount=True, external="core_banking"),
        Action(id="raise_work_order", risk=Risk.LOW, online_only=False, subject="contact"),
        Action(id="close_complaint", risk=Risk.HIGH, subject="ticket"),
        Action(id="escalate_complaint", risk=Risk.MEDIUM, subject="ticket", args=("level",)),
        Action(id="downgrade_complaint", risk=Risk.HIGH, subject="ticket", args=("level",)),
    )
}

UNLENT = frozenset({"reveal_field", "raise_work_order"})
"""Done by commands that name no delegation: nobody reads personal data in somebody else's name, and a work order takes no
authority that anybody lacks."""

PUBLISHING: dict[str, Action] = {
    a.id: a
    for a in (
        Action(id="propose_blueprint", risk=Risk.LOW, subject="blueprint"),
        Action(id="release_blueprint", risk=Risk.HIGH, subject="blueprint"),
        Action(id="retire_blueprint", risk=Risk.HIGH, subject="blueprint"),
        Action(id="publish_bulletin", risk=Risk.LOW, subject="bulletin"),
        Action(id="publish_article", risk=Risk.LOW, subject="article"),
    )
}
"""What is done to the centre's own wording. The policy decides it as everything else; no customer is concerned, so it
stands in no list of actions at a desk and cannot be lent."""

HANDLING: dict[str, Action] = {
    a.id: a
    for a in (
        Action(id="take_up_ticket", risk=Risk.LOW, subject="ticket"),
        Action(id="assign_ticket", risk=Risk.LOW, subject="ticket"),
    )
}
"""What is done to a ticket itself, by moving it. The policy decides who may; it is no business for a customer, so it stands
in no list of actions, cannot be lent, and is not reviewed afterwards."""

AT_DESK: dict[str, Action] = ACTIONS | HANDLING
"""What a desk asks the policy about."""

KNOWN: dict[str, Action] = AT_DESK | PUBLISHING
"""Everything the policy may be asked about."""
