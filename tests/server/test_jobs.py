"""Errands, figures, opening hours and leavers: what the server does by itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from litestar import Litestar
from litestar.testing import AsyncTestClient

from agent_tui.domain.agent import Agent, AgentState
from agent_tui.domain.calendar import Calendar
from agent_tui.domain.centre import Figure, Group, Notice
from agent_tui.domain.commands import PerformAction, ReportEvent, SetAgentState
from agent_tui.domain.customer import Customer, Secret
from agent_tui.domain.ticket import Ticket, TicketKind
from agent_tui.metrics.interval import Rules
from agent_tui.server import seed
from agent_tui.server.customers import find
from agent_tui.server.errands import ErrandsJob
from agent_tui.server.figures import FiguresJob
from agent_tui.server.ports import core_banking
from agent_tui.server.services import Services
from agent_tui.server.state import TableState
from agent_tui.server.upkeep import Holidays, Hours, Leavers, Sweeper
from agent_tui.wire import routes
from tests import eg
from tests.server import bench

Client = AsyncTestClient[Litestar]

BLOCK = PerformAction(action="block_card", customer_id="c1", product_id="c1-card", reason="lost")


async def card_status(services: Services) -> str:
    customer = await services.db.read(lambda tx: TableState(tx).get(Customer, "c1"))
    assert customer is not None
    return customer.products[0].status


async def blocked_by(client: Client, services: Services, **knobs: Any) -> ErrandsJob:
    bench.add_customer(services)
    bank = core_banking.simulator()
    bank.refuses |= knobs.get("refuses", {})
    bank.silent |= knobs.get("silent", set())
    desk = await bench.sign_in(client, "chen")
    assert (await desk.send(BLOCK)).status_code == 200
    return ErrandsJob(services, (bank,))


async def tickets(services: Services) -> list[Ticket]:
    return await services.db.read(lambda tx: TableState(tx).find(Ticket))


async def test_a_card_is_shown_as_blocked_once_core_banking_says_so(client: Client, services: Services) -> None:
    job = await blocked_by(client, services)
    assert await card_status(services) == "normal"
    await job.step()
    assert await card_status(services) == "blocked"
    assert await tickets(services) == []


async def test_what_core_banking_refuses_does_not_happen_and_becomes_a_ticket(
    client: Client, services: Services
) -> None:
    job = await blocked_by(client, services, refuses={"block_card": "card unknown"})
    await job.step()
    assert await card_status(services) == "normal"
    (ticket,) = await tickets(services)
    assert ticket.why is not None and ticket.why.key == "server.effect.failed"
    assert ticket.owner_id == "a1"


async def test_an_unknown_outcome_becomes_a_ticket_and_is_not_repeated(client: Client, services: Services) -> None:
    job = await blocked_by(client, services, silent={"block_card"})
    await job.step()
    await job.step()
    (ticket,) = await tickets(services)
    assert (ticket.kind, ticket.effect) == (TicketKind.UNKNOWN_EFFECT, "block_card")
    states = bench.query(services, "SELECT state, attempts FROM ext_outbox")
    assert states == [("unknown", 1)]


async def test_a_changed_number_is_kept_encrypted_and_found(client: Client, services: Services) -> None:
    bench.add_customer(services)
    desk = await bench.sign_in(client, "chen")
    command = PerformAction(action="change_mobile", customer_id="c1", args={"mobile": "13900009999"}, reason="asked")
    assert (await desk.send(command)).status_code == 200
    await ErrandsJob(services, (core_banking.simulator(),)).step()
    clear = await services.db.read(lambda tx: services.vault.get(tx, "c1", Secret.PHONE))
    assert clear == "13900009999"
    found = await services.db.read(lambda tx: find(tx, services.vault, "9999"))
    assert [hit.customer_id for hit in found] == ["c1"]
    assert await services.db.read(lambda tx: find(tx, services.vault, bench.PHONE)) == ()


async def figure(services: Services, id: str) -> Figure:
    found = await services.db.read(lambda tx: TableState(tx).get(Figure, id))
    assert found is not None
    return found


async def give_up(client: Client, services: Services, count: int) -> None:
    link = await bench.sign_in(client, "link:sim")
    for n in range(count):
        await bench.offer(client, f"k{n}")
    bench.advance(services, 60)
    for n in range(count):
        gone = ReportEvent(contact_id=f"k{n}", event="ConnectionCleared", party="customer")
        assert (await link.send(gone, path=routes.INGRESS)).status_code == 200


async def test_figures_of_the_day_are_published_with_numerator_denominator_and_rule(
    client: Client, services: Services
) -> None:
    await give_up(client, services, 3)
    await FiguresJob(services, Rules()).step()
    abandonment = await figure(services, "abandonment:centre")
    assert (abandonment.numerator, abandonment.denominator, abandonment.value) == (3, 3, 1.0)
    assert abandonment.rule.startswith("abandonment/")
    assert (await figure(services, "abandonment:g:cards")).numerator == 3


async def test_figures_that_did_not_change_are_not_sent_again(client: Client, services: Services) -> None:
    await give_up(client, services, 1)
    job = FiguresJob(services, Rules())
    await job.step()
    before = bench.query(services, "SELECT MAX(seq) FROM feed")
    await job.step()
    assert bench.query(services, "SELECT MAX(seq) FROM feed") == before


async def test_the_report_equals_the_wallboard(client: Client, services: Services) -> None:
    await give_up(client, services, 4)
    await FiguresJob(services, Rules()).step()
    boss = await bench.sign_in(client, "boss")
    since, until = "2026-03-01T16:00:00+00:00", "2026-03-02T16:00:00+00:00"
    answer = await boss.get(routes.REPORT, since=since, until=until)
    assert answer.status_code == 200, answer.text
    reported = {row["metric"]: row for row in answer.json()["figures"]}
    shown = await figure(services, "abandonment:centre")
    assert reported["abandonment"]["value"] == shown.value
    assert reported["abandonment"]["denominator"] == shown.denominator


async def test_a_group_is_measured_against_its_own_target_on_the_wall_and_in_reports(
    client: Client, services: Services
) -> None:
    """M3: each line has its own target of service level; the centre keeps the centre's."""
    services.db.write_now(lambda tx: seed.publish(tx, [eg.group("cards", target_share=0.9)], "SeedCentre", eg.NOW))
    await give_up(client, services, 2)
    await FiguresJob(services, Rules(targets={"service_level": 0.7})).step()
    assert (await figure(services, "service_level:g:cards")).target == 0.9
    assert (await figure(services, "service_level:centre")).target == 0.7
    boss = await bench.sign_in(client, "boss")
    since, until = "2026-03-01T16:00:00+00:00", "2026-03-02T16:00:00+00:00"
    answer = await boss.get(routes.REPORT, since=since, until=until, scope="g:cards")
    reported = {row["metric"]: row for row in answer.json()["figures"]}
    assert reported["service_level"]["target"] == 0.9


