"""Whether what was promised was kept: the invariants of the protocol, each a function from evidence to violations.

at most once   lost   truth   converged   feed   versions   audit   limits   cosign   typed   secrets
"""

from __future__ import annotations

import re
import shutil
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import msgspec

from agent_tui.domain.actions import ACTIONS
from agent_tui.domain.approval import Approval, ApprovalState
from agent_tui.domain.commands import OFFLINE, PerformAction, RequestApproval, act_in
from agent_tui.server import audit
from agent_tui.server.database import Database, Tx
from agent_tui.server.place import beside
from agent_tui.server.vault import Vault
from agent_tui.store.journal import ATTENTION, UNSENT, Item
from chaos.convergence import diverged
from chaos.evidence import ENDED, Evidence, Seen, Sent, gather, look_at_desks, query
from chaos.place import ALONE_MINOR, CUSTOMERS, PASSWORD, SEATS, Place, clear_phone

EFFECTS = frozenset(
    {
        "AddNote",
        "AskAboutArticle",
        "HandOver",
        "MoveTicket",
        "RaiseWorkOrder",
        "SendMessage",
        "SendNotice",
        "WrapUpContact",
    }
)
"""Commands whose word stands in the state once they are applied."""
LEAST_DONE = 0.4
"""Share of the commands that are applied in a campaign worth its name."""
SIGNED_OF = 10
"""Of so many requests, one at least is signed and executed; fewer may all meet a desk that is dead."""
TYPED = re.compile(rb"x\dr[a-j]+n[a-j]+z")
"""Words of robots (`chaos.robot`)."""
DESKS = frozenset(seat.name for seat in SEATS)
"""Folders in which nobody may find them."""
SHOWN = 5
"""Places of a gap that are named."""
MAY_WAIT = frozenset(kind.__name__ for kind in OFFLINE)
NOT_KEPT = frozenset({"refused", "conflict", "expired"})
"""What a desk may say of a command of which the server keeps nothing: it was never done."""
ENDED_WITHOUT = ("refused", "conflict", "expired", "withdrawn")
"""Outcomes after which nothing has changed."""


Hold: TypeAlias = tuple[str, int, str, str, str, int]
"""Command, order, person, customer, day, fen."""


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    violations: tuple[str, ...]
    counts: dict[str, int]


def became(id: str, found: Evidence) -> str:
    """What has become of a command by now; empty when the server never kept it."""
    sent, approval = found.sent.get(id), found.approvals.get(id)
    if sent is None:
        return ""
    if sent.outcome == "awaiting_approval" and approval is not None:
        return ENDED.get(approval.state, "awaiting_approval")
    return sent.outcome


def at_most_once(found: Evidence) -> Iterator[str]:
    """I1: no word stands in the world more than once, whatever ids carried it."""
    applied = Counter(s.word for s in found.sent.values() if s.word and s.outcome in ("applied", "awaiting_approval"))
    for word, n in applied.items():
        if n > 1:
            yield f"at most once: {word} was accepted {n} times"
    for word, n in found.effects.items():
        if n > 1 and word in applied:
            yield f"at most once: {word} stands there {n} times"
    for id, n in found.orders.items():
        if n > 1:
            yield f"at most once: other systems were asked {n} times for {id}"


def applied_means_done(found: Evidence) -> Iterator[str]:
    """I3: `applied` and its effect are there together or not at all."""
    for sent in found.sent.values():
        there = _effect(sent, found)
        if there is None:
            continue
        if (became(sent.id, found) == "applied") != there:
            yield f"truth: {sent.type} {sent.id} is {became(sent.id, found)}, its effect is {'there' if there else 'not there'}"


def _effect(sent: Sent, found: Evidence) -> bool | None:
    """Whether what was asked for is there; None where nothing of it can be seen."""
    if sent.type in EFFECTS and sent.word:
        return found.effects[sent.word] > 0
    act = act_in(sent.command)
    if isinstance(act, PerformAction) and ACTIONS[act.action].external is None:
        # What is done in the ledger alone leaves a note of why.
        return found.effects[sent.word] > 0
    if isinstance(sent.command, PerformAction):
        return found.orders.get(sent.id, 0) > 0
    approval = found.approvals.get(sent.id)
    if isinstance(sent.command, RequestApproval) and approval is not None and approval.state is ApprovalState.FAILED:
        return None
    return found.orders.get(sent.id, 0) > 0 if approval is not None else None


