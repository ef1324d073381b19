"""Limits with memory: by person, customer and team; reserved, used, given back; added up; over midnight; at once."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import msgspec
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from agent_tui.domain.approval import ApprovalState
from agent_tui.domain.commands import MoveTicket, ResolveEffect, RevealField, WithdrawApproval
from agent_tui.domain.customer import Customer, Secret
from agent_tui.domain.effects import External
from agent_tui.domain.ticket import Ticket, TicketKind
from agent_tui.errors import UsageError
from agent_tui.server import personal
from agent_tui.server.database import Tx
from agent_tui.server.errands import ErrandsJob
from agent_tui.server.ports import core_banking, terminals
from agent_tui.server.ports.faults import inject
from agent_tui.server.ports.port import Result
from agent_tui.server.ports.simulated import SimulatedSystem
from agent_tui.server.services import Services
from agent_tui.server.state import TableState
from agent_tui.server.terms import Terms
from tests import eg
from tests.server import bench, office
from tests.server.engines import raw, tamper
from tests.server.office import act, says, waive

Client = AsyncTestClient[Litestar]


@pytest.fixture
def services(tmp_path: Path) -> Services:
    return office.open_office(tmp_path)


@pytest.fixture
def bank() -> SimulatedSystem:
    return core_banking.simulator()


@pytest.fixture
def job(services: Services, bank: SimulatedSystem) -> ErrandsJob:
    return ErrandsJob(services, (bank, terminals.simulator()))


def held(services: Services) -> list[tuple[int, str, str]]:
    found: list[tuple[int, str, str]] = bench.query(
        services, "SELECT amount_minor, state, day FROM limit_hold ORDER BY seq"
    )
    return found


# ---- adding up ---------------------------------------------------------------------------------------------------


async def test_split_transactions_for_one_customer_add_up_whoever_does_them(client: Client) -> None:
    one, other = await office.seat(client, "a1"), await office.seat(client, "a2")
    assert (await one.send(waive(3_000))).status_code == 200
    assert (await other.send(waive(2_000, "a2"))).status_code == 200
    over = await other.send(waive(1, "a2"))
    assert over.status_code == 403
    assert over.json()["needs_level"] == 3
    assert (await one.send(waive(5_000, customer="c2"))).status_code == 200


@pytest.mark.parametrize("currency", ["USD", "JPY", "cny", ""])
async def test_an_amount_of_another_currency_is_not_measured_by_these_limits(client: Client, currency: str) -> None:
    desk = await office.fresh(client, "a1")
    assert says(await desk.send(waive(4_000, currency=currency)), "domain.other_currency")
    assert says(await desk.ask(waive(6_000, currency=currency)), "domain.other_currency")
    assert (await desk.send(waive(5_000))).status_code == 200


async def test_one_person_reveals_so_many_fields_an_hour_and_no_more(client: Client, services: Services) -> None:
    desk, other = await office.fresh(client, "a1"), await office.fresh(client, "b3")
    show = RevealField(customer_id="c1", field=Secret.PHONE, purpose="verify", contact_id="k-a1-c1")
    for _ in range(Terms().reveals_per_hour):
        assert (await desk.send(show)).status_code == 200
    assert says(await desk.send(show), "authority.reveals")
    assert (await other.send(msgspec.structs.replace(show, contact_id="k-b3-c1"))).status_code == 200


async def test_a_person_has_a_day_across_customers(client: Client, services: Services) -> None:
    customers = [f"d{n}" for n in range(12)]
    office.put(services, *(office.customer(c) for c in customers), *(office.serving("a1", c) for c in customers))
    seat = await office.seat(client, "a1")
    codes = [(await seat.send(waive(5_000, customer=c))).status_code for c in customers]
    assert codes == [200] * 10 + [403, 403]
    assert sum(minor for minor, _, _ in held(services)) == 50_000


async def test_a_team_has_a_day_across_its_people(client: Client, services: Services) -> None:
    """Nearly everything of the team's 50,000.00 was used by others of the team."""
    with_team = (
        "INSERT INTO limit_hold VALUES ('x', 1, 'gone', '', 't-a', 'cx', 'waive_fee', '2026-03-02', 4996000, 'used')"
    )
    tamper(services, with_team)
    seat = await office.seat(client, "a1")
    assert (await seat.send(waive(4_000))).status_code == 200
    over = await seat.send(waive(1))
    assert over.status_code == 403
    assert over.json()["needs_level"] == 5
    assert "team" in over.json()["detail"]


