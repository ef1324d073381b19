"""What the keys depend on: the situation at the desk as one frozen value, what comes next in it, and why a command
cannot be done now. Pure."""

from __future__ import annotations

import msgspec

from agent_tui.desk.views import ApprovalView, ContactView, Pending, QueueRow, Status
from agent_tui.domain.agent import AgentState
from agent_tui.domain.contact import LIVE_STATES, TEXT_CHANNELS, ContactState
from agent_tui.domain.ticket import TAKEN_UP, TicketState
from agent_tui.i18n.message import Msg, msg


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    status: Status
    mine: tuple[ContactView, ...] = ()
    """Offered to me or mine, the one to look at first."""
    contact: ContactView | None = None
    """The contact the panes show: mine, or one looked at."""
    customer_id: str | None = None
    """The customer the panes show."""
    row: QueueRow | None = None
    """Under the cursor of the queue."""
    writing: bool = False
    """Something is written and not sent."""
    run: str = "none"
    """Of the blueprint: `none`, `ahead` (one key goes on), `choice` (waits for an answer), `ended`."""
    read: bool = True
    """The blueprint is on the screen: what nobody sees is not gone on from."""
    typed: bool = False
    """Its present node is answered by typing."""
    asked: tuple[ApprovalView, ...] = ()
    """Requests of mine that wait for others to sign, the first to expire first."""

    unconfirmed: tuple[Pending, ...] = ()
    """What I did for the customer shown and the server has not confirmed yet, newest first."""

    @property
    def offline(self) -> bool:
        return self.status.connection in ("offline", "connecting", "refused")

    @property
    def own(self) -> ContactView | None:
        """The contact shown if it is mine, else the first of mine."""
        shown = self.contact
        if shown and any(view.contact.id == shown.contact.id for view in self.mine):
            return shown
        return self.mine[0] if self.mine else None

    @property
    def state(self) -> ContactState | None:
        """State of my contact."""
        return self.own.contact.state if self.own else None

    @property
    def text(self) -> bool:
        """My contact is written, not spoken."""
        return self.own is not None and self.own.contact.channel in TEXT_CHANNELS

    @property
    def me(self) -> AgentState | None:
        return self.status.state


class Wanted(msgspec.Struct, frozen=True):
    """What was refused for want of level a moment ago, so that one key asks others to sign it."""

    action: str
    customer_id: str
    given: dict[str, object]
    """What stood in its form."""


class NextStep(msgspec.Struct, frozen=True):
    """What one key does now."""

    command: str
    """Id in the registry; empty when there is nothing to do but wait."""
    label: Msg


def next_step(facts: Facts) -> NextStep:
    """The one thing to do now, from the state of the agent and of the contact."""
    match facts.state:
        case ContactState.ALERTING:
            return NextStep("contact.accept", msg("tui.next.accept"))
        case ContactState.HOLD:
            return NextStep("contact.hold", msg("tui.next.retrieve"))
        case ContactState.WRAP_UP:
            return NextStep("contact.wrap_up", msg("tui.next.wrap_up"))
        case ContactState.CONNECTED:
            return _while_connected(facts)
    if facts.me == AgentState.READY:
        return _while_waiting(facts)
    if facts.me in (AgentState.BUSY, AgentState.WRAP_UP, AgentState.RESERVED):
        return NextStep("", msg("tui.next.wait_for_server"))
    return NextStep("state.ready", msg("tui.next.ready"))


def _while_waiting(facts: Facts) -> NextStep:
    """Nobody is on the line: a ticket of my group under the cursor that nobody has taken up."""
    row, me = facts.row, facts.status.me
    if row is None or row.kind != "ticket" or row.channel not in TAKEN_UP or row.state != TicketState.OPEN:
        return NextStep("", msg("tui.next.wait"))
    ours = me is not None and row.group in me.groups
    return NextStep("ticket.open", msg("tui.next.ticket")) if ours else NextStep("", msg("tui.next.wait"))


def _while_connected(facts: Facts) -> NextStep:
    if facts.writing and facts.text:
        return NextStep("text.send", msg("tui.next.send"))
    if facts.run in ("ahead", "choice", "ended") and not facts.read:
        return NextStep("view.blueprint", msg("tui.next.read"))
    if facts.run == "ahead":
        return NextStep("blueprint.forward", msg("tui.next.forward"))
    if facts.run == "choice":
        return NextStep("view.blueprint", msg("tui.next.type" if facts.typed else "tui.next.choose"))
    if facts.run == "none":
        return NextStep("blueprint.choose", msg("tui.next.blueprint"))
    return NextStep("contact.end", msg("tui.next.end"))


