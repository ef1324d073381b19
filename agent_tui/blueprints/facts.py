"""The declared variables of templates and conditions, and how they are gathered from what a desk knows.

`needs` is the degree to which the caller must be verified before the value may be said aloud: until then it is a
blank in every text, whatever the author wrote, and the linter wants a check before it.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from agent_tui.blueprints.conditions import Value
from agent_tui.domain.contact import Contact, Verified
from agent_tui.domain.customer import Customer, Product

DEGREES = tuple(degree.value for degree in Verified)
"""Weakest first."""


class Variable(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    type: str = "text"
    """`text`, `number`, `money`, `date`, `moment`, `flag` or `word` (a code of ours, said through `i18n`)."""
    needs: str = "none"
    """Degree of verification before it may be said."""
    private: bool = False
    """Personal data: never kept with a blueprint that was left."""
    always: bool = False
    """Known in every contact; any other has to be looked up, asked or tested before it is said."""
    example: Value = ""
    """For `play`, the linter's widths and tests."""


def _declared(*variables: Variable) -> dict[str, Variable]:
    return {variable.id: variable for variable in variables}


VARIABLES: dict[str, Variable] = _declared(
    Variable(id="bank.name", always=True, example="远航银行"),
    Variable(id="bank.hotline", always=True, example="400-820-0000"),
    Variable(id="agent.name", always=True, example="陈晓"),
    Variable(id="agent.id", always=True, example="8012"),
    Variable(id="time.today", always=True, type="date", example="2026-03-02"),
    Variable(id="contact.channel", always=True, type="word", example="phone"),
    Variable(id="contact.caller", example="138••••5678"),
    Variable(id="contact.verified", always=True, type="word", example="none"),
    Variable(id="contact.terminal_id", example="10023345"),
    Variable(id="contact.category", type="word", example="inquiry"),
    Variable(id="customer.known", always=True, type="flag", example=True),
    Variable(id="customer.name", needs="basic", private=True, example="张•"),
    Variable(id="customer.kind", type="word", example="person"),
    Variable(id="customer.tier", always=True, type="word", example="gold"),
    Variable(id="customer.phone", needs="basic", private=True, example="138••••5678"),
    Variable(id="customer.email", needs="basic", private=True, example="z••@example.com"),
    Variable(id="customer.address", needs="full", private=True, example="杭州市••••"),
    Variable(id="customer.sensitive", type="flag", example=False),
    Variable(id="customer.frozen", type="flag", example=False),
    Variable(id="customer.marketing_consent", type="flag", example=True),
    Variable(id="customer.lounge", type="flag", example=True),
    Variable(id="customer.road_rescue", type="flag", example=True),
    Variable(id="customer.secretary", type="flag", example=True),
    Variable(id="customer.green_channel", type="flag", example=True),
    Variable(id="customer.insurance", type="flag", example=True),
    Variable(id="product.id", private=True, example="c1-card"),
    Variable(id="product.kind", type="word", example="credit_card"),
    Variable(id="product.number", needs="basic", private=True, example="•••• 1234"),
    Variable(id="product.status", type="word", needs="basic", example="normal"),
    Variable(id="product.billing_day", type="number", needs="basic", example=5),
    Variable(id="product.due_day", type="number", needs="basic", example=25),
    Variable(id="product.limit", type="money", needs="full", private=True, example=5_000_000),
    Variable(id="product.annual_fee", type="money", needs="basic", example=30_000),
    Variable(id="product.held", type="money", needs="full", private=True, example=1_286_000),
    Variable(id="product.model", example="N910"),
    Variable(id="product.site", example="西湖店"),
    Variable(id="terminal.number", example="10023345"),
    Variable(id="ticket.number", example="260302-0001-3"),
)

ALWAYS = frozenset(variable.id for variable in VARIABLES.values() if variable.always)
OF_VERIFIED = frozenset({"customer.name", "customer.kind"})
"""Known once a caller was verified: then it is known who calls."""
_ENTITLEMENTS = ("green_channel", "secretary", "road_rescue", "lounge", "insurance")


def enough(verified: str, needs: str) -> bool:
    """Whether a caller verified to `verified` may be told what needs `needs`."""
    return DEGREES.index(needs) <= (DEGREES.index(verified) if verified in DEGREES else 0)


def of_contact(contact: Contact) -> dict[str, Value]:
    """What the contact itself tells."""
    return _known(
        {
            "contact.channel": contact.channel.value,
            "contact.caller": contact.caller,
            "contact.verified": contact.verified.value,
            "contact.terminal_id": contact.terminal_id,
            "contact.category": contact.category,
            "terminal.number": contact.terminal_id,
            "customer.tier": contact.tier,
            "customer.known": contact.customer_id is not None,
        }
    )


def of_customer(customer: Customer) -> dict[str, Value]:
    """What the customer's page tells, masked as it is there."""
    return _known(
        {
            "customer.known": True,
            "customer.name": customer.name,
            "customer.kind": customer.kind,
            "customer.tier": customer.tier.value,
            "customer.phone": customer.phone,
            "customer.email": customer.email,
            "customer.address": customer.address,
            "customer.sensitive": customer.sensitivity is not None,
            "customer.frozen": customer.frozen,
            "customer.marketing_consent": customer.marketing_consent,
            **{f"customer.{service}": service in customer.entitlements for service in _ENTITLEMENTS},
        }
    )


def of_product(product: Product) -> dict[str, Value]:
    """What is known of the product that the talk is about."""
    known = _known(
        {
            "product.id": product.id,
            "product.kind": product.kind,
            "product.number": product.number,
            "product.status": product.status,
            "product.billing_day": product.facts.get("billing_day"),
            "product.due_day": product.facts.get("due_day"),
            "product.limit": product.facts.get("limit_minor"),
            "product.annual_fee": product.facts.get("annual_fee_minor"),
            "product.held": product.facts.get("held_minor"),
            "product.model": product.facts.get("model"),
            "product.site": product.facts.get("site"),
        }
    )
    return known | ({"terminal.number": product.number} if product.kind == "terminal" and product.number else {})


def examples() -> dict[str, Value]:
    """A plausible value of every variable."""
    return {variable.id: variable.example for variable in VARIABLES.values()}


def _known(found: Mapping[str, Value | None]) -> dict[str, Value]:
    return {name: value for name, value in found.items() if value is not None and value != ""}
