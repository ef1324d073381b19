"""Commands: what somebody asks the server to do. Imperative names; the server alone decides.

Every command is a tagged struct; `Command` is their union, so one decoder reads any of them and an unknown tag or
field is an error. Commands of robots, router and switch link are commands too: they pass the same ledger.
"""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from agent_tui.domain.authority_commands import (
    AmendApproval,
    Base,
    BreakGlass,
    DecideApproval,
    GrantDelegation,
    PerformAction,
    RequestApproval,
    ResolveEffect,
    RevealField,
    RevokeDelegation,
    WithdrawApproval,
)
from agent_tui.domain.contact import Channel, Priority, Verified
from agent_tui.domain.hand_over import HandOver
from agent_tui.domain.knowledge_commands import (
    AskAboutArticle,
    PublishArticle,
    PublishBulletin,
    ReadBulletin,
    RetireArticle,
    WithdrawBulletin,
)
from agent_tui.domain.release_commands import ProposeBlueprint, ReleaseBlueprint, RetireBlueprint
from agent_tui.domain.review_commands import AnswerFinding, CloseFinding, FollowFinding, RecordFinding
from agent_tui.domain.ticket_commands import AssignTicket, ReturnTicket
from agent_tui.domain.triage import Guess
from agent_tui.domain.walk import Walk

__all__ = [
    "AmendApproval",
    "AnswerFinding",
    "AskAboutArticle",
    "Base",
    "BreakGlass",
    "CloseFinding",
    "DecideApproval",
    "FollowFinding",
    "GrantDelegation",
    "HandOver",
    "PerformAction",
    "ProposeBlueprint",
    "PublishArticle",
    "PublishBulletin",
    "ReadBulletin",
    "RecordFinding",
    "ReleaseBlueprint",
    "RequestApproval",
    "ResolveEffect",
    "RetireArticle",
    "RetireBlueprint",
    "RevealField",
    "RevokeDelegation",
    "WithdrawApproval",
    "WithdrawBulletin",
]
"""Those that are written elsewhere; every command is read from here."""


# ---- the agent's own state ---------------------------------------------------------------------------------------


class SetAgentState(Base, frozen=True, kw_only=True):
    """Ready, not ready with a reason, or log off. While busy it becomes the state after wrap-up."""

    state: str
    """`ready`, `not_ready` or `logged_off`."""
    reason: str | None = None


class RecallFromBreak(Base, frozen=True, kw_only=True):
    """M14: a supervisor calls people back from break; an empty `agents` means everybody of the groups."""

    agents: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()


# ---- contacts: what an agent asks the switch link for ------------------------------------------------------------


class AcceptContact(Base, frozen=True, kw_only=True):
    contact_id: str


class HoldContact(Base, frozen=True, kw_only=True):
    contact_id: str


class RetrieveContact(Base, frozen=True, kw_only=True):
    contact_id: str


class ConsultContact(Base, frozen=True, kw_only=True):
    contact_id: str
    to_kind: str
    """`agent` or `group`."""
    to_id: str


class EndConsult(Base, frozen=True, kw_only=True):
    """Back to the customer alone."""

    contact_id: str


class TransferContact(Base, frozen=True, kw_only=True):
    """To a group's queue, or to a person (directly, or completing a consult)."""

    contact_id: str
    to_kind: str
    to_id: str
    reason: str = ""


class ClearContact(Base, frozen=True, kw_only=True):
    """End the connection."""

    contact_id: str


class SendMessage(Base, frozen=True, kw_only=True):
    """Write to the customer in a text channel."""

    contact_id: str
    text: str


class CorrectGroup(Base, frozen=True, kw_only=True):
    """M2: this contact belongs to another group; counted as wrong triage."""

    contact_id: str
    group: str
    category: str | None = None


class VerifyCaller(Base, frozen=True, kw_only=True):
    """Record to which degree the caller was verified and by which answers (ids of checks, never their content)."""

    contact_id: str
    degree: Verified
    checks: tuple[str, ...] = ()


class WrapUpContact(Base, frozen=True, kw_only=True):
    """Category and result are required; it closes the contact."""

    contact_id: str
    category: str
    result: str
    note: str = ""
    call_back_at: str | None = None
    """RFC 3339 moment of a promised call-back."""
    path: tuple[str, ...] = ()
    """Blueprint nodes visited, `id@version#node`, in order."""
    deviations: tuple[str, ...] = ()
    """`node: reason`."""
    walks: tuple[Walk, ...] = ()
    """What was seen of its blueprints."""


class RecordWalk(Base, frozen=True, kw_only=True):
    """What was seen of a blueprint in a contact that went elsewhere before it was wrapped up here."""

    contact_id: str
    walk: Walk


class AddNote(Base, frozen=True, kw_only=True):
    text: str
    contact_id: str | None = None
    customer_id: str | None = None
    ticket_id: str | None = None


# ---- tickets and notices ----------------------------------------------------------------------------------------


class RaiseWorkOrder(Base, frozen=True, kw_only=True):
    """M10: to a department, with its clock; M11: or a complaint of a customer, with the clock of its level."""

    group: str
    title: str
    text: str
    contact_id: str | None = None
    customer_id: str | None = None
    complaint: str | None = None
    """One of `domain.complaint.COMPLAINT_LEVELS`; None for a work order that is no complaint."""


class MoveTicket(Base, frozen=True, kw_only=True):
    """Take, answer or close a ticket."""

    ticket_id: str
    state: str
    text: str = ""


