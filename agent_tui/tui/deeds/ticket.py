"""A work order, complaint or call-back of one's group: read, taken up and given back, answered, closed or raised, each by
one key on its page."""

from __future__ import annotations

from collections.abc import Mapping

from agent_tui.desk.found import TicketView
from agent_tui.desk.views import StatusOf
from agent_tui.domain.agent import Role
from agent_tui.domain.commands import MoveTicket
from agent_tui.domain.ticket import Ticket, TicketKind, TicketState
from agent_tui.policy.decision import Decision, Deny
from agent_tui.tui.deeds.one_text import send_text
from agent_tui.tui.dialogs.keyed_page import KeyedPage
from agent_tui.tui.keymap import shown
from agent_tui.tui.line import Line, folded
from agent_tui.tui.panes.action_lines import reasons_of
from agent_tui.tui.panes.knowledge_lines import INDENT, ticket_page
from agent_tui.tui.perform import Deed, send
from agent_tui.tui.screens.attending import Attending
from agent_tui.tui.screens.desk import DeskScreen
from agent_tui.tui.screens.station import Station
from agent_tui.tui.words import speaking
from agent_tui.wire.command import Outcome

_own = speaking("ticket")

FORWARD, END, BACK, HIGHER, GIVE = "f9", "f8", "f7", "f6", "f5"
"""Take it up, or close what was answered; answer it, or close a complaint; give it back; raise a complaint; put it into a
colleague's hands."""


async def in_front(desk: DeskScreen) -> None:
    """The page of the ticket under the cursor of the queue, otherwise of the one that is open."""
    looked = desk.seat.looked.ticket_id if desk.seat.looked else None
    row = desk.facts.row if desk.facts.row is not None and desk.facts.row.kind == "ticket" else None
    under = row.id if row is not None else None
    id = (under or looked) if desk.queue.has_focus_within else (looked or under)
    if id is None:
        desk.say(_own(desk.words, "none"), "warn")
        return
    from agent_tui.tui.deeds.knowledge import read_ticket

    await read_ticket(desk, id)


async def read_held(station: Station, view: TicketView) -> None:
    """The page of one that people take up, with the keys of what may be done to it now."""
    ticket, may = view.ticket, _may(station, view)
    keys = _keys(station, view, may)
    refused = _refused(station, view, may)

    def page(width: int) -> list[Line]:
        return [
            *ticket_page(view, station.words, width),
            *(folded(refused, width, "warn", INDENT) if refused else ()),
        ]

    pressed = await station.ask(KeyedPage(station.words, station.painter, ticket.number, page, keys))
    if pressed is None:
        return
    if pressed == FORWARD:
        await (_take_up if ticket.state is TicketState.OPEN else _close)(station, ticket)
    elif pressed == BACK:
        await _move(station, ticket, TicketState.OPEN, keys[BACK])
    elif pressed == GIVE:
        from agent_tui.tui.deeds.ticket_floor import assign

        await assign(station, view)
    elif ticket.kind is TicketKind.COMPLAINT:
        await _for_customer(station, ticket, "close_complaint" if pressed == END else "escalate_complaint")
    elif ticket.kind is TicketKind.CALL_BACK:
        await _called(station, ticket)
    elif view.held:
        from agent_tui.tui.deeds.knowledge import answer

        await answer(station, ticket)
    else:
        await _close(station, ticket)


# ---- what may be done ------------------------------------------------------------------------------------------------


def _may(station: Station, view: TicketView) -> Decision:
    return station.door.may("take_up_ticket", customer_id=view.ticket.customer_id, ticket_id=view.ticket.id)


def _leads(station: Station) -> bool:
    me = station.door.view(StatusOf()).me
    return me is not None and me.role is Role.SUPERVISOR


