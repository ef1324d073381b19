"""Looking things up: search, bulletins and articles, whom to call, questions to an article's owner."""

from __future__ import annotations

from collections.abc import Sequence

from agent_tui.desk import found as f
from agent_tui.desk.found import FoundItem
from agent_tui.desk.views import StatusOf
from agent_tui.domain.agent import Role
from agent_tui.domain.commands import AskAboutArticle, MoveTicket, ReadBulletin
from agent_tui.domain.knowledge import language_of, page_in
from agent_tui.domain.ticket import TAKEN_UP, Ticket, TicketKind, TicketState
from agent_tui.tui.deeds.hand_overs import read_hand_over
from agent_tui.tui.deeds.one_text import send_text
from agent_tui.tui.dialogs.keyed_page import KeyedPage
from agent_tui.tui.dialogs.pick import Item, Pick
from agent_tui.tui.dialogs.search import Search
from agent_tui.tui.panes import knowledge_lines as lines
from agent_tui.tui.panes.found_lines import own
from agent_tui.tui.perform import Deed, send
from agent_tui.tui.screens.desk import DeskScreen
from agent_tui.tui.screens.station import Station
from agent_tui.tui.shelf import Shelf

ACT, END, WHO, CORRECT = "f8", "f9", "f7", "f6"
"""Keys on a page: ask or answer, confirm or close, who has read it, publish it anew with other words."""


async def search(station: Station) -> None:
    """Look something up and open it; coming back from a page leads to the results again."""
    contact = station.facts.own if isinstance(station, DeskScreen) else None
    contact_id = contact.contact.id if contact else None
    typed = ""

    def look(words: str) -> f.Found:
        nonlocal typed
        typed = words
        return station.door.view(f.Search(typed=words, contact_id=contact_id))

    while True:
        chosen = await station.ask(Search(station.words, station.painter, look, typed))
        if chosen is None or await open_found(station, chosen):
            return


async def open_found(station: Station, item: FoundItem) -> bool:
    """Open what was found; True when the work goes on elsewhere than in the results."""
    match item.kind:
        case "blueprint":
            return await open_blueprint(station, item.id)
        case "bulletin":
            await read_bulletin(station, item.id)
        case "article":
            await read_article(station, item.id)
        case _:
            await read_ticket(station, item.id)
    return False


async def open_blueprint(station: Station, id: str) -> bool:
    """Begin it for the contact in hand; without one it is shown to read."""
    desk = station if isinstance(station, DeskScreen) else None
    shelf = desk.seat.guide.shelf if desk else Shelf(station.door, lambda: _today(station))
    await shelf.warm()
    blueprint = next((one for one in shelf.available() if one.id == id), None)
    if blueprint is None:
        station.say(own(station.words, "said.gone"), "warn")
        return False
    if desk is not None and desk.facts.own is not None:
        desk.begin(desk.facts.own, blueprint)
        desk.turn_to("blueprint")
        return True
    owner = next((d.name for d in _departments(station) if d.group.id == blueprint.owner), blueprint.owner)
    title = blueprint.title(station.words.language)
    await _read(station, title, lambda width: lines.blueprint_page(blueprint, owner, station.words, width))
    return False


def _today(station: Station) -> str:
    """The centre's day."""
    now = station.door.view(StatusOf()).now
    return now.astimezone(station.words.zone).date().isoformat()


async def _read(station: Station, title: str, page: lines.PageOf, keys: dict[str, str] | None = None) -> str | None:
    return await station.ask(KeyedPage(station.words, station.painter, title, page, keys or {}))


# ---- bulletins -------------------------------------------------------------------------------------------------------


async def bulletins(station: Station) -> None:
    """Those in force, what I must read first; Enter reads."""
    words = station.words
    while True:
        views = station.door.view(f.Bulletins())
        if not views:
            station.say(own(words, "said.no_bulletins"), "muted")
            return
        items = [Item(view.bulletin.id, _headline(view, station), _about(view, station)) for view in views]
        chosen = await station.ask(Pick(words, station.painter, own(words, "bulletin.title"), items))
        if chosen is None:
            return
        await read_bulletin(station, chosen)


def _headline(view: f.BulletinView, station: Station) -> str:
    mark = "! " if view.to_read else "  "
    pages, words = view.bulletin.pages, station.words
    shown = language_of(pages, words.language)
    foreign = "" if shown == words.language else f" [{words.of('language', shown)}]"
    return mark + page_in(pages, words.language).title + foreign


def _about(view: f.BulletinView, station: Station) -> str:
    unread = own(station.words, "unread") if view.to_read else ""
    return "  ".join(filter(None, (unread, view.department, station.words.day(view.bulletin.published_at))))


async def read_bulletin(station: Station, id: str) -> None:
    """Show it; that it was opened is recorded, and confirming it is one key."""
    words = station.words
    view = station.door.view(f.BulletinOf(id=id))
    if view is None:
        station.say(own(words, "said.gone"), "warn")
        return
    bulletin = view.bulletin
    read = ReadBulletin(bulletin_id=id, revision=bulletin.revision)
    if view.in_force and (view.reading is None or view.reading.revision != bulletin.revision):
        await send(station, read, own(words, "bulletin.read"), quiet=True)
    shown = view
    keys = {END: own(words, "bulletin.do_confirm")} if bulletin.acknowledge and view.to_read and view.in_force else {}
    if _watches(station):
        keys[WHO] = own(words, "bulletin.readers")
        if view.in_force:
            keys[CORRECT] = own(words, "bulletin.correct")
    title = page_in(bulletin.pages, words.language).title
    pressed = await _read(station, title, lambda width: lines.bulletin_page(shown, words, width), keys)
    if pressed == END:
        confirm = ReadBulletin(bulletin_id=id, revision=bulletin.revision, acknowledge=True)
        await send(station, confirm, own(words, "bulletin.do_confirm"))
    elif pressed == WHO:
        await readers(station, id)
    elif pressed == CORRECT:
        from agent_tui.tui.deeds.publishing import publish_bulletin

        await publish_bulletin(station, bulletin)


