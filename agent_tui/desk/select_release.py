"""Every version of a service blueprint as this person may act on it, out of the cache."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from agent_tui.desk.release_views import Releases, ReleaseView
from agent_tui.desk.sight import Sight
from agent_tui.domain.agent import Agent
from agent_tui.domain.release import Release, ReleaseState
from agent_tui.i18n.message import Msg
from agent_tui.store import read

ORDER = (ReleaseState.PROPOSED, ReleaseState.RELEASED, ReleaseState.RETIRED)


def releases(sight: Sight, query: Releases) -> tuple[ReleaseView, ...]:
    """Proposals first, the oldest of them on top; then by blueprint, the newest version first."""
    rows = read.every(sight.cache, Release)
    names = {agent.id: agent.name for agent in read.every(sight.cache, Agent)}
    me, now = sight.me(), sight.clock.now()
    views = [_view(row, rows, names, me.id if me else "", now) for row in rows]
    return tuple(sorted(views, key=_urgency))


def _urgency(view: ReleaseView) -> tuple[int, float, str, int]:
    row = view.release
    waiting = row.proposed_at.timestamp() if view.waits else 0.0
    return ORDER.index(row.state), waiting, row.blueprint, -row.number


def _view(row: Release, rows: Sequence[Release], names: Mapping[str, str], me: str, now: datetime) -> ReleaseView:
    earlier = [one for one in rows if one.blueprint == row.blueprint and one.number < row.number]
    used = [one for one in earlier if one.released_at is not None]
    before = max(used, key=lambda one: one.number, default=None)
    later = [one for one in rows if one.blueprint == row.blueprint and one.number > row.number]
    own = Msg("release.refusal.own_proposal", {"release": row.id}) if me == row.author_id else None
    return ReleaseView(
        release=row,
        before=before.id if before else "",
        author=names.get(row.author_id, ""),
        releaser=names.get(row.releaser_id or "", ""),
        retirer=names.get(row.retired_by or "", ""),
        superseded=any(one.state is ReleaseState.RELEASED and one.begins <= now for one in later),
        holds=row.begins <= now,
        cannot=own,
    )
