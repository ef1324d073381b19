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
from agent_tui.domain.agent import Agent
from agent_tui.domain.effects import Event
from agent_tui.domain.review import Review, Sample, Stratum, Tally
from agent_tui.domain.rows import stamp
from agent_tui.metrics.sampling import Act, Drawn, Terms, draw
from agent_tui.server import checkpoints, writing
from agent_tui.server.acts import acts
from agent_tui.server.database import Tx
from agent_tui.server.services import Services
from agent_tui.server.state import TableState
from agent_tui.server.tail import AuditDraft, Tail
from agent_tui.wire.audit import Checkpoint

ACTOR = "system:supervision"
TO_REVIEW = timedelta(days=7)
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

    def terms(self) -> Terms:
        return Terms(
            confidence=float(self.confidence),
            error_rate=float(self.error_rate),
            quick_s=float(self.quick_s),
            alone_s=float(self.alone_s),
            top_minor=self.top_minor,
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


def digest_of(drawn: Iterable[Drawn]) -> str:
    return canon.fingerprint([[one.act.command_id, *map(str, one.strata)] for one in drawn])


# ---- drawing -----------------------------------------------------------------------------------------------------


def draw_day(tx: Tx, services: Services, checkpoint: Checkpoint, day: str, now: datetime) -> Draw:
    """Draw the acts of `day` that stand behind the last draw and before `checkpoint`, and open their reviews."""
    mark, terms, zone = _mark(tx), services.review, services.rules.timezone
    after = mark.seq if mark else 0
    population = acts_of(tx, day, zone, after, checkpoint.size)
    drawn = draw(population, terms, checkpoint.seed())
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
    )
    _open(tx, made, population, drawn, now)
    return made


def _open(tx: Tx, made: Draw, population: list[Act], drawn: list[Drawn], now: datetime) -> None:
    names = {agent.id: agent.name for agent in TableState(tx).find(Agent)}
    rows = [_review(one, made, names, now) for one in drawn]
    entries = writing.put_all(tx, [_sample(made, population, drawn, now), *rows], now)
    fact = Event(
        name="SampleDrawn", at=now, data={"day": made.day, "population": made.population, "drawn": made.drawn}
    )
    writing.add_events(tx, [fact], made.id)
    tail = Tail(tx, now)
    tail.audit(AuditDraft(actor=ACTOR, type="DrawSample", outcome="applied", facts=msgspec.to_builtins(made)))
    tail.feed(entries)
    tail.close()
    _set_mark(tx, Mark(day=made.day, seq=made.size))


def _sample(made: Draw, population: list[Act], drawn: list[Drawn], now: datetime) -> Sample:
    counts = Counter(one.stratum.value for one in drawn)
    tallies = {name: Tally(population=count, drawn=count) for name, count in sorted(counts.items())}
    rest = len(population) - sum(count for name, count in counts.items() if name != Stratum.RANDOM)
    tallies[Stratum.RANDOM.value] = Tally(population=rest, drawn=counts[Stratum.RANDOM.value])
    return Sample(
        id=made.id,
        day=made.day,
        drawn_at=now,
        checkpoint=made.checkpoint,
        seed=made.seed,
        after=made.after,
        size=made.size,
        tallies=tallies,
    )


def _review(one: Drawn, made: Draw, names: dict[str, str], now: datetime) -> Review:
    act = one.act
    return Review(
        id=ids.derived("review", act.command_id),
        sample_id=made.id,
        command_id=act.command_id,
        audit_seq=act.seq,
        action=act.action,
        maker_id=act.maker,
        maker_name=names.get(act.maker, ""),
        checkers=act.checkers,
        team=act.team,
        level=act.level,
        customer_id=act.customer_id,
        amount_minor=act.amount_minor,
        currency=act.currency,
        acted_at=act.at,
        stratum=one.stratum,
        strata=one.strata,
        day=made.day,
        opened_at=now,
        due_at=now + TO_REVIEW,
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

    @property
    def same(self) -> bool:
        return self.genuine and not self.missing and not self.extra and digest_of(self.drawn) == self.made.digest


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
    opened = {review.audit_seq for review in TableState(tx).find(Review, parent_id=made.id)}
    wanted = {one.act.seq for one in drawn}
    return Redrawn(
        made=made,
        drawn=tuple(drawn),
        genuine=genuine,
        missing=tuple(sorted(wanted - opened)),
        extra=tuple(sorted(opened - wanted)),
    )


# ---- when --------------------------------------------------------------------------------------------------------


def _mark(tx: Tx) -> Mark | None:
    kept = tx.value("setting_get", name=_MARK)
    return None if kept is None else msgspec.json.decode(kept, type=Mark)


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
