"""What a tired agent must find at a glance: the customer's own words, labels instead of keys, why the server is away."""

from __future__ import annotations

import msgspec
import pytest

from agent_tui.config import data
from agent_tui.desk import views
from agent_tui.domain.contact import Channel, Contact
from agent_tui.i18n.catalog import LANGUAGES
from agent_tui.i18n.message import msg
from agent_tui.sim import population
from agent_tui.tui.panes.first_words import first_words
from agent_tui.tui.words import Words
from tests import eg
from tests.tui.fake import FakeDoor
from tests.tui.stage import stage

LONG = "同一笔加油费扣了我两次，我打了三次电话都没有人给我一个明确的答复，" * 3


def flat(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_first_words_stand_in_full_while_the_contact_is_mine(size: tuple[int, int]) -> None:
    door = FakeDoor(subject=LONG)
    async with stage(door, size=size) as at:
        await at.offer()
        await at.press("f9")
        await at.told("contact")
        pane = at.desk.blueprint.query_one("#node")
        assert flat(LONG) in flat("".join(text for line in pane.lines for text, _ in line))  # type: ignore[attr-defined]
        assert "客户：同一笔加油费" in at.text


def test_what_triage_made_of_the_words_stands_below_them() -> None:
    contact = eg.contact("k1", subject="我的POS机没反应", guess="pos", guess_confidence=0.86, guess_words=("pos机",))
    lines = ["".join(text for text, _ in line) for line in first_words(contact, Words("zh"), "POS机故障", 60)]
    assert lines[:2] == [" 客户：我的POS机没反应", " 建议类别：POS机故障（86%）  依据：pos机"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_fact_of_the_sample_centre_has_a_label(language: str) -> None:
    words = Words(language)
    everybody = population.people(population.load(data.folder("scripts/scenarios")), 200, 7)
    names = {name for person in everybody for product in person.products for name in product.facts}
    assert names
    assert not {name for name in names if not words.known("product_fact", name)}


async def test_a_fact_without_a_label_is_left_out() -> None:
    door = FakeDoor()
    customer = door.customers["c1"]
    facts = {"limit_minor": 100, "risk_band_x": 3}
    product = msgspec.structs.replace(customer.products[0], facts=facts)
    door.customers["c1"] = msgspec.structs.replace(customer, products=(product,))
    async with stage(door) as at:
        await at.offer()
        assert "risk_band_x" not in at.text
        assert "额度 1.00" in at.text


@pytest.mark.parametrize("language", LANGUAGES)
async def test_why_the_server_is_away_is_said_and_stands_in_the_help(language: str) -> None:
    class Away(FakeDoor):
        def _view_StatusOf(self, query: object) -> views.Status:
            status = super()._view_StatusOf(query)
            why = None if self.online else msg("desk.connection.unreachable")
            return msgspec.structs.replace(status, why=why)

    door = Away()
    async with stage(door, language=language) as at:
        door.online = False
        await at.told("connection")
        why = at.desk.words.msg(msg("desk.connection.unreachable"))
        assert at.line("said").startswith(why[:20])
        await at.press("f1")
        assert why[:20] in at.text


async def test_the_place_to_write_says_how() -> None:
    async with stage(size=(80, 24)) as at:
        await at.offer(channel=Channel.CHAT)
        await at.press("f9")
        await at.told("contact")
        assert "在此书写；F9 发送，Esc 返回并保留" in at.text


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_a_page_keeps_its_line_of_keys(size: tuple[int, int]) -> None:
    async with stage(size=size) as at:
        await at.press("f1")
        assert "Esc 关闭" in at.text


async def test_choosing_a_blueprint_shows_what_spoke_for_it_and_no_ids() -> None:
    door = FakeDoor()
    async with stage(door) as at:
        await at.offer()
        await at.press("f9")
        await at.told("contact")
        await at.press("f9")
        assert "依据：" in at.text
        assert "merchant_ops" not in at.text
        assert "card_ops" not in at.text


def test_a_contact_that_said_nothing_has_no_words() -> None:
    contact: Contact = eg.contact("k1", subject="")
    assert first_words(contact, Words("zh"), "", 60) == []
