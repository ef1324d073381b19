"""Acts under authority, read out of the audit alone: what a sample is drawn from can be checked by anybody who has it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

import msgspec

from agent_tui.domain.actions import HANDLING
from agent_tui.metrics.sampling import Act

DIRECT = frozenset({"PerformAction", "RevealField", "RaiseWorkOrder", "MoveTicket"})
"""Commands that carry an act out by themselves."""


class _Row(msgspec.Struct):
    seq: int
    at: str
    actor: str
    type: str
    outcome: str
    customer_id: str | None
    command_id: str | None
    facts: dict[str, Any]


_ROWS = msgspec.json.Decoder(_Row)


def judged(payloads: Iterable[str | bytes]) -> Iterator[str]:
    """Ids of the reviews that rows of the audit say were judged, in order."""
    for payload in payloads:
        row = _ROWS.decode(payload)
        entity, _, id = str(row.facts.get("target") or "").partition(":")
        if row.type == "RecordFinding" and row.outcome == "applied" and entity == "review":
            yield id


def acts(payloads: Iterable[str | bytes]) -> Iterator[Act]:
    """The acts among rows of the audit, in order."""
    for payload in payloads:
        row = _ROWS.decode(payload)
        if row.outcome != "applied" or row.command_id is None or ":" in row.actor:
            continue
        ruling = row.facts.get("ruling") or {}
        if row.type == "DecideApproval":
            if row.facts.get("state") == "executed":
                yield _signed(row)
        elif (row.type in DIRECT and ruling.get("action", "") not in ("", *HANDLING)) or row.facts.get("offline"):
            yield _direct(row, ruling.get("action") or row.type)


def _direct(row: _Row, action: str) -> Act:
    facts = row.facts
    return Act(
        seq=row.seq,
        command_id=row.command_id or "",
        at=datetime.fromisoformat(row.at),
        maker=row.actor,
        action=action,
        team=facts.get("team", ""),
        level=facts.get("level", 0),
        customer_id=row.customer_id,
        amount_minor=facts.get("amount_minor"),
        currency=facts.get("currency") or "CNY",
        offline=bool(facts.get("offline")),
        delegated=facts.get("delegation_id") is not None,
        reveal=row.type == "RevealField",
        **_ruled(facts.get("ruling") or {}),
    )


def _ruled(ruling: dict[str, Any]) -> dict[str, Any]:
    """What the policy said, and what of the day was used before."""
    sums = tuple(ruling.get(f"{whose}_day_minor", 0) for whose in ("agent", "customer", "team"))
    return {
        "verdict": ruling.get("decision", ""),
        "rules": tuple(ruling.get("rules", ())),
        "revision": ruling.get("revision", ""),
        "limit_minor": ruling.get("limit_minor"),
        "day_minor": sums,
    }


def _signed(row: _Row) -> Act:
    """An act carried out by its last signature; its maker is whoever asked."""
    facts = row.facts
    at = datetime.fromisoformat(row.at)
    glass = facts.get("kind") == "break_glass"
    return Act(
        seq=row.seq,
        command_id=str(facts["approval"]),
        at=at,
        maker=str(facts["maker"]),
        checkers=tuple(facts.get("signers", ())),
        action=str(facts["action"]),
        team=facts.get("team", ""),
        level=facts.get("level", 0),
        customer_id=row.customer_id,
        amount_minor=facts.get("amount_minor"),
        currency=facts.get("currency") or "CNY",
        delegated=bool(facts.get("delegations")) or (bool(facts.get("review")) and not glass),
        break_glass=glass,
        approved_in_s=(at - datetime.fromisoformat(facts["opened_at"])).total_seconds(),
    )
