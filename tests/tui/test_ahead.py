"""Keys typed faster than dialogs open: each is read by the dialog that the one before it opened, none by the desk."""

from __future__ import annotations

from textual import events

from agent_tui.domain import commands as c
from tests.tui.stage import Stage, stage


async def burst(at: Stage, *keys: str) -> None:
    """Keys in one go, as a terminal hands on what was typed while the program was busy."""
    for key in keys:
        at.pilot.app.post_message(events.Key(key, key if len(key) == 1 else None))
    for _ in range(40):
        await at.pilot.pause(0.02)


async def in_call(at: Stage) -> None:
    await at.offer()
    await at.press("f9")
    await at.told("contact")


async def test_a_note_typed_ahead_is_whole() -> None:
    async with stage() as at:
        await in_call(at)
        await burst(at, "f2", "n", *"called1twice", "f9")
        assert at.last == c.AddNote(text="called1twice", contact_id="q0", customer_id="c1")


async def test_a_list_typed_ahead_is_narrowed_by_it() -> None:
    async with stage() as at:
        await in_call(at)
        await burst(at, "f2", "p", *"pos_terminal", "enter")
        shown = at.desk.seat.guide.shown("q0")
        assert shown is not None
        assert at.desk.seat.guide.of("q0").blueprint.id == "pos_terminal"  # type: ignore[union-attr]


async def test_keys_typed_after_a_dialog_went_reach_the_next_one() -> None:
    async with stage() as at:
        await in_call(at)
        await burst(at, "f2", "n", *"first", "f9", "f2", "n", *"second", "f9")
        assert [sent.text for sent in at.door.sent if isinstance(sent, c.AddNote)] == ["first", "second"]


async def test_a_command_that_waits_for_the_server_holds_no_keys() -> None:
    async with stage() as at:
        await in_call(at)
        await burst(at, "f12", "enter", "f3")
        assert isinstance(at.last, c.ClearContact)
        assert at.desk.here() == "queue"


TO_COUNT = ("f2", "p", *"pos_terminal", "enter", "f9", "1", "1", "f9", "1", "2")
"""The blueprint of terminals, on to the question how many rolls of paper are wanted."""


async def test_digits_typed_right_after_an_answer_are_in_the_field_that_it_opened() -> None:
    for size in ((80, 24), (120, 40)):
        async with stage(size=size) as at:
            await in_call(at)
            await burst(at, *TO_COUNT, "1", "2")
            assert at.desk.seat.guide.shown("q0").node == "paper_count"  # type: ignore[union-attr]
            assert at.desk.blueprint.answer.value == "12"


async def test_digits_typed_right_after_f9_are_in_the_field_that_it_opened() -> None:
    """Back from another pane: F9 goes to the field, and what follows at once is the answer."""
    async with stage() as at:
        await in_call(at)
        await burst(at, *TO_COUNT, "f3")
        assert at.desk.here() == "queue"
        await burst(at, "f9", "4", "2")
        assert at.desk.blueprint.answer.value == "42"


async def test_going_on_from_another_pane_takes_the_digits_along() -> None:
    async with stage() as at:
        await in_call(at)
        await burst(at, *TO_COUNT[:-6], "f3")
        assert at.desk.here() == "queue"
        await burst(at, "f9", "2", "8", "8")
        assert at.desk.seat.guide.shown("q0").node == "ask_terminal"  # type: ignore[union-attr]
        assert at.desk.blueprint.answer.value == "88"
