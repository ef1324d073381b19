"""Tells the person, once and at once, that nobody knows what became of something they did, or that it was refused by the
other system; and later what was found out. Who may find out is told too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent_tui.desk.effect_views import Effects
from agent_tui.tui.keymap import shown

if TYPE_CHECKING:
    from agent_tui.desk.effect_views import EffectView
    from agent_tui.tui.screens.station import Station


class EffectWatch:
    """What is there when the desk starts is in the list, and not told."""

    def __init__(self, station: Station) -> None:
        self._station = station
        self._open: dict[str, EffectView] | None = None

    def changed(self, entities: frozenset[str]) -> None:
        """Rows changed; called by the door."""
        if entities & {"ticket", "connection", "*"} and self._station.is_mounted:
            self.look()

    def look(self) -> None:
        """Compare with what was there before, and tell the difference."""
        found = self._station.door.view(Effects())
        before, self._open = self._open, {view.ticket.id: view for view in found if view.open}
        if before is None:
            return
        for view in found:
            if view.open and view.ticket.id not in before:
                self._say(("unknown" if view.unknown else "refused") if view.mine else "arrived", view)
            elif not view.open and view.ticket.id in before and view.mine:
                self._say("settled", view)

    def _say(self, key: str, view: EffectView) -> None:
        # Not needed before the first time.
        from agent_tui.tui.deeds.effects import own, what

        words = self._station.words
        text = own(words, f"told.{key}", what=what(words, view), name=view.maker, key=shown("cosign.effects"))
        self._station.say(text, "ok" if key == "settled" else "bad")
        self._station.app.bell()
