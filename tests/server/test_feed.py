"""The feed: gap-free, whole transactions, put and remove by what one may see now, and equal to a fresh snapshot."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Litestar
from litestar.testing import AsyncTestClient

from agent_tui.domain.agent import Agent
from agent_tui.domain.commands import AddNote, OfferToAgent, ReportEvent, SetAgentState, WrapUpContact
from agent_tui.domain.contact import Contact, ContactState
from agent_tui.server import seed
from agent_tui.server.database import Tx
from agent_tui.server.router import ROUTER
from agent_tui.server.services import Services
from agent_tui.server.state import TableState
from agent_tui.wire import routes
from agent_tui.wire.feed import parse_cursor
from tests import eg
from tests.server import bench

Client = AsyncTestClient[Litestar]


def change_agent(services: Services, id: str, **fields: Any) -> None:
    def work(tx: Tx) -> None:
        agent = TableState(tx).get(Agent, id)
        assert agent is not None
        seed.publish(tx, [msgspec.structs.replace(agent, **fields)], "Regroup", eg.NOW)

    services.db.write_now(work)


async def test_an_offered_contact_reaches_the_members_of_its_group_only(client: Client) -> None:
    desk, other = await bench.sign_in(client, "chen"), await bench.sign_in(client, "wang")
    rows, cursor = await desk.snapshot()
    theirs, their_cursor = await other.snapshot()
    await bench.offer(client)
    await desk.catch_up(rows, cursor)
    await other.catch_up(theirs, their_cursor)
    assert rows["contact", "k1"]["caller"] == "138••••5678"
    assert ("contact", "k1") not in theirs


async def test_a_contact_that_leaves_the_group_is_removed_there_and_put_elsewhere(
    client: Client, services: Services
) -> None:
    await bench.offer(client)
    desk, other = await bench.sign_in(client, "chen"), await bench.sign_in(client, "wang")
    rows, cursor = await desk.snapshot()
    theirs, their_cursor = await other.snapshot()
    assert ("contact", "k1") in rows

    def move(tx: Tx) -> None:
        contact = TableState(tx).get(Contact, "k1")
        assert contact is not None
        seed.publish(tx, [msgspec.structs.replace(contact, group="loans")], "Move", eg.NOW)

    await services.db.write(move)
    await desk.catch_up(rows, cursor)
    await other.catch_up(theirs, their_cursor)
    assert ("contact", "k1") not in rows
    assert ("contact", "k1") in theirs


async def test_feed_numbers_have_no_gaps_and_every_row_has_readers(client: Client, services: Services) -> None:
    desk = await bench.sign_in(client, "chen")
    for n in range(5):
        await bench.offer(client, f"k{n}")
        await desk.send(AddNote(text=f"note {n}", contact_id=f"k{n}"))
    seqs = [row[0] for row in bench.query(services, "SELECT seq FROM feed ORDER BY seq")]
    assert seqs == list(range(1, len(seqs) + 1))
    assert bench.query(services, "SELECT 1 FROM feed WHERE seq NOT IN (SELECT seq FROM feed_scope)") == []


async def test_a_page_never_splits_a_transaction(client: Client, services: Services) -> None:
    desk = await bench.sign_in(client, "chen")
    _, cursor = await desk.snapshot()
    many = [eg.group(f"g{n}") for n in range(7)]
    await services.db.write(lambda tx: seed.publish(tx, many, "Groups", eg.NOW))
    page = (await desk.get(routes.CHANGES, cursor=cursor, limit=2)).json()
    assert len(page["changes"]) == 7
    assert page["more"] is False


async def test_given_a_contact_one_sees_its_customer_and_no_longer_after_wrap_up(
    client: Client, services: Services
) -> None:
    bench.add_customer(services)
    desk = await bench.sign_in(client, "chen")
    assert (await desk.send(SetAgentState(state="ready"))).status_code == 200
    rows, cursor = await desk.snapshot()
    await bench.offer(client)
    cursor = await desk.catch_up(rows, cursor)
    assert rows["contact", "k1"]["customer_id"] == "c1"
    assert ("customer", "c1") not in rows
    await bench.commit(services, OfferToAgent(contact_id="k1", agent_id="a1"), ROUTER)
    cursor = await desk.catch_up(rows, cursor)
    assert ("customer", "c1") in rows
    link = await bench.sign_in(client, "link:sim")
    for event, party in (("Established", "agent"), ("ConnectionCleared", "customer")):
        report = ReportEvent(contact_id="k1", event=event, party=party, agent_id="a1")
        assert (await link.send(report, path=routes.INGRESS)).status_code == 200
    cursor = await desk.catch_up(rows, cursor)
    assert ("customer", "c1") in rows
    done = await desk.send(WrapUpContact(contact_id="k1", category="card_loss", result="answered"))
    assert done.status_code == 200, done.text
    await desk.catch_up(rows, cursor)
    assert ("customer", "c1") not in rows
    assert ("contact", "k1") in rows
    assert rows == (await desk.snapshot())[0]


async def test_whoever_changes_group_gains_and_loses_rows_at_the_next_page(
    client: Client, services: Services
) -> None:
    await bench.offer(client, "k1")
    await bench.offer(client, "k2", group="loans")
    desk = await bench.sign_in(client, "chen")
    rows, cursor = await desk.snapshot()
    assert ("contact", "k1") in rows and ("contact", "k2") not in rows
    change_agent(services, "a1", groups=("loans",))
    await desk.catch_up(rows, cursor)
    assert ("contact", "k2") in rows and ("contact", "k1") not in rows
    assert rows == (await desk.snapshot())[0]


async def test_who_is_no_longer_active_sees_nothing(client: Client, services: Services) -> None:
    desk = await bench.sign_in(client, "chen")
    rows, cursor = await desk.snapshot()
    change_agent(services, "a1", active=False)
    assert (await desk.get(routes.CHANGES, cursor=cursor)).status_code == 401
    page = services.db.read_now(lambda tx: services.feed.changes(tx, "a1", parse_cursor(cursor)))
    assert {(c.entity, c.id) for c in page.changes if c.remove} == set(rows)


async def test_watchers_see_the_floor(client: Client) -> None:
    await bench.offer(client, "k1")
    await bench.offer(client, "k2", group="loans")
    rows, _ = await (await bench.sign_in(client, "boss")).snapshot()
    assert {("contact", "k1"), ("contact", "k2")} <= set(rows)


async def test_another_epoch_or_a_cursor_from_before_the_floor_is_too_old(client: Client, services: Services) -> None:
    desk = await bench.sign_in(client, "chen")
    _, cursor = await desk.snapshot()
    strange = cursor.replace(cursor.split(".")[1], "ffffffff")
    ahead = cursor.split(".")
    ahead[2] = "999999"
    services.db.write_now(lambda tx: tx.run("raise_floor", floor=1))
    early = cursor.split(".")
    early[2] = "0"
    for wrong in (strange, ".".join(ahead), ".".join(early)):
        answer = await desk.get(routes.CHANGES, cursor=wrong)
        assert answer.status_code == 410, wrong
        assert answer.json()["type"].endswith("/cursor-too-old")
    assert (await desk.get(routes.CHANGES, cursor="rubbish")).status_code == 400


async def test_a_snapshot_in_small_pages_is_the_snapshot(client: Client) -> None:
    for n in range(9):
        await bench.offer(client, f"k{n}")
    desk = await bench.sign_in(client, "chen")
    whole, _ = await desk.snapshot()
    parts, _ = await desk.snapshot(limit=3)
    assert parts == whole
    assert (await desk.get(routes.SNAPSHOT)).json()["total"] == len(whole)


async def test_a_row_that_left_a_scope_before_one_lost_the_scope_is_removed_too(
    client: Client, services: Services
) -> None:
    await bench.offer(client)
    desk = await bench.sign_in(client, "chen")
    rows, cursor = await desk.snapshot()

    def close(tx: Tx) -> None:
        contact = TableState(tx).get(Contact, "k1")
        assert contact is not None
        abandoned = msgspec.structs.replace(contact, state=ContactState.ABANDONED)
        seed.publish(tx, [abandoned], "Close", eg.NOW)

    await services.db.write(close)
    change_agent(services, "a1", groups=("loans",))
    await desk.catch_up(rows, cursor)
    assert rows == (await desk.snapshot())[0]
