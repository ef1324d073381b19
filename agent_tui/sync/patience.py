"""How old each command is, and when it is tried again after a try of which nothing came."""

from __future__ import annotations

from agent_tui.client.backoff import Backoff
from agent_tui.clock import monotonic, wall
from agent_tui.store.journal import Item


class Patience:
    """Of one run of the program: what it knows is in memory only."""

    def __init__(self) -> None:
        self._born: dict[str, float] = {}
        self._tries: dict[str, tuple[Backoff, float]] = {}

    def anew(self, command_id: str) -> None:
        """The person sends it again: its time begins now."""
        self._tries.pop(command_id, None)
        self._born[command_id] = monotonic()

    def done(self, command_id: str) -> None:
        self._tries.pop(command_id, None)
        self._born.pop(command_id, None)

    def forget_tries(self) -> None:
        """The line is good again: nobody waits any more."""
        self._tries.clear()

    def rests(self, item: Item) -> bool:
        """Whether it is not yet to be tried again."""
        return monotonic() < self._tries.get(item.id, (None, 0.0))[1]

    def later(self, item: Item, at_least_s: float | None) -> None:
        """A try came to nothing; the server may have said how long to wait at least, in real seconds."""
        backoff = self._tries.get(item.id, (Backoff(), 0.0))[0]
        self._tries[item.id] = (backoff, monotonic() + backoff.next_s(at_least_s))

    def age_s(self, item: Item) -> float:
        """Since the key was pressed: on the monotonic clock, from the first sight of it in this run of the program."""
        now = monotonic()
        if item.id not in self._born:
            self._born[item.id] = now - max(0.0, wall().timestamp() - item.made_ms / 1000)
        return now - self._born[item.id]
