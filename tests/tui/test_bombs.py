"""What people typed is shown as text in every pane: nothing is parsed, nothing acts on the terminal, nothing breaks."""

from __future__ import annotations

import unicodedata

import msgspec
import pytest

from agent_tui.domain.contact import Channel, Message
from tests import eg
from tests.tui.fake import FakeDoor
from tests.tui.stage import Stage, stage

BOMBS = {
    "closing tag": "[/x]",
    "live link": "[@click=app.quit]x[/]",
    "escape sequences": "\x1b]0;pwned\x07\x1b[2Jx",
    "C1": "\x9b31mx",
    "right to left": "\u202eabc\u202c\u200fx",
    "zero width": "a\u200bb\u200dc\ufeffx",
    "very long": "王" * 10_000,
    "combining": "e\u0301" * 200,
    "lines": "one\r\ntwo\rthree\nx",
}


def bombed(text: str) -> FakeDoor:
    """The text stands everywhere a customer or colleague can put it."""
    door = FakeDoor(rows=6, name=text, subject=text)
    customer = door.customers["c1"]
    product = msgspec.structs.replace(customer.products[0], number=text, facts={"site": text})
    door.customers["c1"] = msgspec.structs.replace(
        customer, phone=text, address=text, sensitivity=text, entitlements=(text,), products=(product,)
    )
    door.tickets["t1"] = eg.ticket(title=text, name=text, customer_id="c1")
    door.notes = (msgspec.structs.replace(door.notes[0], text=text),)
    door.messages["q0"] = (Message(author="customer", text=text, at=eg.NOW),)
    return door


def unharmed(at: Stage) -> None:
    """Whole lines of exactly the screen's width, and nothing a terminal acts on."""
    width = at.pilot.app.size.width
    for strip in at.pilot.app.screen._compositor.render_strips():
        assert strip.cell_length == width
        assert not [c for c in strip.text if unicodedata.category(c) in ("Cc", "Cf", "Cs")]


@pytest.mark.parametrize("text", BOMBS.values(), ids=BOMBS)
@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=str)
async def test_every_pane_shows_it_as_text(text: str, size: tuple[int, int]) -> None:
    async with stage(bombed(text), size=size) as at:
        await at.offer(channel=Channel.CHAT)
        unharmed(at)
        await at.press("f9")
        await at.told("contact")
        for key in ("f3", "f4", "f5", "f6", "ctrl+t", "ctrl+g"):
            await at.press(key)
            unharmed(at)
        await at.press("escape", "f2", "W")
        unharmed(at)
        await at.press("escape", "f2", "y")
        unharmed(at)
        assert at.pilot.app.is_running


async def test_brackets_are_read_as_they_were_written() -> None:
    async with stage(bombed("[/x][@click=app.quit]"), size=(160, 50)) as at:
        assert "[/x][@click=app.quit]" in at.text


async def test_pasted_text_is_cleaned_before_it_is_written() -> None:
    from textual.events import Paste

    async with stage() as at:
        await at.offer(channel=Channel.CHAT)
        await at.press("f9")
        await at.told("contact")
        at.pilot.app.post_message(Paste("a\x1b[2Jb\u202ec"))
        await at.settle()
        assert at.desk.thread.compose_area.text == "a[2Jbc"


async def test_a_key_typed_ahead_does_not_close_what_lies_under_a_dialog() -> None:
    async with stage() as at:
        below = at.pilot.app.screen
        await at.press("f2")
        dialog = at.pilot.app.screen
        assert dialog is not below
        dialog.dismiss(None)
        dialog.dismiss(None)
        await at.pilot.pause()
        assert at.pilot.app.is_running
        assert at.pilot.app.screen is below
