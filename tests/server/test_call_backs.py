"""A promised call-back over HTTP: taken up by one of the group, who sees the customer's number for it, and closed with what
came of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from agent_tui.domain.commands import MoveTicket, RevealField
from agent_tui.domain.customer import Secret
from agent_tui.domain.rows import Entity
from agent_tui.domain.ticket import TicketKind
from agent_tui.server.services import Services
from tests import eg
from tests.server import office
from tests.server.engines import quick

Client = AsyncTestClient[Litestar]


def call_back(id: str = "t9", **fields: Any) -> Entity:
    given: dict[str, Any] = {"kind": TicketKind.CALL_BACK, "customer_id": "c9", "group": "cards", "owner_id": "b4"}
    return eg.ticket(id, **{"number": f"260302-90{id[1:]}-1", **given, **fields})


@pytest.fixture
def services(tmp_path: Path) -> Services:
    services = office.open_office(tmp_path)
    quick(services)
    office.put(services, office.customer("c9"), office.customer("c8"), call_back())
    return services


def move(to: str, text: str = "") -> MoveTicket:
    return MoveTicket(ticket_id="t9", state=to, text=text)


async def key(seat: office.Seat, command: MoveTicket | RevealField) -> str:
    """The sentence or the rule that refuses it; empty where nothing does."""
    answer = await seat.send(command)
    if answer.status_code == 200:
        return ""
    told = answer.json()
    if told["key"] != "server.refusal.not_permitted":
        return str(told["key"])
    rules = office.policy().rules
    return next(id for id in rules if rules[id].sentences.get("zh") == told["reasons"][0]["zh"])


def reveal(field: Secret = Secret.PHONE, customer: str = "c9") -> RevealField:
    return RevealField(customer_id=customer, field=field, purpose="回访客户")


async def test_whoever_took_it_up_closes_it_with_what_came_of_it(client: Client) -> None:
    desk, colleague = await office.seat(client, "a1"), await office.seat(client, "a2")
    assert await key(desk, move("closed", "已回访")) == "domain.owner_closes"
    assert await key(desk, move("in_progress")) == ""
    assert await key(colleague, move("in_progress")) == "domain.taken_up"
    assert await key(colleague, move("closed", "已回访")) == "domain.owner_closes"
    assert await key(desk, move("answered", "已回访")) == "domain.call_back_closes"
    assert await key(desk, move("closed", "  ")) == "domain.call_back_note"
    assert await key(desk, move("closed", "已回访，客户无其他需求")) == ""


async def test_its_owner_closes_it_too(client: Client) -> None:
    assert await key(await office.seat(client, "b4"), move("closed", "已回访")) == ""


async def test_the_number_is_shown_for_it_and_nothing_else_of_nobody_else(client: Client) -> None:
    desk, colleague = await office.seat(client, "a1"), await office.seat(client, "a2")
    assert await key(desk, reveal()) == "reveal-own"
    assert await key(desk, move("in_progress")) == ""
    assert await key(desk, reveal()) == ""
    assert await key(desk, reveal(Secret.EMAIL)) == "reveal-own"
    assert await key(desk, reveal(customer="c8")) == "reveal-own"
    assert await key(colleague, reveal()) == "reveal-own"
    assert await key(desk, move("closed", "已回访")) == ""
    assert await key(desk, reveal()) == "reveal-own"


async def test_given_back_it_is_a_colleagues_to_take_up(client: Client) -> None:
    desk, colleague = await office.seat(client, "a1"), await office.seat(client, "a2")
    assert await key(desk, move("in_progress")) == "" and await key(desk, move("open", "无人接听")) == ""
    assert await key(desk, reveal()) == "reveal-own"
    assert await key(colleague, move("in_progress")) == "" and await key(colleague, reveal()) == ""
