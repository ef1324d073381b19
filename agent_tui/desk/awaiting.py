"""Requests of mine that waited for a co-sign and have ended: what was done leaves the journal, what was not asks for
attention there until it is looked at, with the reason."""

from __future__ import annotations

from agent_tui.desk.sight import Sight
from agent_tui.domain.approval import Approval, ApprovalState
from agent_tui.i18n.catalog import LANGUAGES, say
from agent_tui.store import read
from agent_tui.store.cache import Cache
from agent_tui.store.journal import Item, Journal
from agent_tui.wire.command import Outcome
from agent_tui.wire.feed import parse_cursor

_OUTCOMES = {
    ApprovalState.REJECTED: "refused",
    ApprovalState.FAILED: "refused",
    ApprovalState.EXPIRED: "expired",
    ApprovalState.STALE: "conflict",
}
"""Ends that ask for attention; what was executed, or withdrawn by its maker, does not."""


def close_requests(sight: Sight, journal: Journal) -> None:
    """Bring the journal in line with the requests as they now are; not by rows of a server that was restored since."""
    if stale(sight.cache):
        return
    for item in journal.items():
        approval = read.get(sight.cache, Approval, item.id) if item.state == "awaiting_approval" else None
        if approval is not None and not approval.open:
            _close(item, approval, journal)


def stale(cache: Cache) -> bool:
    """Whether the rows are of another epoch than the server that was met last: they are all replaced soon."""
    epoch = cache.meta.get("epoch")
    return epoch is not None and (not cache.cursor or parse_cursor(cache.cursor).epoch != epoch)


def _close(item: Item, approval: Approval, journal: Journal) -> None:
    outcome = _OUTCOMES.get(approval.state)
    if outcome is None:
        journal.drop((item.id,))
        return
    journal.record(item, Outcome(id=item.id, outcome=outcome), None, (reasons(approval),))


def reasons(approval: Approval) -> dict[str, str]:
    """Why a request ended as it did, in each language: what the signer wrote, else what the server says."""
    written = next((s for s in reversed(approval.signatures) if s.decision == "refuse"), None)
    if approval.state is ApprovalState.REJECTED and written is not None:
        given = {"name": written.name, "reason": written.reason}
        return {language: say("cosign.refused_by", language, **given) for language in LANGUAGES}
    key = approval.outcome or f"authority.is_{approval.state.value}"
    return {language: say(key, language, **approval.outcome_args) for language in LANGUAGES}
