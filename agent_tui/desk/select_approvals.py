"""Requests for a co-sign as this person may act on them, who else could sign, and what was lent to whom.

Whether I may sign is asked of the same rules as the server's (`domain.standing`), over the rows of the cache.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TypeVar

import msgspec

from agent_tui import canon
from agent_tui.desk.sight import Sight
from agent_tui.desk.views import Approvals, ApprovalView, Delegations, Signers
from agent_tui.domain.agent import Agent
from agent_tui.domain.approval import Approval, ApprovalState, Delegation
from agent_tui.domain.case import Stop
from agent_tui.domain.rows import Entity, facets
from agent_tui.domain.standing import Standing, check_signer, delegate_of, standing, works
from agent_tui.i18n.message import Msg
from agent_tui.store import read

E = TypeVar("E", bound=Entity)

LATELY = timedelta(hours=12)
"""Requests closed within this long are still listed."""
_PARTS = ("sign", "asked", "watched", "done")


class CacheState:
    """`effects.Rows` of the cache: what this person may see of people, requests and delegations."""

    def __init__(self, sight: Sight) -> None:
        self._sight = sight

    def get(self, kind: type[E], id: str) -> E | None:
        return read.get(self._sight.cache, kind, id)

    def find(self, kind: type[E], **wanted: str | None) -> list[E]:
        """Rows whose facets equal what is given."""
        rows = read.every(self._sight.cache, kind)
        given = {name: value for name, value in wanted.items() if value is not None}
        return [row for row in rows if all(getattr(facets(row), name) == value for name, value in given.items())]


def approvals(sight: Sight, query: Approvals) -> tuple[ApprovalView, ...]:
    """Those I may sign, those I asked for, those decided lately; within each the most urgent first."""
    me = sight.me()
    if me is None:
        return ()
    now = sight.clock.now()
    rows = (a for a in read.every(sight.cache, Approval) if query.id in ("", a.id))
    seen = [_view(sight, me, a) for a in rows if a.open or query.id or (a.closed_at or a.expires_at) > now - LATELY]
    return tuple(sorted(seen, key=_urgency))


def _urgency(view: ApprovalView) -> tuple[int, float]:
    approval = view.approval
    if view.part == "done":
        return _PARTS.index(view.part), -(approval.closed_at or approval.expires_at).timestamp()
    return _PARTS.index(view.part), view.left_s


def _view(sight: Sight, me: Agent, approval: Approval) -> ApprovalView:
    cannot, under = _standing(sight, me, approval)
    mine = approval.maker_id == me.id
    part = "done" if not approval.open else "sign" if cannot is None else "asked" if mine else "watched"
    left_s = (approval.expires_at - sight.clock.now()).total_seconds() if approval.open else 0.0
    return ApprovalView(
        approval=approval,
        part=part,
        mine=mine,
        left_s=max(0.0, left_s),
        payload=spelled(approval.payload),
        true=canon.digest(approval.payload.encode()) == approval.payload_hash,
        cannot=cannot,
        delegation=under,
        editors=tuple(sight.name_of(id) for id in approval.editors),
    )


def _standing(sight: Sight, me: Agent, approval: Approval) -> tuple[Msg | None, Delegation | None]:
    """Why this person may not sign an open request, or None and the delegation they would sign under."""
    if not approval.open:
        return Msg(f"authority.is_{approval.state.value}", {}), None
    state, now = CacheState(sight), sight.clock.now()
    if now >= approval.expires_at:
        return Msg("authority.is_expired", {}), None
    refused: Msg | None = None
    for under in (None, *held_by(sight, me)):
        try:
            who = _as(me, under, approval, state, sight)
            check_signer(approval, who, state, now)
        except Stop as stop:
            refused = refused or Msg(stop.refusal.key, dict(stop.refusal.args))
        else:
            return None, under
    return refused, None


def _as(me: Agent, under: Delegation | None, approval: Approval, state: CacheState, sight: Sight) -> Standing:
    amount = approval.amount_minor or 0
    return standing(me, under.id if under else None, state, approval.action, amount, sight.clock.now())


def held_by(sight: Sight, me: Agent) -> tuple[Delegation, ...]:
    """Delegations in force under which this person may act or sign."""
    now = sight.clock.now()
    return tuple(d for d in read.every(sight.cache, Delegation) if d.grantee_id == me.id and d.holds(now))


def spelled(payload: str) -> tuple[tuple[str, str], ...]:
    """Name and value of everything in a signed text; what nests stands under both names."""
    try:
        fields = msgspec.json.decode(payload, type=dict[str, object])
    except msgspec.DecodeError:
        return (("payload", payload),)
    found: list[tuple[str, str]] = []
    for name, value in fields.items():
        inner = value if isinstance(value, dict) else {"": value}
        found += [(f"{name}.{part}" if part else name, _text(one)) for part, one in inner.items()]
    return tuple((name, text) for name, text in found if text)


def _text(value: object) -> str:
    return "" if value is None else str(value)


def signers(sight: Sight, query: Signers) -> tuple[Agent, ...]:
    """Who else has the level, a role that signs and no part in it; those at their desks first, then by level and name."""
    others = [a for a in read.every(sight.cache, Agent) if works(a) and a.id != sight.cache.agent_id]
    state, now = CacheState(sight), sight.clock.now()
    request = read.get(sight.cache, Approval, query.approval_id) if query.approval_id else None
    if request is None:
        me = sight.cache.agent_id
        able = [a for a in others if a.level >= query.level and not delegate_of(me, a.id, state, now)]
    else:
        able = [a for a in others if _may_sign(request, a, state, now)]
    return tuple(sorted(able, key=lambda a: (not a.here, a.level, a.name)))


def delegations(sight: Sight, query: Delegations) -> tuple[Delegation, ...]:
    """Lent by me or to me: those in force, then those to come, then the latest that are over."""
    me, now = sight.cache.agent_id, sight.clock.now()
    known = [d for d in read.every(sight.cache, Delegation) if me in (d.grantor_id, d.grantee_id)]
    return tuple(sorted(known, key=lambda d: (not d.holds(now), d.revoked_at is not None, -d.valid_to.timestamp())))


def _may_sign(request: Approval, agent: Agent, state: CacheState, now: datetime) -> bool:
    """With their own authority, by what this desk knows."""
    try:
        check_signer(request, Standing(agent=agent, level=agent.level), state, now)
    except Stop:
        return False
    return True


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """What the status line says of co-signing."""

    to_sign: int = 0
    asked: int = 0
    left_s: float = 0.0
    """Until the first of mine expires."""


def waiting(sight: Sight) -> Waiting:
    """How many wait for me, and how many of mine wait for others."""
    if not any(a.state is ApprovalState.PROPOSED for a in read.every(sight.cache, Approval)):
        return Waiting()
    seen = approvals(sight, Approvals())
    asked = [view for view in seen if view.part == "asked"]
    return Waiting(
        to_sign=sum(view.part == "sign" for view in seen),
        asked=len(asked),
        left_s=min((view.left_s for view in asked), default=0.0),
    )