def never_lost(found: Evidence) -> Iterator[str]:
    """I2: whatever a desk said it kept has ended, and what may wait has reached the server."""
    for seen in found.seen:
        waiting = {item.id: item.state for item in seen.items}
        for kept in seen.of("kept"):
            id, kind = kept["id"], kept["type"]
            if waiting.get(id) in UNSENT:
                yield f"lost: {kind} {id} is still {waiting[id]} at {seen.seat.name}"
            elif _last(id, found) in ENDED_WITHOUT or (seen.forgot(kept) and _wiped_away(kept, found)):
                continue
            elif id not in found.sent and (id not in seen.receipts or kind in MAY_WAIT):
                yield f"lost: {kind} {id}, kept at {seen.seat.name}, is nowhere"


def _wiped_away(kept: Mapping[str, Any], found: Evidence) -> bool:
    """What a wipe may take: commands that nobody could bring later, those made before the desk had the key of boxes, and
    what the server had once and lost to a restore."""
    return kept["type"] not in MAY_WAIT or not kept["boxed"] or kept["id"] in found.undone


def _last(id: str, found: Evidence) -> str | None:
    """What had become of a command when the restore took it for the last time."""
    outcomes = found.undone.get(id, ())
    return outcomes[-1] if outcomes else None


def told_the_truth(found: Evidence) -> Iterator[str]:
    """I3: what a desk said and shows of a command is what the server has."""
    for seen in found.seen:
        for fact in seen.of("told"):
            if fact["outcome"] in found.undone.get(fact["id"], ()):
                continue  # it was so, until the server was restored
            yield from _said(fact["id"], fact["outcome"], found, f"told at {seen.seat.name}")
        for fact in seen.of("shown"):
            if fact["state"] in NOT_KEPT and fact["state"] not in found.undone.get(fact["id"], ()):
                yield from _said(fact["id"], fact["state"], found, f"shown at {seen.seat.name}")
        for item in seen.items:
            yield from _stands(item, found, seen)
        for id, (outcome, _, _) in seen.receipts.items():
            yield from _receipt(id, outcome, found, seen)


def _said(id: str, outcome: str, found: Evidence, where: str) -> Iterator[str]:
    now = became(id, found)
    stored = found.sent[id].outcome if id in found.sent else ""
    if outcome in (now, stored) or (outcome in NOT_KEPT and not now):
        return
    yield f"truth: {id} {where} as {outcome}, it is {now or 'unknown to the server'}"


def _stands(item: Item, found: Evidence, seen: Seen) -> Iterator[str]:
    now = became(item.id, found)
    if item.state in UNSENT or item.state == now or (item.state in NOT_KEPT and not now):
        return
    yield f"truth: {item.type} {item.id} stands as {item.state} at {seen.seat.name}, it is {now or 'unknown'}"


def _receipt(id: str, outcome: str, found: Evidence, seen: Seen) -> Iterator[str]:
    now = became(id, found)
    stored = found.sent[id].outcome if id in found.sent else ""
    if outcome in (now, stored) or (outcome in NOT_KEPT and not now):
        return
    yield f"truth: the receipt of {id} at {seen.seat.name} says {outcome}, it is {now or 'unknown'}"


def receipts_stand(found: Evidence) -> Iterator[str]:
    """I12: every receipt of a desk is in the audit, at its place."""
    for seen in found.seen:
        for id, (_, seq, link) in seen.receipts.items():
            if link and found.links.get(seq) != link and (id in found.sent or id not in found.undone):
                yield f"audit: the receipt of {id} at {seen.seat.name} is not in the audit"


def receipts_kept(found: Evidence) -> Iterator[str]:
    """Whatever a desk is done with left a receipt, for as long as the server might be asked about it."""
    for seen in found.seen:
        waiting = {item.id for item in seen.items}
        for kept in seen.of("kept"):
            if kept["id"] not in waiting and kept["id"] not in seen.receipts and not seen.forgot(kept):
                yield f"receipts: {kept['type']} {kept['id']} left none at {seen.seat.name}"


