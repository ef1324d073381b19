"""What is found for what was typed, as the index stands now."""

from __future__ import annotations

from itertools import chain

from agent_tui import ids
from agent_tui.desk import lexicon
from agent_tui.desk.found import Found, FoundItem, Search
from agent_tui.desk.select_knowledge import to_read
from agent_tui.desk.sight import Sight
from agent_tui.domain.centre import Category, Group
from agent_tui.domain.contact import Contact
from agent_tui.domain.triage import triage
from agent_tui.search.query import read as read_query
from agent_tui.search.rank import Hit, Sought, rank
from agent_tui.store import find, index, read
from agent_tui.store.cache import Cache
from agent_tui.store.find_tickets import tickets


def prepare() -> None:
    """Load what the first search would wait for: a few letters are read in every way there is."""
    for typed in ("gs", "ka", "カ"):
        read_query(typed, lexicon.shipped())


def settle(cache: Cache, seconds: float) -> bool:
    """Look up, while nobody waits, what every search with other names asks of the index; True when more is left."""
    known = lexicon.shipped()
    return find.learn_names(cache, chain(chain.from_iterable(known.same), *known.sayings.meanings), seconds)


def search(sight: Sight, query: Search) -> Found:
    """The best first; nothing typed finds nothing."""
    cache = sight.cache
    asked = read_query(query.typed, lexicon.shipped())
    if asked.empty:
        return Found(items=(), waiting=index.waiting(cache))
    known = find.Known(cache, asked)
    contact = read.get(cache, Contact, query.contact_id)
    guess = triage(query.typed, read.every(cache, Category), sight.language)
    votes = lexicon.shipped().learned.votes(asked.folded)
    sought = Sought(
        query=asked,
        weights=known.weights,
        meant=known.meant,
        category=(contact.category or contact.guess) if contact else None,
        pointed=guess.category,
        pointed_by=guess.words,
        learned={vote.guide: vote for vote in votes},
        language=sight.language,
        now=sight.clock.now().timestamp(),
    )
    entries = [
        *find.guides(cache, asked, known, guess.category, [vote.guide for vote in votes]),
        *tickets(cache, asked, known),
    ]
    hits = rank(sought, entries, query.most)
    names = {group.id: group.names.say(sight.language) for group in read.every(cache, Group)}
    unread = to_read(sight)
    items = tuple(_item(hit, names, unread, sight.language) for hit in hits)
    return Found(items=items, waiting=index.waiting(cache), misheard=_misheard(query.typed, hits))


def _misheard(typed: str, hits: list[Hit]) -> str:
    """A ticket number that cannot be right, unless something here has that very number: then it is not a ticket's."""
    if any(reason.how == "number" for hit in hits for reason in hit.reasons):
        return ""
    return ids.misheard_ticket_number(typed) or ""


def _item(hit: Hit, names: dict[str, str], unread: frozenset[str], language: str) -> FoundItem:
    entry = hit.entry
    return FoundItem(
        kind=entry.kind,
        id=entry.id,
        title=entry.title(language),
        owner=names.get(entry.owner, ""),
        reasons=hit.reasons,
        score=hit.score,
        expired=hit.expired,
        unread=entry.kind == "bulletin" and entry.id in unread,
        number=entry.number,
    )
