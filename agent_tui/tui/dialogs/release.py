"""The page of one version of a service blueprint: read, then release it, turn it down or take it out of use by keys."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.binding import Binding

from agent_tui.desk.release_views import ReleaseView
from agent_tui.domain.release import ReleaseState
from agent_tui.tui.dialogs.approval import AGAIN_S
from agent_tui.tui.dialogs.page import Scrolling
from agent_tui.tui.panes.release_lines import Reading, ReleaseText, own
from agent_tui.tui.widgets.lines import Painter
from agent_tui.tui.words import Words


class ReleasePage(Scrolling[str]):
    """`release` or `retire`, or None when it was only read. `source` gives the version as it is now."""

    BINDINGS: ClassVar = [
        Binding("f1", "back", show=False),
        Binding("f9", "release", show=False),
        Binding("f7", "retire", show=False),
    ]

    def __init__(
        self, words: Words, painter: Painter, source: Callable[[], ReleaseView | None], reading: Reading
    ) -> None:
        super().__init__(words, painter, "", "")
        self._source, self._reading = source, reading
        self.shown: ReleaseView | None = source()
        """What is on the screen; exactly this is released."""
        self._why_not = ""

    def on_mount(self) -> None:
        super().on_mount()
        self.set_interval(AGAIN_S, self.paint)

    def paint(self) -> None:
        view = self.shown = self._source()
        if view is None:
            self.dismiss(None)
            return
        kind = view.release.state.value
        mine = view.waits and view.cannot is not None
        self._keys = own(self.words, "keys.own" if mine else f"keys.{kind}")
        self._title = self._why_not or own(self.words, f"title.{kind}")
        super().paint()
        self.read(ReleaseText(self.words, self.inner - 2).lines(view, self._reading))

    def action_release(self) -> None:
        """Release it, or say why not."""
        view = self.shown
        if view is None or not view.waits:
            self.app.bell()
            return
        if view.cannot is not None:
            self._refuse(self.words.msg(view.cannot))
        elif not self._reading.true:
            self._refuse(own(self.words, "page.false"))
        elif self._reading.findings:
            self._refuse(own(self.words, "page.findings", count=len(self._reading.findings)))
        else:
            self.dismiss("release")

    def _refuse(self, why: str) -> None:
        self._why_not = why
        self.paint()
        self.app.bell()

    def action_retire(self) -> None:
        """Turn a proposal down, take a released version out of use."""
        if self.shown is not None and self.shown.release.state is not ReleaseState.RETIRED:
            self.dismiss("retire")
        else:
            self.app.bell()
