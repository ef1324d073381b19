"""The record of one command: its audit row, its outcome for every repetition, its row in the maker's feed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from agent_tui.clock import wall
from agent_tui.domain.agent import Agent
from agent_tui.domain.centre import CommandRow
from agent_tui.domain.commands import target
from agent_tui.domain.effects import Event
from agent_tui.domain.rows import stamp
from agent_tui.killpoint import kill_point
from agent_tui.server import in_clear, personal, problems, writing
from agent_tui.server.authority import Ruling
from agent_tui.server.caller import Caller
from agent_tui.server.database import Tx
from agent_tui.server.state import TableState
from agent_tui.server.tail import AuditDraft, Entry, Tail
from agent_tui.server.turn import Turn
from agent_tui.server.vault import Vault
from agent_tui.wire.command import Envelope, Outcome, Receipt


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What goes back over HTTP, byte for byte."""

    http: int
    body: bytes
    outcome: str
    replayed: bool = False


class Revealed(msgspec.Struct, frozen=True, kw_only=True):
    """A clear value for the first answer only."""

    value: str
    expires_s: int | None = None


class Matter(msgspec.Struct, frozen=True, kw_only=True):
    """One command under decision."""

    envelope: Envelope
    caller: Caller
    now: datetime
    fingerprint: str
    ruling: Ruling | None = None

    @property
    def kind(self) -> str:
        return type(self.envelope.command).__name__

    @property
    def about(self) -> str | None:
        return target(self.envelope.command)

    def argument(self, name: str) -> Any:
        """A field of the command, or of the act it asks for; None where there is no such field."""
        return in_clear.argument(self.envelope.command, name)


def outcome_name(turn: Turn) -> str:
    """`applied`, `awaiting_approval`, `refused`, `conflict` or `expired`."""
    told = turn.problem
    if told is None:
        return turn.outcome
    if told.status == 409 or told.name == "version-conflict":
        return "conflict"
    return "expired" if told.name == "command-expired" else "refused"


def refused_event(matter: Matter, ruling: Ruling) -> Event:
    """The fact that authority was refused, for supervision."""
    return Event(
        name="ActionRefused",
        at=matter.now,
        agent_id=matter.caller.id,
        contact_id=matter.argument("contact_id"),
        customer_id=matter.argument("customer_id"),
        data={"action": ruling.action, "rule": ruling.rules[0] if ruling.rules else "no_rule"},
    )


def command_row(matter: Matter, turn: Turn, tail: Tail) -> CommandRow:
    told = turn.problem
    return CommandRow(
        id=matter.envelope.id,
        maker_id=matter.caller.id,
        type=matter.kind,
        outcome=outcome_name(turn),
        reasons=told.reasons if told else (),
        problem=told.name if told else None,
        target=turn.about or matter.about,
        edits=told.edits if told else (),
        audit_seq=tail.audit_seq,
        audit_hash=tail.audit_hash,
        at=matter.now,
    )


def _standing(tx: Tx, maker_id: str) -> dict[str, Any]:
    """Team and level of whoever acts, as they are now: later reviews are drawn by them."""
    maker = TableState(tx).get(Agent, maker_id)
    return {"team": maker.team, "level": maker.level} if maker else {}


def _ruling(ruling: Ruling) -> dict[str, Any]:
    """A decision with what it was made on, so that other rules can be tried on it later. What the policy was told of
    the customer is kept by `personal`."""
    kept: dict[str, Any] = msgspec.to_builtins(msgspec.structs.replace(ruling, facts=None, problem=None))
    del kept["facts"], kept["problem"]
    if ruling.facts is not None:
        kept["actor"] = msgspec.to_builtins(ruling.facts.actor)
        kept["circumstances"] = msgspec.to_builtins(ruling.facts.circumstances)
    return kept