def _watches(station: Station) -> bool:
    """Supervisors see who has read; their desk receives everybody's readings."""
    me = station.door.view(StatusOf()).me
    return me is not None and me.role in ("supervisor", "department")


async def readers(station: Station, id: str) -> None:
    view = station.door.view(f.Readers(bulletin_id=id))
    if view is not None:
        title = own(station.words, "bulletin.readers")
        await _read(station, title, lambda width: lines.readers_page(view, station.words, width))


# ---- articles and questions ------------------------------------------------------------------------------------------


async def read_article(station: Station, id: str) -> None:
    """Show it; a question to its owner is one key."""
    words = station.words
    view = station.door.view(f.ArticleOf(id=id))
    if view is None:
        station.say(own(words, "said.gone"), "warn")
        return
    shown = view
    title = page_in(view.article.pages, words.language).title
    keys = {ACT: own(words, "article.ask", department=view.department)}
    pressed = await _read(station, title, lambda width: lines.article_page(shown, words, width), keys)
    if pressed == ACT:
        await ask_about(station, view)


async def ask_about(station: Station, view: f.ArticleView) -> None:
    """What the article leaves open goes to the department that owns it."""
    words, article = station.words, view.article

    def command(text: str) -> AskAboutArticle:
        contact = station.facts.own if isinstance(station, DeskScreen) else None
        asked_in = contact.contact.id if contact else None
        return AskAboutArticle(article_id=article.id, text=text, asked_in=asked_in)

    title = own(words, "article.ask", department=view.department)
    await send_text(station, title, own(words, "article.question"), f"ask:{article.id}", command)


async def questions(station: Station) -> None:
    """Answers that came back to me, and questions my department has to answer."""
    words = station.words
    while True:
        found = station.door.view(f.Questions())
        if not found:
            station.say(own(words, "said.no_questions"), "muted")
            return
        items = [
            Item(ticket.id, ticket.title, f"{own(words, f'ticket_state.{ticket.state.value}')}  {ticket.number}")
            for ticket in found
        ]
        chosen = await station.ask(Pick(words, station.painter, own(words, "question.title"), items))
        if chosen is None:
            return
        await read_ticket(station, chosen)


async def read_ticket(station: Station, id: str) -> None:
    """Show it; who may answer or close a question, or take or close a hand-over, does so by one key."""
    words = station.words
    view = station.door.view(f.TicketOf(id=id))
    if view is None:
        station.say(own(words, "said.gone"), "warn")
        return
    if view.ticket.kind is TicketKind.HAND_OVER:
        me = station.door.view(StatusOf()).me
        leads = me is not None and me.role is Role.SUPERVISOR
        await read_hand_over(station, view.ticket, take=view.ours or view.mine or leads, close=view.mine or leads)
        return
    if view.ticket.kind in TAKEN_UP:
        from agent_tui.tui.deeds.ticket import read_held

        await read_held(station, view)
        return
    shown, ticket = view, view.ticket
    keys: dict[str, str] = {}
    if ticket.kind == "question" and ticket.state is not TicketState.CLOSED:
        if view.ours and ticket.state is not TicketState.ANSWERED:
            keys[ACT] = own(words, "question.answer")
        if view.mine:
            keys[END] = own(words, "question.close")
    pressed = await _read(station, ticket.number, lambda width: lines.ticket_page(shown, words, width), keys)
    if pressed == ACT:
        await answer(station, ticket)
    elif pressed == END:
        close = MoveTicket(ticket_id=id, state=TicketState.CLOSED)
        await send(station, close, own(words, "question.close"), seen=ticket)


async def answer(station: Station, ticket: Ticket) -> None:
    """A department's answer; whoever asked sees it as soon as it is there."""
    words = station.words

    def command(text: str) -> MoveTicket:
        return MoveTicket(ticket_id=ticket.id, state=TicketState.ANSWERED, text=text)

    title, label = own(words, "question.answer"), own(words, "ticket.answer")
    await send_text(station, title, label, f"answer:{ticket.id}", command, seen=ticket)


# ---- whom to call ----------------------------------------------------------------------------------------------------


def _departments(station: Station) -> Sequence[f.Department]:
    return station.door.view(f.Departments())


async def people(station: Station) -> None:
    """Departments' contact persons with their extensions; typing narrows."""
    words = station.words
    items = [
        Item(
            department.group.id,
            department.name,
            own(words, "comma").join(lines.person_text(person) for person in department.people),
            words=department.group.id,
        )
        for department in _departments(station)
    ]
    if not items:
        station.say(own(words, "said.no_departments"), "muted")
        return
    chosen = await station.ask(Pick(words, station.painter, own(words, "people.title"), items))
    department = next((one for one in _departments(station) if one.group.id == chosen), None)
    if department is not None:
        told = own(words, "comma").join(lines.person_text(person) for person in department.people)
        station.say(words.labelled(department.name, told), "text")


async def publish(station: Station) -> None:
    from agent_tui.tui.deeds.publishing import publish_bulletin

    await publish_bulletin(station)


async def write(station: Station) -> None:
    from agent_tui.tui.deeds.publishing import publish_article

    await publish_article(station)


DEEDS: dict[str, Deed] = {
    "knowledge.search": search,
    "knowledge.bulletins": bulletins,
    "knowledge.people": people,
    "knowledge.questions": questions,
    "knowledge.publish": publish,
    "knowledge.write": write,
}
