"""What every dialog is: a modal box with a title, a line of keys, and Escape that backs out without losing text."""

from __future__ import annotations

from typing import ClassVar, Generic, TypeVar

from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.containers import Vertical
from textual.events import Resize
from textual.screen import ModalScreen

from agent_tui.tui.ahead import ahead
from agent_tui.tui.line import Line, piece, spread
from agent_tui.tui.widgets.lines import Bar, Painter
from agent_tui.tui.words import Words

T = TypeVar("T")


class Dialog(ModalScreen[T], Generic[T]):
    """Subclasses yield their body in `body` and bind their keys; `keys` says which."""

    BINDINGS: ClassVar = [("escape", "back", "")]

    def __init__(self, words: Words, painter: Painter, title: str, keys: str, *, role: str = "title_focus") -> None:
        super().__init__()
        self.words, self.painter = words, painter
        self._title, self._keys, self._role = title, keys, role

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Bar(self.painter, classes="bar dialog-title")
            yield from self.body()
            yield Bar(self.painter, classes="bar dialog-keys")

    def body(self) -> ComposeResult:
        """The widgets between title and keys."""
        yield from ()

    @property
    def inner(self) -> int:
        """Cells inside the box."""
        return max(self.query_one(".dialog-title", Bar).size.width, 20)

    def on_mount(self) -> None:
        self.call_after_refresh(self.paint)

    def on_screen_resume(self) -> None:
        """In front, for the first time or again: it reads what was typed ahead."""
        self.call_after_refresh(ahead(self.app).settle)

    def on_resize(self, event: Resize) -> None:
        self.call_after_refresh(self.paint)

    def paint(self) -> None:
        """Fill title, body and keys for the present width."""
        width = self.inner
        self.query_one(".dialog-title", Bar).put(self._bar(self._title, self._role, width))
        self.query_one(".dialog-keys", Bar).put(self.keys_line(width))

    def keys_line(self, width: int) -> Line:
        """The line below the body."""
        return self._bar(self._keys, "bar_muted", width)

    def retitle(self, title: str) -> None:
        """Another title; painted at once."""
        self._title = title
        self.query_one(".dialog-title", Bar).put(self._bar(title, self._role, self.inner))

    def _bar(self, text: str, role: str, width: int) -> Line:
        return spread(((" ", role), piece(text, role)), (), width, role)

    def dismiss(self, result: T | None = None) -> AwaitComplete:
        """Once only: a key typed ahead reaches a dialog that is going already, and must not close what lies below."""
        if self not in self.app.screen_stack:
            return AwaitComplete()
        ahead(self.app).go_on()
        return super().dismiss(result)

    def action_back(self) -> None:
        self.dismiss(None)