class Recorder:
    """Writes what was decided."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def draft(
        self, tx: Tx, matter: Matter, outcome: str, version: int | None, turn: Turn | None = None
    ) -> AuditDraft:
        """The audit row of a command, allowed or refused, with what it was decided on."""
        envelope = matter.envelope
        facts: dict[str, Any] = {
            "device": matter.caller.device,
            "target": (turn.about if turn else None) or matter.about,
            "version": version,
            "if_match": envelope.if_match,
            "offline": envelope.intent.offline,
            "age_ms": envelope.intent.age_ms,
            "step_up_age_s": matter.caller.step_up_age_s,
        }
        facts |= in_clear.readable(envelope.command)
        facts |= turn.facts if turn else {}
        if matter.ruling is not None or envelope.intent.offline or "maker" in facts:
            facts |= _standing(tx, str(facts.get("maker") or matter.caller.id))
        if matter.ruling is not None:
            facts["ruling"] = _ruling(matter.ruling)
        draft = AuditDraft(
            actor=matter.caller.maker,
            type=matter.kind,
            outcome=outcome,
            customer_id=matter.argument("customer_id") or (turn.customer_id if turn else None),
            command_id=envelope.id,
            facts=facts,
        )
        judged = matter.ruling.facts if matter.ruling else None
        return personal.protect(tx, self._vault, draft, envelope, judged.subject if judged else None)

    def record(self, tx: Tx, matter: Matter, turn: Turn, entries: list[Entry], revealed: Revealed | None) -> Answer:
        """The tail of a command's transaction. Returns what is sent now; what is kept has no revealed value."""
        outcome = outcome_name(turn)
        about = turn.about or matter.about
        version = TableState(tx).version(about) if about else None
        tail = Tail(tx, matter.now, matter.envelope.id)
        tail.audit(self.draft(tx, matter, outcome, version, turn))
        if matter.caller.kind == "agent":
            entry, _ = writing.put(tx, command_row(matter, turn, tail))
            entries = [*entries, entry] if entry else entries
        tail.feed(entries)
        stored, answer = self._answers(matter, turn, tail, version, revealed)
        self._remember(tx, matter, stored, tail, version)
        tail.close()
        kill_point("ledger.recorded")
        return answer

    def _answers(
        self, matter: Matter, turn: Turn, tail: Tail, version: int | None, revealed: Revealed | None
    ) -> tuple[Answer, Answer]:
        outcome = outcome_name(turn)
        if turn.problem is not None:
            answer = Answer(http=turn.problem.status, body=problems.encode(turn.problem), outcome=outcome)
            return answer, answer
        plain = Outcome(
            id=matter.envelope.id,
            outcome=outcome,
            feed_seq=tail.feed_seq,
            version=version,
            receipt=Receipt(audit_seq=tail.audit_seq, audit_hash=tail.audit_hash),
        )
        stored = Answer(http=200, body=msgspec.json.encode(plain), outcome=outcome)
        if revealed is None:
            return stored, stored
        full = msgspec.structs.replace(plain, value=revealed.value, expires_s=revealed.expires_s)
        return stored, Answer(http=200, body=msgspec.json.encode(full), outcome=outcome)

    def _remember(self, tx: Tx, matter: Matter, stored: Answer, tail: Tail, version: int | None) -> None:
        envelope = matter.envelope
        tx.run(
            "command_add",
            id=envelope.id,
            maker=matter.caller.maker,
            kind=matter.caller.kind,
            device=matter.caller.device,
            type=matter.kind,
            target=matter.about,
            if_match=envelope.if_match,
            fingerprint=matter.fingerprint,
            args=self._vault.seal_command(envelope.id, msgspec.json.encode(envelope.command)),
            offline=int(envelope.intent.offline),
            age_ms=envelope.intent.age_ms,
            received_at=stamp(wall()),
            outcome=stored.outcome,
            http=stored.http,
            body=stored.body,
            version=version,
            feed_seq=tail.feed_seq,
            audit_seq=tail.audit_seq,
        )
