"""Complaints at the monitor: a supervisor sees in whose hands each is and since when, also of a colleague who went home with
it, and assigns, gives back, raises and closes within their level, by the same keys as at a desk."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from agent_tui.clock import wall
from agent_tui.domain.ticket import Ticket, TicketKind, TicketState
from agent_tui.server import seed
from agent_tui.server.database import Database
from agent_tui.server.seed import QUICK, NewAccount, add_accounts
from agent_tui.server.state import TableState
from tests import eg
from tests.flow.backend import PASSWORD, Backend
from tests.flow.test_monitor import BOSS, Wall, monitor, prepare

LEAD, LEAD_ID = "qin.zhengyi", "a4001"
"""Leads the complaints, of level 5; BOSS leads other groups."""
HANDLER_ID, OTHER_ID = "a1016", "a3003"
"""Of the same group, both certified; nobody is signed in."""

pytestmark = pytest.mark.usefixtures("backend")


def complaint(id: str = "t1", number: str = "260302-0001-3", **fields: Any) -> Ticket:
    now = wall()
    given: dict[str, Any] = {
        "kind": TicketKind.COMPLAINT, "complaint_level": "general", "customer_id": "c1", "group": "complaints",
        "title": "waited an hour", "owner_id": LEAD_ID, "opened_at": now, "due_at": now + timedelta(hours=3),
        "state": TicketState.IN_PROGRESS, "handler_id": HANDLER_ID, "handled_since": now,
    }  # fmt: skip
    return eg.ticket(id, number=number, **{**given, **fields})


@pytest.fixture
async def backend(tmp_path: Path) -> AsyncIterator[Backend]:
    prepare(tmp_path / "server.db")
    db = Database(tmp_path / "server.db")
    add_accounts(db, [NewAccount(login=LEAD, password=PASSWORD, agent_id=LEAD_ID)], QUICK)
    db.close()
    served = Backend(tmp_path).start()
    yield served
    await asyncio.to_thread(served.stop)


async def put(backend: Backend, *rows: Ticket) -> None:
    await backend.services.db.write(lambda tx: seed.publish(tx, rows, "SeedTickets", wall()))


async def ticket(backend: Backend, id: str = "t1") -> Ticket:
    found = await backend.services.db.read(lambda tx: TableState(tx).get(Ticket, id))
    assert found is not None
    return found


async def until_it(backend: Backend, **wanted: Any) -> None:
    for _ in range(500):
        now = await ticket(backend)
        if all(getattr(now, name) == value for name, value in wanted.items()):
            return
        await asyncio.sleep(0.01)
    raise AssertionError((wanted, now))


async def opened(at: Wall) -> None:
    """The list, and the page of the only one in it."""
    await at.press("f2", "9")
    await at.until("waited an hour")
    await at.press("enter")
    await at.until("In hand of", "due ")


async def test_who_went_home_with_it_is_named_and_it_goes_to_a_colleague_or_back(
    tmp_path: Path, backend: Backend
) -> None:
    await put(backend, complaint())
    async with monitor(tmp_path, backend, LEAD) as at:
        await at.press("f2", "9")
        await at.until("due ", "[潘丽华 off shift]")
        await at.press("enter")
        await at.until("│! off shift", "F5 Assign", "F7 Give it back", "F6 Raise its level", "F8 Close the complaint")
        await at.press("f5")
        await at.until("Assign 260302-0001-3", "To see to")
        await at.press("1", "tab")
        await at.type("ring them")
        await at.press("f9")
        await until_it(backend, state=TicketState.IN_PROGRESS, version=2)
        assert (await ticket(backend)).handler_id == OTHER_ID
        await at.press("enter")
        await at.until("ring them")
        await at.press("f7")
        await until_it(backend, state=TicketState.OPEN, handler_id=None)
        await at.press("enter", "f6")
        await at.until("SERIOUS", "F9 see the effect")
        await at.press("1", "tab")
        await at.type("press")
        await at.press("f9", "enter")
        await until_it(backend, complaint_level="serious", handler_id=None)


async def test_it_is_closed_where_it_is_read(tmp_path: Path, backend: Backend) -> None:
    await put(backend, complaint())
    async with monitor(tmp_path, backend, LEAD) as at:
        await opened(at)
        await at.press("f8")
        await at.until("waited an hour", "Close")
        await at.type("apologised")
        await at.press("f9")
        await at.until("F9")
        await at.press("enter")
        await until_it(backend, state=TicketState.CLOSED)


async def test_of_another_group_it_is_said_what_to_do_first(tmp_path: Path, backend: Backend) -> None:
    await put(backend, complaint(owner_id=OTHER_ID))
    async with monitor(tmp_path, backend, BOSS) as at:
        await opened(at)
        await at.press("f8")
        await at.until("Take the complaint up before closing it")
    assert (await ticket(backend)).state is TicketState.IN_PROGRESS
