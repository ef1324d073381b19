"""Risky acts are opened for review as they happen, so that nobody waits for the day to close. The draw counts them then.

What was opened is found again after a restart by reading the acts behind the last draw once more.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from agent_tui.domain.effects import Event
from agent_tui.domain.review import Review, Stratum
from agent_tui.metrics.sampling import Act, Drawn, Terms, at_once
from agent_tui.server import dossier, supervision, writing
from agent_tui.server.acts import acts
from agent_tui.server.database import Tx
from agent_tui.server.services import Services
from agent_tui.server.state import TableState
from agent_tui.server.tail import AuditDraft, Tail, head_of

EVER = "9999"
"""After every moment as the audit writes it."""


class Watched(msgspec.Struct, frozen=True, kw_only=True):
    """How far the audit was read, and the reveals of which it is not known yet whether something follows."""

    seq: int = 0
    reveals: tuple[Act, ...] = ()


def read_on(
    watched: Watched, fresh: list[Act], head: int, now: datetime, terms: Terms
) -> tuple[Watched, list[Drawn]]:
    """What to open of the acts that came, and what to wait for. Pure."""
    found: list[Drawn] = []
    waiting = list(watched.reveals)
    for act in fresh:
        if strata := at_once(act, terms):
            found.append(Drawn(act=act, strata=strata))
        elif act.reveal and Stratum.REVEAL_ALONE in terms.full:
            waiting.append(act)
        if not act.reveal:
            waiting = [one for one in waiting if not _follows(act, one, terms)]
    until = timedelta(seconds=terms.alone_s)
    found += [Drawn(act=one, strata=(Stratum.REVEAL_ALONE,)) for one in waiting if one.at + until < now]
    return Watched(seq=head, reveals=tuple(one for one in waiting if one.at + until >= now)), found


def _follows(act: Act, reveal: Act, terms: Terms) -> bool:
    same = (act.maker, act.customer_id) == (reveal.maker, reveal.customer_id)
    return same and act.at <= reveal.at + timedelta(seconds=terms.alone_s)


def open_at_once(tx: Tx, services: Services, found: list[Drawn], now: datetime) -> int:
    """Open the reviews there are not yet; returns how many."""
    state, zone = TableState(tx), services.rules.timezone
    new = [one for one in found if state.get(Review, dossier.review_id(one.act)) is None]
    rows = [
        row for one in new for row in dossier.reviews(tx, services, [one], supervision.today(one.act.at, zone), now)
    ]
    if not rows:
        return 0
    entries = writing.put_all(tx, rows, now)
    facts: dict[str, object] = {"rows": [row.audit_seq for row in rows]}
    writing.add_events(tx, [Event(name="ReviewsOpened", at=now, data={"count": len(rows)})], rows[0].id)
    tail = Tail(tx, now)
    tail.audit(AuditDraft(actor=supervision.ACTOR, type="OpenReviews", outcome="applied", facts=facts))
    tail.feed(entries)
    tail.close()
    return len(rows)


class RiskWatch:
    """Looks at what every commit brought."""

    name = "risk_watch"
    every_s = 5.0
    woken = True

    def __init__(self, services: Services) -> None:
        self._services = services
        self._watched: Watched | None = None

    async def step(self) -> None:
        now, db = self._services.clock.now(), self._services.db
        watched = self._watched
        if watched is None:
            watched = Watched(seq=await db.read(supervision.drawn_through))
        seq = watched.seq
        fresh, head = await db.read(lambda tx: _since(tx, seq))
        after, found = read_on(watched, fresh, head, now, self._services.review)
        if found:
            await db.write(lambda tx: open_at_once(tx, self._services, found, now))
        self._watched = after


def _since(tx: Tx, seq: int) -> tuple[list[Act], int]:
    """The acts behind a row of the audit, and the last row there is."""
    row = head_of(tx)
    head: int = row["audit_seq"]
    found = tx.each("audit_acts", after=seq, size=head, since="", until=EVER)
    return list(acts(one["payload"] for one in found)), head
