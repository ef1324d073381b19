"""One arrival on one channel, from the first ring to the closed wrap-up.

    queued ──► alerting ──► connected ⇄ hold
      │  ▲        │             │        │
      │  └────────┘ no answer   └───┬────┘ cleared by either side
      ▼ customer gave up            ▼
    abandoned                    wrap_up ──► closed

`queued`, `alerting`, `connected`, `hold` and `failed` are connection states of ECMA-269 (CSTA phase III);
`wrap_up` is its null state while the agent is working after call, `closed` the same state afterwards.
Only events of the switch link change the connection; what an agent asks for stands in `request` until the
event has come, and the desk shows that it is asking.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec


class Channel(StrEnum):
    PHONE = "phone"
    CHAT = "chat"
    EMAIL = "email"
    MESSAGE = "message"
    """WeChat-style message."""
    HANDOVER = "handover"
    """Handed over by self-service, with what the customer did there."""
    ALARM = "alarm"
    """A terminal's alarm that became a contact before the merchant called."""


TEXT_CHANNELS = frozenset({Channel.CHAT, Channel.EMAIL, Channel.MESSAGE, Channel.HANDOVER})
"""Channels whose thread is read and written; phone has none, an alarm is called back."""


class ContactState(StrEnum):
    QUEUED = "queued"
    ALERTING = "alerting"
    CONNECTED = "connected"
    HOLD = "hold"
    FAILED = "failed"
    WRAP_UP = "wrap_up"
    CLOSED = "closed"
    ABANDONED = "abandoned"


OPEN_STATES = frozenset(
    {
        ContactState.QUEUED,
        ContactState.ALERTING,
        ContactState.CONNECTED,
        ContactState.HOLD,
        ContactState.WRAP_UP,
    }
)
LIVE_STATES = frozenset({ContactState.CONNECTED, ContactState.HOLD})


class Verified(StrEnum):
    """To which degree the caller's identity was verified in this contact."""

    NONE = "none"
    BASIC = "basic"
    FULL = "full"


class Priority(StrEnum):
    """M4: big customers come first in the queue, in handling, in process, and by expert."""

    NORMAL = "normal"
    RAISED = "raised"
    HIGH = "high"
    URGENT = "urgent"

    @property
    def rank(self) -> int:
        """0 (urgent) to 3 (normal); the lower goes first."""
        return ("urgent", "high", "raised", "normal").index(self.value)


class Consult(msgspec.Struct, frozen=True, kw_only=True):
    """A second leg to a colleague or group while the customer is on hold."""

    to_kind: str
    """`agent` or `group`."""
    to_id: str
    state: str = "initiated"
    """`initiated` until the other side answered, then `connected`."""


class Why(msgspec.Struct, frozen=True, kw_only=True):
    """One reason of the router, as a message key and its arguments."""

    key: str
    args: dict[str, str | int] = {}


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    channel: Channel
    link: str = "sim"
    """The switch link or connector it came through."""
    state: ContactState = ContactState.QUEUED
    customer_id: str | None = None
    caller: str = ""
    """What the channel showed, masked: `138••••5678`, `d••@126.com`, a terminal number."""
    name: str = ""
    """The customer's masked name, for lists."""
    tier: str = "standard"
    language: str = "zh"
    group: str = ""
    first_group: str = ""
    """Where it was first sent; differs from `group` after a wrong triage or an overflow."""
    category: str | None = None
    guess: str | None = None
    """The category that triage proposed; None when one was given or nothing pointed anywhere."""
    guess_confidence: float | None = None
    """0 to 1 when a trained model proposed it; None when words were counted."""
    guess_words: tuple[str, ...] = ()
    """The words that decided the proposal."""
    priority: Priority = Priority.NORMAL
    subject: str = ""
    """The customer's first words, scrubbed."""
    terminal_id: str | None = None
    offered_at: datetime
    queued_at: datetime
    alerting_at: datetime | None = None
    established_at: datetime | None = None
    hold_since: datetime | None = None
    cleared_at: datetime | None = None
    closed_at: datetime | None = None
    cleared_by: str | None = None
    """`customer` or `agent`."""
    talk_since: datetime | None = None
    """When the present stretch of talk began; `talk_s` counts the stretches that ended."""
    talk_s: float = 0.0
    hold_s: float = 0.0
    wait_s: float = 0.0
    """Seconds (business time) from queued to established, set when it is."""
    agent_id: str | None = None
    owner_id: str | None = None
    """First-contact responsibility (首问责任制): whoever took it first owns it until the customer has the answer."""
    answered_by: tuple[str, ...] = ()
    verified: Verified = Verified.NONE
    overflowed_at: datetime | None = None
    overflow_groups: tuple[str, ...] = ()
    """Groups that may also take it now, besides `group`."""
    requeues: int = 0
    why: tuple[Why, ...] = ()
    """Why it stands where it stands, or why it was given to this person."""
    request: str | None = None
    """The switch service asked for and not yet confirmed by an event, e.g. `AnswerCall`."""
    consult: Consult | None = None
    transfer: Consult | None = None
    """Where it goes once the link has reported the transfer."""
    requeued_at: datetime | None = None
    """When a transfer brought it back into a queue; `queued_at` keeps its place in the order of service."""
    result: str | None = None
    """Handling result chosen in wrap-up."""
    blueprint: str | None = None
    """`id@version` of the blueprint pinned to this contact."""
    satisfaction: int | None = None
    """1 to 5, the customer's answer to the survey."""
    version: int = 0


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One message of a text channel."""

    author: str
    """`customer`, `agent` or `system`."""
    text: str
    """Scrubbed of card numbers and secrets before it was kept."""
    at: datetime
    agent_id: str | None = None


class Thread(msgspec.Struct, frozen=True, kw_only=True):
    """What was written in one contact; its id is the contact's."""

    id: str
    customer_id: str | None = None
    agent_id: str | None = None
    group: str = ""
    messages: tuple[Message, ...] = ()
    version: int = 0
