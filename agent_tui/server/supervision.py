"""Post-hoc supervision on the server: when a day closed, its acts are drawn by a seed that was published after them.

What a draw was made from stands in the audit (rows, checkpoint, terms), so `recompute` needs the audit and nothing else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec

from agent_tui import canon, ids
from agent_tui.domain.effects import Event
from agent_tui.domain.review import IN_FULL, Review, Sample, Stratum, Tally
from agent_tui.domain.review_rules import counts_as_error
from agent_tui.domain.rows import Entity, stamp
from agent_tui.metrics.sampling import Act, Drawn, Terms, again, draw
from agent_tui.server import checkpoints, dossier, writing
from agent_tui.server.acts import acts, judged
from agent_tui.server.database import Tx
from agent_tui.server.services import Services
from agent_tui.server.state import TableState
from agent_tui.server.tail import AuditDraft, Tail
from agent_tui.wire.audit import Checkpoint

ACTOR = "system:supervision"
_MARK = "supervision"


class Draw(msgspec.Struct, frozen=True, kw_only=True):
    """What a draw was made from; it stands in the audit as facts. Shares are text: the audit has no floats."""

    id: str
    day: str
    timezone: str
    after: int
    size: int
    checkpoint: int
    seed: str
    confidence: str
    error_rate: str
    quick_s: str
    alone_s: str
    top_minor: dict[str, int]
    population: int
    drawn: int
    digest: str
    """Of the drawn commands and their strata, in order."""
    full: tuple[str, ...] = IN_FULL
    """The strata that were looked at in full."""
    again_share: str = "0"
    judged: int = 0
    """Reviews that were judged in these rows …"""
    again: tuple[str, ...] = ()
    """… and those of them that another reviewer makes again."""

    def terms(self) -> Terms:
        return Terms(
            confidence=float(self.confidence),
            error_rate=float(self.error_rate),
            quick_s=float(self.quick_s),
            alone_s=float(self.alone_s),
            top_minor=self.top_minor,
            full=tuple(Stratum(name) for name in self.full),
            again_share=float(self.again_share),
        )


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """How far acts were drawn: through this row, and this day is next to be closed."""

    day: str
    seq: int


def bounds(day: str, timezone: str) -> tuple[datetime, datetime]:
    """Start and end of the centre's day, UTC. ValueError for what is no date."""
    start = datetime.combine(date.fromisoformat(day), time(), ZoneInfo(timezone))
    end = datetime.combine(date.fromisoformat(day) + timedelta(days=1), time(), ZoneInfo(timezone))
    return start.astimezone(UTC), end.astimezone(UTC)


def today(now: datetime, timezone: str) -> str:
    return now.astimezone(ZoneInfo(timezone)).date().isoformat()


def acts_of(tx: Tx, day: str, timezone: str, after: int, size: int) -> list[Act]:
    """The acts of a day that stand in these rows."""
    since, until = bounds(day, timezone)
    rows = tx.each("audit_acts", after=after, size=size, since=stamp(since), until=stamp(until))
    return list(acts(row["payload"] for row in rows))


def judged_of(tx: Tx, after: int, size: int) -> tuple[str, ...]:
    """The reviews judged in these rows, second looks left out."""
    found = judged(row["payload"] for row in tx.each("audit_judged", after=after, size=size))
    state = TableState(tx)
    return tuple(id for id in found if (row := state.get(Review, id)) is not None and row.again_of is None)


def digest_of(drawn: Iterable[Drawn]) -> str:
    return canon.fingerprint([[one.act.command_id, *map(str, one.strata)] for one in drawn])


# ---- drawing -----------------------------------------------------------------------------------------------------


