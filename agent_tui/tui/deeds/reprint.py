"""What an agent saw of a blueprint in a contact, printed again word for word: of the customer in front at a desk, of
everybody at a monitor."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from agent_tui.desk.views import GuidedContacts, StatusOf
from agent_tui.errors import AgentTuiError, Offline
from agent_tui.i18n.catalog import say
from agent_tui.tui.dialogs.page import Page
from agent_tui.tui.dialogs.pick import Item, Pick
from agent_tui.tui.line import Line, folded
from agent_tui.tui.screens.desk import DeskScreen
from agent_tui.tui.screens.station import Station
from agent_tui.tui.words import Words
from agent_tui.wire.walks import WalksOf


async def reprint(station: Station) -> None:
    """Choose the contact, then read; the server is asked, since it alone keeps what was seen."""
    words = station.words
    contact_id: str | None = None
    while (contact_id := await _choose(station)) is not None:
        try:
            found = await station.door.walks_of(contact_id)
        except Offline:
            station.say(words("said.unreachable"), "warn")
            return
        except AgentTuiError as error:
            station.say(say(error.key, words.language, **error.args_), "warn")
            return
        page = partial(painted, text(found, words))
        await station.ask(Page(words, station.painter, words("reprint.title"), page))


async def _choose(station: Station) -> str | None:
    words = station.words
    customer_id = station.facts.customer_id if isinstance(station, DeskScreen) else None
    found = station.door.view(GuidedContacts(customer_id=customer_id))
    if not found:
        station.say(words("reprint.none"), "muted")
        return None
    now = station.door.view(StatusOf()).now
    items = [
        Item(
            contact.id,
            f"{words.when(contact.offered_at, now)}  {contact.name or contact.caller}",
            "  ".join(filter(None, (contact.blueprint, words.of("channel", contact.channel), contact.subject))),
            words=contact.agent_id or "",
        )
        for contact in found
    ]
    return await station.ask(Pick(words, station.painter, words("reprint.title"), items))


def text(found: WalksOf, words: Words) -> list[str]:
    """The same text that `agent-tui blueprint show --contact` prints."""
    # A desk that reprints nothing need not load how blueprints are read.
    from agent_tui.blueprints.model import load
    from agent_tui.blueprints.printed import Printer, walk_lines

    printer = Printer(words.language, words.zone)
    lines = [] if found.walks else [printer.say("nothing", contact=found.contact_id)]
    for one in found.walks:
        blueprint = load(one.wording) if one.wording else None
        lines += walk_lines(one.walk, blueprint, found.contact_id, one.agent, printer)
    return [*lines, printer.say("erased", n=found.erased)] if found.erased else lines


def painted(said: Sequence[str], width: int) -> list[Line]:
    """Folded to the page; a line that goes on keeps its indent, what is mandatory or strayed from stands out."""
    lines: list[Line] = []
    for line in said:
        body = line.lstrip(" ")
        indent = " " * (1 + len(line) - len(body))
        role = {">": "ok", "!": "warn", "(": "muted"}.get(body[:1], "strong" if len(indent) > 1 else "accent")
        lines += folded(body, width, role, ((indent, "text"),)) if body else [()]
    return lines
