"""What must hold after a shift, each asked of the server through the public API."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from agent_tui.client.problems import Declined
from agent_tui.domain import rows
from agent_tui.domain.agent import Agent
from agent_tui.domain.centre import Figure
from agent_tui.domain.contact import LIVE_STATES, Contact, ContactState, Thread
from agent_tui.domain.scrub import scrub
from agent_tui.domain.ticket import Note, Ticket
from agent_tui.i18n.message import Msg, msg
from agent_tui.sim.floor import KEPT, Floor
from agent_tui.sim.hands import Deed
from agent_tui.sim.pace import Pace
from agent_tui.sim.shift import Shift
from agent_tui.wire import routes
from agent_tui.wire.feed import SnapshotPage

COMPARED = ("offered", "answered", "abandoned", "service_level", "abandonment", "asa", "handled", "csat")
HANDLED = LIVE_STATES | {ContactState.ALERTING, ContactState.WRAP_UP}


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that must hold. `name` is the text `demo.check.<name>`."""

    name: str
    held: bool
    detail: Msg


def _check(name: str, held: bool, **facts: str | int) -> Check:
    return Check(name=name, held=held, detail=msg(f"demo.check.{name}_detail", **facts))


class Audit(msgspec.Struct, frozen=True, kw_only=True):
    """As /v1/audit/verify answers."""

    ok: bool
    rows: int
    broken_at: int | None = None


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """As /v1/report answers."""

    figures: tuple[Figure, ...]


async def everything(shift: Shift, deeds: Iterable[Deed], *, robots: bool) -> list[Check]:
    """All checks; robots must have stopped. On a floor without `robots` nobody could be served."""
    fresh, texts = await _fresh(shift)
    return [
        *([_served(shift.floor)] if robots else []),
        _accepted(shift),
        _answered(shift),
        await _once(shift),
        _hands(fresh),
        _converged(shift.floor, fresh),
        await _figures(shift),
        _reasons(deeds),
        _masked(texts),
        await _audit(shift),
    ]


async def _fresh(shift: Shift) -> tuple[Floor, list[str]]:
    """A second look at everything the observer may see, and the free text in it."""
    floor = Floor(Pace(shift.pace.now(), shift.pace.speed))
    texts: list[str] = []
    after = ""
    while True:
        page = await shift.observer.api.call(
            "GET", routes.SNAPSHOT, SnapshotPage, params={"after": after} if after else {}
        )
        for change in page.changes:
            image = bytes(change.image)
            texts += _texts(rows.decode(change.entity, image))
            if change.entity in KEPT:
                floor.store(change.entity, change.id, image)
        after = page.after
        if not after:
            return floor, texts


def _texts(row: rows.Entity) -> list[str]:
    match row:
        case Contact():
            return [row.subject]
        case Thread():
            return [message.text for message in row.messages]
        case Note():
            return [row.text]
        case Ticket():
            return [row.title, row.text]
        case _:
            return []


def _served(floor: Floor) -> Check:
    closed = sum(contact.state is ContactState.CLOSED for contact in floor.all(Contact))
    return _check("served", closed > 0, closed=closed)


def _accepted(shift: Shift) -> Check:
    missing = [id for id in shift.customers.ids if shift.floor.contact(id) is None]
    return _check("accepted", not missing, arrived=len(shift.customers.ids), missing=len(missing))


def _answered(shift: Shift) -> Check:
    lost = sum(seat.lost for seat in shift.seats())
    return _check("answered", lost == 0, sent=sum(seat.sent for seat in shift.seats()), lost=lost)


async def _once(shift: Shift) -> Check:
    """The last commands of everybody, sent again: the same answer, and nothing moved."""
    tried = twice = 0
    for colleague in shift.seats():
        if colleague.session.role == "link" or not colleague.applied:
            continue
        for envelope, outcome in colleague.applied:
            tried += 1
            try:
                again = await colleague.again(envelope)
            except Declined:
                twice += 1
                continue
            twice += again.feed_seq != outcome.feed_seq or again.receipt != outcome.receipt
    return _check("once", twice == 0, tried=tried, twice=twice)


def _hands(floor: Floor) -> Check:
    """Who a contact says has it, and what a person says they have, are the same."""
    holders: dict[str, list[str]] = {}
    wrong = 0
    for agent in floor.all(Agent):
        for id in agent.contacts:
            holders.setdefault(id, []).append(agent.id)
        wrong += len(agent.contacts) > 1
    contacts = list(floor.all(Contact))
    for contact in contacts:
        held_by = [id for id in holders.get(contact.id, []) if not contact.consult or id != contact.consult.to_id]
        wanted = [contact.agent_id] if contact.state in HANDLED else []
        wrong += held_by != wanted
    return _check("hands", wrong == 0, contacts=len(contacts), wrong=wrong)


def _converged(seen: Floor, fresh: Floor) -> Check:
    """What came through the stream equals what a newcomer reads. Figures go on changing with the clock."""
    before, now = seen.images(), fresh.images()
    kept = {key for key in before.keys() | now.keys() if key[0] != "figure"}
    different = [key for key in kept if before.get(key) != now.get(key)]
    return _check("converged", not different, rows=len(kept), different=len(different))


async def _figures(shift: Shift) -> Check:
    """The wallboard's figures against a report over the same interval."""
    shown = {f.metric: f for f in shift.floor.all(Figure) if f.scope == "centre" and f.metric in COMPARED}
    if not shown:
        return _check("figures", False, figures=0, different=0)
    since = min(figure.since for figure in shown.values() if figure.since)
    params = {"since": since.isoformat(), "until": shift.pace.now().isoformat(), "scope": "centre"}
    report = await shift.observer.api.call("GET", routes.REPORT, Report, params=params)
    told = {figure.metric: figure for figure in report.figures}
    different = [m for m, figure in shown.items() if m not in told or not _same(figure, told[m])]
    return _check("figures", not different, figures=len(shown), different=len(different))


def _same(one: Figure, other: Figure) -> bool:
    """Equal up to the microsecond that a sum of seconds may lose."""
    return abs(one.numerator - other.numerator) < 1e-3 and abs(one.denominator - other.denominator) < 1e-3


def _reasons(deeds: Iterable[Deed]) -> Check:
    refused = [deed for deed in deeds if not deed.answer.applied]
    silent = [d for d in refused if d.answer.problem is None or not _explained(d.answer.problem.reasons)]
    return _check("reasons", not silent, refused=len(refused), silent=len(silent))


def _explained(reasons: tuple[dict[str, str], ...]) -> bool:
    return bool(reasons) and all(reason.get(language) for reason in reasons for language in ("zh", "en", "ja"))


def _masked(texts: list[str]) -> Check:
    found = [text for text in texts if scrub(text).found]
    return _check("masked", not found, rows=len(texts), found=len(found))


async def _audit(shift: Shift) -> Check:
    answer = await shift.observer.api.call("GET", routes.AUDIT_VERIFY, Audit)
    problem = "" if answer.ok else f" (#{answer.broken_at})"
    return _check("audit", answer.ok, rows=answer.rows, problem=problem)
