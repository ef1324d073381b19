"""The only door between people and everything below: four verbs and the drafts.

    may      ask the same policy as the server, to grey a key and say why
    submit   write a command to the journal, from where it is pushed; never waits for the server
    view     a frozen read model from the cache
    watch    be told which entities changed

`agent_tui.desk.desk.Desk` is the implementation; the `tui` knows this protocol only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

import msgspec

if TYPE_CHECKING:  # not needed before the first paint
    from agent_tui.desk.keeper import Opened
    from agent_tui.desk.query import M, Query
    from agent_tui.domain.centre import Bundle
    from agent_tui.domain.commands import Command
    from agent_tui.domain.rows import Entity
    from agent_tui.i18n.message import Msg
    from agent_tui.policy.decision import Decision
    from agent_tui.wire.command import Outcome
    from agent_tui.wire.session import FoundCustomer
    from agent_tui.wire.walks import WalksOf


class Submitted(msgspec.Struct, frozen=True, kw_only=True):
    """The command is on disk; what becomes of it comes through the feed and `PendingWork`."""

    id: str
    offline: bool
    """Waiting for the server to come back."""


class NotSubmitted(msgspec.Struct, frozen=True, kw_only=True):
    """Not accepted here, nothing was kept: what and why."""

    why: Msg
    reasons: tuple[dict[str, str], ...] = ()


class Locking(Protocol):
    """`desk.keeper.Keeper` as the `tui` knows it."""

    locked: str
    """Why it is locked; empty while it is open."""
    ended: Msg | None
    """Why nothing can be done at this desk any more."""
    left: int
    """Wrong passwords that are left."""

    @property
    def lease_s(self) -> float:
        """How long what the server shows may be kept without it, real seconds; 0 before it has said so."""

    def lease_left_s(self) -> float:
        """Real seconds until it must go; 0 when it has, or none was granted."""

    def lock(self, why: str) -> None:
        """Nobody may look until the password was given again."""

    def cover_clear(self) -> None:
        """Nothing stands in clear any more."""

    async def unlock(self, password: str) -> Opened:
        """Try a password; with or without a server."""


class Door(Protocol):
    @property
    def keeper(self) -> Locking:
        """Locks this desk and opens it again."""

    def may(
        self,
        action: str,
        *,
        customer_id: str | None = None,
        contact_id: str | None = None,
        product_id: str | None = None,
        ticket_id: str | None = None,
        amount_minor: int | None = None,
        reason: str = "",
        field: str = "",
    ) -> Decision:
        """What the policy in force says of a business action (`domain.actions`) now; the server decides again."""

    def submit(
        self, command: Command, *, if_match: int | None = None, seen: Entity | None = None
    ) -> Submitted | NotSubmitted:
        """Returns after the journal's commit (milliseconds). Commands outside `commands.OFFLINE` are not accepted
        while the server is out of reach, and the answer says so. `seen` is the row an edit was decided on, as the
        person had it before them: when others changed what matters of it since, the command ends as a conflict."""

    async def settle(self, command_id: str, timeout: float = 10.0) -> Outcome | None:
        """Wait until the outcome of a submitted command is known; None if it is not within `timeout` real seconds."""

    def view(self, query: Query[M]) -> M:
        """The model that the query is typed by (`desk.views`), from the cache."""

    def watch(self, listener: Callable[[frozenset[str]], None]) -> Callable[[], None]:
        """Call `listener(entities)` on the event loop after each change of the cache or the journal (`"journal"`,
        `"connection"` and `"reveal"` are told too). Returns how to stop."""

    def draft(self, key: str) -> str:
        """The text typed under `key` so far, empty if none."""

    def keep_draft(self, key: str, text: str) -> str:
        """Journal what was typed (scrubbed first); returns what was kept. On disk within 200 ms."""

    def drop_draft(self, key: str) -> None:
        """The person discarded or sent it; drafts of its fields (`key:field`) go with it."""

    async def find_customers(self, words: str) -> tuple[FoundCustomer, ...]:
        """Search on the server by name, pinyin, initials, phone, card or ID tail; Offline raises `errors.Offline`."""

    async def walks_of(self, contact_id: str) -> WalksOf:
        """What was seen of blueprints in a contact, from the server; Offline raises `errors.Offline`."""

    async def wording(self, release_id: str) -> Bundle:
        """The wording of `id@version`, proposed ones too, from the server; Offline raises `errors.Offline`."""

    async def step_up(self, password: str) -> bool:
        """Authenticate again; True when it was right. The password is kept nowhere."""

    def again(self, command_id: str) -> None:
        """Send once more, under its own id, a command that was refused only until its maker authenticates again."""

    def on_top(self, command_id: str) -> Submitted | NotSubmitted:
        """Send a conflicting command once more, under an id of its own, decided on the row as it is now."""

    def dismiss(self, command_id: str) -> None:
        """The person has seen a refused or conflicting command."""
