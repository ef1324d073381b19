"""Devices: a wiped one gets no answer but that, what it had sealed is decided once by its maker's authority of today,
and a copy of the rows can be proved."""

from __future__ import annotations

import base64
from typing import Any

import msgspec
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from agent_tui import ids
from agent_tui.clock import wall
from agent_tui.config.secrets import Keys
from agent_tui.domain.agent import Role
from agent_tui.domain.commands import AddNote, Command, PerformAction
from agent_tui.server import audit
from agent_tui.server.services import Services
from agent_tui.server.terms import Terms
from agent_tui.wire import routes
from agent_tui.wire.device import WipedReport
from agent_tui.wire.digest import sums
from agent_tui.wire.sealed import Content, key_bytes, seal
from tests.server import bench
from tests.server.test_feed import change_agent

Client = AsyncTestClient[Litestar]


@pytest.fixture
async def boss(client: Client, services: Services) -> bench.Desk:
    """An administrator, signed in."""
    change_agent(services, "s1", role=Role.ADMINISTRATOR)
    return await bench.sign_in(client, "boss")


async def wipe(boss: bench.Desk, device: str) -> int:
    return int((await boss.post(routes.DEVICE_WIPE, {"device": device})).status_code)


async def leased(desk: bench.Desk, unsent: int = 0) -> dict[str, Any]:
    answer = await desk.post(routes.DEVICE_LEASE, {"unsent": unsent})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


# ---- leases ----------------------------------------------------------------------------------------------------------


async def test_a_lease_lasts_one_shift_and_carries_the_key_for_boxes(client: Client, services: Services) -> None:
    lease = await leased(await bench.sign_in(client, "chen"))
    assert lease["left_s"] == 12 * 3600
    assert lease["escrow_key"] == services.strongbox.key


async def test_a_site_sets_how_long_a_lease_lasts(client: Client, services: Services) -> None:
    msgspec.structs.force_setattr(services, "terms", Terms(lease_s=600))
    assert (await leased(await bench.sign_in(client, "chen")))["left_s"] == 600


async def test_the_supervisor_sees_how_much_a_desk_holds_and_when_it_holds_nothing(client: Client) -> None:
    desk = await bench.sign_in(client, "chen")
    boss = await bench.sign_in(client, "boss")
    await leased(desk, 3)
    rows, cursor = await boss.snapshot()
    assert rows["agent", "a1"]["unsent"] == 3
    await leased(desk, 0)
    await boss.catch_up(rows, cursor)
    assert not rows["agent", "a1"].get("unsent")


# ---- wiping ----------------------------------------------------------------------------------------------------------


async def test_a_wiped_device_is_told_so_whatever_it_asks(client: Client, boss: bench.Desk) -> None:
    desk = await bench.sign_in(client, "chen")
    await leased(desk)
    assert await wipe(boss, "d-chen") == 204
    for path in (routes.SNAPSHOT, routes.DIGEST):
        answer = await desk.get(path)
        assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (403, "device-revoked")
    for password in (bench.PASSWORD, "wrong"):
        body = {"login": "chen", "password": password, "device_id": "d-chen"}
        assert (await client.post(routes.SESSION, json=body)).status_code == 403


async def test_the_same_person_goes_on_at_another_device(client: Client, boss: bench.Desk) -> None:
    await leased(await bench.sign_in(client, "chen"))
    await wipe(boss, "d-chen")
    body = {"login": "chen", "password": bench.PASSWORD, "device_id": "d-new"}
    assert (await client.post(routes.SESSION, json=body)).status_code == 200


async def test_only_administrators_wipe_and_only_what_there_is(client: Client, boss: bench.Desk) -> None:
    desk = await bench.sign_in(client, "chen")
    assert await wipe(desk, "d-chen") == 403
    assert (await desk.get(routes.DEVICES)).status_code == 403
    assert await wipe(boss, "d-nobody") == 404


async def test_wiping_is_audited_once_and_so_is_its_end(client: Client, services: Services, boss: bench.Desk) -> None:
    await leased(await bench.sign_in(client, "chen"))
    for _ in range(2):
        await wipe(boss, "d-chen")
        await client.post(routes.DEVICE_WIPED, json={"device": "d-chen"})
    kinds = [
        row[0] for row in bench.query(services, "SELECT type FROM audit WHERE type LIKE '%Device%' ORDER BY seq")
    ]
    assert kinds == ["WipeDevice", "DeviceWiped"]
    device = next(d for d in (await boss.get(routes.DEVICES)).json() if d["id"] == "d-chen")
    assert device["revoked_at"] and device["wiped_at"]


async def test_a_device_that_nobody_wiped_cannot_say_it_was(client: Client, boss: bench.Desk) -> None:
    await leased(await bench.sign_in(client, "chen"))
    await client.post(routes.DEVICE_WIPED, json={"device": "d-chen"})
    assert not (await boss.get(routes.DEVICES)).json()[0].get("wiped_at")