def draw_day(tx: Tx, services: Services, checkpoint: Checkpoint, day: str, now: datetime) -> Draw:
    """Draw the acts of `day` that stand behind the last draw and before `checkpoint`, and open their reviews."""
    mark, terms, zone = _mark(tx), services.review, services.rules.timezone
    after = mark.seq if mark else 0
    population = acts_of(tx, day, zone, after, checkpoint.size)
    drawn = draw(population, terms, checkpoint.seed())
    done = judged_of(tx, after, checkpoint.size)
    made = Draw(
        id=ids.derived("sample", checkpoint.log, day, str(checkpoint.n)),
        day=day,
        timezone=zone,
        after=after,
        size=checkpoint.size,
        checkpoint=checkpoint.n,
        seed=checkpoint.seed(),
        confidence=f"{terms.confidence:g}",
        error_rate=f"{terms.error_rate:g}",
        quick_s=f"{terms.quick_s:g}",
        alone_s=f"{terms.alone_s:g}",
        top_minor=terms.top_minor,
        population=len(population),
        drawn=len(drawn),
        digest=digest_of(drawn),
        full=terms.full,
        again_share=f"{terms.again_share:g}",
        judged=len(done),
        again=again(done, terms.again_share, checkpoint.seed()),
    )
    _open(tx, services, made, population, drawn, now)
    return made


def _open(tx: Tx, services: Services, made: Draw, population: list[Act], drawn: list[Drawn], now: datetime) -> None:
    rows = dossier.reviews(tx, services, drawn, made.day, now, sample_id=made.id)
    second = _second_looks(tx, made, now, timedelta(days=services.review.due_days))
    sample: Entity = _sample(tx, made, len(population), [*rows, *second], now)
    entries = writing.put_all(tx, [sample, *rows, *second], now)
    fact = Event(
        name="SampleDrawn", at=now, data={"day": made.day, "population": made.population, "drawn": made.drawn}
    )
    writing.add_events(tx, [fact], made.id)
    tail = Tail(tx, now)
    tail.audit(AuditDraft(actor=ACTOR, type="DrawSample", outcome="applied", facts=msgspec.to_builtins(made)))
    tail.feed(entries)
    tail.close()
    _set_mark(tx, Mark(day=made.day, seq=made.size))


def _second_looks(tx: Tx, made: Draw, now: datetime, due: timedelta) -> list[Review]:
    """The reviews that were drawn to be made again, each as new as on the first day and without what was found."""
    state = TableState(tx)
    firsts = [row for id in made.again if (row := state.get(Review, id)) is not None]
    return [dossier.second_look(first, made.id, now, due) for first in firsts]


def _sample(tx: Tx, made: Draw, population: int, rows: list[Review], now: datetime) -> Sample:
    """How far each stratum is: what was opened at once may have been judged before it was drawn."""
    state = TableState(tx)
    by_stratum: dict[Stratum, list[Review]] = {}
    for row in rows:
        by_stratum.setdefault(row.stratum, []).append(row)
    counts = Counter({stratum: len(members) for stratum, members in by_stratum.items()})
    counts[Stratum.RANDOM] = population - sum(n for s, n in counts.items() if s in IN_FULL)
    counts[Stratum.SECOND] = made.judged
    tallies = {}
    for stratum, of in sorted(counts.items()):
        members = by_stratum.get(stratum, [])
        done = [row for row in members if row.finding is not None]
        wrong = sum(counts_as_error(row, state) for row in done)
        tallies[stratum.value] = Tally(population=of, drawn=len(members), reviewed=len(done), errors=wrong)
    return Sample(
        id=made.id,
        day=made.day,
        drawn_at=now,
        checkpoint=made.checkpoint,
        seed=made.seed,
        after=made.after,
        size=made.size,
        confidence=made.confidence,
        error_rate=made.error_rate,
        tallies=tallies,
    )


# ---- drawing again -----------------------------------------------------------------------------------------------


class Redrawn(msgspec.Struct, frozen=True, kw_only=True):
    """A draw made again from the audit, and what the server had made of it."""

    made: Draw
    drawn: tuple[Drawn, ...]
    genuine: bool
    """Whether the checkpoint is signed and gives this seed."""
    missing: tuple[int, ...]
    """Rows of acts that should have been drawn and have no review."""
    extra: tuple[int, ...]
    """Rows of reviews that were not drawn."""
    again: bool
    """Whether the reviews that are made again are those that were drawn for it."""

    @property
    def same(self) -> bool:
        kept = not self.missing and not self.extra and self.again
        return self.genuine and kept and digest_of(self.drawn) == self.made.digest


