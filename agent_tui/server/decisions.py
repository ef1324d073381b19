"""Decisions of the policy as the audit keeps them, with the facts they were taken on, for trying other rules on them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from agent_tui.domain.rows import stamp
from agent_tui.errors import Corrupt
from agent_tui.policy.ask import Facts
from agent_tui.policy.decision import ActorFacts, Circumstances, SubjectFacts
from agent_tui.policy.replay import Taken
from agent_tui.server.database import Tx
from agent_tui.server.vault import Vault

_RULED = '"ruling":{'
"""What the canonical payload of a decision holds, and no other row's."""


class Recorded(msgspec.Struct, frozen=True, kw_only=True):
    """What there is to try rules on, and what there is not."""

    taken: tuple[Taken, ...] = ()
    unknown: int = 0
    """Decisions whose facts were not recorded, or cannot be read here."""
    erased: int = 0
    """Decisions about customers who were forgotten."""
    repeated: int = 0
    """Asked to authenticate again, and decided later under the same id: only the later one counts."""


def recorded(tx: Tx, vault: Vault | None, since: datetime, until: datetime) -> Recorded:
    """Every decision of the policy from `since` on and before `until` (business time). Without a `vault` those about
    customers cannot be read."""
    taken: list[Taken] = []
    left = {"unknown": 0, "erased": 0, "repeated": 0}
    for row in tx.each("audit_between", since=stamp(since), until=stamp(until)):
        if _RULED not in row["payload"]:
            continue
        found = _taken(tx, vault, msgspec.json.decode(row["payload"]))
        if isinstance(found, Taken):
            taken.append(found)
        else:
            left[found] += 1
    return Recorded(taken=tuple(taken), **left)


def _taken(tx: Tx, vault: Vault | None, said: dict[str, Any]) -> Taken | str:
    """The decision in a row, or why it cannot be tried again."""
    ruling = said["facts"]["ruling"]
    if said["outcome"] == "step_up" and tx.one("command_get", id=said["facts"].get("id", "")) is not None:
        return "repeated"
    if "actor" not in ruling:
        return "unknown"
    try:
        subject = _subject(tx, vault, said)
        if isinstance(subject, str):
            return subject
        facts = Facts(
            msgspec.convert(ruling["actor"], ActorFacts),
            ruling["action"],
            msgspec.convert(subject, SubjectFacts),
            msgspec.convert(ruling["circumstances"], Circumstances),
        )
    except (msgspec.ValidationError, Corrupt):
        return "unknown"
    return Taken(
        seq=said["seq"],
        at=said["at"],
        actor=said["actor"],
        customer_id=said["customer_id"] or "",
        decision=ruling["decision"],
        rules=tuple(ruling["rules"]),
        revision=ruling["revision"],
        facts=facts,
    )


def _subject(tx: Tx, vault: Vault | None, said: dict[str, Any]) -> dict[str, Any] | str:
    """What the policy was told of the customer."""
    if "subject" in said["facts"]:
        found: dict[str, Any] = said["facts"]["subject"]
        return found
    body = tx.value("sealed_get", seq=said["seq"])
    if body is None or vault is None:
        return "unknown"
    content = vault.read_kept(tx, said["customer_id"], said["facts"]["args"], bytes(body))
    if content is None:
        return "erased"
    kept: dict[str, Any] = msgspec.json.decode(content)
    return kept.get("subject") or "unknown"
