"""The page of one act that is looked at afterwards: read, then judge, follow up, close or answer by keys."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.binding import Binding

from agent_tui.desk.review_views import CaseView
from agent_tui.domain.review import ReviewState
from agent_tui.tui.dialogs.approval import AGAIN_S
from agent_tui.tui.dialogs.page import Scrolling
from agent_tui.tui.panes.review_lines import CaseText, own
from agent_tui.tui.widgets.lines import Painter
from agent_tui.tui.words import Words


class CasePage(Scrolling[str]):
    """What F9 or F7 asked for (`clean`, `finding`, `follow`, `close`, `answer`), or None when it was only read.
    `source` gives the act as it is now; `mine` is for the page of a finding that its maker reads."""

    BINDINGS: ClassVar = [
        Binding("f1", "back", show=False),
        Binding("f9", "first", show=False),
        Binding("f7", "second", show=False),
    ]

    def __init__(
        self, words: Words, painter: Painter, source: Callable[[], CaseView | None], *, mine: bool = False
    ) -> None:
        super().__init__(words, painter, "", "")
        self._source, self._mine = source, mine
        self.shown: CaseView | None = source()
        """What is on the screen."""

    def on_mount(self) -> None:
        super().on_mount()
        self.set_interval(AGAIN_S, self.paint)

    def paint(self) -> None:
        case = self.shown = self._source()
        if case is None:
            self.dismiss(None)
            return
        doing = "_".join(self.doing) or "read"
        self._keys = own(self.words, f"keys.{doing}")
        self._title = own(self.words, f"title.{doing}")
        super().paint()
        self.read(CaseText(self.words, self.inner - 2, mine=self._mine).lines(case))

    @property
    def doing(self) -> tuple[str, ...]:
        """What F9 and F7 do to the act as it is now."""
        case = self.shown
        if case is None:
            return ()
        review = case.view.review
        if self._mine:
            open_ = review.answered_at is None and review.state is not ReviewState.CLOSED
            return ("answer",) if open_ else ()
        if case.view.part == "judge":
            return ("clean", "finding")
        if case.view.part != "follow":
            return ()
        closable = review.state is ReviewState.FOLLOWED and case.view.cannot is None
        return ("follow", "close") if closable else ("follow",)

    def action_first(self) -> None:
        self._leave(0)

    def action_second(self) -> None:
        self._leave(1)

    def _leave(self, at: int) -> None:
        doing = self.doing
        if at < len(doing):
            self.dismiss(doing[at])
        else:
            self.app.bell()