def draws_of(tx: Tx, day: str) -> list[Draw]:
    """The draws of a day, as the audit says they were made."""
    payloads = (msgspec.json.decode(row["payload"]) for row in tx.each("audit_draws"))
    made = [msgspec.convert(payload["facts"], Draw) for payload in payloads]
    return [one for one in made if one.day == day]


def recompute(tx: Tx, made: Draw) -> Redrawn:
    """Draw again, and compare with the reviews that were opened."""
    checkpoint = next((one for one in checkpoints.all_of(tx) if one.n == made.checkpoint), None)
    genuine = checkpoint is not None and checkpoints.genuine(checkpoint) and checkpoint.seed() == made.seed
    population = acts_of(tx, made.day, made.timezone, made.after, made.size)
    drawn = draw(population, made.terms(), made.seed)
    opened = TableState(tx).find(Review, parent_id=made.id)
    first = {review.audit_seq for review in opened if review.again_of is None}
    wanted = {one.act.seq for one in drawn}
    second = {review.again_of for review in opened if review.again_of is not None}
    twice = again(judged_of(tx, made.after, made.size), made.terms().again_share, made.seed)
    return Redrawn(
        made=made,
        drawn=tuple(drawn),
        genuine=genuine,
        missing=tuple(sorted(wanted - first)),
        extra=tuple(sorted(first - wanted)),
        again=set(made.again) == second == set(twice),
    )


# ---- when --------------------------------------------------------------------------------------------------------


def _mark(tx: Tx) -> Mark | None:
    kept = tx.value("setting_get", name=_MARK)
    return None if kept is None else msgspec.json.decode(kept, type=Mark)


def drawn_through(tx: Tx) -> int:
    """The last row of the audit that a draw looked at; 0 before the first."""
    mark = _mark(tx)
    return mark.seq if mark else 0


def _set_mark(tx: Tx, mark: Mark) -> None:
    tx.run("setting_put", name=_MARK, value=msgspec.json.encode(mark).decode())


def draw_now(tx: Tx, services: Services, now: datetime) -> Draw:
    """Today's acts up to this moment, by a checkpoint taken for it."""
    checkpoint = checkpoints.take(tx, services.signer, now, "demand")
    return draw_day(tx, services, checkpoint, today(now, services.rules.timezone), now)


class Supervision:
    """Draws each day once it has closed, from the first checkpoint after it; in between as often as the options say."""

    name = "supervision"
    every_s = 1.0
    woken = False

    def __init__(self, services: Services) -> None:
        self._services = services
        self._zone = services.rules.timezone
        self._last: datetime | None = None

    async def step(self) -> None:
        now = self._services.clock.now()
        self._last = self._last or now
        if await self._services.db.read(lambda tx: self._behind(tx, now)):
            await self._services.db.write(lambda tx: self._close_day(tx, now))
            return
        every = timedelta(minutes=self._services.options.review_every_minutes)
        if every and now - self._last >= every:
            self._last = now
            await self._services.db.write(lambda tx: draw_now(tx, self._services, now))

    def _behind(self, tx: Tx, now: datetime) -> bool:
        mark = _mark(tx)
        return mark is None or mark.day < today(now, self._zone)

    def _close_day(self, tx: Tx, now: datetime) -> None:
        """One closed day; a new database begins with today."""
        mark = _mark(tx)
        if mark is None:
            _set_mark(tx, Mark(day=today(now, self._zone), seq=0))
            return
        _, end = bounds(mark.day, self._zone)
        checkpoint = checkpoints.since(tx, end) or checkpoints.take(tx, self._services.signer, now, "day")
        made = draw_day(tx, self._services, checkpoint, mark.day, now)
        following = (date.fromisoformat(mark.day) + timedelta(days=1)).isoformat()
        _set_mark(tx, Mark(day=following, seq=made.size))
