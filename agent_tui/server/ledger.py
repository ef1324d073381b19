"""The ledger: one command, one transaction.

    dedup → who and with which rights → authority → the version seen → the domain's rule → rows → tail

A refusal is committed too, with its audit row and its outcome; the state stays as it was. Any exception rolls
everything back, so an answer of 5xx means that nothing happened and the same id may be sent again.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeAlias

import msgspec

from agent_tui import canon, ids
from agent_tui.clock import Clock, wall
from agent_tui.domain.apply import actors, apply
from agent_tui.domain.centre import CommandRow
from agent_tui.domain.commands import (
    OFFLINE,
    Command,
    RevealField,
    VerifyCaller,
    target,
)
from agent_tui.domain.contact import Contact, Verified
from agent_tui.domain.effects import Effects, Event, Refusal
from agent_tui.domain.rows import stamp
from agent_tui.server import problems, writing
from agent_tui.server.authority import Authority, Ruling
from agent_tui.server.caller import Caller
from agent_tui.server.database import Tx
from agent_tui.server.intake import admit
from agent_tui.server.state import TableState
from agent_tui.server.tail import AuditDraft, Entry, Tail
from agent_tui.server.vault import Vault
from agent_tui.wire.command import Envelope, Outcome, Receipt
from agent_tui.wire.problem import Problem

REVEAL_S = 60
"""A revealed field must be gone from the screen after this many real seconds."""
KEY_LIFE_MS = 35 * 86_400_000
"""Commands whose id is older are refused unseen, so that their records may be archived."""

Verdict: TypeAlias = Effects | Problem


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


def fingerprint(envelope: Envelope) -> str:
    """Of what the command says, not of when or how often it was sent."""
    return canon.fingerprint({"command": msgspec.to_builtins(envelope.command), "if_match": envelope.if_match})


def _outcome_name(told: Problem) -> str:
    names = {"version-conflict": "conflict", "command-expired": "expired"}
    return "conflict" if told.status == 409 else names.get(told.name, "refused")


class Ledger:
    """Commits commands. Its methods run on the writer thread, inside the transaction they are given."""

    def __init__(self, clock: Clock, authority: Authority, vault: Vault) -> None:
        self._clock = clock
        self._authority = authority
        self._vault = vault

    def commit(self, tx: Tx, envelope: Envelope, caller: Caller) -> Answer:
        """The outcome of a command, made now or known already. Raises ProblemError when nothing was committed."""
        print_ = fingerprint(envelope)
        known = self._known(tx, envelope, caller, print_)
        if known is not None:
            return known
        now = self._clock.now()
        ruling: Ruling | None = None
        verdict = self._gate(envelope, caller)
        if verdict is None:
            online = not envelope.intent.offline
            ruling = self._authority.rule(tx, envelope.command, caller, envelope.id, now, online=online)
            verdict = ruling.problem if ruling and ruling.problem else self._check_version(tx, envelope)
        if isinstance(verdict, Problem) and verdict.name == "step-up-required":
            raise problems.ProblemError(verdict)
        if verdict is None:
            verdict = self._apply(tx, envelope, caller, now)
        return self._record(tx, envelope, caller, verdict, ruling, now, print_)

    # ---- before the rule -----------------------------------------------------------------------------------------

    def _known(self, tx: Tx, envelope: Envelope, caller: Caller, print_: str) -> Answer | None:
        row = tx.one("command_get", id=envelope.id)
        if row is None:
            return None
        if row["fingerprint"] != print_ or row["maker"] != caller.maker:
            raise problems.fail("key-reused", key="server.refusal.key_reused", command_id=envelope.id)
        return Answer(http=row["http"], body=bytes(row["body"]), outcome=row["outcome"], replayed=True)

    def _gate(self, envelope: Envelope, caller: Caller) -> Problem | None:
        """Who may send this kind of command at all, and when."""
        kind = type(envelope.command)
        if caller.kind not in actors(kind):
            return problems.of_refusal(Refusal(key="server.refusal.not_your_command"), envelope.id)
        if envelope.intent.offline and kind not in OFFLINE:
            return problems.of_refusal(Refusal(key="server.refusal.not_offline"), envelope.id)
        if caller.kind == "agent" and int(wall().timestamp() * 1000) - ids.uuid7_ms(envelope.id) > KEY_LIFE_MS:
            return problems.make("command-expired", key="server.refusal.expired", command_id=envelope.id)
        return None

    def _check_version(self, tx: Tx, envelope: Envelope) -> Problem | None:
        about = target(envelope.command)
        if envelope.if_match is None or about is None:
            return None
        current = TableState(tx).version(about)
        if current == envelope.if_match:
            return None
        key = "server.refusal.version_conflict"
        return problems.make(
            "version-conflict",
            key=key,
            reasons=(problems.sentences(key, {}),),
            current=current,
            command_id=envelope.id,
        )

    # ---- the rule ------------------------------------------------------------------------------------------------

    def _apply(self, tx: Tx, envelope: Envelope, caller: Caller, now: datetime) -> Verdict:
        command = admit(tx, self._vault, envelope.command)
        result = apply(command, caller.actor, TableState(tx), now, ids.uuid7)
        if isinstance(result, Refusal):
            return problems.of_refusal(result, envelope.id)
        self._authority.use(tx, command, caller, envelope.id, now)
        return result

    def _revealed(self, tx: Tx, command: Command) -> Revealed | None:
        """The clear value an applied command gives to its maker."""
        if isinstance(command, RevealField):
            value = self._vault.get(tx, command.customer_id, command.field)
            return None if value is None else Revealed(value=value, expires_s=REVEAL_S)
        if isinstance(command, VerifyCaller) and command.degree != Verified.NONE:
            contact = TableState(tx).get(Contact, command.contact_id)
            if contact is not None and contact.customer_id:
                value = self._vault.get(tx, contact.customer_id, "name")
                return None if value is None else Revealed(value=value)
        return None

    # ---- rows and tail -------------------------------------------------------------------------------------------

    def _record(
        self,
        tx: Tx,
        envelope: Envelope,
        caller: Caller,
        verdict: Verdict,
        ruling: Ruling | None,
        now: datetime,
        print_: str,
    ) -> Answer:
        about = target(envelope.command)
        entries: list[Entry] = []
        if isinstance(verdict, Effects):
            kind = type(envelope.command).__name__
            contact = getattr(envelope.command, "contact_id", None)
            cause = writing.Cause(id=envelope.id, maker=caller.maker, type=kind, contact_id=contact)
            entries = writing.write(tx, verdict, cause, now, self._vault.seal_command)
        elif ruling is not None:
            writing.add_events(tx, [self._refused_event(envelope, caller, ruling, now)], envelope.id)
        outcome = "applied" if isinstance(verdict, Effects) else _outcome_name(verdict)
        version = TableState(tx).version(about) if about else None
        tail = Tail(tx, now, envelope.id)
        tail.audit(self._draft(envelope, caller, outcome, ruling, version))
        if caller.kind == "agent":
            row = self._row(envelope, caller, verdict, outcome, tail, now)
            entry, _ = writing.put(tx, row)
            entries += [entry] if entry else []
        tail.feed(entries)
        answer, stored = self._answer(tx, envelope, verdict, outcome, tail, version)
        self._remember(tx, envelope, caller, stored, tail, version, print_)
        tail.close()
        return answer

    def _refused_event(self, envelope: Envelope, caller: Caller, ruling: Ruling, now: datetime) -> Event:
        command = envelope.command
        return Event(
            name="ActionRefused",
            at=now,
            agent_id=caller.id,
            contact_id=getattr(command, "contact_id", None),
            customer_id=getattr(command, "customer_id", None),
            data={"action": ruling.action, "rule": ruling.rules[0] if ruling.rules else "no_rule"},
        )

    def _draft(
        self, envelope: Envelope, caller: Caller, outcome: str, ruling: Ruling | None, version: int | None
    ) -> AuditDraft:
        command = envelope.command
        facts: dict[str, Any] = {
            "device": caller.device,
            "target": target(command),
            "version": version,
            "if_match": envelope.if_match,
            "offline": envelope.intent.offline,
            "age_ms": envelope.intent.age_ms,
            "step_up_age_s": caller.step_up_age_s,
            "args": self._vault.commitment(canon.canonical(msgspec.to_builtins(command))),
        }
        for name in ("action", "amount_minor", "currency", "field", "product_id"):
            if (value := getattr(command, name, None)) is not None:
                facts[name] = str(value) if isinstance(value, str) else value
        if ruling is not None:
            plain = msgspec.to_builtins(ruling)
            plain.pop("problem")
            facts["ruling"] = plain
        return AuditDraft(
            actor=caller.maker,
            type=type(command).__name__,
            outcome=outcome,
            customer_id=getattr(command, "customer_id", None),
            command_id=envelope.id,
            facts=facts,
        )

    def _row(
        self, envelope: Envelope, caller: Caller, verdict: Verdict, outcome: str, tail: Tail, now: datetime
    ) -> CommandRow:
        told = verdict if isinstance(verdict, Problem) else None
        return CommandRow(
            id=envelope.id,
            maker_id=caller.id,
            type=type(envelope.command).__name__,
            outcome=outcome,
            reasons=told.reasons if told else (),
            problem=told.name if told else None,
            target=target(envelope.command),
            audit_seq=tail.audit_seq,
            audit_hash=tail.audit_hash,
            at=now,
        )

    def _answer(
        self, tx: Tx, envelope: Envelope, verdict: Verdict, outcome: str, tail: Tail, version: int | None
    ) -> tuple[Answer, Answer]:
        """What is sent now, and what is kept for every repetition (without a revealed value)."""
        if isinstance(verdict, Problem):
            answer = Answer(http=verdict.status, body=problems.encode(verdict), outcome=outcome)
            return answer, answer
        receipt = Receipt(audit_seq=tail.audit_seq, audit_hash=tail.audit_hash)
        plain = Outcome(id=envelope.id, outcome=outcome, feed_seq=tail.feed_seq, version=version, receipt=receipt)
        stored = Answer(http=200, body=msgspec.json.encode(plain), outcome=outcome)
        revealed = self._revealed(tx, envelope.command)
        if revealed is None:
            return stored, stored
        full = msgspec.structs.replace(plain, value=revealed.value, expires_s=revealed.expires_s)
        return Answer(http=200, body=msgspec.json.encode(full), outcome=outcome), stored

    def _remember(
        self,
        tx: Tx,
        envelope: Envelope,
        caller: Caller,
        stored: Answer,
        tail: Tail,
        version: int | None,
        print_: str,
    ) -> None:
        tx.run(
            "command_add",
            id=envelope.id,
            maker=caller.maker,
            kind=caller.kind,
            device=caller.device,
            type=type(envelope.command).__name__,
            target=target(envelope.command),
            if_match=envelope.if_match,
            fingerprint=print_,
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
