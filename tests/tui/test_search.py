"""Search, bulletins and articles by keys: typing never waits, Enter opens, reading is recorded."""

from __future__ import annotations

from typing import Any

import pytest
from textual.widgets import Input

from agent_tui.desk import found as f
from agent_tui.domain.commands import AskAboutArticle, ReadBulletin
from agent_tui.search.rank import Reason
from agent_tui.tui.dialogs.keyed_page import KeyedPage
from agent_tui.tui.dialogs.search import Search
from tests import eg
from tests.tui.fake import FakeDoor
from tests.tui.stage import Stage, stage


class Library(FakeDoor):
    """A door with an article, a bulletin and a blueprint to find; `asked` remembers what was looked up."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.asked: list[str] = []
        self.article = eg.article("annual-fee")
        self.bulletin = eg.bulletin("fees-2026", acknowledge=True)

    def _view_Search(self, query: f.Search) -> f.Found:
        self.asked.append(query.typed)
        kinds = {"年费": "article", "公告": "bulletin", "刷卡机": "blueprint"}
        kind = kinds.get(query.typed)
        if kind is None:
            return f.Found(items=())
        id = {"article": "annual-fee", "bulletin": "fees-2026", "blueprint": "pos_terminal"}[kind]
        reason = Reason(how="written", place="title", language="zh", text=f"{query.typed}[/x]口径", start=0, end=2)
        item = f.FoundItem(
            kind=kind, id=id, title=f"{query.typed}[/x]", owner="卡片运营部", reasons=(reason,), score=1.0
        )
        return f.Found(items=(item,))

    def _view_ArticleOf(self, query: f.ArticleOf) -> f.ArticleView:
        return f.ArticleView(article=self.article, department="卡片运营部", in_force=True)

    def _view_Bulletins(self, query: f.Bulletins) -> tuple[f.BulletinView, ...]:
        return (self._view_BulletinOf(f.BulletinOf(id="fees-2026")),)

    def _view_BulletinOf(self, query: f.BulletinOf) -> f.BulletinView:
        return f.BulletinView(
            bulletin=self.bulletin, department="卡片运营部", reading=None, to_read=True, in_force=True
        )

    def _view_Departments(self, query: f.Departments) -> tuple[f.Department, ...]:
        group = eg.group("card_ops", kind="department")
        return (f.Department(group=group, name="卡片运营部", people=self.article.people, articles=1),)


async def looked(on: Stage) -> None:
    """Until nothing that was typed is still to be looked up."""
    await on.pilot.pause(0.06)
    await on.settle()


@pytest.mark.parametrize("key", ["slash", "fullwidth_solidus", "ideographic_comma", "ctrl+f"])
async def test_one_key_opens_it_and_says_what_to_type(key: str) -> None:
    async with stage(Library(), size=(80, 24)) as on:
        await on.press(key)
        assert isinstance(on.pilot.app.screen, Search)
        assert "拼音" in on.text and "Esc 返回" in on.text


async def test_typing_is_one_search_and_what_is_stale_is_never_looked_up() -> None:
    door = Library()
    async with stage(door) as on:
        await on.press("slash")
        await looked(on)
        before = len(door.asked)
        field = on.pilot.app.screen.query_one("#search-typed", Input)
        for end in range(1, 9):
            field.value = "abcdefgh"[:end]
        await looked(on)
        assert door.asked[-1] == "abcdefgh"
        assert len(door.asked) - before == 1


async def test_enter_right_behind_the_last_key_opens_what_was_typed() -> None:
    async with stage(Library()) as on:
        await on.press("slash")
        await on.pilot.press("年", "费", "enter")
        await on.settle()
        assert isinstance(on.pilot.app.screen, KeyedPage)
        assert "沈立群" in on.text and "6201" in on.text


async def test_a_result_says_what_it_is_whose_and_why() -> None:
    async with stage(Library(), size=(80, 24)) as on:
        await on.press("slash")
        await on.type("年费")
        await looked(on)
        assert "知识" in on.text and "卡片运营部" in on.text and "标题：[年费][/x]口径" in on.text


async def test_escape_leaves_and_a_page_leads_back_to_the_results() -> None:
    async with stage(Library()) as on:
        await on.press("slash")
        await on.type("年费")
        await on.press("enter", "escape")
        screen = on.pilot.app.screen
        assert isinstance(screen, Search) and screen.typed == "年费"
        await on.press("escape")
        assert on.pilot.app.screen is on.desk


async def test_a_blueprint_begins_for_the_contact_in_hand() -> None:
    door = Library()
    async with stage(door) as on:
        await on.offer()
        await on.press("f9")
        await on.told("contact", "agent")
        await on.press("slash")
        await on.type("刷卡机")
        await on.press("enter")
        await on.told("contact")
        assert on.pilot.app.screen is on.desk
        assert on.desk.seat.guide.shown("q0") is not None


async def test_a_question_to_the_owner_is_kept_until_it_is_sent() -> None:
    door = Library()
    async with stage(door) as on:
        await on.press("slash")
        await on.type("年费")
        await on.press("enter", "f8")
        await on.type("附属卡呢")
        await on.pilot.pause(0.2)
        assert door.drafts.get("ask:annual-fee") == "附属卡呢"
        await on.press("f9")
        assert isinstance(on.last, AskAboutArticle) and on.last.text == "附属卡呢"
        assert "ask:annual-fee" not in door.drafts


async def test_opening_a_bulletin_is_recorded_and_f9_confirms_it() -> None:
    door = Library()
    async with stage(door, size=(80, 24)) as on:
        await on.press("exclamation_mark", "enter")
        assert isinstance(on.last, ReadBulletin) and not on.last.acknowledge
        await on.press("f9")
        assert isinstance(on.last, ReadBulletin) and on.last.acknowledge


async def test_whom_to_call_is_one_key_away() -> None:
    async with stage(Library()) as on:
        await on.press("at")
        assert "卡片运营部" in on.text and "沈立群" in on.text


async def test_a_slash_in_a_text_is_a_slash() -> None:
    async with stage(Library()) as on:
        await on.press("f2", "s")
        await on.pilot.press("slash")
        await on.settle()
        assert not isinstance(on.pilot.app.screen, Search)