class SendNotice(Base, frozen=True, kw_only=True):
    """A supervisor's line to people or groups."""

    text: str
    to: tuple[str, ...] = ()
    """Scopes: `a:<agent>`, `g:<group>`; empty for all staff."""


# ---- what switch links and connectors report; actor is the link --------------------------------------------------


class OfferNew(Base, frozen=True, kw_only=True):
    """A contact arrived on a channel (CSTA Offered, Queued)."""

    contact_id: str
    channel: Channel
    caller: str = ""
    """Clear; masked and tokenised by the server before anything is kept."""
    customer_id: str | None = None
    group: str | None = None
    category: str | None = None
    language: str | None = None
    terminal_id: str | None = None
    text: str = ""
    """The first words: of a chat or mail, or recognised from speech."""
    priority: Priority = Priority.NORMAL
    guess: Guess | None = None
    """What a trained model made of the words; set by the server, a link leaves it out."""


class ReportEvent(Base, frozen=True, kw_only=True):
    """A CSTA event about a connection. An unknown event is logged and changes nothing."""

    contact_id: str
    event: str
    """`Established`, `Held`, `Retrieved`, `Diverted`, `Transferred`, `Conferenced`, `Failed`, `ConnectionCleared`,
    `CallCleared`, `Delivered`."""
    party: str = "customer"
    """Who caused it: `customer`, `agent` or `system`."""
    agent_id: str | None = None


class ReceiveMessage(Base, frozen=True, kw_only=True):
    """The customer wrote."""

    contact_id: str
    text: str


class RecordSatisfaction(Base, frozen=True, kw_only=True):
    """The customer's answer to the survey, 1 to 5."""

    contact_id: str
    score: int


# ---- the system's own, with deterministic ids --------------------------------------------------------------------


class OfferToAgent(Base, frozen=True, kw_only=True):
    """The router reserves a person for a contact (CSTA Delivered)."""

    contact_id: str
    agent_id: str
    why: tuple[dict[str, str | int], ...] = ()
    """Reasons: `key` and arguments."""


class TakeBackOffer(Base, frozen=True, kw_only=True):
    """Not answered in time: back to its place in the queue, the person becomes not ready."""

    contact_id: str
    agent_id: str


class OverflowContact(Base, frozen=True, kw_only=True):
    """Open the contact to further groups."""

    contact_id: str
    groups: tuple[str, ...]


Command: TypeAlias = (
    SetAgentState
    | RecallFromBreak
    | AcceptContact
    | HoldContact
    | RetrieveContact
    | ConsultContact
    | EndConsult
    | TransferContact
    | ClearContact
    | SendMessage
    | CorrectGroup
    | VerifyCaller
    | WrapUpContact
    | AddNote
    | RevealField
    | PerformAction
    | RequestApproval
    | DecideApproval
    | AmendApproval
    | WithdrawApproval
    | BreakGlass
    | GrantDelegation
    | RevokeDelegation
    | ResolveEffect
    | RecordFinding
    | AnswerFinding
    | FollowFinding
    | CloseFinding
    | RecordWalk
    | ProposeBlueprint
    | ReleaseBlueprint
    | RetireBlueprint
    | PublishBulletin
    | WithdrawBulletin
    | ReadBulletin
    | PublishArticle
    | RetireArticle
    | AskAboutArticle
    | RaiseWorkOrder
    | MoveTicket
    | AssignTicket
    | ReturnTicket
    | HandOver
    | SendNotice
    | OfferNew
    | ReportEvent
    | ReceiveMessage
    | RecordSatisfaction
    | OfferToAgent
    | TakeBackOffer
    | OverflowContact
)

OFFLINE: frozenset[type[Command]] = frozenset({WrapUpContact, AddNote, RaiseWorkOrder})
"""Commands that may wait in the journal while the server is out of reach. Everything else may not (product rule 5,
house page section 5: accepting a contact is never queued either)."""

LINK_ONLY: frozenset[type[Command]] = frozenset({OfferNew, ReportEvent, ReceiveMessage, RecordSatisfaction})
SYSTEM_ONLY: frozenset[type[Command]] = frozenset({OfferToAgent, TakeBackOffer, OverflowContact, ReturnTicket})
AUTHORITY: frozenset[type[Command]] = frozenset(
    {
        RequestApproval,
        DecideApproval,
        AmendApproval,
        WithdrawApproval,
        BreakGlass,
        GrantDelegation,
        RevokeDelegation,
        ResolveEffect,
    }
)
"""Commands about authority itself: the ledger judges them with the policy at hand, not `domain.apply` alone."""


def act_in(command: Command) -> Command:
    """What is to be done: the act inside a request to do it, any other command itself."""
    return command.command if isinstance(command, RequestApproval | BreakGlass) else command


def target(command: Command) -> str | None:
    """`entity:id` of the aggregate a command is about; commands about one aggregate keep their order."""
    act = act_in(command)
    contact = getattr(act, "contact_id", None)
    if contact:
        return f"contact:{contact}"
    for entity in ("approval", "review", "release", "bulletin", "article", "ticket", "customer"):
        value = getattr(act, f"{entity}_id", None)
        if value:
            return f"{entity}:{value}"
    return None


_ENCODER = msgspec.json.Encoder()
_DECODER: msgspec.json.Decoder[Command] = msgspec.json.Decoder(Command)


def encode(command: Command) -> bytes:
    return _ENCODER.encode(command)


def decode(body: bytes | str) -> Command:
    """msgspec.ValidationError names the wrong field."""
    return _DECODER.decode(body)
