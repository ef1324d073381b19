"""The audit as others may hold us to it: checkpoints and proofs, free of content."""

from __future__ import annotations

from typing import Annotated

from litestar import get, post
from litestar.params import QueryParameter

from agent_tui.server import checkpoints, problems, supervision, witness
from agent_tui.server.database import Tx
from agent_tui.server.endpoints.access import Tools, Who
from agent_tui.server.endpoints.reports import watchers_only
from agent_tui.server.tail import AuditDraft, Tail
from agent_tui.wire import routes
from agent_tui.wire.audit import Checkpoint, Consistency, Inclusion

LARGEST = 2**53
From = Annotated[int, QueryParameter(name="from", ge=1, le=LARGEST)]
To = Annotated[int, QueryParameter(name="to", ge=1, le=LARGEST)]
Seq = Annotated[int, QueryParameter(name="seq", ge=1, le=LARGEST)]


@get(routes.AUDIT_CHECKPOINT)
async def checkpoint(caller: Who, services: Tools) -> Checkpoint:
    """The latest signed checkpoint."""
    found = await services.db.read(checkpoints.last)
    if found is None:
        raise problems.fail("not-found", key="audit.refusal.no_checkpoint")
    return found


@post(routes.AUDIT_CHECKPOINT, status_code=200)
async def take(caller: Who, services: Tools) -> Checkpoint:
    """A checkpoint over everything up to now; for those who watch the floor, at the end of a shift."""
    await watchers_only(services, caller)

    def work(tx: Tx) -> Checkpoint:
        now = services.clock.now()
        tail = Tail(tx, now)
        facts: dict[str, object] = {"device": caller.device}
        tail.audit(AuditDraft(actor=caller.maker, type="TakeCheckpoint", outcome="applied", facts=facts))
        tail.close()
        return witness.take_now(tx, services.signer, now, "demand")

    return await services.db.write(work)


@post(routes.REVIEW_DRAW, status_code=200)
async def draw(caller: Who, services: Tools) -> supervision.Draw:
    """A sample of today's acts up to now, beside the one that is drawn when the day has closed."""
    await watchers_only(services, caller)

    def work(tx: Tx) -> supervision.Draw:
        now = services.clock.now()
        tail = Tail(tx, now)
        facts: dict[str, object] = {"device": caller.device}
        tail.audit(AuditDraft(actor=caller.maker, type="WishSample", outcome="applied", facts=facts))
        tail.close()
        return supervision.draw_now(tx, services, now)

    return await services.db.write(work)


@get(routes.AUDIT_PROOF)
async def proof(caller: Who, services: Tools, seq: Seq) -> Inclusion:
    """That row `seq` is in the tree of the first checkpoint that holds it."""
    found = await services.db.read(lambda tx: checkpoints.prove_row(tx, seq))
    if found is None:
        raise problems.fail("not-found", key="audit.refusal.no_proof", args={"field": "seq"})
    return found


@get(routes.AUDIT_CONSISTENCY)
async def consistency(caller: Who, services: Tools, old: From, new: To) -> Consistency:
    """That the audit of `new` rows begins with that of `old`."""
    found = await services.db.read(lambda tx: checkpoints.prove_growth(tx, old, new))
    if found is None:
        raise problems.fail("not-found", key="audit.refusal.no_proof", args={"field": "to"})
    return found