async def test_what_is_only_proposed_counts_already(client: Client, services: Services) -> None:
    one, other = await office.seat(client, "a1"), await office.seat(client, "a2")
    approval = await one.asked(services, waive(20_000))
    assert (await other.send(waive(1, "a2"))).status_code == 403
    second = await other.asked(services, waive(15_000, "a2"))
    assert second.level == 4, "350.00 for one customer is above level 3"
    assert second.used_minor == 20_000
    await one.send(WithdrawApproval(approval_id=approval.id))
    assert (await (await office.seat(client, "a1")).asked(services, waive(14_000))).level == 3


async def test_a_later_request_does_not_stand_in_the_way_of_an_earlier_one(
    client: Client, services: Services
) -> None:
    first = await (await office.seat(client, "a1")).asked(services, waive(20_000))
    await (await office.seat(client, "a2")).asked(services, waive(15_000, "a2"))
    answer = await (await office.fresh(client, "b3")).decide(first)
    assert answer.status_code == 200, answer.text


async def test_many_at_the_same_time_never_pass_the_limit_together(client: Client, services: Services) -> None:
    seats = [await office.seat(client, id) for id in ("a1", "a2", "a1", "a2")]
    users = ["a1", "a2", "a1", "a2"]
    sends = [seat.send(waive(700, id)) for _ in range(5) for seat, id in zip(seats, users, strict=True)]
    codes = [answer.status_code for answer in await asyncio.gather(*sends)]
    assert codes.count(200) == 7
    assert sum(minor for minor, _, _ in held(services)) == 4_900


async def test_two_who_sign_at_the_same_time_carry_it_out_once(client: Client, services: Services) -> None:
    approval = await (await office.seat(client, "a1")).asked(services, waive(20_000))
    signers = [await office.fresh(client, id) for id in ("b3", "b4", "s1", "m1")]
    codes = sorted(a.status_code for a in await asyncio.gather(*(s.decide(approval) for s in signers)))
    assert codes == [200, 409, 409, 409]
    assert bench.query(services, "SELECT COUNT(*) FROM ext_outbox") == [(1,)]


# ---- the day -----------------------------------------------------------------------------------------------------


async def test_the_day_is_the_centres_and_ends_at_its_midnight(client: Client, services: Services) -> None:
    """eg.NOW is 10:00 in Shanghai: midnight there is 14 hours away, midnight UTC 22."""
    seat = await office.seat(client, "a1")
    assert (await seat.send(waive(5_000))).status_code == 200
    bench.advance(services, 14 * 3600 - 1)
    assert (await seat.send(waive(1))).status_code == 403
    bench.advance(services, 1)
    assert (await seat.send(waive(5_000))).status_code == 200


async def test_what_was_asked_before_midnight_counts_on_the_day_it_is_done(
    client: Client, services: Services
) -> None:
    bench.advance(services, 14 * 3600 - 60)
    seat = await office.seat(client, "a1")
    approval = await seat.asked(services, waive(20_000))
    bench.advance(services, 120)
    assert (await (await office.fresh(client, "b3")).decide(approval)).status_code == 200
    assert held(services) == [(20_000, "reserved", "2026-03-03")]
    assert (await seat.send(waive(1))).status_code == 403