def limits_held(found: Evidence, holds: list[Hold], alone: Mapping[str, int]) -> Iterator[str]:
    """I10: nobody did more alone than they may, counted with everything that came before."""
    total: defaultdict[tuple[str, str, str], int] = defaultdict(int)
    for id, _, agent, customer, day, minor in holds:
        total[customer, day, "fee"] += minor
        sent, limit = found.sent.get(id), alone.get(agent)
        if sent is None or limit is None or not isinstance(sent.command, PerformAction):
            continue
        if total[customer, day, "fee"] > limit:
            yield f"limits: {agent} went to {total[customer, day, 'fee']} fen for {customer} on {day} by {id}"


def signed_by_others(found: Evidence) -> Iterator[str]:
    """I9: what was executed was signed by somebody else than its maker, for exactly what it says."""
    for approval in found.approvals.values():
        yield from _signed(approval)


def _signed(approval: Approval) -> Iterator[str]:
    signers = {s.signer_id for s in approval.signed}
    if approval.maker_id in signers:
        yield f"cosign: {approval.id} was signed by its maker"
    if approval.state is ApprovalState.EXECUTED and len(signers) < approval.people:
        yield f"cosign: {approval.id} was executed with {len(signers)} of {approval.people} signatures"


def undone_is_said(found: Evidence) -> Iterator[str]:
    """I2 over a restore: what was done, is not any more and was not sent again is before its maker."""
    for seen in found.seen:
        waiting = {item.id: item.state for item in seen.items}
        for kept in seen.of("kept"):
            id = kept["id"]
            if seen.forgot(kept) or id in found.sent or _last(id, found) in (None, *ENDED_WITHOUT):
                continue
            if waiting.get(id) not in ATTENTION:
                yield f"restored: {kept['type']} {id} was {_last(id, found)}, is not any more, and nobody says so at {seen.seat.name}"


def drafts_came_back(found: Evidence) -> Iterator[str]:
    """What was typed and on disk is there at every later start, until the person drops it."""
    for seen in found.seen:
        typed, wipes = "", 0
        for fact in seen.facts:
            if fact.get("wipes", wipes) != wipes:
                typed, wipes = "", fact["wipes"]  # it was wiped: drafts go with the journal
            match fact["fact"]:
                case "typed":
                    typed = fact["text"]
                case "draft_dropped":
                    typed = ""
                case "found_drafts" if not any(t.startswith(typed) for t in [*fact["drafts"].values(), ""]):
                    yield f"typed: {typed!r} was not there again at {seen.seat.name}"


def lies_seen(found: Evidence) -> Iterator[str]:
    """What a desk itself saw and must not have (I7)."""
    for seen in found.seen:
        for fact in seen.of("lie"):
            yield f"order: {fact['what']} at {seen.seat.name}"


RULES: tuple[Callable[[Evidence], Iterator[str]], ...] = (
    at_most_once,
    applied_means_done,
    never_lost,
    told_the_truth,
    receipts_stand,
    receipts_kept,
    signed_by_others,
    undone_is_said,
    drafts_came_back,
    lies_seen,
)


# ---- the ledger itself -------------------------------------------------------------------------------------------


def ledger_whole(tx: Tx) -> Iterator[str]:
    """I11, I12, I13: no gap in the feed, every version once and in order, the audit proves itself."""
    floor = query(tx, "SELECT feed_floor FROM sync_head")[0][0]
    count, last = query(tx, f"SELECT COUNT(*) + {floor}, COALESCE(MAX(seq), {floor}) FROM feed WHERE seq > {floor}")[
        0
    ]
    if count != last:
        first = (
            """SELECT f.seq FROM feed f LEFT JOIN feed g ON g.seq = f.seq + 1 WHERE g.seq IS NULL ORDER BY f.seq"""
        )
        gaps = [row[0] for row in query(tx, first)][:SHOWN]
        yield f"feed: {last - count} rows are missing, after {gaps}"
    broken = "SELECT entity, id FROM feed WHERE op = 'put' GROUP BY entity, id HAVING MAX(version) - MIN(version) + 1 <> COUNT(*) OR COUNT(DISTINCT version) <> COUNT(*)"
    for row in query(tx, broken):
        yield f"versions: those of {row[0]} {row[1]} do not follow each other"
    jumped = """SELECT id FROM command WHERE outcome = 'applied' AND if_match IS NOT NULL AND version IS NOT NULL
                AND version NOT IN (if_match, if_match + 1)"""
    for row in query(tx, jumped):
        yield f"versions: {row[0]} was applied to another version than its maker saw"
    proved = audit.verify(tx)
    if not proved.ok:
        yield f"audit: row {proved.broken_at}: {proved.reason}"


