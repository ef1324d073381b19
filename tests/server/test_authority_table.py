"""Every action × level × amount at its limit × tier × verified × online: the server answers as the table says.

The table is asked of the policy with facts written here, apart from how the server gathers its own; the commands go
straight to the API, as from a client that skips the desk.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from agent_tui import ids
from agent_tui.domain.actions import ACTIONS, AT_DESK
from agent_tui.domain.commands import Command, MoveTicket, PerformAction, RaiseWorkOrder, RequestApproval, RevealField
from agent_tui.domain.contact import Verified
from agent_tui.domain.customer import Secret, Tier
from agent_tui.domain.ticket import TicketKind
from agent_tui.domain.ticket_commands import AssignTicket
from agent_tui.policy import table
from agent_tui.policy.ask import Facts
from agent_tui.policy.decide import decide
from agent_tui.policy.decision import (
    ActorFacts,
    Allow,
    Circumstances,
    Decision,
    Deny,
    NeedsCosign,
    StepUp,
    SubjectFacts,
)
from agent_tui.policy.limits import most
from agent_tui.server.services import Services
from agent_tui.server.terms import Terms
from agent_tui.wire import routes
from agent_tui.wire.command import Envelope, Intent
from tests import eg
from tests.server import engines, office
from tests.server.engines import quick, tamper

Client = AsyncTestClient[Litestar]
BY_LEVEL = {1: "a0", 2: "a1", 3: "b3", 4: "s1", 5: "m1"}
PRODUCTS = {
    "query_balance": ("account", "account", "normal"),
    "resend_statement": ("credit", "credit_card", "normal"),
    "raise_temporary_limit": ("credit", "credit_card", "normal"),
    "block_card": ("credit", "credit_card", "normal"),
    "unblock_card": ("blocked", "credit_card", "blocked"),
    "dispute_transaction": ("credit", "credit_card", "normal"),
    "unlock_terminal": ("terminal", "terminal", "locked"),
    "release_settlement": ("merchant", "merchant", "frozen"),
}
"""Action → the customer's product it is tried on: id, kind, status."""
COMPLAINTS: dict[str, tuple[str, ...]] = {
    "close_complaint": ("general", "serious", "crisis"),
    "downgrade_complaint": ("serious",),
    "escalate_complaint": ("serious",),
    "take_up_ticket": ("general", "crisis"),
    "assign_ticket": ("serious",),
}
IN_HAND = frozenset({"close_complaint", "escalate_complaint"})
"""What is done to a complaint that one has in hand."""
FIELDS = {"reveal_field": (Secret.PHONE, Secret.ID_NUMBER)}


class Row(NamedTuple):
    action: str
    level: int
    tier: str
    verified: str
    minor: int
    online: bool = True
    fresh: bool = True
    variant: str = ""
    """The field to reveal, or the level of the complaint."""
    minute: int = 600
    """Of the centre's day; `eg.NOW` is Monday, 10:00."""


def facts(row: Row) -> Facts:
    """The row as the policy is asked about it."""
    agent = office.person(BY_LEVEL[row.level])
    _, kind, status = PRODUCTS.get(row.action, ("", "", ""))
    actor = ActorFacts(
        id=agent.id,
        level=agent.level,
        role=agent.role,
        groups=agent.groups,
        certifications=tuple(sorted(agent.certifications)),
        step_up_age_s=0 if row.fresh else None,
    )
    subject = SubjectFacts(
        tier=row.tier,
        verified=row.verified,
        own_contact=True,
        own_group=True,
        owner=row.action in IN_HAND,
        product_kind=kind,
        product_status=status,
        complaint_level=row.variant if row.action in COMPLAINTS else "",
    )
    given = Circumstances(
        amount_minor=row.minor,
        online=row.online,
        reason_given=True,
        field=row.variant if row.action in FIELDS else "",
        minute=row.minute,
        weekday=1,
        business_hours=True,
    )
    return Facts(actor, row.action, subject, given)


def variants(action: str) -> tuple[str, ...]:
    return COMPLAINTS.get(action) or tuple(field.value for field in FIELDS.get(action, ())) or ("",)


