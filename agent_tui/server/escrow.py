"""Sealed commands of desks that could not send them: opened here, and decided as if their maker sent them now.

They run with their maker's identity and the authority that person has today, marked as decided offline, so that the
post-hoc supervision looks at every one. The id is the command's own: what had arrived before is not done twice.
"""

from __future__ import annotations

import msgspec

from agent_tui.clock import wall
from agent_tui.domain.agent import Agent
from agent_tui.server.caller import Caller
from agent_tui.server.database import Tx
from agent_tui.server.services import Services
from agent_tui.server.state import TableState
from agent_tui.server.tail import AuditDraft, Tail
from agent_tui.wire.command import Envelope, Intent, Outcome
from agent_tui.wire.device import EscrowResult
from agent_tui.wire.problem import Problem
from agent_tui.wire.sealed import Content

UNREADABLE = EscrowResult(id="", outcome="unreadable")


async def take_in(services: Services, boxes: tuple[bytes, ...], by: str) -> list[EscrowResult]:
    """Open and decide every box; `by` is who brought them, for the audit."""
    return [await _take_one(services, services.strongbox.open(box), by) for box in boxes]


async def _take_one(services: Services, content: Content | None, by: str) -> EscrowResult:
    if content is None:
        await services.db.write(lambda tx: _record(tx, services, by, UNREADABLE, ""))
        return UNREADABLE
    if not await services.db.read(lambda tx: _works_here(tx, content.agent_id)):
        result = EscrowResult(id=content.id, outcome="refused")
    else:
        result = EscrowResult(id=content.id, outcome=await _decide(services, content))
    await services.db.write(lambda tx: _record(tx, services, by, result, content.agent_id))
    return result


def _works_here(tx: Tx, agent_id: str) -> bool:
    agent = TableState(tx).get(Agent, agent_id)
    return agent is not None and agent.active


async def _decide(services: Services, content: Content) -> str:
    age_ms = max(0, int(wall().timestamp() * 1000) - content.made_ms)
    envelope = Envelope(
        id=content.id,
        command=content.command,
        if_match=content.if_match,
        intent=Intent(age_ms=age_ms, offline=True),
    )
    answer = await services.commit(envelope, Caller(kind="agent", id=content.agent_id, device=content.device))
    if answer.http == 200:
        return msgspec.json.decode(answer.body, type=Outcome).outcome
    return "expired" if msgspec.json.decode(answer.body, type=Problem).name == "command-expired" else "refused"


def _record(tx: Tx, services: Services, by: str, result: EscrowResult, maker: str) -> None:
    """That a box was brought. The command in it has its own row in the chain, and only that one bears its id."""
    tail = Tail(tx, services.clock.now())
    facts: dict[str, object] = {"maker": maker, "box": result.outcome, "command": result.id}
    draft = AuditDraft(actor=by, type="TakeEscrow", outcome=_said(result.outcome), facts=facts)
    tail.audit(draft)
    tail.close()


def _said(outcome: str) -> str:
    return "applied" if outcome in ("applied", "awaiting_approval") else "refused"
