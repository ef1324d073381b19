"""A desk to which nothing ever came says so: an empty copy proves nothing about the queue, my contacts or my state."""

from __future__ import annotations

import msgspec
import pytest

from agent_tui.desk import views
from agent_tui.i18n.message import msg
from tests.tui.fake import FakeDoor
from tests.tui.stage import stage


class Empty(FakeDoor):
    """No server yet, or a copy that was damaged while the server is away."""

    def __init__(self, *, known: bool) -> None:
        super().__init__(rows=0)
        self.contacts.clear()
        self.tickets.clear()
        self.known = known

    def _view_StatusOf(self, query: object) -> views.Status:
        status = super()._view_StatusOf(query)
        if self.known:
            return status
        return msgspec.structs.replace(
            status, me=None, state=None, since=None, connection="offline", age_s=views.NEVER_S
        )

    def _view_QueueRows(self, query: views.QueueRows) -> views.QueuePage:
        return msgspec.structs.replace(super()._view_QueueRows(query), known=self.known)


async def test_nobody_waits_is_never_said_of_what_is_not_known() -> None:
    async with stage(Empty(known=False), size=(80, 24)) as at:
        assert "尚无数据，连上服务器后显示" in at.text and "没有人在等" not in at.text
        assert "您现在不接" not in at.text and "已签退" not in at.text
        assert "等待 -" in at.line("status")


async def test_a_desk_that_knows_says_that_nobody_waits() -> None:
    async with stage(Empty(known=True), size=(80, 24)) as at:
        assert "没有人在等" in at.text and "尚无数据" not in at.text
        assert "等待 0" in at.line("status")


@pytest.mark.parametrize("language", ["en", "ja"])
async def test_it_fits_a_small_terminal_in_every_language(language: str) -> None:
    async with stage(Empty(known=False), size=(80, 24), language=language) as at:
        assert at.line("contact")[-1] in ".。"


# ---- what must be known about the data -------------------------------------------------------------------------------


class Salvaged(FakeDoor):
    """The journal was damaged, and the server is away."""

    def _view_StatusOf(self, query: object) -> views.Status:
        said = msg("vault.salvaged", commands=1, drafts=2, copy="/var/lib/desk/journal.db.damaged-1")
        why = msg("desk.connection.unreachable")
        return msgspec.structs.replace(super()._view_StatusOf(query), connection="offline", why=why, alert=said)


async def test_that_the_journal_was_damaged_is_said_over_the_server_being_away_and_stays_until_read() -> None:
    async with stage(Salvaged(), size=(80, 24)) as at:
        assert "已取回 1 项未送达的工作和 2 份草稿" in at.line("said")
        assert "资料提醒：F1" in at.line("status")
        await at.press("f1")
        assert "journal.db.damaged-1" in at.text.replace(" ", "").replace("\n", "").replace("│", "")
        await at.press("escape")
        assert "资料提醒" not in at.line("status")


async def test_each_pane_says_how_old_it_is_while_the_server_is_away() -> None:
    door = FakeDoor()
    door.online = False
    async with stage(door, size=(80, 24)) as at:
        for key in ("f3", "f4", "f5", "f6"):
            await at.press(key)
            assert "截至" in at.text, key
