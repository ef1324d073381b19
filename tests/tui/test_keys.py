"""Every command of the registry is reached by key and by palette; no key clashes, none is one that lies."""

from __future__ import annotations

from collections import Counter

import pytest
from textual import events

from agent_tui.desk.commands import COMMANDS, FORBIDDEN, LEADER, of_mode, printed
from agent_tui.i18n.catalog import LANGUAGES, say
from agent_tui.tui import perform as performing
from agent_tui.tui.keymap import by_leader, half_width, with_twins
from tests.tui.stage import Stage, stage

MODES = ("desk", "monitor", "train")


@pytest.mark.parametrize("mode", MODES)
def test_no_two_commands_of_a_mode_share_a_key_or_a_letter(mode: str) -> None:
    keys = Counter(key for command in of_mode(mode) for key in command.keys)
    letters = Counter(command.leader for command in of_mode(mode) if command.leader)
    assert not [key for key, count in (keys + letters).items() if count > 1]


def test_no_key_is_one_that_lies() -> None:
    keys = {key for command in COMMANDS for key in command.keys}
    assert not keys & FORBIDDEN
    assert not [key for key in keys if key.startswith("alt+") and key[-1].isdigit()]
    assert not [key for key in keys if not key.startswith(("f", "ctrl+"))]


def test_every_command_has_a_key_or_a_letter() -> None:
    assert not [command.id for command in COMMANDS if not command.keys and not command.leader]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_command_is_named_and_explained(language: str) -> None:
    for command in COMMANDS:
        for part in ("label", "help"):
            key = f"command.{command.id}.{part}"
            assert say(key, language) != key


def test_every_command_of_the_desk_has_a_deed() -> None:
    assert not [command.id for command in of_mode("desk") if performing.deed(command.id) is None]


async def test_every_command_is_reached_by_key_and_by_palette(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    real = performing.deed

    def watched(id: str) -> performing.Deed | None:
        if id in ("desk.leader", "desk.palette"):
            return real(id)

        async def note(station: object) -> None:
            done.append(id)

        return note

    monkeypatch.setattr(performing, "deed", watched)
    monkeypatch.setattr(performing, "why_not", lambda id, facts: None)
    monkeypatch.setattr("agent_tui.tui.deeds.desk.why_not", lambda id, facts: None)
    async with stage() as at:
        for command in of_mode("desk"):
            if command.id in ("desk.leader", "desk.palette"):
                continue
            ways = [(key,) for key in command.keys] + ([(LEADER, command.leader)] if command.leader else [])
            for keys in ways:
                await at.press(*keys)
            await by_palette(at, command.id)
            assert done == [command.id] * (len(ways) + 1), command.id
            done.clear()


async def by_palette(at: Stage, id: str) -> None:
    """Found by its id, since labels of some begin alike."""
    await at.press("f10")
    at.pilot.app.post_message(events.Paste(id))
    await at.settle()
    await at.press("enter")


def test_a_full_width_letter_is_the_letter() -> None:
    assert half_width("Ｗ") == "W"
    assert half_width("１") == "1"
    assert half_width(None) == ""


def test_keys_have_full_width_twins_and_readable_names() -> None:
    assert with_twins("question_mark") == "question_mark,fullwidth_question_mark"
    assert (printed("f9"), printed("ctrl+t")) == ("F9", "Ctrl+T")
    assert by_leader("desk")["W"].id == "action.waive_fee"


async def test_a_greyed_letter_in_the_overlay_says_why() -> None:
    async with stage() as at:
        await at.press("f2")
        assert "F2 然后" in at.text
        await at.press("x")
        assert "没有正在进行的联络" in at.line("said")


async def test_the_overlay_works_with_the_input_method_on() -> None:
    async with stage() as at:
        await at.press("f2", "down", "enter")
        assert "没有分配给您的联络" in at.line("said")


async def test_help_and_key_card_come_from_the_registry() -> None:
    async with stage(size=(140, 60)) as at:
        await at.press("f1")
        assert "F2 W" in at.text or "保持/取回" in at.text
        await at.press("escape", "f2", "h")
        assert "坐席工作台" in at.text