async def test_abandonment_near_its_limit_raises_one_notice_in_a_half_hour(
    client: Client, services: Services
) -> None:
    await give_up(client, services, 20)
    job = FiguresJob(services, Rules())
    await job.step()
    bench.advance(services, 10)
    await job.step()
    notices = await services.db.read(lambda tx: TableState(tx).find(Notice))
    assert [notice.kind for notice in notices] == ["alarm"]


async def test_groups_open_and_close_by_their_calendar(services: Services) -> None:
    closed = Calendar(id="office")
    group = eg.group("office", hours=closed)
    await services.db.write(lambda tx: seed.publish(tx, [group], "Groups", eg.NOW))
    await Hours(services).step()
    found = await services.db.read(lambda tx: TableState(tx).get(Group, "office"))
    assert found is not None and not found.open_now


async def test_supervisors_are_told_once_a_day_that_a_list_of_holidays_ends(services: Services) -> None:
    today = services.clock.now().date()
    ends = Calendar(id="office", holidays_to=today + timedelta(days=30))
    goes_on = Calendar(id="later", holidays_to=today + timedelta(days=300))
    groups = [eg.group("a", hours=ends), eg.group("b", hours=ends), eg.group("c", hours=goes_on)]
    await services.db.write(lambda tx: seed.publish(tx, groups, "Groups", eg.NOW))

    async def told() -> list[tuple[object, tuple[str, ...]]]:
        await Holidays(services).step()  # another process, or the same one started again
        return [
            (notice.args["days"], notice.to)
            for notice in await services.db.read(lambda tx: TableState(tx).find(Notice))
        ]

    assert await told() == await told() == [(30, ("floor",))]
    bench.advance(services, 24 * 3600)
    assert sorted(await told()) == [(29, ("floor",)), (30, ("floor",))]


async def test_who_has_no_session_any_more_is_logged_off(client: Client, services: Services) -> None:
    desk = await bench.sign_in(client, "chen")
    await desk.send(SetAgentState(state="ready"))
    await Leavers(services).step()
    services.db.write_now(lambda tx: tx.run("tokens_trim", before="9"))
    await Leavers(services).step()
    agent = await services.db.read(lambda tx: TableState(tx).get(Agent, "a1"))
    assert agent is not None and agent.state == AgentState.LOGGED_OFF


async def test_old_outcomes_leave_the_feed_but_stay_on_record(client: Client, services: Services) -> None:
    desk = await bench.sign_in(client, "chen")
    sent = await desk.send(SetAgentState(state="ready"))
    rows, cursor = await desk.snapshot()
    bench.advance(services, 13 * 3600)
    await Sweeper(services).step()
    await desk.catch_up(rows, cursor)
    assert ("command", sent.json()["id"]) not in rows
    status = await desk.post(routes.COMMANDS_STATUS, {"ids": [sent.json()["id"]]})
    assert status.json()["outcomes"] == [sent.json()]
