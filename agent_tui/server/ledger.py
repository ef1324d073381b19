"""The ledger: one command, one transaction.

    dedup → who may send it → authority → the version seen → the domain's rule → rows → tail

A refusal is committed too, with its audit row and its outcome; the state stays as it was. Any exception rolls
everything back, so an answer of 5xx means that nothing happened and the same id may be sent again.
"""

from __future__ import annotations

import msgspec

from agent_tui import canon, ids
from agent_tui.clock import Clock, wall
from agent_tui.domain.apply import actors, apply
from agent_tui.domain.commands import (
    AUTHORITY,
    OFFLINE,
    Command,
    ProposeBlueprint,
    RevealField,
    VerifyCaller,
)
from agent_tui.domain.contact import Contact, Verified
from agent_tui.domain.editing import edited
from agent_tui.domain.effects import Refusal
from agent_tui.domain.triage import Guess
from agent_tui.killpoint import kill_point
from agent_tui.server import edits, problems, promises, releases, resolving, usage, writing
from agent_tui.server.approvals import Approvals
from agent_tui.server.authority import Authority
from agent_tui.server.caller import Caller
from agent_tui.server.database import Tx
from agent_tui.server.intake import admit
from agent_tui.server.paces import too_many_reveals
from agent_tui.server.record import Answer, Matter, Recorder, Revealed, refused_event
from agent_tui.server.releases import Sign
from agent_tui.server.state import TableState
from agent_tui.server.tail import Entry, Tail
from agent_tui.server.terms import Terms
from agent_tui.server.turn import Turn, Verdict
from agent_tui.server.vault import Vault
from agent_tui.wire.command import Envelope
from agent_tui.wire.problem import Problem

KEY_LIFE_MS = 35 * 86_400_000
"""Commands whose id is older are refused unseen, so that their records may be archived."""


def fingerprint(envelope: Envelope) -> str:
    """Of what the command says, not of when or how often it was sent."""
    return canon.fingerprint({"command": msgspec.to_builtins(envelope.command), "if_match": envelope.if_match})


def gate(envelope: Envelope, caller: Caller) -> Problem | None:
    """Who may send this kind of command at all, and when."""
    kind = type(envelope.command)
    if caller.kind not in actors(kind):
        return problems.of_refusal(Refusal(key="server.refusal.not_your_command"), envelope.id)
    if envelope.intent.withdrawn:
        return problems.make("command-expired", key="server.refusal.withdrawn", command_id=envelope.id)
    if envelope.intent.offline and kind not in OFFLINE:
        return problems.of_refusal(Refusal(key="server.refusal.not_offline"), envelope.id)
    if caller.kind == "agent" and int(wall().timestamp() * 1000) - ids.uuid7_ms(envelope.id) > KEY_LIFE_MS:
        return problems.make("command-expired", key="server.refusal.expired", command_id=envelope.id)
    return None


def check_version(tx: Tx, envelope: Envelope) -> Problem | None:
    """Whether what the person saw is what is there."""
    about = edited(envelope.command)
    if envelope.if_match is None or about is None:
        return None
    current = TableState(tx).version(about)
    if current == envelope.if_match:
        return None
    key = "server.refusal.version_conflict"
    said = (problems.sentences(key, {}),)
    by = edits.since(tx, about, envelope.if_match)
    return problems.make("version-conflict", key=key, reasons=said, current=current, edits=by, command_id=envelope.id)