OFFLINE_FINE = frozenset({"contact.wrap_up", "contact.note", "contact.other", "action.raise_work_order"})
"""Commands about contacts and customers that go on while the server is out of reach."""


def why_not(command: str, facts: Facts) -> Msg | None:
    """Why the command cannot be done now; None when it can."""
    group = command.partition(".")[0]
    if (
        facts.offline
        and command not in OFFLINE_FINE
        and (group in ("contact", "state", "action") or command in NEED_SERVER)
    ):
        return msg("tui.not.offline") if command != "contact.next" else None
    check = _CHECKS.get(command) or _GROUP_CHECKS.get(group)
    return check(facts) if check else None


NEED_SERVER = frozenset({"text.send", "view.find", "view.reprint", "cosign.break_glass"})


def _live(facts: Facts) -> Msg | None:
    if facts.state not in LIVE_STATES:
        return msg("tui.not.no_live_contact")
    return _not_asking(facts)


def _not_asking(facts: Facts) -> Msg | None:
    asked = facts.own.contact.request if facts.own else None
    return msg("tui.not.asking", service=asked) if asked else None


def _accept(facts: Facts) -> Msg | None:
    if facts.state != ContactState.ALERTING:
        return msg("tui.not.nothing_offered")
    return _not_asking(facts)


def _hold(facts: Facts) -> Msg | None:
    if facts.text:
        return msg("tui.not.text_has_no_hold")
    return _live(facts)


def _end_consult(facts: Facts) -> Msg | None:
    if facts.own is None or facts.own.contact.consult is None:
        return msg("tui.not.no_consult")
    return _live(facts)


def _wrap_up(facts: Facts) -> Msg | None:
    if facts.state == ContactState.WRAP_UP:
        return None
    return msg("tui.not.end_first") if facts.state in LIVE_STATES else msg("tui.not.nothing_to_wrap_up")


def _some_contact(facts: Facts) -> Msg | None:
    return None if facts.own or facts.contact else msg("tui.not.no_contact")


def _note(facts: Facts) -> Msg | None:
    return None if facts.own or facts.contact or facts.customer_id else msg("tui.not.no_contact")


def _other(facts: Facts) -> Msg | None:
    return None if len(facts.mine) > 1 else msg("tui.not.no_other_contact")


def _text(facts: Facts) -> Msg | None:
    if not facts.text:
        return msg("tui.not.no_text_contact")
    return None


def _writable(facts: Facts) -> Msg | None:
    if not facts.text:
        return msg("tui.not.no_text_contact")
    return _live(facts)


def _send(facts: Facts) -> Msg | None:
    return _writable(facts) or (None if facts.writing else msg("tui.not.nothing_written"))


def _running(facts: Facts) -> Msg | None:
    return None if facts.run != "none" else msg("tui.not.no_blueprint")


def _insert(facts: Facts) -> Msg | None:
    return _writable(facts) or _running(facts)


def _customer(facts: Facts) -> Msg | None:
    return None if facts.customer_id else msg("tui.not.no_customer")


def _glass(facts: Facts) -> Msg | None:
    """Before a form is filled in that the server would refuse."""
    me, least = facts.status.me, facts.status.glass_level
    return msg("tui.not.glass_level", level=least, mine=me.level) if me and me.level < least else None


def _why(facts: Facts) -> Msg | None:
    return None if facts.row or facts.own else msg("tui.not.no_row")


def _already_ready(facts: Facts) -> Msg | None:
    if facts.me == AgentState.READY:
        return msg("tui.not.already_ready")
    return None


_CHECKS = {
    "contact.accept": _accept,
    "contact.hold": _hold,
    "contact.consult": _live,
    "contact.end_consult": _end_consult,
    "contact.transfer": _live,
    "contact.regroup": _some_contact,
    "contact.verify": _live,
    "contact.note": _note,
    "contact.end": _live,
    "contact.wrap_up": _wrap_up,
    "contact.other": _other,
    "state.ready": _already_ready,
    "text.write": _text,
    "text.insert": _insert,
    "text.send": _send,
    "text.discard": _text,
    "blueprint.forward": _running,
    "blueprint.back": _running,
    "blueprint.jump": _running,
    "blueprint.language": _running,
    "blueprint.deviate": _running,
    "blueprint.other": _running,
    "view.why": _why,
    "cosign.break_glass": _glass,
}
_GROUP_CHECKS = {"action": _customer}
