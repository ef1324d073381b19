"""Whoever may not have a ticket in hand any more has it no longer, within seconds, and the group is told; who goes home
keeps it. A supervisor gives it to somebody who could take it up."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from agent_tui.domain.agent import AgentState, Role
from agent_tui.domain.centre import Notice
from agent_tui.domain.commands import MoveTicket
from agent_tui.domain.ticket import Ticket, TicketKind, TicketState
from agent_tui.domain.ticket_commands import AssignTicket, ReturnTicket
from agent_tui.server.acts import acts
from agent_tui.server.returns import RETURNS, Returns
from agent_tui.server.services import Services
from agent_tui.server.state import TableState
from agent_tui.wire.command import Envelope
from tests import eg
from tests.server import bench, office
from tests.server.engines import quick
from tests.server.test_taken_up import CUSTOMER, complaint

Client = AsyncTestClient[Litestar]
TAKE = MoveTicket(ticket_id="t9", state="in_progress")
ORDER: dict[str, Any] = {"kind": TicketKind.WORK_ORDER, "complaint_level": None}


@pytest.fixture
def services(tmp_path: Path) -> Services:
    services = office.open_office(tmp_path)
    quick(services)
    office.put(services, office.customer("c9"), complaint(), office.person("b3", groups=("elsewhere",)))
    return services


def ticket(services: Services) -> Ticket:
    found = services.db.read_now(lambda tx: TableState(tx).get(Ticket, "t9"))
    assert found is not None
    return found


def told(services: Services) -> list[tuple[str, tuple[str, ...]]]:
    found = services.db.read_now(lambda tx: TableState(tx).find(Notice))
    return [(notice.key.removeprefix("domain.notice."), notice.to) for notice in found]


def audited(services: Services, kind: str) -> list[tuple[str, str, str]]:
    rows = bench.query(services, f"SELECT actor, outcome, payload FROM audit WHERE type = '{kind}' ORDER BY seq")
    return [(actor, outcome, str(payload)) for actor, outcome, payload in rows]


GONE: dict[str, dict[str, Any]] = {
    "inactive": {"active": False},
    "group": {"groups": ("elsewhere",), "second_groups": ("cards",)},
    "role": {"role": Role.REVIEWER},
    "certification": {"certifications": {"complaints": eg.at(60)}},
}


@pytest.mark.parametrize("why", sorted(GONE))
async def test_who_may_not_have_it_any_more_has_it_no_longer(client: Client, services: Services, why: str) -> None:
    desk, job = await office.seat(client, "a1"), Returns(services)
    rows, cursor = await desk.snapshot()
    assert (await desk.send(TAKE)).status_code == 200
    cursor = await desk.catch_up(rows, cursor)
    await job.step()
    assert ticket(services).handler_id == "a1" and CUSTOMER in rows
    office.put(services, office.person("a1", **GONE[why]))
    bench.advance(services, 60)
    await job.step()
    await job.step()
    back = ticket(services)
    assert (back.state, back.handler_id, back.handled_since) == (TicketState.OPEN, None, None)
    assert told(services) == [(f"returned_{why}", ("g:cards", "floor"))]
    ((actor, outcome, payload),) = audited(services, "ReturnTicket")
    assert (actor, outcome) == ("system:returns", "applied") and '"handler_id":"a1"' in payload
    assert '"customer_id":"c9"' in payload, "it is told with everything that was done about this customer"
    if why == "inactive":
        assert (await desk.get("/v1/sync/changes", cursor=cursor)).status_code == 401
    elif why != "role":
        await desk.catch_up(rows, cursor)
        assert CUSTOMER not in rows, "and with it went its customer"
    assert (await (await office.seat(client, "a2")).send(TAKE)).status_code == 200


async def test_a_work_order_asks_for_no_certification_and_a_shift_that_ends_changes_nothing(
    client: Client, services: Services
) -> None:
    office.put(services, complaint(**ORDER))
    assert (await (await office.seat(client, "a1")).send(TAKE)).status_code == 200
    office.put(services, office.person("a1", certifications={}, state=AgentState.LOGGED_OFF))
    bench.advance(services, timedelta(days=30).total_seconds())
    await Returns(services).step()
    assert ticket(services).handler_id == "a1" and told(services) == []


async def test_it_is_taken_from_nobody_who_may_have_it_nor_twice(client: Client, services: Services) -> None:
    assert (await (await office.seat(client, "a1")).send(TAKE)).status_code == 200
    for id, holder, status in (("r1", "a1", 403), ("r2", "a2", 409)):
        answer = await services.commit(
            Envelope(id=id, command=ReturnTicket(ticket_id="t9", handler_id=holder)), RETURNS
        )
        assert answer.http == status
    supervisor = await office.seat(client, "s1")
    assert (await supervisor.send(ReturnTicket(ticket_id="t9", handler_id="a1"))).status_code == 403
    assert ticket(services).handler_id == "a1"


async def test_a_supervisor_gives_it_to_a_colleague_who_is_told_and_sees_the_customer(
    client: Client, services: Services
) -> None:
    supervisor, colleague = await office.seat(client, "s2"), await office.seat(client, "a1")
    rows, cursor = await colleague.snapshot()
    given = AssignTicket(ticket_id="t9", assignee_id="a1", text="please ring them today")
    assert (await supervisor.send(given)).status_code == 200
    cursor = await colleague.catch_up(rows, cursor)
    assert (ticket(services).handler_id, ticket(services).state) == ("a1", TicketState.IN_PROGRESS)
    assert CUSTOMER in rows and told(services) == [("assigned", ("a:a1",))]
    assert (await supervisor.send(AssignTicket(ticket_id="t9", assignee_id="a2"))).status_code == 200
    await colleague.catch_up(rows, cursor)
    assert CUSTOMER not in rows and ("assigned", ("a:a2", "a:a1")) in told(services)
    payloads = [payload for _, _, payload in audited(services, "AssignTicket")]
    assert '"assignee_id":"a2"' in payloads[1] and "assign_ticket" in payloads[1]
    assert acts(payloads) is not None and not list(acts(payloads)), "no act that is reviewed afterwards"


@pytest.mark.parametrize(
    ("to", "changed", "status", "says"),
    [
        ("b3", {}, 403, "take-up-group"),
        ("a1", {"certifications": {}}, 403, "take-up-certified"),
        ("a1", {"active": False}, 403, "take-up-inactive"),
        ("ad", {}, 403, "take-up-role"),
        ("nobody", {}, 403, ""),
    ],
)
async def test_it_is_given_to_nobody_who_could_not_take_it_up(
    client: Client, services: Services, to: str, changed: dict[str, Any], status: int, says: str
) -> None:
    if changed:
        office.put(services, office.person(to, **changed))
    answer = await (await office.seat(client, "s1")).send(AssignTicket(ticket_id="t9", assignee_id=to))
    assert answer.status_code == status
    sentences = [reason["zh"] for reason in answer.json()["reasons"]]
    assert not says or office.policy().rules[says].sentences["zh"] in sentences
    assert ticket(services).handler_id is None
    assert [outcome for _, outcome, _ in audited(services, "AssignTicket")] == ["refused"]


@pytest.mark.parametrize("who", ["a1", "b4", "ad"])
async def test_nobody_but_a_supervisor_assigns(client: Client, services: Services, who: str) -> None:
    answer = await (await office.seat(client, who)).send(AssignTicket(ticket_id="t9", assignee_id="a2"))
    assert answer.status_code == 403
    assert office.policy().rules["assign-role"].sentences["zh"] in [r["zh"] for r in answer.json()["reasons"]]


async def test_what_is_closed_of_another_kind_or_theirs_already_is_not_assigned(
    client: Client, services: Services
) -> None:
    supervisor, given = await office.seat(client, "s1"), AssignTicket(ticket_id="t9", assignee_id="a1")
    assert (await supervisor.send(given)).status_code == 200
    assert (await supervisor.send(given)).json()["key"] == "domain.taken_up"
    for fields, key in (
        ({"kind": TicketKind.QUESTION}, "domain.not_in_hands"),
        ({**ORDER, "state": TicketState.CLOSED}, "domain.ticket_is_closed"),
    ):
        office.put(services, complaint(**fields))
        assert (await supervisor.send(given)).json()["key"] == key
