"""The index of what can be found, kept in the cache itself and brought up to date in slices while the desk is idle.

Triggers note which rows came, went or changed their words; the newest are indexed first. A slice is one transaction of a
few milliseconds, so a first sync of any size never delays a key.
"""

from __future__ import annotations

import re
import time
from typing import Any

import msgspec

from agent_tui.domain.centre import Category
from agent_tui.domain.rows import decode
from agent_tui.domain.ticket import Ticket
from agent_tui.search.entry import FORM, Entry, columns, ticket_tokens
from agent_tui.search.fold import shown
from agent_tui.search.query import LEAST_NUMBER
from agent_tui.store import read
from agent_tui.store.cache import QUERIES, Cache
from agent_tui.store.entries import entry_of

BATCH = 40
"""Rows looked at between two looks at the clock."""
MERGED = 8
"""Pages of an index that are put together between two looks at the clock."""
BACKWARDS = "~"
_FORM = "index_form"
_NUMBER = re.compile(r"(?<![0-9A-Za-z])(?:([A-Za-z]{1,4})(-?))?(\d[\dA-Za-z-]{2,30})")
_ENCODER = msgspec.msgpack.Encoder()
_DECODER: msgspec.msgpack.Decoder[Entry] = msgspec.msgpack.Decoder(Entry)


def waiting(cache: Cache) -> int:
    """Rows that are not in the index yet."""
    row = cache.first("unindexed_count")
    return int(row[0]) if row else 0


def renew(cache: Cache) -> None:
    """Have every guide indexed anew if another program, or none, indexed this cache. A few milliseconds, once; what is
    in the index is found as before until its turn comes. StoreError of its kind when the disk fails."""
    if cache.meta.get(_FORM) == str(FORM):
        return
    with cache.transaction():
        cache.connection.execute(QUERIES["unindex_guides"])
        cache.connection.execute(QUERIES["meta_put"], (_FORM, str(FORM)))
    cache.meta[_FORM] = str(FORM)


def step(cache: Cache, seconds: float) -> bool:
    """Index for about so long (real seconds); True when more is left. StoreError of its kind when the disk fails."""
    until = time.monotonic() + seconds
    left = True
    with cache.transaction():
        while left and time.monotonic() < until:
            left = _batch(cache) or _merge(cache)
    return left


def _batch(cache: Cache) -> bool:
    rows = cache.all("unindexed", BATCH)
    categories = {category.id: category for category in read.every(cache, Category)}
    for n, entity, body in rows:
        if entity == "ticket":
            _ticket(cache, n, body)
        else:
            _guide(cache, n, entity, body, categories)
        cache.connection.execute(QUERIES["indexed"], (n,))
    return len(rows) == BATCH


def _merge(cache: Cache) -> bool:
    """Put pieces of the guides' index together, since a word is looked for in each; True when more is left."""
    return any(_merged(cache, name) for name in ("guide_merge", "text_merge"))


def _merged(cache: Cache, name: str) -> bool:
    """Whether there was something to do: the statement itself counts as one change."""
    before: int = cache.connection.total_changes
    cache.connection.execute(QUERIES[name], (MERGED,))
    after: int = cache.connection.total_changes
    return after - before > 1


def _ticket(cache: Cache, n: int, body: bytes) -> None:
    ticket = decode("ticket", body)
    assert isinstance(ticket, Ticket)
    run = cache.connection.execute
    if cache.first("entry_has", n):
        # The number was a guide's before.
        _forget(cache, n)
    run(QUERIES["ticket_index"], (n, ticket_tokens(ticket.title, ticket.text)))
    run(QUERIES["number_forget"], (n,))
    for number in numbers_of(ticket):
        run(QUERIES["number_put"], (number, n))
        run(QUERIES["number_put"], (BACKWARDS + number[::-1], n))


def numbers_of(ticket: Ticket) -> tuple[str, ...]:
    """A ticket's own number and those of orders and terminals in its texts, letters and digits only, lower case; behind
    letters and a hyphen the digits by themselves too."""
    found = [ticket.number]
    for letters, hyphen, digits in _NUMBER.findall(shown(f"{ticket.title}\n{ticket.text}")):
        found += [letters + digits, *([digits] if hyphen else [])]
    plain = ("".join(char for char in number.lower() if char.isalnum()) for number in found)
    return tuple(dict.fromkeys(number for number in plain if len(number) >= LEAST_NUMBER))


def _guide(cache: Cache, n: int, entity: str | None, body: bytes | None, categories: dict[str, Category]) -> None:
    """Put a guide; a row that went, or that is no guide, leaves whatever of it was there."""
    run = cache.connection.execute
    entry = entry_of(decode(entity, body), categories) if entity and body is not None else None
    _forget(cache, n)
    if entry is None:
        return
    title, words, text, heard = columns(entry)
    run(QUERIES["guide_index"], (n, title, words, heard))
    run(QUERIES["text_index"], (n, text))
    run(QUERIES["entry_put"], (n, _ENCODER.encode(entry)))


def _forget(cache: Cache, n: int) -> None:
    cache.entries.pop(n, None)
    cache.forget_guides()
    for name in ("guide_forget", "text_forget", "entry_forget", "ticket_forget", "number_forget"):
        cache.connection.execute(QUERIES[name], (n,))


def count(cache: Cache) -> int:
    """How many guides there are, remembered until one changes."""
    if cache.guide_count is None:
        row = cache.first("guide_count")
        cache.guide_count = int(row[0]) if row else 0
    return cache.guide_count


def entry(cache: Cache, n: int) -> Entry | None:
    """A prepared guide by its number, remembered."""
    found = cache.entries.get(n)
    if found is None:
        row: tuple[Any, ...] | None = cache.first("entry_get", n)
        if row is None:
            return None
        if len(cache.entries) >= cache.MOST_ENTRIES:
            cache.entries.clear()
        found = cache.entries[n] = _DECODER.decode(row[0])
    return found
