"""Effects into tables: rows with their version and scopes, events, link requests, the outbox, grants."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

import msgspec

from agent_tui.domain.agent import Agent
from agent_tui.domain.approval import Delegation
from agent_tui.domain.effects import Effects, Event, External, LinkRequest
from agent_tui.domain.rows import NAMES, Entity, decode, encode, facets, scopes, stamp
from agent_tui.domain.ticket import Ticket
from agent_tui.server import scope
from agent_tui.server.database import Tx
from agent_tui.server.promises import Promise
from agent_tui.server.tail import Entry

_JSON = msgspec.json.Encoder()


Seal = Callable[[str, bytes], bytes]
"""Encrypts a body under the id it is bound to."""


class Cause(msgspec.Struct, frozen=True, kw_only=True):
    """The act that rows are written for."""

    id: str
    maker: str = "system"
    type: str = ""
    contact_id: str | None = None


def _put_scopes(tx: Tx, entity: str, id: str, wanted: frozenset[str]) -> frozenset[str]:
    """Make the row's scopes `wanted`; returns what they were."""
    held = frozenset(row["scope"] for row in tx.all("scopes_of", entity=entity, id=id))
    tx.many("scope_drop", [{"entity": entity, "id": id, "scope": s} for s in held - wanted])
    tx.many("scope_add", [{"entity": entity, "id": id, "scope": s} for s in wanted - held])
    return held


def put(tx: Tx, row: Entity) -> tuple[Entry | None, Entity | None]:
    """Write one image with the next version. Returns its feed entry, None if nothing changed, and the image before."""
    entity = NAMES[type(row)]
    old_body = tx.value("state_get", entity=entity, id=row.id)
    before = None if old_body is None else decode(entity, old_body)
    version = before.version if before else 0
    if before is not None and msgspec.structs.replace(row, version=version) == before:
        return None, before
    row = msgspec.structs.replace(row, version=version + 1)
    columns = msgspec.structs.asdict(facets(row))
    if isinstance(row, Ticket) and before is None:
        tx.run("number_use", number=row.number, day=row.number.partition("-")[0])
    tx.run("state_put", entity=entity, id=row.id, version=row.version, body=encode(row).decode(), **columns)
    now = scopes(row)
    was = _put_scopes(tx, entity, row.id, now)
    return Entry(entity=entity, id=row.id, version=row.version, scopes=now | was), before


def drop(tx: Tx, entity: str, id: str, version: int) -> Entry:
    """Take a row out of the state; its readers are told to remove it."""
    was = _put_scopes(tx, entity, id, frozenset())
    tx.run("state_drop", entity=entity, id=id)
    return Entry(entity=entity, id=id, version=version, scopes=was, op="remove")


def put_all(tx: Tx, rows: Iterable[Entity], now: datetime) -> list[Entry]:
    """Write images and bring the scopes of the people concerned in line."""
    entries: list[Entry] = []
    touched: set[scope.Pair] = set()
    for row in rows:
        entry, before = put(tx, row)
        if entry is None:
            continue
        entries.append(entry)
        touched |= scope.handlers(before) ^ scope.handlers(row)
        if isinstance(row, Agent):
            scope.keep_standing(tx, row, now)
        if isinstance(row, Delegation):
            scope.keep_person(tx, row.grantee_id, now)
    scope.keep_customers(tx, touched, now)
    return entries


def add_events(tx: Tx, events: Iterable[Event], cause: str) -> None:
    seq = tx.value("event_last")
    for event in events:
        seq += 1
        tx.run(
            "event_add",
            seq=seq,
            at=stamp(event.at),
            name=event.name,
            cause=cause,
            contact_id=event.contact_id,
            agent_id=event.agent_id,
            body=_JSON.encode(event).decode(),
        )


def add_requests(tx: Tx, requests: Iterable[LinkRequest], cause: str, now: datetime) -> None:
    seq = tx.value("link_request_last")
    for request in requests:
        seq += 1
        body = _JSON.encode(request).decode()
        tx.run("link_request_add", seq=seq, link=request.link, at=stamp(now), cause=cause, body=body)


class Errand(msgspec.Struct, frozen=True, kw_only=True):
    """What the outbox keeps, sealed: the request, and what comes true with its confirmation."""

    external: External
    promise: Promise | None = None


def add_externals(
    tx: Tx, externals: Iterable[External], cause: Cause, now: datetime, seal: Seal, later: Promise | None
) -> None:
    for n, external in enumerate(externals):
        key = f"atx-{cause.id}-{n}"
        errand = Errand(external=external, promise=later if n == 0 else None)
        tx.run(
            "ext_add",
            ext_key=key,
            cause=cause.id,
            maker=cause.maker,
            contact_id=cause.contact_id,
            command_type=cause.type,
            port=external.port,
            operation=external.operation,
            customer_id=external.customer_id,
            body=seal(key, _JSON.encode(errand)),
            at=stamp(now),
        )


def write(
    tx: Tx, effects: Effects, cause: Cause, now: datetime, seal: Seal, later: Promise | None = None
) -> list[Entry]:
    """Everything one command changes except the tail. Returns the feed entries in the order of the effects."""
    entries = put_all(tx, effects.puts, now)
    if effects.events:
        add_events(tx, effects.events, cause.id)
    if effects.requests:
        add_requests(tx, effects.requests, cause.id, now)
    add_externals(tx, effects.externals, cause, now, seal, later)
    for agent_id, granted in effects.grants:
        scope.change(tx, agent_id, granted, "add", now)
    return entries