def amounts(row: Row) -> tuple[int, ...]:
    """One fen below what this person may do alone, exactly that, one fen above; 0.01 where nothing is theirs."""
    if not AT_DESK[row.action].amount:
        return (0,)
    limit = most(office.policy(), facts(row._replace(minor=1)))
    return tuple(n for n in (limit - 1, limit, limit + 1) if n > 0) if limit is not None else (1, 10_000_000)


def rows() -> Iterator[Row]:
    """The table."""
    for action in AT_DESK:
        for level in BY_LEVEL:
            for tier in Tier:
                for verified in Verified:
                    for variant in variants(action):
                        row = Row(action, level, tier.value, verified.value, 0, variant=variant)
                        for minor in amounts(row):
                            yield row._replace(minor=minor)
                            if verified == Verified.FULL:
                                yield row._replace(minor=minor, fresh=False)
                            if verified == Verified.FULL or minor == amounts(row)[0]:
                                yield row._replace(minor=minor, online=False)


def every_sum() -> Iterator[Row]:
    """Every sum that any rule names, and its neighbours, at every level."""
    for action in ACTIONS:
        for level in BY_LEVEL:
            for variant in variants(action):
                for minor in table.sums(office.policy(), action) if ACTIONS[action].amount else (0,):
                    yield Row(action, level, "gold", "full", minor, variant=variant)


def thinned(table: Iterator[Row]) -> Iterator[Row]:
    """All rows, or the first of each action, variant and level that comes to another decision for other reasons."""
    seen = set()
    for row in table:
        status, name, sentences = expected(decide(office.policy(), *facts(row)))
        kind = (row.action, row.variant, row.level, status, name, row.online, row.minor > 0, str(sentences))
        if engines.whole() or kind not in seen:
            seen.add(kind)
            yield row


def command(row: Row, n: int) -> Command:
    agent, customer = BY_LEVEL[row.level], f"c-{row.tier}"
    contact = f"k-{agent}-{row.tier}-{row.verified}"
    if row.action == "reveal_field":
        return RevealField(
            customer_id=customer, field=Secret(row.variant), purpose="asked by them", contact_id=contact
        )
    if row.action == "raise_work_order":
        return RaiseWorkOrder(group="cards", title="x", text="y", contact_id=contact, customer_id=customer)
    if row.action == "take_up_ticket":
        return MoveTicket(ticket_id=f"t-{row.tier}-{row.variant}-{n}", state="in_progress")
    if row.action == "assign_ticket":
        return AssignTicket(ticket_id=f"t-{row.tier}-{row.variant}-{n}", assignee_id="a2")
    product = PRODUCTS.get(row.action)
    extra = {
        "change_mobile": {"mobile": "13900001111"},
        "downgrade_complaint": {"level": "general"},
        "escalate_complaint": {"level": "crisis"},
    }
    return PerformAction(
        action=row.action,
        customer_id=customer,
        contact_id=contact,
        product_id=f"{customer}-{product[0]}" if product else None,
        ticket_id=f"t-{row.tier}-{row.variant}-{n}" if row.action in COMPLAINTS else None,
        amount_minor=row.minor or None,
        reason="because",
        args=extra.get(row.action, {}),
    )


def expected(decision: Decision) -> tuple[int, str, tuple[dict[str, str], ...]]:
    """Status, kind of problem, and the sentences of the rules."""
    match decision:
        case Allow():
            return 200, "", ()
        case StepUp():
            return 401, "step-up-required", tuple(r.sentences for r in decision.reasons)
        case NeedsCosign():
            return 403, "limit-exceeded", tuple(r.sentences for r in decision.reasons)
        case Deny():
            return 403, "denied", tuple(r.sentences for r in decision.reasons)
    raise AssertionError(decision)


@pytest.fixture
def services(tmp_path: Path) -> Services:
    services = office.open_office(tmp_path)
    quick(services)
    made: list[Any] = [office.customer(f"c-{tier.value}", tier=tier) for tier in Tier]
    for tier in Tier:
        for agent in BY_LEVEL.values():
            for verified in Verified:
                contact = office.serving(agent, f"c-{tier.value}", verified=verified)
                made.append(msgspec.structs.replace(contact, id=f"k-{agent}-{tier.value}-{verified.value}"))
    office.put(services, *made)
    return services


