"""Where the desk stands with the server.

connecting (the first try; nothing was heard yet)
    │
    ├──────────── an answer ────────────────────┐
    ▼                                           ▼
offline ◄── no answer, dead stream ── catching_up ──► live ◄── a word ──┐
    ▲                                     │  ▲         │                │
    │                                     │  └─ 410 ───┼── silence ► checking
    └──────── no answer, dead stream ─────┼────────────┴────────────────┘
                                          ▼
                 refused (password, session or client no longer accepted; the person must act)
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from agent_tui.clock import monotonic
from agent_tui.i18n.message import Msg, msg

TOO_OLD = "desk.connection.too_old"


class Connection(StrEnum):
    OFFLINE = "offline"
    CONNECTING = "connecting"
    CHECKING = "checking"
    CATCHING_UP = "catching_up"
    LIVE = "live"
    REFUSED = "refused"


class LinkState:
    """The state, why it is so, and since when the cache may lag behind."""

    def __init__(self, alert: Msg | None = None) -> None:
        self.connection = Connection.OFFLINE
        self.why: Msg | None = None
        self.progress: tuple[int, int] = (0, 0)
        """(rows received, rows expected) of a snapshot under way; (0, 0) when none is."""
        self.alert = alert
        """What the person must know about the data here, until they have read it."""
        self._equal_at: float | None = None
        self._listeners: list[Callable[[], None]] = []

    @property
    def online(self) -> bool:
        """Whether a command sent now has a fair chance to arrive."""
        return self.connection in (Connection.LIVE, Connection.CATCHING_UP, Connection.CHECKING)

    @property
    def read_only(self) -> bool:
        """The server no longer understands this program: what waits stays as it is until it is updated."""
        return self.connection is Connection.REFUSED and self.why is not None and self.why.key == TOO_OLD

    def warn(self, alert: Msg | None) -> None:
        """Tell something about the data, or that it was read."""
        self.alert = alert
        for listener in self._listeners:
            listener()

    def begin(self) -> None:
        """The server is about to be asked for the first time: whether it is there nobody knows."""
        self.to(Connection.CONNECTING, msg("desk.connection.connecting"))

    def to(self, connection: Connection, why: Msg | None = None) -> None:
        """Change and tell who listens; telling the same again is silent."""
        if (connection, why) == (self.connection, self.why):
            return
        self.connection, self.why = connection, why
        for listener in self._listeners:
            listener()

    def equal(self) -> None:
        """The cache equals the server's view of this person's scope now."""
        self._equal_at = monotonic()

    def age_s(self) -> float | None:
        """Real seconds since `equal`; None if it never was in this process."""
        return None if self._equal_at is None else monotonic() - self._equal_at

    def on_change(self, listener: Callable[[], None]) -> None:
        self._listeners.append(listener)
