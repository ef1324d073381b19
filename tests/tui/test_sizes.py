"""From 80x24 to 200x60, in three languages: everything is reachable, whole lines, the bars always there."""

from __future__ import annotations

import pytest

from agent_tui.domain.contact import Channel
from agent_tui.tui.words import Words
from tests.tui.stage import Stage, stage

SIZES = [(80, 24), (100, 30), (120, 40), (200, 60)]


def whole(at: Stage) -> None:
    """Every line is exactly as wide as the screen."""
    width, height = at.pilot.app.size
    strips = at.pilot.app.screen._compositor.render_strips()
    assert len(strips) == height
    assert {strip.cell_length for strip in strips} == {width}


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("language", ["zh", "en", "ja"])
async def test_every_pane_is_one_key_away_and_the_bars_stay(size: tuple[int, int], language: str) -> None:
    words = Words(language)
    async with stage(size=size, language=language) as at:
        await at.offer(channel=Channel.CHAT)
        await at.press("f9")
        await at.told("contact")
        for key, pane in (
            ("f3", "queue"),
            ("f4", "customer"),
            ("f5", "blueprint"),
            ("f6", "actions"),
            ("ctrl+t", "thread"),
        ):
            await at.press(key)
            assert words(f"pane.{pane}") in at.text
            assert at.desk.query_one(f"#pane-{pane}").display
            assert words.of("contact_state", "connected") in at.line("contact")
            assert words("figure.service_level") in at.line("status")
            assert words("figure.abandonment") in at.line("status")
            assert "F9" in at.line("hints")
            assert "F2" in at.line("hints")
            whole(at)


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize(
    "keys", [("f2",), ("f10",), ("f1",), ("f2", "h"), ("f2", "W"), ("f2", "n"), ("ctrl+g",)], ids=str
)
async def test_every_dialog_fits(size: tuple[int, int], keys: tuple[str, ...]) -> None:
    async with stage(size=size) as at:
        await at.offer()
        await at.press("f9")
        await at.told("contact")
        await at.press(*keys)
        whole(at)
        box = at.pilot.app.screen.query_one(".dialog").region
        assert box.bottom <= size[1]
        assert box.right <= size[0]
        assert "通话" in at.text.splitlines()[0]


async def test_a_window_made_smaller_turns_panes_into_pages_and_back() -> None:
    async with stage(size=(120, 40)) as at:
        await at.pilot.resize_terminal(80, 24)
        await at.settle()
        assert sum(bool(pane.display) for pane in at.desk.query(".pane")) == 1
        await at.pilot.resize_terminal(120, 40)
        await at.settle()
        assert sum(bool(pane.display) for pane in at.desk.query(".pane")) == 4


@pytest.mark.parametrize("chosen", ["en", "ja"])
async def test_the_language_changes_at_once_everywhere(chosen: str) -> None:
    words = Words(chosen)
    async with stage() as at:
        await at.press("f2", "1")
        await at.type(chosen)
        await at.press("enter")
        await at.told("contact")
        assert words("pane.queue") in at.text
        assert words("next.ready") in at.line("hints")
        assert words.of("contact_state", "queued") in at.text
