"""Text channels: go to the place to write, insert the blueprint's sentence, send, discard."""

from __future__ import annotations

from agent_tui.blueprints.shown import Shown
from agent_tui.domain.commands import SendMessage
from agent_tui.tui.dialogs.confirm import Confirm
from agent_tui.tui.perform import send, stands
from agent_tui.tui.screens.desk import DeskScreen


async def write(desk: DeskScreen) -> None:
    desk.turn_to("thread")


async def insert(desk: DeskScreen) -> None:
    """What the blueprint says now, into the place to write."""
    own = desk.facts.own
    shown = desk.seat.guide.shown(own.contact.id) if own else None
    text = _sentence(shown) if shown else ""
    if text:
        desk.turn_to("thread")
        desk.thread.insert(text.replace("\n", " "))
        desk.say(desk.words("said.inserted"), "ok")


def _sentence(shown: Shown) -> str:
    """What the customer is to read: the message, or the sentence with as many questions as a check needs."""
    asked = [question for _, question in shown.checks[: shown.need]]
    return shown.message or "\n".join([shown.text, *asked])


async def send_written(desk: DeskScreen) -> None:
    own, text = desk.facts.own, desk.thread.written
    if own is None or not text:
        return
    desk.thread.sent()
    outcome = await send(
        desk, SendMessage(contact_id=own.contact.id, text=text), desk.words.label("text.send"), quiet=True
    )
    if not stands(outcome):
        _give_back(desk, own.contact.id, text)


def _give_back(desk: DeskScreen, contact_id: str, text: str) -> None:
    """Not sent: the words stand where they stood, unless others were begun there meanwhile."""
    front = desk.facts.own
    if front is not None and front.contact.id == contact_id and not desk.thread.written:
        desk.thread.insert(text)
    elif not desk.door.draft(f"message:{contact_id}"):
        desk.door.keep_draft(f"message:{contact_id}", text)


async def discard(desk: DeskScreen) -> None:
    words = desk.words
    if await desk.ask(Confirm(words, desk.painter, words.label("text.discard"), [(words("ask.discard"), "text")])):
        desk.thread.sent()


DEEDS = {"text.write": write, "text.insert": insert, "text.send": send_written, "text.discard": discard}
