"""Finding customers: by every form of a name and number, masked, audited, and by nothing readable in the tables."""

from __future__ import annotations

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from agent_tui.domain.customer import Product
from agent_tui.server.services import Services
from agent_tui.wire import routes
from tests.server import bench

Client = AsyncTestClient[Litestar]


@pytest.fixture
def people(services: Services) -> None:
    bench.add_customer(services)
    bench.add_customer(services, "c2", name="单雄信", phone="13700002222", id_number="", email="", products=())
    bench.add_customer(services, "c3", name="John Smith", phone="+819012345679", id_number="", email="", products=())
    terminal = Product(id="t1", kind="terminal", number="T-90001", status="locked")
    bench.add_customer(
        services, "c4", kind="merchant", name="西湖茶庄", phone="", id_number="", email="", products=(terminal,)
    )


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize(
    ("words", "customer", "matched"),
    [
        (bench.NAME, "c1", "name"),
        ("ouyangqingming", "c1", "pinyin"),
        ("OYQM", "c1", "initials"),
        ("oqm", "c1", None),
        (bench.PHONE, "c1", "phone_tail"),
        ("138 1234 5678", "c1", "phone_tail"),
        ("5678", "c1", "phone_tail"),
        ("7890", "c1", "card_tail"),
        ("1238", "c1", "id_tail"),
        ("shanxiongxin", "c2", "pinyin"),
        ("danxiongxin", "c2", "pinyin"),
        ("smith", "c3", "name"),
        ("js", "c3", "initials"),
        ("西湖茶", "c4", "merchant"),
        ("t-90001", "c4", "terminal"),
        ("nobody", "", None),
    ],
)
async def test_a_customer_is_found_by(client: Client, words: str, customer: str, matched: str | None) -> None:
    desk = await bench.sign_in(client, "chen")
    hits = (await desk.get(routes.CUSTOMER_SEARCH, q=words)).json()
    found = {hit["customer_id"]: hit["matched"] for hit in hits}
    assert found == ({customer: matched} if matched else {})


@pytest.mark.usefixtures("people")
async def test_hits_are_masked_and_the_search_is_audited_without_its_words(
    client: Client, services: Services
) -> None:
    desk = await bench.sign_in(client, "chen")
    answer = await desk.get(routes.CUSTOMER_SEARCH, q=bench.NAME)
    hit = answer.json()[0]
    assert hit["name"] == "欧阳••"
    assert "•" in hit["phone"] and len(hit["phone"].replace("•", "")) <= 7, "the tail tells two of one name apart"
    actor, facts = bench.query(services, "SELECT actor, payload FROM audit ORDER BY seq DESC LIMIT 1")[0]
    assert actor == "a1"
    assert "c1" in facts and bench.NAME not in facts


async def test_one_character_is_too_little(client: Client) -> None:
    desk = await bench.sign_in(client, "chen")
    assert (await desk.get(routes.CUSTOMER_SEARCH, q="张")).status_code == 400
