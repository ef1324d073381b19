"""Read models: what panes show. Frozen, already masked, free of widgets; user text stands in them as it was typed.
Each query is typed by the model that `Door.view` answers it with.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from agent_tui.desk.query import Query

if TYPE_CHECKING:  # the models are made, never decoded: what they hold need not be loaded with them
    from datetime import datetime

    from agent_tui.desk.lent_views import Lent
    from agent_tui.domain.agent import Agent, AgentState
    from agent_tui.domain.approval import Approval, Delegation
    from agent_tui.domain.centre import Bundle, Category, Edit, Figure, Group, Notice  # noqa: F401 - queries name them
    from agent_tui.domain.contact import Channel, Contact, ContactState, Message, Why  # noqa: F401 - queries name them
    from agent_tui.domain.customer import Customer
    from agent_tui.domain.editing import Difference
    from agent_tui.domain.knowledge import Pages
    from agent_tui.domain.ticket import Note, Ticket
    from agent_tui.i18n.message import Msg
    from agent_tui.policy.decision import Decision

# ---- queries -----------------------------------------------------------------------------------------------------


class QueueRows(Query["QueuePage"], frozen=True, kw_only=True):
    """Open contacts and open tickets I may see, those waiting first, in the order of service."""

    offset: int = 0
    limit: int = 60
    kind: str = "all"
    """`all`, `waiting`, `mine`, `tickets`, `history`."""


class CustomerCard(Query["Customer360 | None"], frozen=True, kw_only=True):
    """A customer with all that is theirs; None if there is no such row here."""

    customer_id: str


class ContactDetail(Query["ContactView | None"], frozen=True, kw_only=True):
    """One contact, mine or not; None if there is no such row here."""

    contact_id: str


class MyContacts(Query["tuple[ContactView, ...]"], frozen=True):
    """Contacts offered to me or mine, the one to look at first."""


class ThreadOf(Query["tuple[Message, ...]"], frozen=True, kw_only=True):
    """What was written in a contact, the oldest first."""

    contact_id: str


class ActionRows(Query["tuple[ActionRow, ...]"], frozen=True, kw_only=True):
    """What I may do for this customer now, greyed with the reason."""

    customer_id: str | None = None
    contact_id: str | None = None


class StatusOf(Query["Status"], frozen=True):
    """How things stand at this desk."""


class PendingWork(Query["tuple[Pending, ...]"], frozen=True):
    """Commands of mine not confirmed yet, refused or conflicting, newest first."""


class Unconfirmed(Query["tuple[Pending, ...]"], frozen=True, kw_only=True):
    """What I did for a customer, their contacts and tickets, and the server has not confirmed yet; newest first."""

    customer_id: str


class Drafts(Query["tuple[Draft, ...]"], frozen=True):
    """What was typed and not sent."""


class Directory(Query["tuple[Party, ...]"], frozen=True, kw_only=True):
    """Groups and people to consult or transfer to, the sensible first."""

    contact_id: str | None = None


class Categories(Query["tuple[Category, ...]"], frozen=True, kw_only=True):
    """Every category, those of the contact's group first."""

    group: str | None = None


class Reveals(Query["tuple[Reveal, ...]"], frozen=True):
    """Fields in clear now, in memory only."""


class Notices(Query["tuple[Notice, ...]"], frozen=True):
    """Notices in force, newest first."""


class Groups(Query["tuple[Group, ...]"], frozen=True, kw_only=True):
    """Groups, for their names and, of kind `department`, to send work orders to."""

    kind: str = ""
    """`skill` or `department`; empty for all."""


class Blueprints(Query["tuple[Bundle, ...]"], frozen=True):
    """Wordings of kind `blueprint`, or `retired` for contacts pinned to them; each is read when it is opened."""


class GuidedContacts(Query["tuple[Contact, ...]"], frozen=True, kw_only=True):
    """Contacts of which a blueprint was recorded and that may be seen here, the latest first."""

    customer_id: str | None = None
    """Of this customer; of everybody if None."""


