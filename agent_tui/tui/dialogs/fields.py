"""What a form asks for: field descriptions and the widgets that take them. Text typed is journalled as it is typed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

import msgspec
from textual import events
from textual.binding import Binding
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Input, TextArea

from agent_tui.tui.dialogs.pick import Item
from agent_tui.tui.keymap import half_width
from agent_tui.tui.line import Line, crop, piece
from agent_tui.tui.text import clean
from agent_tui.tui.widgets.lines import Lines, Painter
from agent_tui.tui.words import Words

KEEP_AFTER_S = 0.12
"""A draft is journalled this long after the last key, and when its field goes."""


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """One thing a form asks for."""

    name: str
    kind: str = "text"
    """`text`, `amount`, `moment`, `password`, `choice` or `area` (several lines)."""
    label: str
    value: str = ""
    items: tuple[Item[str], ...] = ()
    """Of a choice."""
    required: bool = False
    hint: str = ""
    draft: str = ""
    """Key under which the text is journalled; empty for text that may be lost."""


def resumed(field: Field, draft: Callable[[str], str]) -> Field:
    """The field with what was typed into it before, if anything was."""
    kept = draft(field.draft) if field.draft else ""
    return msgspec.structs.replace(field, value=kept) if kept else field


class Kept:
    """Journals one text: at most every KEEP_AFTER_S, scrubbed by the door."""

    def __init__(
        self, keep: Callable[[str, str], str], key: str, schedule: Callable[[float, Callable[[], None]], Timer]
    ) -> None:
        self._keep, self.key, self._schedule = keep, key, schedule
        self._timer: Timer | None = None
        self._text: str | None = None

    def changed(self, text: str, scrubbed: Callable[[str], None]) -> None:
        """Remember `text`; `scrubbed(kept)` is called if the door kept something else."""
        self._text = text
        if self._timer is None:
            self._timer = self._schedule(KEEP_AFTER_S, lambda: self.now(scrubbed))

    def now(self, scrubbed: Callable[[str], None] | None = None) -> None:
        """Journal at once what waits."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        text, self._text = self._text, None
        if text is None:
            return
        kept = self._keep(self.key, text)
        if kept != text and scrubbed is not None:
            scrubbed(kept)

    def forget(self) -> None:
        """Nothing more is to be journalled: it was sent or thrown away."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        self._text = None


class Writing(TextArea):
    """Several lines; Tab leaves the field, since Enter makes a new line."""

    class Scrubbed(Message):
        """Digits that must not be written down were blacked out."""

    def __init__(self, text: str = "", *, id: str, kept: Kept | None = None, hint: str = "") -> None:
        super().__init__(
            text,
            id=id,
            tab_behavior="focus",
            soft_wrap=True,
            compact=True,
            highlight_cursor_line=False,
            placeholder=hint,
        )
        self.kept = kept

    def on_mount(self) -> None:
        """What was begun is gone on with."""
        self.move_cursor(self.document.end)

    def on_text_area_changed(self) -> None:
        if self.kept is not None:
            self.kept.changed(self.text, self.replace_all)

    def replace_all(self, text: str) -> None:
        """The door kept another text: show it, the cursor where it was."""
        place = self.cursor_location
        self.text = text
        self.move_cursor(place)
        self.post_message(self.Scrubbed())

    def on_paste(self, event: events.Paste) -> None:
        """Pasted text may carry what a terminal would act on."""
        event.text = clean(event.text)

    def on_unmount(self) -> None:
        if self.kept is not None:
            self.kept.now()


class Choice(Lines, can_focus=True):
    """One of several, shown in a line: digits choose, Enter or a letter opens the list."""

    BINDINGS: ClassVar = [Binding("enter,space", "open", show=False)]

    class Changed(Message):
        def __init__(self, choice: Choice) -> None:
            super().__init__()
            self.choice = choice

    def __init__(
        self, field: Field, words: Words, painter: Painter, open_list: Callable[[Choice, str], object]
    ) -> None:
        super().__init__(painter, id=f"field-{field.name}", classes="field-choice")
        self.field, self.words, self._open = field, words, open_list
        self.items: Sequence[Item[str]] = field.items
        self.value = field.value
        self._at_first = next((item.label for item in field.items if item.value == field.value), None)

    def on_mount(self) -> None:
        self.call_after_refresh(self.paint)

    def on_resize(self) -> None:
        self.paint()

    def on_focus(self) -> None:
        self.paint()

    def on_blur(self) -> None:
        self.paint()

    def set(self, value: str) -> None:
        """Choose `value`."""
        self.value = value
        self.paint()
        self.post_message(self.Changed(self))

    def offer(self, items: Sequence[Item[str]], value: str = "") -> None:
        """Other things to choose from."""
        self.items = items
        self.set(value)

    def paint(self) -> None:
        """The one chosen, then the others with their digits as far as there is room."""
        width = max(self.size.width, 10)
        chosen = next((item.label for item in self.items if item.value == self.value), "")
        first = piece(f" {chosen} " if chosen else self.words("form.choose"), "field" if chosen else "muted")
        edge = (">", "key") if self.has_focus else (" ", "text")
        hint: Line = (("  ", "text"), piece(self.field.hint, "muted")) if chosen == self._at_first else ()
        self.show([crop((edge, first, *hint), width), crop(self._options(), width)])

    def _options(self) -> Line:
        line: Line = (("  ", "text"),)
        for at, item in enumerate(self.items[:9], 1):
            line = (*line, piece(f"{at} ", "key"), piece(item.label, "muted"), ("  ", "text"))
        return line

    def on_key(self, event: events.Key) -> None:
        character = half_width(event.character)
        if len(character) != 1 or not event.is_printable or character == " ":
            return
        event.stop()
        if character in "123456789" and int(character) <= len(self.items):
            item = self.items[int(character) - 1]
            if not item.greyed:
                self.set(item.value)
        elif not character.isdigit():
            self._open(self, character)

    def action_open(self) -> None:
        self._open(self, "")


class Line1(Input):
    """One line of text."""

    def on_paste(self, event: events.Paste) -> None:
        event.text = clean(event.text)
