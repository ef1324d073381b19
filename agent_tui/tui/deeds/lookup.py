"""Looking a customer up on the server by what is known of them: the search is audited, its hits are masked."""

from __future__ import annotations

from agent_tui.errors import AgentTuiError, Offline
from agent_tui.i18n.catalog import say
from agent_tui.tui.authenticate import always
from agent_tui.tui.dialogs.fields import Field
from agent_tui.tui.dialogs.form import Form
from agent_tui.tui.dialogs.pick import Item, Pick
from agent_tui.tui.screens.station import Station
from agent_tui.wire.session import FoundCustomer


async def look_up(station: Station, title: str) -> str | None:
    """The id of the customer that was chosen; None when nobody was, which is said."""
    words, door = station.words, station.door
    field = Field(name="words", label=words("form.who"), required=True, value=door.draft("find"), draft="find")
    said = always([(words("form.words"), "muted")])
    values = await station.ask(
        Form(words, station.painter, title, [field], go="search", live=said, keep=door.keep_draft, at_once=True)
    )
    if values is None:
        return None
    found = await _found(station, values["words"])
    if found is None:
        return None
    door.drop_draft("find")
    if not found:
        station.say(words("said.nobody_found", words=values["words"]), "warn")
        return None
    items = [
        Item(
            hit.customer_id,
            # Many share a masked name: the tail of the phone tells them apart.
            f"{hit.name}  {hit.phone}".rstrip(),
            f"{words.of('tier', hit.tier)}  {words.of('matched', hit.matched)}",
        )
        for hit in found
    ]
    return await station.ask(Pick(words, station.painter, words("pick.found"), items))


async def _found(station: Station, text: str) -> tuple[FoundCustomer, ...] | None:
    """What the server finds; None when it could not be asked, which is said."""
    try:
        return await station.door.find_customers(text)
    except Offline:
        station.say(station.words("said.unreachable"), "warn")
    except AgentTuiError as error:
        station.say(say(error.key, station.words.language, **error.args_), "warn")
    return None
