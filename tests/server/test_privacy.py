"""Nothing personal stays in the clear: not in the database files, not in any answer, not in the audit."""

from __future__ import annotations

import msgspec
from litestar import Litestar
from litestar.testing import AsyncTestClient

from agent_tui.domain.commands import (
    OfferNew,
    OfferToAgent,
    PerformAction,
    ReportEvent,
    RevealField,
    SetAgentState,
    VerifyCaller,
)
from agent_tui.domain.contact import Channel, Verified
from agent_tui.domain.customer import Secret
from agent_tui.server.router import ROUTER
from agent_tui.server.services import Services
from agent_tui.server.sqlite_engine import SqliteEngine
from agent_tui.wire import routes
from tests.server import bench

Client = AsyncTestClient[Litestar]


async def handled_call(client: Client, services: Services) -> bench.Desk:
    """A call of the canary customer, taken by chen."""
    bench.add_customer(services)
    desk = await bench.sign_in(client, "chen")
    await desk.send(SetAgentState(state="ready"))
    await bench.offer(client)
    await bench.commit(services, OfferToAgent(contact_id="k1", agent_id="a1"), ROUTER)
    link = await bench.sign_in(client, "link:sim")
    established = ReportEvent(contact_id="k1", event="Established", party="agent", agent_id="a1")
    assert (await link.send(established, path=routes.INGRESS)).status_code == 200
    return desk


async def test_no_canary_in_the_database_files(client: Client, services: Services) -> None:
    desk = await handled_call(client, services)
    await desk.send(RevealField(customer_id="c1", contact_id="k1", field=Secret.ID_NUMBER, purpose="check"))
    await desk.send(VerifyCaller(contact_id="k1", degree=Verified.FULL, checks=("id_tail",)))
    change = PerformAction(action="change_mobile", customer_id="c1", contact_id="k1", args={"mobile": "13900009999"})
    await desk.send(change)
    await desk.get(routes.CUSTOMER_SEARCH, q=bench.NAME)
    text = "\n".join(await bench.dump(services))
    for canary in (*bench.CANARIES, "13900009999"):
        assert canary not in text, canary
    for file in services.db.path.parent.iterdir():
        content = file.read_bytes()
        for canary in bench.CANARIES:
            assert canary.encode() not in content, (file.name, canary)


async def test_no_canary_in_any_answer_but_the_one_that_was_asked_for(client: Client, services: Services) -> None:
    desk = await handled_call(client, services)
    boss = await bench.sign_in(client, "boss")
    answers = [
        await desk.get(routes.SNAPSHOT),
        await boss.get(routes.SNAPSHOT),
        await desk.get(routes.CUSTOMER_SEARCH, q="5678"),
        await desk.send(SetAgentState(state="nonsense")),
        await client.get(routes.METRICS),
    ]
    for answer in answers:
        for canary in bench.CANARIES:
            assert canary not in answer.text, canary


async def test_verifying_the_caller_gives_the_name_to_whoever_verified(client: Client, services: Services) -> None:
    desk = await handled_call(client, services)
    answer = await desk.send(VerifyCaller(contact_id="k1", degree=Verified.BASIC, checks=("id_tail",)))
    assert answer.json()["value"] == bench.NAME


async def test_card_numbers_in_what_customers_write_are_blacked_out(client: Client, services: Services) -> None:
    link = await bench.sign_in(client, "link:sim")
    text = "我的卡号 4111 1111 1111 1111 被盗刷"
    chat = OfferNew(contact_id="k2", channel=Channel.CHAT, caller="guest", text=text, group="cards")
    assert (await link.send(chat, path=routes.INGRESS)).status_code == 200
    kept = "\n".join(await bench.dump(services))
    assert "4111 1111" not in kept and "4111111111111111" not in kept


async def test_a_caller_is_known_by_number_and_shown_masked(client: Client, services: Services) -> None:
    bench.add_customer(services)
    await bench.offer(client, "k1", caller="+86 138-1234-5678")
    rows, _ = await (await bench.sign_in(client, "chen")).snapshot()
    assert rows["contact", "k1"]["customer_id"] == "c1"
    assert rows["contact", "k1"]["name"] == "欧阳••"
    assert "5678" in rows["contact", "k1"]["caller"]


async def test_the_key_file_is_the_owners_alone(services: Services) -> None:
    files = [services.db.path.with_name(services.db.path.name + ending) for ending in (".key", ".signing")]
    if isinstance(services.db.engine, SqliteEngine):
        files += [services.db.path, services.db.path.with_name("ledger.db.lock")]
    for file in files:
        assert file.stat().st_mode & 0o077 == 0, file.name


async def test_a_verification_in_somebody_elses_contact_proves_nothing(client: Client, services: Services) -> None:
    desk = await handled_call(client, services)
    bench.add_customer(services, "c2", phone="13700001111")
    command = RevealField(customer_id="c2", contact_id="k1", field=Secret.PHONE, purpose="check")
    assert (await desk.send(command)).status_code == 403
    assert msgspec.json.decode((await desk.send(command)).content).get("value") is None