async def test_over_midnight_it_is_judged_with_everything_of_the_new_day(client: Client, services: Services) -> None:
    bench.advance(services, 14 * 3600 - 60)
    approval = await (await office.seat(client, "a1")).asked(services, waive(20_000))
    bench.advance(services, 120)
    signer = await office.fresh(client, "b3")
    assert (await signer.send(waive(15_000, "b3"))).status_code == 200
    answer = await (await office.fresh(client, "b4")).decide(approval)
    assert answer.status_code == 409, "350.00 on the new day is above level 3"
    assert office.get_approval(services, approval.id).outcome == "authority.stale_authority"


# ---- other systems -----------------------------------------------------------------------------------------------


async def test_it_is_used_when_the_other_system_says_done(
    client: Client, services: Services, job: ErrandsJob
) -> None:
    await (await office.seat(client, "a1")).send(waive(5_000))
    assert held(services)[0][1] == "reserved"
    await job.step()
    assert held(services)[0][1] == "used"


async def test_refused_there_it_is_given_back_and_a_signed_request_has_failed(
    client: Client, services: Services, job: ErrandsJob, bank: SimulatedSystem
) -> None:
    bank.refuses["waive_fee"] = "no such fee"
    approval = await (await office.seat(client, "a1")).asked(services, waive(20_000))
    await (await office.fresh(client, "b3")).decide(approval)
    await job.step()
    assert held(services)[0][1] == "released"
    assert office.get_approval(services, approval.id).state is ApprovalState.FAILED
    assert (await (await office.seat(client, "a1")).send(waive(5_000))).status_code == 200


def ticket(services: Services) -> Ticket:
    found = services.db.read_now(lambda tx: TableState(tx).find(Ticket, status="open"))
    return next(t for t in found if t.kind is TicketKind.UNKNOWN_EFFECT)


@pytest.mark.parametrize(
    ("outcome", "state", "approval_state"),
    [("done", "used", ApprovalState.EXECUTED), ("not_done", "released", ApprovalState.FAILED)],
)
async def test_an_unknown_outcome_waits_reserved_until_somebody_else_finds_out(
    client: Client,
    services: Services,
    job: ErrandsJob,
    bank: SimulatedSystem,
    outcome: str,
    state: str,
    approval_state: ApprovalState,
) -> None:
    bank.silent.add("waive_fee")
    maker = await office.seat(client, "a1")
    approval = await maker.asked(services, waive(20_000))
    signer = await office.fresh(client, "b3")
    await signer.decide(approval)
    await job.step()
    bank.silent.clear()
    await job.step()
    assert not bank.done, "nothing is repeated by itself"
    assert held(services)[0][1] == "reserved"
    found = ticket(services)
    finding = ResolveEffect(ticket_id=found.id, outcome=outcome, reason="asked core banking by phone")
    assert says(await maker.send(finding), "authority.level_too_low")
    assert says(await signer.send(finding), "authority.own_effect")
    closing = MoveTicket(ticket_id=found.id, state="closed", text="gone")
    assert says(await (await office.seat(client, "s1")).send(closing), "authority.resolve_first")
    reviewer = await office.seat(client, "s1")
    assert (await reviewer.send(finding)).status_code == 200
    assert held(services)[0][1] == state
    assert office.get_approval(services, approval.id).state is approval_state
    assert says(await reviewer.send(finding), "authority.no_effect")


async def test_found_done_what_was_promised_comes_true(
    client: Client, services: Services, job: ErrandsJob, bank: SimulatedSystem
) -> None:
    bank.silent.add("block_card")
    await (await office.seat(client, "a1")).send(act("block_card", product_id="c1-credit"))
    await job.step()
    finding = ResolveEffect(ticket_id=ticket(services).id, outcome="done", reason="seen in core banking")
    assert (await (await office.seat(client, "s1")).send(finding)).status_code == 200
    row = (await (await office.seat(client, "s1")).snapshot())[0]["customer", "c1"]
    assert {p["id"]: p["status"] for p in row["products"] if "status" in p}["c1-credit"] == "blocked"


