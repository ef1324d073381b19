"""Bulletins and articles written by keys: one's own language is enough, the others may be added whole; who reads one
that is not there in their language is told so."""

from __future__ import annotations

from types import SimpleNamespace

import msgspec
import pytest

from agent_tui.desk.commands import BY_ID
from agent_tui.desk.found import ArticleView, BulletinView
from agent_tui.desk.views import Pending
from agent_tui.domain.agent import Role
from agent_tui.domain.commands import PublishArticle, PublishBulletin
from agent_tui.i18n.catalog import LANGUAGES
from agent_tui.i18n.message import msg
from agent_tui.tui.deeds.drafts import _OF_NOBODY
from agent_tui.tui.deeds.unsettled import take_back
from agent_tui.tui.panes.knowledge_lines import article_page, bulletin_page
from agent_tui.tui.words import Words
from tests import eg
from tests.tui.fake import FakeDoor
from tests.tui.stage import Stage, stage

CONTACT_FIELDS = 3
"""Fields between the author's own text and the first of the other languages: for whom, until when, confirmed or not."""


async def write_own(at: Stage) -> None:
    await at.press("f2", "+")
    await at.fill("系统维护", "周日三点")


async def test_one_language_is_enough() -> None:
    async with stage(size=(80, 24)) as at:
        await write_own(at)
        await at.press("f9")
        sent = at.sent(PublishBulletin)
        assert {name: (page.title, page.text) for name, page in sent.pages.items()} == {
            "zh": ("系统维护", "周日三点")
        }
        assert not at.door.drafts


async def test_other_languages_are_added_whole_or_not_at_all() -> None:
    async with stage(size=(80, 24)) as at:
        await write_own(at)
        await at.press(*["tab"] * (CONTACT_FIELDS + 1))
        await at.type("Maintenance")
        await at.press("f9")
        assert not at.door.sent and "须同时填写" in at.text
        await at.type("Sunday")
        await at.press("f9")
        sent = at.sent(PublishBulletin)
        assert set(sent.pages) == {"zh", "en"} and sent.pages["en"].text == "Sunday"


async def test_an_article_is_revised_with_its_words_and_people() -> None:
    async with stage() as at:
        at.door.articles = (eg.article("annual-fee"),)
        await at.press("f2", "=")
        assert "新知识" in at.text
        await at.press("2", "f9")
        sent, before = at.last, eg.article("annual-fee")
        assert isinstance(sent, PublishArticle)
        assert (sent.article_id, sent.pages, sent.people) == ("annual-fee", before.pages, before.people)


async def test_a_new_article_names_whom_to_call() -> None:
    async with stage() as at:
        await at.press("f2", "=", "1")
        await at.fill("补卡", "七天")
        await at.press("f9")
        assert not at.door.sent
        await at.fill("沈立群", "6201")
        await at.press("f9")
        sent = at.sent(PublishArticle)
        assert [(one.name, one.extension) for one in sent.people] == [("沈立群", "6201")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_reads_another_language_than_theirs_is_told(language: str) -> None:
    words = Words(language)
    bulletin, article = eg.bulletin(pages={"zh": eg.page()}), eg.article(pages={"zh": eg.page()})
    seen = BulletinView(bulletin=bulletin, department="x", reading=None, to_read=True, in_force=True)
    known = ArticleView(article=article, department="x", asked=(), in_force=True)
    for lines in (bulletin_page(seen, words, 60), article_page(known, words, 60)):
        said = "".join(text for line in lines for text, _ in line)
        assert ("! " in said and words.of("language", "zh") in said) == (language != "zh")


def test_a_draft_leads_back_to_a_command_there_is() -> None:
    assert set(_OF_NOBODY.values()) <= BY_ID.keys()


async def test_an_article_goes_with_the_revision_that_was_read() -> None:
    async with stage() as at:
        at.door.articles = (eg.article("annual-fee", version=4),)
        await at.press("f2", "=", "2", "f9")
        assert at.door.seen == at.door.articles[0]


async def test_a_bulletin_is_corrected_where_it_is_read_and_goes_with_what_was_read() -> None:
    door = FakeDoor()
    door.me = msgspec.structs.replace(door.me, role=Role.SUPERVISOR)
    before = eg.bulletin(to=("cards", "vip"), acknowledge=True, version=7)
    door.bulletins = (BulletinView(bulletin=before, department="x", reading=None, to_read=False, in_force=True),)
    async with stage(door, size=(80, 24)) as at:
        await at.press("f2", "!")
        await at.shows("公告（！为未读）")
        await at.press("enter")
        await at.shows("F6 更正公告")
        await at.press("f6")
        await at.shows("标题 *")
        await at.press(*["shift+tab"] * (CONTACT_FIELDS + 2))
        await at.type("更正")
        await at.press("f9")
        sent = at.last
        assert isinstance(sent, PublishBulletin) and at.door.seen == before
        assert "更正" in sent.pages["zh"].title and sent.pages["zh"].text == before.pages["zh"].text
        kept = {name: getattr(before, name) for name in ("to", "acknowledge", "valid_from", "valid_to", "department")}
        assert {name: getattr(sent, name) for name in kept} == kept and sent.bulletin_id == before.id


def test_words_that_lost_are_drafts_of_the_form_they_were_written_in() -> None:
    kept: dict[str, str] = {"article:annual-fee:text_zh": "写到一半"}
    door = SimpleNamespace(draft=lambda key: kept.get(key, ""), keep_draft=kept.__setitem__, dismiss=lambda id: None)
    lost = Pending(
        id="p1", type="PublishArticle", target="article:annual-fee", state="conflict", made_at=eg.NOW,
        summary=msg("desk.summary.PublishArticle"), row="article:annual-fee", pages={"zh": eg.page(title="新题")},
    )  # fmt: skip
    take_back(SimpleNamespace(door=door), lost)  # type: ignore[arg-type]
    assert kept == {"article:annual-fee:text_zh": "写到一半", "article:annual-fee:title_zh": "新题"}


async def test_the_form_says_how_many_fields_are_still_out_of_sight() -> None:
    """Two more languages lie below the screen: whoever sends the first thinks it was all there is, unless told."""
    async with stage(size=(80, 24)) as at:
        await at.press("f2", "+")
        assert "下方还有 5 项" in at.text
        await at.press(*["tab"] * (CONTACT_FIELDS + 5))
        assert "下方还有" not in at.text
