"""The page of a blueprint's version: its author is offered no key that the rules refuse them."""

from __future__ import annotations

import pytest

from agent_tui.desk.release_views import ReleaseView
from agent_tui.domain.release import Release, ReleaseState
from agent_tui.i18n.message import Msg, msg
from agent_tui.tui.dialogs.release import ReleasePage
from agent_tui.tui.panes.release_lines import Reading
from tests import eg
from tests.tui.stage import stage

READING = Reading(true=True, against="fee@1", changes=1, text=("~ open",), findings=(), nodes=9)
ROW = Release(
    id="fee@2", blueprint="fee", number=2, state=ReleaseState.PROPOSED, titles={"zh": "减免"}, owner="card_ops",
    change="更短", digest="sha256:00", valid_from="2026-01-01", valid_to="2099-12-31", begins=eg.NOW, ends=eg.at(9_000),
    author_id="a1", proposed_at=eg.NOW,
)  # fmt: skip


@pytest.mark.parametrize(
    ("cannot", "offered", "not_offered"),
    [
        (None, ("F9 发布", "F7 退回"), "F7 撤回"),
        (msg("release.refusal.own_proposal", release="fee@2"), ("F7 撤回",), "F9 发布"),
    ],
)
async def test_an_author_is_offered_to_take_back_and_not_to_release(
    cannot: Msg | None, offered: tuple[str, ...], not_offered: str
) -> None:
    view = ReleaseView(release=ROW, before="fee@1", author="陈晓", cannot=cannot)
    async with stage(size=(80, 24)) as at:
        await at.desk.app.push_screen(ReleasePage(at.desk.words, at.desk.painter, lambda: view, READING))
        await at.settle()
        assert all(key in at.text for key in offered) and not_offered not in at.text