@pytest.mark.parametrize("outcome", ["done", "not_done"])
async def test_what_became_of_it_can_be_said_after_the_customer_was_forgotten(
    client: Client, services: Services, job: ErrandsJob, bank: SimulatedSystem, outcome: str
) -> None:
    bank.silent.add("block_card")
    await (await office.seat(client, "a1")).send(act("block_card", product_id="c1-credit"))
    await job.step()
    found = ticket(services)
    services.db.write_now(lambda tx: personal.erase(tx, "c1", eg.NOW, "somebody"))
    finding = ResolveEffect(ticket_id=found.id, outcome=outcome, reason="seen in core banking")
    answer = await (await office.seat(client, "s1")).send(finding)
    assert answer.status_code == 200, answer.text


async def test_what_is_confirmed_too_late_brings_nothing_back_of_somebody_who_was_forgotten(
    client: Client, services: Services, job: ErrandsJob
) -> None:
    """A new number was on its way when its customer asked to be forgotten."""
    mobile = "13900001111"
    maker = await office.fresh(client, "a1")
    approval = await maker.asked(services, act("change_mobile", args={"mobile": mobile}))
    await (await office.fresh(client, "b3")).decide(approval)
    services.db.write_now(lambda tx: personal.erase(tx, "c1", eg.NOW, "somebody"))
    await job.step()

    def look(tx: Tx) -> tuple[Any, ...]:
        (errand,) = raw(tx, "SELECT state, body FROM ext_outbox")
        customer = TableState(tx).get(Customer, "c1")
        return errand[0], bytes(errand[1] or b""), services.vault.get(tx, "c1", "phone"), customer and customer.phone

    assert services.db.read_now(look) == ("done", b"", None, "")
    assert not services.db.read_now(lambda tx: raw(tx, "SELECT 1 FROM search_token WHERE customer_id = 'c1'"))


class Dying:
    """A system during whose answer the server dies."""

    name = "core_banking"

    def __init__(self) -> None:
        self.calls = 0

    async def perform(self, key: str, errand: External) -> Result:
        self.calls += 1
        raise asyncio.CancelledError


async def test_what_was_begun_before_a_restart_is_of_unknown_outcome_not_repeated(
    client: Client, services: Services
) -> None:
    dying = Dying()
    await (await office.seat(client, "a1")).send(waive(5_000))
    with pytest.raises(asyncio.CancelledError):
        await ErrandsJob(services, (dying,)).step()
    await ErrandsJob(services, (dying,)).step()
    assert dying.calls == 1
    assert ticket(services).effect == "waive_fee"
    assert held(services)[0][1] == "reserved"


# ---- faults on request -------------------------------------------------------------------------------------------


async def test_faults_can_be_injected_into_the_simulators(client: Client, services: Services) -> None:
    bank, field = core_banking.simulator(), terminals.simulator()
    inject(("*=delay:0.01", "waive_fee=unknown", "unlock_terminal=refused"), (bank, field))
    job = ErrandsJob(services, (bank, field))
    seat = await office.seat(client, "a1")
    await seat.send(waive(5_000))
    await seat.send(act("unlock_terminal", product_id="c1-terminal"))
    await seat.send(act("block_card", product_id="c1-credit"))
    await job.step()
    outcomes = dict(bench.query(services, "SELECT operation, state FROM ext_outbox"))
    assert outcomes == {"waive_fee": "unknown", "unlock_terminal": "refused", "block_card": "done"}


@pytest.mark.parametrize(
    "text", ["waive_fee", "waive_fee=often", "waive_fee=delay:long", "*=delay:-1", "dance=unknown"]
)
def test_a_fault_that_is_not_understood_is_one_clear_error(text: str) -> None:
    with pytest.raises(UsageError):
        inject((text,), (core_banking.simulator(), terminals.simulator()))
