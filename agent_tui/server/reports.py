"""Reports over any interval: the same computation as the wallboard's."""

from __future__ import annotations

from datetime import datetime

import msgspec

from agent_tui.domain.agent import Agent
from agent_tui.domain.centre import Figure, Group
from agent_tui.metrics.fold import fold, fold_tickets
from agent_tui.metrics.interval import Rules
from agent_tui.metrics.measure import measure
from agent_tui.server.database import Tx
from agent_tui.server.figures import read_events
from agent_tui.server.state import TableState


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """Figures of one scope and interval, each with its definition."""

    scope: str
    since: datetime
    until: datetime
    as_of: datetime
    figures: tuple[Figure, ...]


def report(tx: Tx, scope: str, since: datetime, until: datetime, now: datetime, rules: Rules) -> Report:
    """Measured from the events up to `now`, so that repeats and answers that came later count."""
    events = read_events(tx, since, max(until, now))
    contacts, spans = fold(events, now)
    kind, _, group = scope.partition(":")
    members = [a.id for a in TableState(tx).find(Agent) if group in a.groups] if kind == "g" else []
    known = TableState(tx).get(Group, group) if kind == "g" else None
    rules = rules.of_group(known.target_share) if known else rules
    figures = measure(
        contacts, spans, since, until, scope, rules, tickets=fold_tickets(events, now), members=members, as_of=now
    )
    return Report(scope=scope, since=since, until=until, as_of=now, figures=tuple(figures.values()))
