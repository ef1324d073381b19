"""Watches over a desk once a second: locks it when nobody touches it, covers it while it is locked, ends it when it is
over.

A desk is not locked while its person speaks with somebody: they are there, and a call is not to be lost to a password.
What stood in clear goes all the same. Nobody is offered a call at a locked desk: who was ready is not any more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent_tui.clock import monotonic
from agent_tui.desk.views import MyContacts, StatusOf
from agent_tui.errors import Refused
from agent_tui.i18n.catalog import say
from agent_tui.tui.screens.station import Station

if TYPE_CHECKING:
    from agent_tui.tui.app import DeskApp

WARN_S = 60.0
"""So long before it locks the desk says so."""
SPEAKING = frozenset({"alerting", "connected", "hold"})


class Guard:
    """Of one program."""

    def __init__(self, app: DeskApp, idle_s: float) -> None:
        self._app, self._idle_s = app, idle_s
        self._began = monotonic()
        self._warned = False

    def look(self) -> None:
        """Once a second."""
        app, keeper = self._app, self._app.door.keeper
        if keeper.ended is not None:
            app.failure = Refused(keeper.ended.key, **keeper.ended.args)
            app.exit(Refused.exit_code)
        elif keeper.locked:
            self.cover()
        else:
            self._idle(monotonic() - max(self._app.key_at, self._began))

    def lock(self, why: str) -> None:
        """Lock now: `idle` or `key`."""
        self._stop_taking()
        self._app.door.keeper.lock(why)
        self.cover()

    def cover(self) -> None:
        """The lock above everything that is open."""
        from agent_tui.tui.screens.lock import LockScreen

        app = self._app
        if not isinstance(app.screen, LockScreen):
            app.push_screen(LockScreen(app.door, app.words, app.painter))

    def _idle(self, idle_s: float) -> None:
        if idle_s < self._idle_s - WARN_S:
            self._warned = False
        elif self._speaking():
            self._wipe_clear(idle_s)
        elif idle_s >= self._idle_s:
            self._warned = False
            self.lock("idle")
        elif not self._warned:
            self._warned = True
            self._say("lock.soon", seconds=round(self._idle_s - idle_s))

    def _speaking(self) -> bool:
        mine = self._app.door.view(MyContacts())
        return any(view.contact.channel == "phone" and view.contact.state in SPEAKING for view in mine)

    def _wipe_clear(self, idle_s: float) -> None:
        if idle_s >= self._idle_s:
            self._app.door.keeper.cover_clear()

    def _stop_taking(self) -> None:
        status = self._app.door.view(StatusOf())
        if status.state == "ready":
            from agent_tui.domain.commands import SetAgentState

            self._app.door.submit(SetAgentState(state="not_ready", reason="break"))

    def _say(self, name: str, **args: int) -> None:
        station = next((screen for screen in self._app.screen_stack if isinstance(screen, Station)), None)
        if station is not None:
            station.say(say(f"vault.{name}", self._app.words.language, **args), "warn")
            self._app.bell()
