"""Looking: panes, kinds of rows, find a customer, why this one, unsent and refused work, notices, who can approve."""

from __future__ import annotations

from collections.abc import Sequence

from agent_tui.desk.views import Notices, PendingWork, QueueRow
from agent_tui.domain.commands import ConsultContact
from agent_tui.i18n.message import Msg
from agent_tui.tui import marks
from agent_tui.tui.deeds.cosign import open_one
from agent_tui.tui.deeds.deal import approvers
from agent_tui.tui.deeds.desk import connection_lines
from agent_tui.tui.deeds.drafts import drafts
from agent_tui.tui.deeds.lookup import look_up
from agent_tui.tui.deeds.reprint import reprint
from agent_tui.tui.deeds.unsettled import OVER, look_at
from agent_tui.tui.dialogs.page import Page
from agent_tui.tui.dialogs.pick import Item, Pick
from agent_tui.tui.facts import why_not
from agent_tui.tui.line import EMPTY, Line, folded
from agent_tui.tui.panes.approval_lines import whereabouts
from agent_tui.tui.panes.queue_lines import KINDS
from agent_tui.tui.perform import Deed, send
from agent_tui.tui.screens.desk import DeskScreen
from agent_tui.tui.screens.station import Station


def _turn(pane: str) -> Deed:
    async def turn(desk: DeskScreen) -> None:
        desk.turn_to(pane)

    return turn


async def kind(desk: DeskScreen) -> None:
    words = desk.words
    items = [Item(kind, words.of("kind", kind), words=kind) for kind in KINDS]
    chosen = await desk.ask(Pick(words, desk.painter, words("pick.kind"), items))
    if chosen:
        desk.turn_to("queue")
        desk.queue.narrow(chosen)


async def find(desk: DeskScreen) -> None:
    """Search customers on the server and open one."""
    chosen = await look_up(desk, desk.words.label("view.find"))
    if chosen:
        desk.open(None, chosen)


async def why(desk: DeskScreen) -> None:
    """Why this one stands where it stands, with the arithmetic of its target."""
    row = desk.facts.row
    own = desk.facts.own
    reasons = row.why if row else own.contact.why if own else ()
    words = desk.words

    def lines(width: int) -> Sequence[Line]:
        page: list[Line] = [EMPTY]
        if row is not None:
            page += folded(f"{row.name or row.caller}  {row.subject}", width, "strong", ((" ", "text"),))
            page += folded(_due(desk, row), width, "warn", ((" ", "text"),)) if row.due else []
            page.append(EMPTY)
        for reason in reasons:
            text = words.msg(Msg(reason.key, dict(reason.args)))
            page += folded(text, width, "text", ((" - ", "muted"),))
        return [*page, EMPTY]

    await desk.ask(Page(words, desk.painter, words("help.why"), lines))


def _due(desk: DeskScreen, row: QueueRow) -> str:
    words, now = desk.words, desk.facts.status.now
    left = (row.due - now).total_seconds() if row.due else 0.0
    at = words.clock(row.due)
    if left >= 0:
        return words("help.due", at=at, left=words.span(left))
    return words("help.late", at=at, late=words.span(-left))


async def pending(station: Station) -> None:
    """What is not confirmed, or was refused; Enter opens one that was refused: why, how it stands now, my words."""
    words, door = station.words, station.door
    while True:
        work = door.view(PendingWork())
        items = [
            Item(
                item.id,
                f"{marks.PENDING.get(item.state, ('?', ''))[0]} {words.of('pending', item.state)}  {words.msg(item.summary)}",
                " ".join(filter(None, (words.sentence(reason) for reason in item.reasons)))
                or words.clock(item.made_at),
            )
            for item in work
        ]
        if not items:
            station.say(words("empty.pending"), "ok")
            return
        chosen = await station.ask(Pick(words, station.painter, words("pick.pending"), items))
        if chosen is None:
            return
        item = next(item for item in work if item.id == chosen)
        if item.state == "awaiting_approval":
            await open_one(station, chosen)
        elif item.state in OVER:
            await look_at(station, item)
        else:
            return


async def notices(station: Station) -> None:
    words = station.words
    found = station.door.view(Notices())
    if not found and not connection_lines(station, 80):
        station.say(words("empty.notices"), "muted")
        return

    def lines(width: int) -> Sequence[Line]:
        page = connection_lines(station, width)
        for notice in found:
            text = words.msg(Msg(notice.key, dict(notice.args)))
            page += folded(text, width, "text", ((f" {words.clock(notice.at, seconds=False)} ", "muted"),))
        return page

    await station.ask(Page(words, station.painter, words("pick.notices"), lines))


async def who_can_approve(desk: DeskScreen) -> None:
    """Colleagues whose level covers what was refused last; Enter consults one."""
    words = desk.words
    me = desk.facts.status.me
    level = desk.refused_level or ((me.level + 1) if me else 3)
    items = [
        Item(
            agent,
            f"{marks.AGENT[agent.state][0]} {agent.name}",
            f"L{agent.level}  {whereabouts(words, agent)}  {agent.team}",
        )
        for agent in approvers(desk, level)
    ]
    if not items:
        desk.say(words("form.approvers", level=level, names=words("form.nobody_online")), "warn")
        return
    chosen = await desk.ask(Pick(words, desk.painter, words("pick.approvers", level=level), items))
    if chosen is None:
        return
    refused = why_not("contact.consult", desk.facts)
    own = desk.facts.own
    if refused is not None or own is None:
        desk.say(words.msg(refused) if refused else "", "warn")
        return
    command = ConsultContact(contact_id=own.contact.id, to_kind="agent", to_id=chosen.id)
    await send(desk, command, words("consulting", who=chosen.name))


DEEDS: dict[str, Deed] = {
    "view.drafts": drafts,
    "view.queue": _turn("queue"),
    "view.customer": _turn("customer"),
    "view.blueprint": _turn("blueprint"),
    "view.actions": _turn("actions"),
    "view.kind": kind,
    "view.find": find,
    "view.why": why,
    "view.pending": pending,
    "view.notices": notices,
    "view.approvers": who_can_approve,
    "view.reprint": reprint,
}
