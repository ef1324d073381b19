"""Forgetting a customer: what was kept of them can be read by nobody any more, and the audit verifies as before."""

from __future__ import annotations

import msgspec
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from agent_tui.cli import main
from agent_tui.domain.commands import (
    AcceptContact,
    AddNote,
    OfferNew,
    OfferToAgent,
    ReceiveMessage,
    RevealField,
    SetAgentState,
)
from agent_tui.domain.contact import Channel
from agent_tui.domain.customer import Customer, Secret
from agent_tui.domain.effects import LinkRequest
from agent_tui.domain.ticket import Ticket, TicketState
from agent_tui.errors import UsageError
from agent_tui.server import audit, seed, writing
from agent_tui.server.database import Tx
from agent_tui.server.router import ROUTER
from agent_tui.server.services import Services
from agent_tui.server.state import TableState
from agent_tui.wire import routes
from tests import eg
from tests.server import bench
from tests.server.engines import named

Client = AsyncTestClient[Litestar]
SAID, NOTED = "我是欧阳家的老大", "客户住在文三路拐角"


async def known_customer(client: Client, services: Services) -> bench.Desk:
    """A chat with a note, a reveal and a search."""
    bench.add_customer(services)
    bench.add_customer(services, "c2", name="王小明", phone="13700001111")
    desk = await bench.sign_in(client, "chen")
    await desk.send(SetAgentState(state="ready"))
    link = await bench.sign_in(client, "link:sim")
    chat = OfferNew(contact_id="k1", channel=Channel.CHAT, customer_id="c1", group="cards", text=SAID)
    await link.send(chat, path=routes.INGRESS)
    await bench.commit(services, OfferToAgent(contact_id="k1", agent_id="a1"), ROUTER)
    await link.send(ReceiveMessage(contact_id="k1", text=SAID), path=routes.INGRESS)
    assert (await desk.send(AddNote(text=NOTED, customer_id="c1"))).status_code == 200
    await desk.send(RevealField(customer_id="c1", field=Secret.PHONE, purpose="check"))
    return desk


def kept(tx: Tx, services: Services) -> list[bytes | None]:
    """What can be read again of everything encrypted beside the chain for c1."""
    found = []
    for row in audit.rows(tx):
        body = tx.value("sealed_get", seq=row["seq"])
        if body is not None and row["customer_id"] == "c1":
            commitment = msgspec.json.decode(row["payload"])["facts"]["args"]
            found.append(services.vault.read_kept(tx, "c1", commitment, bytes(body)))
    return found


async def test_what_was_decided_on_can_be_read_until_the_key_is_gone(client: Client, services: Services) -> None:
    await known_customer(client, services)
    before = services.db.read_now(lambda tx: kept(tx, services))
    assert any(NOTED.encode() in (content or b"") for content in before)
    assert main.run(["admin", "erase", "--customer", "c1", "--yes", *named(services.db.where)], "en") == 0
    after = services.db.read_now(lambda tx: kept(tx, services))
    assert len(after) == len(before) and set(after) == {None}


async def test_the_audit_verifies_and_nothing_personal_is_left(client: Client, services: Services) -> None:
    desk = await known_customer(client, services)
    main.run(["admin", "erase", "--customer", "c1", "--yes", *named(services.db.where)], "zh")
    found = services.db.read_now(audit.verify)
    assert found.ok, found
    text = "\n".join(await bench.dump(services))
    assert SAID not in text and NOTED not in text
    for file in services.db.path.parent.iterdir():
        content = file.read_bytes()
        assert SAID.encode() not in content and NOTED.encode() not in content, file.name
    assert (await desk.get(routes.CUSTOMER_SEARCH, q=bench.NAME)).json() == []
    assert len((await desk.get(routes.CUSTOMER_SEARCH, q="王小明")).json()) == 1
    customer = services.db.read_now(lambda tx: TableState(tx).get(Customer, "c1"))
    assert customer is not None and (customer.name, customer.phone, customer.products) == ("•", "", ())
    answer = await desk.send(RevealField(customer_id="c1", field=Secret.PHONE, purpose="check"))
    assert bench.PHONE not in answer.text


def test_what_was_answered_about_them_is_forgotten_too(services: Services) -> None:
    bench.add_customer(services)
    order = eg.ticket(customer_id="c1", text=SAID, answer=NOTED, state=TicketState.ANSWERED)
    services.db.write_now(lambda tx: seed.publish(tx, [order], "SeedOrder", eg.NOW))
    assert main.run(["admin", "erase", "--customer", "c1", "--yes", *named(services.db.where)], "en") == 0
    left = services.db.read_now(lambda tx: TableState(tx).get(Ticket, order.id))
    assert left is not None and SAID not in left.text and NOTED not in left.answer


async def test_a_row_says_who_was_forgotten(client: Client, services: Services) -> None:
    await known_customer(client, services)
    main.run(["admin", "erase", "--customer", "c1", "--yes", *named(services.db.where)], "ja")
    *_, last = services.db.read_now(lambda tx: [dict(row) for row in audit.rows(tx)])
    assert (last["type"], last["customer_id"]) == ("EraseCustomer", "c1")


def test_nobody_is_forgotten_by_mistake(services: Services) -> None:
    bench.add_customer(services)
    database = named(services.db.where)
    with pytest.raises(UsageError):
        main.run(["admin", "erase", "--customer", "c9", "--yes", *database], "en")
    with pytest.raises(UsageError):
        main.run(["admin", "erase", "--customer", "c1", *database], "en")
    assert services.db.read_now(lambda tx: services.vault.get(tx, "c1", "phone")) == bench.PHONE


async def test_a_link_hears_of_what_it_is_asked_after_somebody_was_forgotten(
    client: Client, services: Services
) -> None:
    """The numbers of requests that were forgotten are given to no others."""

    def heard(tx: Tx, after: int) -> list[int]:
        return [row["seq"] for row in tx.all("link_requests", link="sim", after=after, limit=99)]

    desk = await known_customer(client, services)
    await desk.send(AcceptContact(contact_id="k1"))
    read = services.db.read_now(lambda tx: heard(tx, 0))
    assert read
    assert main.run(["admin", "erase", "--customer", "c1", "--yes", *named(services.db.where)], "en") == 0
    assert services.db.read_now(lambda tx: heard(tx, 0)) == []
    asked = LinkRequest(link="sim", service="ClearConnection", contact_id="k9")
    services.db.write_now(lambda tx: writing.add_requests(tx, [asked], "x", eg.NOW))
    assert services.db.read_now(lambda tx: heard(tx, read[-1]))
    text = "\n".join(await bench.dump(services))
    assert "AnswerCall" not in text