def _keys(station: Station, view: TicketView, may: Decision) -> Mapping[str, str]:
    """Key → what it does, for whoever may do it to the ticket as it is now."""
    ticket, words = view.ticket, station.words
    if ticket.state is TicketState.CLOSED:
        return {}
    keys: dict[str, str] = {}
    complaint = ticket.kind is TicketKind.COMPLAINT
    if ticket.state is TicketState.OPEN and not isinstance(may, Deny):
        keys[FORWARD] = _own(words, "take_up")
    if ticket.state is TicketState.ANSWERED and not complaint and view.mine:
        keys[FORWARD] = _own(words, "close_answered")
    leads = _leads(station)
    if complaint and (view.held or view.mine or leads) and isinstance(station, Attending):
        keys[END], keys[HIGHER] = _own(words, "close_complaint"), _own(words, "raise")
    elif ticket.kind is TicketKind.CALL_BACK:
        if view.held or view.mine:
            keys[END] = _own(words, "called")
    elif not complaint and view.held:
        keys[END] = _own(words, "answer")
    elif not complaint and view.mine and FORWARD not in keys:
        keys[END] = _own(words, "close")
    nobodys = ticket.handler_id is None and view.ours
    if ticket.state is TicketState.IN_PROGRESS and (view.held or nobodys or leads):
        keys[BACK] = _own(words, "give_back")
    if leads and ticket.state is not TicketState.ANSWERED:
        keys[GIVE] = _own(words, "assign")
    return keys


def _refused(station: Station, view: TicketView, may: Decision) -> str:
    """Why somebody of the group may not take it up."""
    if view.ticket.state is not TicketState.OPEN or not isinstance(may, Deny) or view.mine:
        return ""
    sentences = (station.words.sentence(reason.sentences) for reason in reasons_of(may))
    why = " ".join(filter(None, sentences)) or station.words("no_rule")
    return "x " + station.words.labelled(_own(station.words, "take_up"), why)


# ---- doing it --------------------------------------------------------------------------------------------------------


async def _move(station: Station, ticket: Ticket, to: TicketState, label: str) -> Outcome | None:
    """Without the version it was seen in: that a colleague was quicker is the rule's to say, in one sentence."""
    return await send(station, MoveTicket(ticket_id=ticket.id, state=to), f"{label} {ticket.number}")


async def _take_up(station: Station, ticket: Ticket) -> None:
    """And the customer lies open, with what may be done for them."""
    outcome = await _move(station, ticket, TicketState.IN_PROGRESS, _own(station.words, "take_up"))
    if outcome is None or outcome.outcome != "applied":
        return
    station.say(_own(station.words, "taken", number=ticket.number, key=shown("ticket.open")), "ok")
    if isinstance(station, DeskScreen) and ticket.customer_id:
        station.open(None, ticket.customer_id, ticket.id)


async def _close(station: Station, ticket: Ticket) -> None:
    await _move(station, ticket, TicketState.CLOSED, _own(station.words, "close"))


async def _called(station: Station, ticket: Ticket) -> None:
    """The customer was called: what came of it, and the call-back is done with."""
    words = station.words

    def command(text: str) -> MoveTicket:
        return MoveTicket(ticket_id=ticket.id, state=TicketState.CLOSED, text=text)

    title = f"{_own(words, 'called')}  {ticket.number}"
    await send_text(station, title, _own(words, "result"), f"called:{ticket.id}", command, seen=ticket)


async def _for_customer(station: Station, ticket: Ticket, action: str) -> None:
    """The form of a business action about this complaint, its customer open beside it where one ever is."""
    if not isinstance(station, Attending):
        return
    from agent_tui.tui.deeds.action import carry_out

    station.open(None, ticket.customer_id, ticket.id)
    outcome = await carry_out(station, action, {"ticket": ticket.id})
    if not isinstance(station, DeskScreen):
        station.seat.own_again()
        station.seat.watch()
    elif action == "close_complaint" and outcome is not None and outcome.outcome == "applied":
        station.finished()


DEEDS: Mapping[str, Deed] = {"ticket.open": in_front}
