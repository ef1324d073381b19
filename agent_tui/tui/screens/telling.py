"""What every station tells by itself: that nothing here is real, and why the server is away."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from agent_tui.desk.views import Status
from agent_tui.i18n.message import Msg
from agent_tui.tui.widgets.lines import Bar

if TYPE_CHECKING:
    from agent_tui.tui.screens.station import Station


class Telling:
    """Remembers what was said, so that nothing is said at every new attempt."""

    def __init__(self, station: Station) -> None:
        self._station = station
        self._cut_off: Msg | None = None
        self._alert: Msg | None = None
        self._read: Msg | None = None

    def unread(self, status: Status) -> Status:
        """The status without an alert that was read on the help page."""
        return msgspec.structs.replace(status, alert=None) if status.alert == self._read else status

    def was_read(self, alert: Msg | None) -> None:
        """The person has had the whole sentence before them."""
        self._read = alert

    def tell(self, status: Status) -> None:
        """Show or hide the line of simulation; say once for each reason why the server is out of reach or refuses."""
        self._simulation(status)
        if status.alert not in (None, self._alert):
            self._alert = status.alert
            self._station.say(self._station.words.msg(status.alert), "bad")
            self._station.app.bell()
        if status.connection == "live":
            if self._cut_off is not None:
                # Its sentence may still stand there, and is true no more.
                self._station.say(self._station.words("said.back"), "ok")
            self._cut_off = None
        elif status.connection in ("offline", "refused") and status.why not in (None, self._cut_off):
            self._cut_off = status.why
            # The status line tells of the server too; of damaged data nothing else does.
            if status.why is not None and self.unread(status).alert is None:
                self._station.say(self._station.words.msg(status.why), "warn")

    def _simulation(self, status: Status) -> None:
        station = self._station
        unreal = station.unreal or status.simulation
        station.set_class(unreal, "-simulation")
        if unreal:
            station.query_one("#simulation", Bar).put(station.simulation_line(status, station.app.size.width))
