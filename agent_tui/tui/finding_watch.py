"""Tells the person, once and at once, that there is a finding about an act of theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent_tui.desk.review_views import Findings
from agent_tui.desk.views import StatusOf
from agent_tui.tui.keymap import shown

if TYPE_CHECKING:
    from agent_tui.tui.screens.station import Station


class FindingWatch:
    """Findings that are there when the desk starts are told once, as those that come later."""

    def __init__(self, station: Station) -> None:
        self._station = station
        self._told: set[str] = set()

    def changed(self, entities: frozenset[str]) -> None:
        """Rows changed; called by the door."""
        if entities & {"review", "connection", "*"} and self._station.is_mounted:
            self.look()

    def look(self) -> None:
        """Tell of what was not told yet."""
        if not self._station.door.view(StatusOf()).findings:
            return
        found = self._station.door.view(Findings())
        fresh = [one for one in found if one.answered_at is None and one.id not in self._told]
        self._told |= {one.id for one in found}
        if not fresh:
            return
        # Not needed before the first finding comes.
        from agent_tui.tui.panes.review_lines import act, of, own

        words, first = self._station.words, fresh[0]
        text = own(
            words,
            "told",
            finding=of(words, "finding", first.finding or ""),
            what=act(words, first),
            key=shown("review.mine"),
        )
        self._station.say(text, "warn")
        self._station.app.bell()
