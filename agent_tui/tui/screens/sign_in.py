"""Signing in: server, login and password, and what came of it in one sentence. The password stands in its field only for as
long as it is tried."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.screen import Screen
from textual.widgets import Input

from agent_tui.errors import AgentTuiError
from agent_tui.i18n.catalog import say
from agent_tui.tui.ahead import ahead
from agent_tui.tui.entry import CLOSED, Typed
from agent_tui.tui.line import EMPTY, folded, piece, spread
from agent_tui.tui.text import clean
from agent_tui.tui.widgets.lines import Bar, Lines, Painter
from agent_tui.tui.words import Words, speaking

_own = speaking("tui.sign_in")

FIELDS = ("server", "login", "password", "former")
SECRET = ("password", "former")
INNER = 56
"""Cells of the block in the middle."""


class SignInScreen(Screen[None]):
    """`enter` lets the person in, or raises the AgentTuiError that says why not."""

    BINDINGS: ClassVar = [
        Binding("f12", "leave", show=False),
        Binding("ctrl+c", "leave", show=False),
        Binding("f9", "enter", show=False),
        Binding("down", "move(1)", show=False),
        Binding("up", "move(-1)", show=False),
        Binding("tab", "move(1)", show=False),
        Binding("shift+tab", "move(-1)", show=False),
        Binding("escape", "clear", show=False),
    ]

    def __init__(
        self,
        words: Words,
        painter: Painter,
        mode: str,
        given: Typed,
        enter: Callable[[Typed], Awaitable[None]],
    ) -> None:
        super().__init__(id="sign-in")
        self.words, self.painter, self._mode, self._given, self._enter = words, painter, mode, given, enter
        self._said: tuple[str, str] = ("", "text")
        self._trying = False

    def compose(self) -> ComposeResult:
        yield Bar(self.painter, id="lock-title", classes="bar")
        with Vertical(id="sign-in-middle"):
            yield Lines(self.painter, id="sign-in-text")
            for name in FIELDS:
                with Horizontal(id=f"sign-in-row-{name}", classes="sign-in-row"):
                    yield Bar(self.painter, id=f"sign-in-label-{name}", classes="sign-in-label")
                    value = "" if name in SECRET else str(getattr(self._given, name))
                    yield Input(value, id=f"sign-in-{name}", password=name in SECRET, compact=True)
            yield Lines(self.painter, id="sign-in-said")
        yield Bar(self.painter, id="lock-keys", classes="bar")

    def on_mount(self) -> None:
        self.query_one("#sign-in-row-former").display = False
        empty = [name for name in FIELDS if not self._field(name).value]
        self._field(empty[0]).focus()
        self.call_after_refresh(self.paint)

    def on_screen_resume(self) -> None:
        self.call_after_refresh(ahead(self.app).settle)

    def on_resize(self) -> None:
        self.call_after_refresh(self.paint)

    def paint(self) -> None:
        """Everything for the present width."""
        width = self.app.size.width
        title = ((" ", "bar"), piece(_own(self.words, f"title.{self._mode}"), "bar_key"))
        self.query_one("#lock-title", Bar).put(spread(title, (), width, "bar"))
        self.query_one("#sign-in-text", Lines).show(folded(_own(self.words, "intro"), INNER, "text", ()))
        for name in FIELDS:
            label = piece(_own(self.words, f"field.{name}"), "accent")
            self.query_one(f"#sign-in-label-{name}", Bar).put((label,))
        text, role = self._said
        self.query_one("#sign-in-said", Lines).show(folded(text, INNER, role, ()) if text else [EMPTY])
        keys = ((" ", "bar"), piece(_own(self.words, "keys"), "bar"))
        self.query_one("#lock-keys", Bar).put(spread(keys, (), width, "bar"))

    def _field(self, name: str) -> Input:
        return self.query_one(f"#sign-in-{name}", Input)

    def _tell(self, text: str, role: str) -> None:
        self._said = (text, role)
        self.paint()

    # ---- keys ------------------------------------------------------------------------------------------------------

    @on(Input.Submitted)
    def next_or_enter(self, event: Input.Submitted) -> None:
        """Enter goes to the next field that is empty, and in with the last."""
        event.stop()
        empty = [name for name in FIELDS[:3] if not self._field(name).value]
        if empty:
            self._field(empty[0]).focus()
        else:
            self.action_enter()

    def action_enter(self) -> None:
        if not self._trying:
            self._try(Typed(*(clean(self._field(name).value) for name in FIELDS)))

    @work(exclusive=True)
    async def _try(self, typed: Typed) -> None:
        self._trying = True
        self._tell(_own(self.words, "trying"), "muted")
        try:
            await self._enter(typed)
        except AgentTuiError as error:
            self._refused(error)
        finally:
            self._trying = False

    def _refused(self, error: AgentTuiError) -> None:
        for name in SECRET:
            self._field(name).value = ""
        if error.key == CLOSED:
            self.query_one("#sign-in-row-former").display = True
        self._tell(say(error.key, self.words.language, **error.args_), "bad")
        self._field("password").focus()
        self.app.bell()

    def action_move(self, by: int) -> None:
        shown = [name for name in FIELDS if self.query_one(f"#sign-in-row-{name}").display]
        at = next((i for i, name in enumerate(shown) if self._field(name).has_focus), 0)
        self._field(shown[(at + by) % len(shown)]).focus()

    def action_clear(self) -> None:
        focused = self.focused
        if isinstance(focused, Input):
            focused.value = ""

    def action_leave(self) -> None:
        """Nothing was opened: the program ends."""
        self.app.exit(0)
