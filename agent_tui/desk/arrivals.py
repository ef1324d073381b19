"""What a desk does when something comes: rows through the feed, answers to commands, a look at a customer while
the server is out of reach."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from agent_tui.desk.indexing import Indexing
from agent_tui.desk.sight import Sight
from agent_tui.desk.wakes import Wakes
from agent_tui.errors import StoreError
from agent_tui.i18n.message import Msg
from agent_tui.store.journal import Journal

if TYPE_CHECKING:
    from agent_tui.domain.commands import Command
    from agent_tui.wire.command import Outcome


class Arrivals:
    """Keeps memory and journal in line with what the server says."""

    def __init__(self, sight: Sight, journal: Journal, wakes: Wakes) -> None:
        self._sight, self._journal, self._wakes = sight, journal, wakes
        self._looked_at: set[str] = set()
        self.indexing = Indexing(sight.cache)

    def resume(self) -> None:
        """The desk is opened again: of what came through the feed just before it ended, the journal may not know yet."""
        self._close_requests()

    def rows(self, touched: frozenset[str]) -> None:
        """Rows of these entities changed."""
        if "contact" in touched:
            self._sight.forget_ended()
        if "approval" in touched:
            self._close_requests()
        self.indexing.rows(touched)
        self._wakes.touch(touched)

    def answer(self, command: Command, outcome: Outcome) -> None:
        """The outcome of a command of mine is known."""
        if outcome.outcome == "awaiting_approval":
            self._close_requests()
        if outcome.value is not None:
            from agent_tui.desk.reveals import SHOWN_S

            seconds = outcome.expires_s or SHOWN_S
            self._sight.keep_in_clear(command, outcome.value, seconds)
            self._wakes.touch(("reveal",))
            # Looking overwrites what is past its time, whether or not a pane asks.
            loop = asyncio.get_running_loop()
            loop.call_later(seconds, self._sight.reveals.now)
            loop.call_later(seconds, self._wakes.touch, ("reveal",))

    def unsaved(self, error: StoreError) -> None:
        """What was typed is on the screen and not on the disk; that is said. The next key writes all of it again."""
        self._sight.link.alert = Msg(error.key, {name: str(value) for name, value in error.args_.items()})
        self._wakes.touch(("connection",))

    def looked(self, customer_id: str) -> None:
        """Reads are audited; those the server cannot see are kept in the journal's own chain, once a session."""
        if not self._sight.link.online and customer_id not in self._looked_at:
            from agent_tui.store.local_audit import note_event

            self._looked_at.add(customer_id)
            note_event(self._journal, "customer_looked_at", customer=customer_id, agent=self._sight.cache.agent_id)

    def _close_requests(self) -> None:
        """Requests of mine that ended leave the journal, or ask for attention there."""
        if any(item.state == "awaiting_approval" for item in self._journal.items()):
            from agent_tui.desk.awaiting import close_requests

            close_requests(self._sight, self._journal)