async def test_a_device_that_showed_a_key_is_believed_under_its_signature_alone(
    client: Client, boss: bench.Desk
) -> None:
    keys, others = Keys(b"k" * 80), Keys(b"o" * 80)
    desk = await bench.sign_in(client, "chen")
    for key in (keys.public, others.public):  # the first one counts
        await desk.post(routes.DEVICE_LEASE, {"unsent": 0, "key": key})
    await wipe(boss, "d-chen")
    report = WipedReport(device="d-chen", at="2026-03-02T09:00:00Z")
    for signature in ("", others.sign(report.text()), keys.sign(b"something else"), "ed25519:zz"):
        false = msgspec.structs.replace(report, signature=signature)
        answer = await client.post(routes.DEVICE_WIPED, json=msgspec.to_builtins(false))
        assert answer.status_code == 403
        assert not (await boss.get(routes.DEVICES)).json()[0].get("wiped_at")
    true = msgspec.structs.replace(report, signature=keys.sign(report.text()))
    assert (await client.post(routes.DEVICE_WIPED, json=msgspec.to_builtins(true))).status_code == 204
    device = next(d for d in (await boss.get(routes.DEVICES)).json() if d["id"] == "d-chen")
    assert device["wiped_at"] and device["signed"]


# ---- escrow ----------------------------------------------------------------------------------------------------------


def boxed(services: Services, command: Command, agent_id: str = "a1", id: str = "") -> bytes:
    content = Content(
        id=id or ids.uuid7(),
        agent_id=agent_id,
        device="d-lost",
        command=command,
        made_ms=int(wall().timestamp() * 1000),
    )
    return seal(key_bytes(services.strongbox.key), msgspec.json.encode(content))


async def bring(desk: bench.Desk, *boxes: bytes) -> list[str]:
    """The outcomes of boxes brought by somebody."""
    answer = await desk.post(routes.ESCROW, {"boxes": [base64.b64encode(box).decode() for box in boxes]})
    assert answer.status_code == 200, answer.text
    return [result["outcome"] for result in answer.json()["results"]]


async def noted(client: Client, services: Services) -> AddNote:
    """A note that chen may write: they own the contact."""
    bench.add_customer(services)
    await bench.offer(client)
    return AddNote(text="客户要求书面答复", contact_id="k1")


async def test_a_box_brought_by_a_colleague_is_decided_as_its_makers(client: Client, services: Services) -> None:
    note = await noted(client, services)
    assert await bring(await bench.sign_in(client, "wang"), boxed(services, note)) == ["applied"]
    (author,) = bench.query(services, "SELECT maker, offline FROM command WHERE type = 'AddNote'")
    assert tuple(author) == ("a1", 1)


async def test_a_box_brought_twice_is_done_once(client: Client, services: Services) -> None:
    note = await noted(client, services)
    box = boxed(services, note)
    desk = await bench.sign_in(client, "wang")
    assert await bring(desk, box) == await bring(desk, box) == ["applied"]
    assert len(bench.query(services, "SELECT 1 FROM state WHERE entity = 'note'")) == 1


async def test_what_its_maker_may_not_do_today_is_refused(client: Client, services: Services) -> None:
    note = await noted(client, services)
    change_agent(services, "a1", active=False)
    assert await bring(await bench.sign_in(client, "wang"), boxed(services, note)) == ["refused"]


async def test_money_never_comes_out_of_a_box(client: Client, services: Services) -> None:
    bench.add_customer(services)
    act = PerformAction(action="waive_fee", customer_id="c1", amount_minor=100, reason="x")
    assert await bring(await bench.sign_in(client, "wang"), boxed(services, act)) == ["refused"]


async def test_a_damaged_or_foreign_box_is_unreadable_and_harms_no_other(client: Client, services: Services) -> None:
    note = await noted(client, services)
    good = boxed(services, note)
    bent = good[:-1] + bytes([good[-1] ^ 1])
    foreign = seal(bytes(31) + b"\x09", b"{}")
    desk = await bench.sign_in(client, "wang")
    assert await bring(desk, bent, foreign, b"", good) == ["unreadable", "unreadable", "unreadable", "applied"]
    rows = bench.query(services, "SELECT actor, outcome FROM audit WHERE type = 'TakeEscrow' ORDER BY seq")
    assert [tuple(row) for row in rows] == [("a3", "refused")] * 3 + [("a3", "applied")]


async def test_the_audit_proves_itself_after_boxes_came_once_and_again(client: Client, services: Services) -> None:
    """A command has one row in the chain, whoever brought it how often."""
    box = boxed(services, await noted(client, services))
    desk = await bench.sign_in(client, "wang")
    assert await bring(desk, box, box) == ["applied", "applied"]
    proved = services.db.read_now(audit.verify)
    assert proved.ok, proved.reason


# ---- digest ----------------------------------------------------------------------------------------------------------


async def test_the_digest_is_that_of_the_rows_one_may_see(client: Client, services: Services) -> None:
    bench.add_customer(services)
    await bench.offer(client)
    for login in ("chen", "wang", "boss"):
        desk = await bench.sign_in(client, login)
        rows, cursor = await desk.snapshot()
        told = (await desk.get(routes.DIGEST)).json()
        mine = sums((entity, id, image["version"]) for (entity, id), image in rows.items())
        assert told["entities"] == msgspec.to_builtins(mine)
        assert told["cursor"] == cursor