class Ledger:
    """Commits commands. Its methods run on the writer thread, inside the transaction they are given."""

    def __init__(
        self,
        clock: Clock,
        authority: Authority,
        vault: Vault,
        approvals: Approvals,
        terms: Terms,
        sign: Sign | None = None,
    ) -> None:
        """`sign` puts the server's name under bundles that a command publishes."""
        self._sign = sign
        self._terms = terms
        self._clock = clock
        self._authority = authority
        self._vault = vault
        self._approvals = approvals
        self._recorder = Recorder(vault)

    def commit(self, tx: Tx, envelope: Envelope, caller: Caller, guess: Guess | None = None) -> Answer:
        """The outcome of a command, made now or known already. ProblemError when nothing was kept under its id.

        `guess`: what the server's own triage made of an arrival; it is no part of what the command says."""
        print_ = fingerprint(envelope)
        known = self._known(tx, envelope, caller, print_)
        if known is not None:
            return known
        kill_point("ledger.known")
        matter = Matter(envelope=envelope, caller=caller, now=self._clock.now(), fingerprint=print_)
        stopped = gate(envelope, caller)
        if stopped is None:
            matter = self._ruled(tx, matter)
            stopped = matter.ruling.problem if matter.ruling else None
        stopped = stopped or check_version(tx, envelope)
        kill_point("ledger.decided")
        return self._finish(tx, matter, stopped or self._apply(tx, matter, guess))

    def step_up_wanted(self, tx: Tx, envelope: Envelope, caller: Caller) -> Problem | None:
        """The problem of a command that only lacks a fresh authentication. It is audited, but nothing is kept under
        its id: the same command comes again once the person has authenticated."""
        if tx.one("command_get", id=envelope.id) is not None or gate(envelope, caller) is not None:
            return None
        now = self._clock.now()
        matter = self._ruled(tx, Matter(envelope=envelope, caller=caller, now=now, fingerprint=""))
        told = matter.ruling.problem if matter.ruling else None
        if type(envelope.command) in AUTHORITY:
            told = self._approvals.turn(tx, matter).problem
        if told is None or told.name != "step-up-required":
            return None
        tail = Tail(tx, now)
        draft = self._recorder.draft(tx, matter, "step_up", None)
        tail.audit(msgspec.structs.replace(draft, command_id=None, facts={**draft.facts, "id": envelope.id}))
        tail.close()
        return told

    def _known(self, tx: Tx, envelope: Envelope, caller: Caller, print_: str) -> Answer | None:
        row = tx.one("command_get", id=envelope.id)
        if row is None:
            return None
        if row["fingerprint"] != print_ or row["maker"] != caller.maker:
            raise problems.fail("key-reused", key="server.refusal.key_reused", command_id=envelope.id)
        return Answer(http=row["http"], body=bytes(row["body"]), outcome=row["outcome"], replayed=True)

    def _ruled(self, tx: Tx, matter: Matter) -> Matter:
        envelope = matter.envelope
        online = not envelope.intent.offline
        ruling = self._authority.rule(tx, envelope.command, matter.caller, envelope.id, matter.now, online=online)
        return msgspec.structs.replace(matter, ruling=ruling)

    def _apply(self, tx: Tx, matter: Matter, guess: Guess | None) -> Verdict:
        envelope, caller = matter.envelope, matter.caller
        if type(envelope.command) in AUTHORITY:
            return self._approvals.turn(tx, matter)
        no = resolving.stands_open(tx, envelope.command)
        if isinstance(envelope.command, RevealField):
            no = too_many_reveals(tx, self._terms, caller.maker, matter.now)
        if no is not None:
            return problems.of_refusal(no, envelope.id)
        command = admit(tx, self._vault, envelope.command, guess)
        if isinstance(command, ProposeBlueprint):
            found = releases.read(tx, command, self._authority.timezone)
            if isinstance(found, Refusal):
                return problems.of_refusal(found, envelope.id)
            command = found
        result = apply(command, caller.actor, TableState(tx), matter.now, ids.uuid7)
        if isinstance(result, Refusal):
            return problems.of_refusal(result, envelope.id)
        holds = self._authority.use(tx, command, caller, envelope.id, matter.now, result)
        return Turn(effects=releases.signed(result, self._sign), holds=holds)

    def _finish(self, tx: Tx, matter: Matter, verdict: Verdict) -> Answer:
        turn = verdict if isinstance(verdict, Turn) else Turn(problem=verdict)
        matter = msgspec.structs.replace(matter, ruling=turn.ruling or matter.ruling)
        entries = self._write(tx, matter, turn) if turn.changes else []
        kill_point("ledger.written")
        revealed: Revealed | None = None
        if turn.problem is None:
            revealed = self._revealed(tx, matter.envelope.command)
        elif matter.ruling is not None:
            writing.add_events(tx, [refused_event(matter, matter.ruling)], matter.envelope.id)
        return self._recorder.record(tx, matter, turn, entries, revealed)

    def _write(self, tx: Tx, matter: Matter, turn: Turn) -> list[Entry]:
        """What an outside system must confirm first is put aside with its request; the rest is written now."""
        used = usage.keep(tx, turn.holds, self._authority.day(matter.now), matter.now)
        promised = promises.split(turn.effects, TableState(tx))
        cause = writing.Cause(
            id=turn.origin.id if turn.origin else matter.envelope.id,
            maker=turn.origin.maker if turn.origin else matter.caller.maker,
            type=matter.kind,
            contact_id=turn.origin.contact_id if turn.origin else matter.argument("contact_id"),
        )
        entries = writing.write(tx, promised.now, cause, matter.now, self._vault.seal_command, promised.later)
        for work in turn.writes:
            work(tx)
        return [*entries, *used]

    def _revealed(self, tx: Tx, command: Command) -> Revealed | None:
        """The clear value an applied command gives to its maker."""
        if isinstance(command, RevealField):
            value = self._vault.get(tx, command.customer_id, command.field)
            return None if value is None else Revealed(value=value, expires_s=self._terms.reveal_s)
        if isinstance(command, VerifyCaller) and command.degree != Verified.NONE:
            contact = TableState(tx).get(Contact, command.contact_id)
            if contact is not None and contact.customer_id:
                value = self._vault.get(tx, contact.customer_id, "name")
                return None if value is None else Revealed(value=value)
        return None
