"""The page of one request for a co-sign: read, then sign, refuse or withdraw by keys; and lists that stay true while
they are open."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, TypeVar

from textual.binding import Binding
from textual.widgets import Input

from agent_tui.desk.views import ApprovalView
from agent_tui.domain.agent import Agent
from agent_tui.tui.dialogs.page import Scrolling
from agent_tui.tui.dialogs.pick import Item, Pick, narrowed
from agent_tui.tui.line import Piece
from agent_tui.tui.panes.approval_lines import ApprovalText, own
from agent_tui.tui.text import clean
from agent_tui.tui.widgets.lines import Painter
from agent_tui.tui.words import Words

K = TypeVar("K")

AGAIN_S = 1.0
"""What lies open is read again this often: times run, and others act."""


class ApprovalPage(Scrolling[str]):
    """`sign`, `refuse`, `withdraw` or `lower`, or None when it was only read. `source` gives the request as it is now."""

    BINDINGS: ClassVar = [
        Binding("f1", "back", show=False),
        Binding("f9", "sign", show=False),
        Binding("f7", "against", show=False),
        Binding("f6", "lower", show=False),
    ]

    def __init__(
        self,
        words: Words,
        painter: Painter,
        source: Callable[[], ApprovalView | None],
        able: Callable[[ApprovalView], Sequence[Agent]],
    ) -> None:
        super().__init__(words, painter, "", "")
        self._source, self._able = source, able
        self.shown: ApprovalView | None = source()
        """What is on the screen; exactly this is signed."""
        self._why_not = ""
        """Said in the title once somebody tried to sign what they may not."""

    def on_mount(self) -> None:
        super().on_mount()
        self.set_interval(AGAIN_S, self.paint)

    def paint(self) -> None:
        view = self.shown = self._source()
        if view is None:
            self.dismiss(None)
            return
        kind = "sign" if view.part == "sign" else "asked" if view.part == "asked" else "read"
        self._keys = own(self.words, f"keys.{kind}_sum" if self._lowers(view) else f"keys.{kind}")
        title = "sign" if view.part == "sign" else "asked" if view.mine else "other"
        self._title = self._why_not or own(self.words, f"page.title_{title}")
        super().paint()
        self.read(ApprovalText(self.words, self.inner - 2).lines(view, self._able(view)))

    def action_sign(self) -> None:
        """Sign, or say why not."""
        view = self.shown
        if view is None:
            return
        if view.part == "sign" and view.true:
            self.dismiss("sign")
            return
        if not view.true:
            self._why_not = own(self.words, "page.hash_false")
        elif view.cannot is not None:
            self._why_not = self.words.msg(view.cannot)
        self.paint()
        self.app.bell()

    def action_against(self) -> None:
        """Refuse another's request, withdraw one's own."""
        view = self.shown
        if view is not None and view.part in ("sign", "asked"):
            self.dismiss("refuse" if view.part == "sign" else "withdraw")

    def _lowers(self, view: ApprovalView) -> bool:
        """Whether there is an amount, and a say in it."""
        return view.part in ("sign", "asked") and view.approval.amount_minor is not None

    def action_lower(self) -> None:
        """Change the amount instead of refusing it."""
        if self.shown is not None and self._lowers(self.shown):
            self.dismiss("lower")


class LivePick(Pick[K]):
    """A list that is read again every second; the cursor stays on its entry."""

    def __init__(
        self, words: Words, painter: Painter, title: str, source: Callable[[], Sequence[Item[K]]], keys: str
    ) -> None:
        super().__init__(words, painter, title, source())
        self._source, self._keys = source, keys

    def on_mount(self) -> None:
        super().on_mount()
        self.set_interval(AGAIN_S, self.read_again)

    def read_again(self) -> None:
        """What is in the list now."""
        at = self.found[self._at].value if self._at < len(self.found) else None
        self.items = list(self._source())
        self.found = narrowed(self.items, clean(self.query_one("#pick-filter", Input).value))
        place = next((n for n, item in enumerate(self.found) if item.value == at), self._at)
        self._at = max(0, min(place, len(self.found) - 1))
        self.paint()


class Several(Pick[tuple[str, ...]]):
    """Any number of them: Enter or a digit marks, F9 leaves with those marked. Each entry's value is a tuple of one."""

    BINDINGS: ClassVar = [Binding("f9", "done", show=False, priority=True)]

    def __init__(
        self, words: Words, painter: Painter, title: str, items: Sequence[Item[tuple[str, ...]]], keys: str
    ) -> None:
        super().__init__(words, painter, title, items)
        self._keys = keys
        self._marked: set[tuple[str, ...]] = set()

    def choose_at(self, at: int) -> None:
        if 0 <= at < len(self.found):
            self._marked ^= {self.found[at].value}
            self._at = at
            self._list()

    def lead(self, item: Item[tuple[str, ...]]) -> Piece:
        return ("* ", "ok") if item.value in self._marked else ("  ", "muted")

    def action_done(self) -> None:
        """Leave with those marked, in the order of the list."""
        self.dismiss(tuple(name for item in self.items if item.value in self._marked for name in item.value))