class Asker:
    """Sends rows of the table, each into an unused day."""

    def __init__(self, client: Client, services: Services) -> None:
        self.client, self.services, self.sent = client, services, 0
        self.seats: dict[tuple[str, bool], office.Seat] = {}

    async def sign_in(self) -> None:
        for agent in BY_LEVEL.values():
            self.seats[agent, True] = await office.fresh(self.client, agent)
            self.seats[agent, False] = await office.seat(self.client, agent)

    async def send(self, row: Row, given: Command) -> Any:
        seat = self.seats[BY_LEVEL[row.level], row.fresh]
        envelope = Envelope(id=ids.uuid7(), command=given, intent=Intent(offline=not row.online))
        headers = {**seat.headers, "idempotency-key": envelope.id, "content-type": "application/json"}
        answer = await self.client.post(routes.COMMANDS, content=msgspec.json.encode(envelope), headers=headers)
        if answer.status_code == 200 and row.minor:
            tamper(self.services, "DELETE FROM limit_hold")
        return answer

    def command(self, row: Row) -> Command:
        """With a complaint of its own, since closing one is for good."""
        self.sent += 1
        if row.action in COMPLAINTS:
            kind, level, id = TicketKind.COMPLAINT, row.variant, f"t-{row.tier}-{row.variant}-{self.sent}"
            complaint = eg.ticket(id, kind=kind, customer_id=f"c-{row.tier}", complaint_level=level, group="cards")
            held = BY_LEVEL[row.level] if row.action in IN_HAND else None
            number = f"260302-{self.sent:04d}-1"
            office.put(self.services, msgspec.structs.replace(complaint, number=number, handler_id=held))
        return command(row, self.sent)


@pytest.fixture
async def asker(client: Client, services: Services) -> Asker:
    asker = Asker(client, services)
    await asker.sign_in()
    return asker


async def test_the_server_answers_every_row_of_the_table_as_the_policy_says(
    asker: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    # One person reveals more here than in a year; how often is no part of the table.
    monkeypatch.setattr(asker.services.ledger, "_terms", Terms(reveals_per_hour=100_000))
    wrong: list[Any] = []
    seen = set()
    for row in thinned(rows()):
        status, name, sentences = expected(decide(office.policy(), *facts(row)))
        answer = await asker.send(row, asker.command(row))
        seen.add((status, name))
        if answer.status_code != status:
            wrong.append((row, status, answer.text))
        elif status != 200 and row.online:
            told = answer.json()
            same = tuple(told["reasons"]) == sentences and (name == "denied" or told["type"].endswith(name))
            wrong += [] if same else [(row, name, told)]
    assert not wrong, (len(wrong), wrong[:3])
    assert seen == {(200, ""), (401, "step-up-required"), (403, "limit-exceeded"), (403, "denied")}
    assert asker.sent > engines.examples(2_500, 300)


async def test_a_co_sign_can_be_asked_for_exactly_where_the_table_says_so(asker: Asker) -> None:
    wrong: list[Any] = []
    outcomes = set()
    for row in thinned(every_sum()):
        given = asker.command(row)
        if not isinstance(given, PerformAction):
            continue
        decision = decide(office.policy(), *facts(row))
        answer = await asker.send(row, RequestApproval(command=given, reason="asked"))
        outcome = answer.json().get("outcome", answer.json().get("key", ""))
        outcomes.add(outcome)
        if isinstance(decision, NeedsCosign):
            asked = answer.status_code == 200 and office.get_approval(asker.services, answer.json()["id"])
            right = bool(asked) and (asked.level, asked.people) == (decision.level, decision.people)
        else:
            right = answer.status_code == 403 and (outcome == "authority.not_needed") == isinstance(decision, Allow)
        wrong += [] if right else [(row, decision, answer.text)]
    assert not wrong, (len(wrong), wrong[:3])
    assert {"awaiting_approval", "authority.not_needed", "server.refusal.not_permitted"} <= outcomes
