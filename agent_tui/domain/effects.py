"""What a rule returns: the rows and facts it wants, or a refusal with its reason. Rules never do it themselves."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol, TypeVar

import msgspec

from agent_tui.domain.rows import Entity

E = TypeVar("E", bound=Entity)


class Rows(Protocol):
    """What a rule may look at, on the server and at a desk alike."""

    def get(self, kind: type[E], id: str) -> E | None:
        """The row, or None."""

    def find(
        self,
        kind: type[E],
        *,
        status: str | None = None,
        group_id: str | None = None,
        agent_id: str | None = None,
        customer_id: str | None = None,
        parent_id: str | None = None,
    ) -> list[E]:
        """Rows whose facets equal what is given, by their sort."""


class State(Rows, Protocol):
    """What the ledger reads inside its transaction: the rows, and the running numbers that it alone gives."""

    def tickets_on(self, day: str) -> int:
        """How many tickets have a number of `day` (`yymmdd`); the next running number is one more."""


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """A fact for the append-only event table, past tense; metrics are computed from these alone.

    Contacts: `ContactOffered ContactQueued ContactDelivered ContactEstablished ContactHeld ContactRetrieved
    ContactTransferred ContactConsulted ContactDiverted ContactOverflowed ContactAbandoned ContactCleared
    ContactClosed ContactRetriaged SatisfactionRecorded CallerVerified MessageSent MessageReceived` (of a message
    its length and its place `n` in the thread, never its text). Agents: `AgentStateChanged`. Others: `ActionPerformed
    ActionRefused FieldRevealed TicketOpened TicketMoved NoteAdded ApprovalRequested ApprovalAmended ApprovalSigned
    ApprovalRefused ApprovalEnded DelegationGranted DelegationRevoked EffectResolved BulletinPublished
    BulletinWithdrawn BulletinRead ArticlePublished ArticleRetired`.
    """

    name: str
    at: datetime
    contact_id: str | None = None
    agent_id: str | None = None
    group: str | None = None
    channel: str | None = None
    customer_id: str | None = None
    data: dict[str, str | int | float | bool | None] = {}


class LinkRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A service asked of the switch link (ECMA-269 names), streamed to it after commit."""

    link: str
    service: str
    """`AnswerCall HoldCall RetrieveCall ConsultationCall ReconnectCall TransferCall SingleStepTransferCall
    ClearConnection SendMessage RequestSurvey`."""
    contact_id: str
    agent_id: str | None = None
    args: dict[str, str] = {}


class External(msgspec.Struct, frozen=True, kw_only=True):
    """An effect on another system, written to the outbox of the server in the same transaction."""

    port: str
    """`core_banking` or `terminals`."""
    operation: str
    customer_id: str
    args: dict[str, str | int | None] = {}


class Effects(msgspec.Struct, frozen=True, kw_only=True):
    """Everything one command changes, committed together or not at all."""

    puts: tuple[Entity, ...] = ()
    """New images; the ledger sets their version."""
    events: tuple[Event, ...] = ()
    requests: tuple[LinkRequest, ...] = ()
    externals: tuple[External, ...] = ()
    grants: tuple[tuple[str, str], ...] = ()
    """(agent id, scope) a person gains, e.g. `c:<customer>` when given a contact."""


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """Why not, as a message key and arguments; the server renders it in three languages."""

    key: str
    args: dict[str, str | int] = {}
    conflict: bool = False
    """True when the state had moved on (HTTP 409/412), False when it is not allowed."""


class Actor(msgspec.Struct, frozen=True, kw_only=True):
    """Who issues a command, as the server knows it (never as the client says)."""

    kind: str
    """`agent`, `link` or `system`."""
    id: str
