"""A colleague of the group takes up a complaint over HTTP: one of them, by the rules, and with it comes its customer, masked
as always, until it leaves their hands."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import msgspec
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from agent_tui.domain.commands import MoveTicket, RaiseWorkOrder
from agent_tui.domain.contact import Contact, ContactState
from agent_tui.domain.rows import Entity
from agent_tui.domain.ticket import Ticket, TicketKind, TicketState
from agent_tui.server.acts import acts
from agent_tui.server.services import Services
from agent_tui.server.state import TableState
from tests import eg
from tests.server import bench, office
from tests.server.engines import quick

Client = AsyncTestClient[Litestar]
CUSTOMER = ("customer", "c9")


def complaint(id: str = "t9", **fields: Any) -> Entity:
    given: dict[str, Any] = {
        "kind": TicketKind.COMPLAINT,
        "customer_id": "c9",
        "complaint_level": "serious",
        "group": "cards",
    }
    return eg.ticket(id, **{"owner_id": "b4", "number": f"260302-90{id[1:]}-1", **given, **fields})


@pytest.fixture
def services(tmp_path: Path) -> Services:
    services = office.open_office(tmp_path)
    quick(services)
    office.put(
        services, eg.group("it", kind="department"), office.customer("c9"), complaint(),
        office.person("b3", groups=("elsewhere",)), office.person("s2", groups=()),
        office.person("a0", certifications={}),
    )  # fmt: skip
    return services


def move(to: str) -> MoveTicket:
    return MoveTicket(ticket_id="t9", state=to, text="so")


def ticket_of(services: Services) -> Ticket:
    found = services.db.read_now(lambda tx: TableState(tx).get(Ticket, "t9"))
    assert found is not None
    return found


@pytest.mark.parametrize("leaves", ["open", "answered", "closed"])
async def test_its_customer_comes_with_it_and_goes_when_it_leaves_their_hands(
    client: Client, services: Services, leaves: str
) -> None:
    if leaves != "open":
        office.put(services, complaint(kind=TicketKind.WORK_ORDER, complaint_level=None))
    desk, owner = await office.seat(client, "a1"), await office.seat(client, "b4")
    rows, cursor = await desk.snapshot()
    hers, her_cursor = await owner.snapshot()
    assert ("ticket", "t9") in rows and CUSTOMER not in rows, "the ticket is the group's, its customer is not"
    assert (await desk.send(move("in_progress"))).status_code == 200
    cursor = await desk.catch_up(rows, cursor)
    assert rows["ticket", "t9"]["handler_id"] == "a1"
    assert "•" in rows[CUSTOMER]["phone"]
    left = await (owner if leaves == "closed" else desk).send(move(leaves))
    assert left.status_code == 200, left.text
    await desk.catch_up(rows, cursor)
    await owner.catch_up(hers, her_cursor)
    assert CUSTOMER not in rows
    assert (CUSTOMER in hers) == (leaves != "closed"), "its owner answers to the customer until it is closed"
    assert rows == (await desk.snapshot())[0] and hers == (await owner.snapshot())[0]


async def test_its_owner_keeps_the_customer_while_a_colleague_has_it_in_hand(
    client: Client, services: Services
) -> None:
    live = office.serving("b4", "c9")
    assert isinstance(live, Contact)
    office.put(services, live)
    owner = await office.seat(client, "b4")
    rows, cursor = await owner.snapshot()
    assert (await (await office.seat(client, "a1")).send(move("in_progress"))).status_code == 200
    office.put(services, msgspec.structs.replace(live, state=ContactState.CLOSED))
    await owner.catch_up(rows, cursor)
    assert CUSTOMER in rows, "the call is over, the complaint is not"


async def test_of_two_who_take_it_up_at_once_one_has_it_and_the_other_is_told_who(
    client: Client, services: Services
) -> None:
    seats = [await office.seat(client, id) for id in ("a1", "a2")]
    answers = await asyncio.gather(*(seat.send(move("in_progress")) for seat in seats))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    late = next(answer for answer in answers if answer.status_code == 409).json()
    winner = ticket_of(services).handler_id
    assert late["key"] == "domain.taken_up"
    assert late["reasons"][0]["zh"].startswith(f"员工{winner} 已于 ")


@pytest.mark.parametrize(
    ("who", "key"),
    [("a0", "take-up-certified"), ("b3", "take-up-group"), ("ad", "take-up-role")],
)
async def test_who_may_not_take_it_up_is_told_why(client: Client, services: Services, who: str, key: str) -> None:
    answer = await (await office.seat(client, who)).send(move("in_progress"))
    assert answer.status_code == 403
    sentence = office.policy().rules[key].sentences["zh"]
    assert sentence in [reason["zh"] for reason in answer.json()["reasons"]]
    assert ticket_of(services).state is TicketState.OPEN


async def test_a_work_order_asks_for_no_certification_and_a_supervisor_takes_up_any_groups(
    client: Client, services: Services
) -> None:
    assert (await (await office.seat(client, "s2")).send(move("in_progress"))).status_code == 200
    office.put(services, complaint(kind=TicketKind.WORK_ORDER, complaint_level=None))
    assert (await (await office.seat(client, "a0")).send(move("in_progress"))).status_code == 200


async def test_taking_up_is_in_the_audit_and_no_act_to_be_reviewed(client: Client, services: Services) -> None:
    assert (await (await office.seat(client, "a1")).send(move("in_progress"))).status_code == 200

    rows = bench.query(services, "SELECT payload FROM audit ORDER BY seq")
    told = [row[0] for row in rows]
    assert any("take_up_ticket" in str(payload) for payload in told)
    assert "take_up_ticket" not in {act.action for act in acts(told)}


async def test_a_department_is_sent_no_complaint(client: Client, services: Services) -> None:
    order = RaiseWorkOrder(
        group="it", title="x", text="y", contact_id="k-a1-c1", customer_id="c1", complaint="general"
    )
    answer = await (await office.seat(client, "a1")).send(order)
    assert (answer.status_code, answer.json()["key"]) == (403, "domain.complaint_to_department")