class People(Query["tuple[Agent, ...]"], frozen=True):
    """Everybody active, to show names and who could approve."""


class Approvals(Query["tuple[ApprovalView, ...]"], frozen=True, kw_only=True):
    """Requests I may sign, those I asked for, those decided lately; the most urgent first."""

    id: str = ""
    """Only this one; empty for all."""


class Signers(Query["tuple[Agent, ...]"], frozen=True, kw_only=True):
    """Who else could sign what I ask at a level, those at their desks first."""

    level: int
    approval_id: str = ""
    """Of a request there is: who may sign that one."""


class Delegations(Query["tuple[Delegation, ...]"], frozen=True):
    """Lent by me or to me, those in force first."""


class StepUpLeft(Query["float"], frozen=True):
    """Real seconds for which my last authentication still counts; 0 when I must authenticate again."""


class QueueRow(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the queue pane; of a contact or of a ticket."""

    id: str
    kind: str
    """`contact` or `ticket`."""
    channel: str
    """A Channel, or the TicketKind for a ticket."""
    state: str
    name: str
    caller: str
    tier: str
    language: str
    group: str
    subject: str
    since: datetime
    """Waiting (or in this state) since."""
    due: datetime | None
    """When its target is missed."""
    why: tuple[Why, ...]
    customer_id: str | None
    agent_id: str | None
    mine: bool
    pending: bool = False
    """An unconfirmed command of mine is about it."""
    level: str = ""
    """Of a complaint."""
    handler: str = ""
    """Name of who has a ticket in hand."""
    handler_id: str = ""


class QueuePage(msgspec.Struct, frozen=True, kw_only=True):
    total: int
    offset: int
    rows: tuple[QueueRow, ...]
    known: bool = True
    """False while nothing ever came from the server: that the list is empty means nothing then."""


class ContactView(msgspec.Struct, frozen=True, kw_only=True):
    contact: Contact
    group: Group | None
    customer: Customer | None
    pending: tuple[str, ...] = ()
    """Types of my unconfirmed commands about it."""


class Customer360(msgspec.Struct, frozen=True, kw_only=True):
    """Who they are, what they have, what happened, what was promised."""

    customer: Customer
    contacts: tuple[Contact, ...]
    """Over all channels, newest first, at most 50."""
    tickets: tuple[Ticket, ...]
    """Open first."""
    promises: tuple[Ticket, ...]
    """Call-backs promised and not done."""
    complaints: tuple[Ticket, ...]
    notes: tuple[Note, ...]
    hands: dict[str, str] = {}
    """Name of who has it in hand, by ticket."""


class ActionRow(msgspec.Struct, frozen=True, kw_only=True):
    """One business action: allowed, or greyed with the reason."""

    action: str
    decision: Decision
    limit_minor: int | None = None
    """The most I may do at once."""
    used_minor: int = 0
    """Used today for this action, by the server's count and what is on its way from here."""
    as_of: datetime | None = None
    """When that was so; None while the server is heard."""
    offline: bool = False
    """Greyed because it never waits in an offline queue."""
    lent: Lent | None = None
    """What was lent to me for it, where that reaches further."""


NEVER_S = 1e9
"""Age of a cache that never was equal to the server's view."""


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """The status line."""

    me: Agent | None
    connection: str
    """`live`, `checking`, `catching_up`, `connecting`, `offline`, `refused`."""
    age_s: float
    """Real seconds since the cache was known to equal the server's view."""
    now: datetime
    """Business time, estimated from the last word of the server."""
    unsent: int
    attention: int
    """Refused or conflicting commands that I have not looked at."""
    abandonment: Figure | None
    service_level: Figure | None
    waiting: int
    simulation: bool
    state: AgentState | None
    since: datetime | None
    pending_state: str | None = None
    """A state asked for and not confirmed yet."""
    why: Msg | None = None
    """Why the connection is as it is, when there is something to say."""
    alert: Msg | None = None
    """What the person must know about the data here."""
    to_sign: int = 0
    """Requests that wait for my signature."""
    asked: int = 0
    """Requests of mine that wait for others."""
    asked_left_s: float = 0.0
    """Seconds until the first of mine expires."""
    findings: int = 0
    """Findings about acts of mine that I have not answered."""
    to_read: int = 0
    """Bulletins I still have to read or to confirm."""
    answers: int = 0
    """Questions of mine that were answered, and those my department has to answer."""
    glass_level: int = 3
    """The least level of whoever breaks the glass, as the centre has it."""
    progress: tuple[int, int] = (0, 0)
    """(rows received, rows expected) while the first rows arrive; (0, 0) when none do."""


class PolicyOf(Query["PolicyView"], frozen=True):
    """Which rules the desk goes by."""


class PolicyView(msgspec.Struct, frozen=True, kw_only=True):
    """`rules` are in force of the text whose digest is `revision`. Unless they are `good` every action is grey: none came,
    they cannot be read, or they are `forged`, which means not signed by the server this desk signed in to."""

    revision: str
    rules: int
    good: bool = False
    forged: bool = False


class Pending(msgspec.Struct, frozen=True, kw_only=True):
    """A command of mine that still asks for attention."""

    id: str
    type: str
    target: str | None
    state: str
    """`queued`, `sending`, `unknown`, `applied` (its row has not come yet), `refused`, `conflict`, `expired`."""
    made_at: datetime
    summary: Msg
    reasons: tuple[dict[str, str], ...] = ()
    problem: str | None = None
    text: str = ""  # what the person typed in it
    edits: tuple[Edit, ...] = ()
    """Of a conflict: who changed it since, the latest first."""
    row: str = ""
    """`entity:id` of the row it would change, when it was decided on one."""
    action: str = ""
    """Of a business action: which."""
    pages: Pages = {}
    """Of a bulletin or an article: what I wrote of it."""
    differs: tuple[Difference, ...] | None = None
    """Of a conflict: what is different from what the person saw; None while this desk has not the newer row yet, or
    never had one."""


class DayLimit(msgspec.Struct, frozen=True, kw_only=True):
    """One sum of the day that a request for a co-sign counts in; minor units."""

    whose: str
    """`maker`, `customer`, `team`, or `mine` for the person at this desk."""
    used_minor: int
    """Before the request."""
    limit_minor: int | None = None
    """What it may reach without others; None where no rule bounds it."""
    alone_minor: int | None = None
    """Of mine: what I could still do alone now, for this customer; None where no rule bounds it."""


class ApprovalView(msgspec.Struct, frozen=True, kw_only=True):
    """A request for a co-sign as this person may act on it."""

    approval: Approval
    part: str
    """`sign` (waits for me), `asked` (mine, waits for others), `watched` (waits, and not for me) or `done`."""
    mine: bool
    left_s: float
    """Seconds of business time until nobody can sign any more; 0 when it is closed."""
    payload: tuple[tuple[str, str], ...]
    """What will be done, name and value, in the order of the signed text."""
    true: bool
    """The digest of the payload, computed here, is the one that would be signed."""
    cannot: Msg | None = None
    """Why I may not sign it, though it is open."""
    delegation: Delegation | None = None
    """The delegation I would sign under; None when my own authority is enough."""
    limits: tuple[DayLimit, ...] = ()
    """The sums it counts in; told when one request is asked for by its id."""
    editors: tuple[str, ...] = ()
    """Names of those who lowered its amount."""

    @property
    def id(self) -> str:
        return self.approval.id

    @property
    def short_hash(self) -> str:
        """The first digits, enough to compare by eye or over the phone."""
        return self.approval.payload_hash.rpartition(":")[2][:12]


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    key: str
    """What it belongs to: `note:<contact>`, `message:<contact>`, `wrap_up:<contact>`…"""
    text: str
    updated_at: datetime


class Party(msgspec.Struct, frozen=True, kw_only=True):
    kind: str
    """`agent` or `group`."""
    id: str
    label: str
    state: str
    detail: str = ""


class Reveal(msgspec.Struct, frozen=True, kw_only=True):
    customer_id: str
    field: str
    value: str
    left_s: float
