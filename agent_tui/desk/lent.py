"""What was lent to me: under which delegation I could do alone what my own authority does not reach to.

Whether it reaches is asked of the same rule as the server's (`domain.standing.lent`), over the rows of the cache.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import msgspec

from agent_tui.desk.lent_views import Lent
from agent_tui.desk.select_approvals import CacheState, held_by
from agent_tui.desk.sight import Sight
from agent_tui.desk.views import ActionRow
from agent_tui.domain.approval import Delegation
from agent_tui.domain.case import Stop
from agent_tui.domain.standing import lent
from agent_tui.policy.decision import Decision, Deny, NeedsCosign

Judge: TypeAlias = Callable[[int], Decision]
"""What the policy says of one act at a level."""


def lent_for(sight: Sight, action: str, amount_minor: int, judge: Judge) -> Lent | None:
    """The first delegation in force that makes it mine to do alone, and what the policy says then."""
    me, now = sight.me(), sight.clock.now()
    if me is None:
        return None
    for held in held_by(sight, me):
        try:
            level = lent(held.id, me, CacheState(sight), action, amount_minor, now).level
        except Stop:
            continue
        decision = judge(level)
        if not isinstance(decision, Deny | NeedsCosign):
            return Lent(delegation=held, decision=decision, most_minor=_most(held, decision))
    return None


def with_lent(row: ActionRow, found: Lent | None) -> ActionRow:
    """A row of the actions pane with what was lent for it, where that reaches further than one's own."""

    if found is None:
        return row
    most, refused = found.most_minor, isinstance(row.decision, Deny | NeedsCosign)
    if not refused and (row.limit_minor is None or (most is not None and most <= row.limit_minor)):
        return row
    decision = found.decision if isinstance(row.decision, Deny) else row.decision
    return msgspec.structs.replace(row, decision=decision, lent=found)


def _most(held: Delegation, decision: Decision) -> int | None:
    """The most at once, minor units; None where no sum is named."""
    limit = decision.limit_minor
    return limit if not held.max_minor else held.max_minor if limit is None else min(limit, held.max_minor)
