"""The locked desk: the clock, how many wait, and a password. Nothing of any customer, and nothing of what was typed.

It covers whatever was open, which stays as it was below.
"""

from __future__ import annotations

from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.screen import Screen
from textual.widgets import Input

from agent_tui.desk.door import Door
from agent_tui.desk.keeper import Opened
from agent_tui.desk.views import MyContacts, Status, StatusOf
from agent_tui.i18n.catalog import say
from agent_tui.tui.ahead import ahead
from agent_tui.tui.line import EMPTY, Line, folded, piece, spread
from agent_tui.tui.text import clean
from agent_tui.tui.widgets.lines import Bar, Lines, Painter
from agent_tui.tui.words import Words

INNER = 56
"""Cells of the block in the middle."""


class LockScreen(Screen[None]):
    BINDINGS: ClassVar = [Binding("f12", "leave", show=False), Binding("escape", "clear", show=False)]

    def __init__(self, door: Door, words: Words, painter: Painter) -> None:
        super().__init__()
        self.door, self.words, self.painter = door, words, painter
        self._said: tuple[str, str] = ("", "text")

    def compose(self) -> ComposeResult:
        yield Bar(self.painter, id="lock-title", classes="bar")
        with Vertical(id="lock-middle"):
            yield Lines(self.painter, id="lock-text")
            with Horizontal(id="lock-field"):
                yield Bar(self.painter, id="lock-label")
                yield Input(self._known(), id="lock-password", password=True, compact=True)
            yield Lines(self.painter, id="lock-said")
        yield Bar(self.painter, id="lock-keys", classes="bar")

    def _known(self) -> str:
        return str(getattr(self.app, "demo_password", ""))

    def on_mount(self) -> None:
        self.query_one("#lock-password", Input).focus()
        self.set_interval(1.0, self.paint)
        self.call_after_refresh(self.paint)

    def on_screen_resume(self) -> None:
        self.call_after_refresh(ahead(self.app).settle)
        if not self.door.keeper.locked:
            self.dismiss(None)

    def on_resize(self) -> None:
        self.call_after_refresh(self.paint)

    # ---- painting --------------------------------------------------------------------------------------------------

    def paint(self) -> None:
        """Everything for the present width and moment."""
        width = self.app.size.width
        title = ((" ", "bar"), piece(self._own("title"), "bar_key"))
        self.query_one("#lock-title", Bar).put(spread(title, (), width, "bar"))
        self.query_one("#lock-text", Lines).show(self._lines())
        self.query_one("#lock-label", Bar).put((piece(self._own("password"), "accent"),))
        text, role = self._said
        self.query_one("#lock-said", Lines).show(folded(text, INNER, role, ()) if text else [EMPTY])
        keys = ((" ", "bar"), piece(self._own("keys"), "bar"))
        self.query_one("#lock-keys", Bar).put(spread(keys, (), width, "bar"))

    def _lines(self) -> list[Line]:
        words, status = self.words, self._status()
        in_hand = len(self.door.view(MyContacts()))
        why = self.door.keeper.locked or "key"
        lines: list[Line] = [(piece(words.clock(status.now), "strong"),), EMPTY]
        said = self._own(f"why.{why}", lasts=self._lasts())
        lines += folded(said, INNER, "warn" if why == "lease" else "text", ())
        lines += [EMPTY, (piece(self._own("waiting", count=status.waiting), "text"),)]
        if in_hand:
            lines.append((piece(self._own("in_hand", count=in_hand), "warn"),))
        if status.unsent:
            lines.append((piece(self._own("unsent", count=status.unsent), "warn"),))
        lines.append((piece(words.of("connection", status.connection), "muted"),))
        left = self.door.keeper.lease_left_s()
        if left and status.connection != "live":
            lines += folded(self._own("lease_left", left=words.span(left)), INNER, "warn", ())
        return lines

    def _lasts(self) -> str:
        """How long what the server shows may be kept without it, as the centre has set it."""
        minutes = round(self.door.keeper.lease_s / 60)
        whole_hours = minutes % 60 == 0 and minutes > 0
        return self._own("hours", count=minutes // 60) if whole_hours else self._own("minutes", count=max(minutes, 1))

    def _status(self) -> Status:
        return self.door.view(StatusOf())

    def _own(self, name: str, **args: str | int) -> str:
        return say(f"vault.lock.{name}", self.words.language, **args)

    # ---- keys ------------------------------------------------------------------------------------------------------

    @on(Input.Submitted)
    def try_it(self, event: Input.Submitted) -> None:
        event.stop()
        password = clean(event.value)
        event.input.value = ""
        if password:
            self._unlock(password)

    @work(exclusive=True)
    async def _unlock(self, password: str) -> None:
        self._tell("trying", "muted")
        outcome = await self.door.keeper.unlock(password)
        if outcome is Opened.OPEN:
            self.dismiss(None)
        elif outcome is Opened.WRONG:
            self._tell("wrong", "bad", left=self.door.keeper.left)
            self.app.bell()
        elif outcome is Opened.LEASE:
            self._tell("lease", "warn", lasts=self._lasts())

    def _tell(self, name: str, role: str, **args: str | int) -> None:
        self._said = (self._own(name, **args), role)
        self.paint()

    def action_clear(self) -> None:
        self.query_one("#lock-password", Input).value = ""

    def action_leave(self) -> None:
        """Whoever cannot open it may end the program: everything typed is kept."""
        self.app.exit(0)
