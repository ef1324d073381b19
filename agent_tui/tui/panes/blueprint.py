"""The blueprint pane: say, ask or do, one node at a time. Digits answer, Enter goes on, Left goes back."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.message import Message
from textual.widgets import Input

from agent_tui.tui.dialogs.fields import Kept, Line1
from agent_tui.tui.keymap import half_width
from agent_tui.tui.line import Line, piece
from agent_tui.tui.panes.actions import Picked
from agent_tui.tui.panes.blueprint_lines import BlueprintText
from agent_tui.tui.panes.pane import Pane, ScrolledLines
from agent_tui.tui.text import clean

if TYPE_CHECKING:
    from agent_tui.blueprints.shown import Shown
    from agent_tui.desk.door import Door


class Answered(Message):
    """The person answered the present node: a digit (1 to 9, 0 for «could not») or a text."""

    def __init__(self, digit: int | None = None, text: str = "") -> None:
        super().__init__()
        self.digit, self.text = digit, text


class Node(ScrolledLines):
    """The present node."""

    BINDINGS: ClassVar = [
        Binding("enter,right", "on", show=False),
        Binding("left,backspace", "step_back", show=False),
    ]

    def on_key(self, event: events.Key) -> None:
        character = half_width(event.character)
        if len(character) == 1 and character in "0123456789":
            event.stop()
            self.post_message(Answered(int(character)))

    def action_on(self) -> None:
        self.post_message(Picked("blueprint.forward"))

    def action_step_back(self) -> None:
        self.post_message(Picked("blueprint.back"))


def _nothing(width: int) -> list[Line]:
    return []


class Answer(Line1):
    """The place to write an answer. While nothing is written, Left goes back as it does everywhere in the pane."""

    BINDINGS: ClassVar = [Binding("left", "left_or_back", show=False)]

    def action_left_or_back(self) -> None:
        if self.value:
            self.action_cursor_left()
        else:
            self.post_message(Picked("blueprint.back"))


class BlueprintPane(Pane):
    name_key, key = "blueprint", "F5"
    _contact: str | None = None
    _turned: tuple[str, bool] | None = None
    """The node on the screen, and whether it is answered by typing."""
    _answered = False
    """It was answered before going back."""
    _kept: Kept | None = None
    """Journals the answer that is being typed."""

    def body(self) -> ComposeResult:
        yield Node(self.painter, id="node")
        yield Answer(id="answer", compact=True)

    def show(
        self,
        shown: Shown | None,
        checked: tuple[str, ...],
        empty: str,
        first: Callable[[int], list[Line]] = _nothing,
        right: str = "",
    ) -> None:
        """Paint a node, or why there is none. `first(width)`: what stands above it, the customer's own words."""
        node = self.query_one("#node", Node)
        typed = shown is not None and bool(shown.type) and not shown.choices
        self._turn(shown, typed)
        width = max(node.size.width, 24)
        above = first(width)
        below: list[Line] = (
            BlueprintText(self.words, width).node(shown, checked)
            if shown
            else [((" ", "text"), piece(empty, "muted"))]
        )
        lines = [*above, *below]
        if node.lines[: len(above) + 3] != tuple(lines[: len(above) + 3]):
            node.scroll_to(y=0, animate=False, force=True)
        node.show(lines)
        # The place to write stands right under the question.
        node.styles.height = min(len(lines), max(self.size.height - 2, 1)) if typed else "1fr"
        self.answer.placeholder = self.words.of("answer_type", shown.type) if shown and typed else ""
        self.title(shown.title if shown else "", right)

    def _turn(self, shown: Shown | None, typed: bool) -> None:
        """Another node: whoever is in the pane stands where that one is answered."""
        self.answer.display = typed
        self._answered = shown is not None and shown.answer is not None
        before, self._turned = self._turned, (shown.node, typed) if shown else None
        if before != self._turned and self.screen.focused in (self.answer, self.query_one("#node", Node)):
            self.enter()

    @property
    def answer(self) -> Line1:
        return self.query_one("#answer", Line1)

    def answering(self, door: Door, contact_id: str | None) -> None:
        """Whose question is being answered: the draft of another is put down, this one's taken up."""
        if contact_id == self._contact:
            return
        if self._kept is not None:
            self._kept.now()
        self._contact, self._kept = contact_id, None
        self.answer.value = door.draft(f"answer:{contact_id}") if contact_id else ""
        if contact_id:
            self._kept = Kept(door.keep_draft, f"answer:{contact_id}", self.set_timer)

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        if self._kept is not None:
            self._kept.changed(event.value, lambda kept: setattr(self.answer, "value", kept))

    @property
    def typed(self) -> bool:
        """Whether the present node is answered by typing."""
        return bool(self.answer.display)

    def enter(self) -> None:
        """The focus is there when this returns: the next key may have been typed already."""
        widget = self.answer if self.typed else self.query_one("#node", Node)
        self.screen.set_focus(widget, scroll_visible=False)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter in an empty place keeps what was answered before going back."""
        event.stop()
        text = clean(event.value).strip()
        self.post_message(Answered(text=text) if text or not self._answered else Picked("blueprint.forward"))

    def clear_answer(self) -> None:
        """Ready for the next answer."""
        self.answer.value = ""