def fees(tx: Tx) -> list[Hold]:
    """What counts against the limits of fees, in the order in which it was decided."""
    sql = """SELECT command_id, seq, agent_id, customer_id, day, amount_minor FROM limit_hold
             WHERE action = 'waive_fee' AND state <> 'released' ORDER BY seq"""
    return [(row[0], row[1], row[2], row[3], row[4], row[5]) for row in query(tx, sql)]


def secrets_kept(folder: Path) -> Iterator[str]:
    """I18: nothing clear in any file, and nobody saw a traceback."""
    canaries = [*(clear_phone(n).encode() for n in range(CUSTOMERS)), PASSWORD.encode()]
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        content = path.read_bytes()
        for canary in canaries:
            if canary in content:
                yield f"secrets: {canary.decode()} stands in {path.name}"
        if not DESKS.isdisjoint(path.parts) and (found := TYPED.search(content)):
            yield f"secrets: what was typed stands in {path.name}: {found.group().decode()}"
        if path.suffix == ".err" and b"Traceback" in content:
            yield f"traceback: in {path.name}: {content.splitlines()[-1].decode(errors='replace')[:200]}"


def judge(place: Place, late: tuple[str, ...]) -> Verdict:
    """Everything that can be decided about a campaign that has ended."""
    db = Database(place.where)
    try:
        found = gather(db, Vault.beside(beside(place.where)), look_at_desks(place), place.undone())
        wrong = [f"liveness: {name} was not done in time" for name in late]
        for rule in RULES:
            wrong += rule(found)
        wrong += limits_held(found, db.read_now(fees), ALONE_MINOR)
        wrong += db.read_now(lambda tx: list(ledger_whole(tx)))
        for seen in found.seen:
            wrong += diverged(place, db, seen.seat)
    finally:
        db.close()
    shutil.rmtree(place.folder / "scratch", ignore_errors=True)
    wrong += secrets_kept(place.folder)
    return Verdict(violations=tuple(wrong), counts=dict(_counts(found) + place.work_undone()))


def hollow(counts: Mapping[str, int], idle: tuple[str, ...]) -> Iterator[str]:
    """Where nothing was done nothing can go wrong: a campaign without work, money, signatures or effect proves nothing.
    `idle`: deeds that never took effect."""
    commands, done = counts.get("commands", 0), counts.get("applied", 0)
    if done < commands * LEAST_DONE or not done:
        yield f"hollow: only {done} of {commands} commands were applied"
    if not counts.get("money"):
        yield "hollow: no money moved"
    if not counts.get("tickets_moved"):
        yield "hollow: no ticket changed hands"
    if not counts.get("requested"):
        yield "hollow: nobody asked for a signature"
    elif counts["requested"] >= SIGNED_OF and not counts.get("executed"):
        yield "hollow: nothing that colleagues signed was executed"
    for name in idle:
        yield f"hollow: {name} never took effect"


def _counts(found: Evidence) -> Counter[str]:
    counted = Counter(f"{sent.outcome}" for sent in found.sent.values())
    counted["commands"] = len(found.sent)
    counted["kept"] = sum(1 for seen in found.seen for _ in seen.of("kept"))
    counted["declined"] = sum(1 for seen in found.seen for _ in seen.of("declined"))
    counted["requested"] = sum(kept["type"] == "RequestApproval" for seen in found.seen for kept in seen.of("kept"))
    counted["wiped"] = sum(1 for seen in found.seen for _ in seen.of("wiped"))
    counted["tickets_moved"] = sum(
        sent.type == "MoveTicket" and sent.outcome == "applied" for sent in found.sent.values()
    )
    counted["money"] = sum(found.orders.values())
    counted["executed"] = sum(a.state is ApprovalState.EXECUTED for a in found.approvals.values())
    return counted
