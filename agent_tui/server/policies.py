"""The policy in force on the server: taken from a reviewed folder at the start, or put in force while it runs; sent to
the desks as a signed bundle; taken anew each business day, so that effective dates take effect.

What changed last holds. A start puts its folder in force when the folder is another one than at the last start, and
otherwise keeps what was put in force since. A row that nobody signed is never taken: the policy in force is written
over it.
"""

from __future__ import annotations

import logging
from datetime import datetime
from pathlib import Path

import msgspec

from agent_tui import canon
from agent_tui.domain.centre import Bundle
from agent_tui.errors import PolicyError
from agent_tui.policy.ask import Answer
from agent_tui.policy.decide import decide
from agent_tui.policy.decision import ActorFacts, Circumstances, Decision, Deny, SubjectFacts
from agent_tui.policy.load import bundle, load
from agent_tui.policy.model import Policy, Rule
from agent_tui.policy.sentences import undecided
from agent_tui.server import writing
from agent_tui.server.database import Tx
from agent_tui.server.services import Services
from agent_tui.server.signing import Signer
from agent_tui.server.state import TableState
from agent_tui.server.tail import AuditDraft, Tail
from agent_tui.wire.signed import trusted

TOP_LEVEL = 4
_MARK = "policy"
_START = "policy_start"
"""Setting: digest of the folder at the last start."""
_LOG = logging.getLogger("agent_tui.server")


def in_force(tx: Tx) -> Bundle | None:
    """The policy as the desks receive it."""
    return TableState(tx).get(Bundle, _MARK)


class PolicyBook:
    """Decides by the text it holds: that of a folder at first. PolicyError at once when it cannot be trusted."""

    def __init__(self, folder: Path, at: datetime) -> None:
        self.text = ""
        self.tiers: dict[str, int] = {}
        """`top_tiers` of the rules in force; the same dictionary for as long as the book is there."""
        self.take(bundle(folder), at)

    def take(self, text: str, at: datetime) -> None:
        """From now on decide by `text`. PolicyError, and nothing changes, when it cannot be trusted."""
        self._policy: Policy | None = load(text, at)
        self.text = text
        self._day = at.date()
        self.tiers |= (tiers := self.top_tiers())
        for gone in self.tiers.keys() - tiers.keys():
            del self.tiers[gone]

    def close(self) -> None:
        """From now on deny everything: what is in force cannot be read by this program."""
        self._policy = None

    def turn(self, at: datetime) -> None:
        """Take the rules that are in force at `at`; the text stays as it was reviewed."""
        if at.date() != self._day and self._policy is not None:
            self.take(self.text, at)

    @property
    def revision(self) -> str:
        """Digest of the text; empty while nothing can be decided."""
        return self._policy.revision if self._policy else ""

    @property
    def in_force(self) -> tuple[str, ...]:
        """Ids of the rules that hold now."""
        return tuple(sorted(self._rules))

    @property
    def _rules(self) -> dict[str, Rule]:
        return self._policy.rules if self._policy else {}

    def top_tiers(self) -> dict[str, int]:
        """Action → the least amount for one customer above which somebody of level TOP_LEVEL, or two people, must sign."""
        found: dict[str, int] = {}
        for rule in self._rules.values():
            if rule.outcome != "cosign" or ((rule.level or 0) < TOP_LEVEL and rule.people < 2):
                continue
            caps = [cap.minor for cap in rule.caps if "agentDay" not in cap.adds and "teamDay" not in cap.adds]
            for action in rule.actions or ():
                if caps:
                    found[action] = min(min(caps), found.get(action, min(caps)))
        return found

    def decide(self, actor: ActorFacts, action: str, subject: SubjectFacts, circumstances: Circumstances) -> Decision:
        if self._policy is None:
            return Deny(reasons=(undecided(Answer(False, (), "closed")),))
        return decide(self._policy, actor, action, subject, circumstances)


def announce(tx: Tx, book: PolicyBook, now: datetime) -> None:
    """A row in the audit when other rules are in force than at the last time, so that every decision between two such
    rows has its rules."""
    now_said = {"revision": book.revision, "rules": list(book.in_force)}
    kept = tx.value("setting_get", name=_MARK)
    before = msgspec.json.decode(kept) if kept else {"revision": "", "rules": []}
    if before == now_said:
        return
    tx.run("setting_put", name=_MARK, value=msgspec.json.encode(now_said).decode())
    facts: dict[str, object] = {
        "revision": book.revision,
        "before": before["revision"],
        "began": sorted(set(book.in_force) - set(before["rules"])),
        "ended": sorted(set(before["rules"]) - set(book.in_force)),
    }
    tail = Tail(tx, now)
    tail.audit(AuditDraft(actor="system:policy", type="ChangeRules", outcome="applied", facts=facts))
    tail.close()


def put_in_force(tx: Tx, signer: Signer, text: str, now: datetime, by: str) -> Bundle:
    """Sign `text`, which the caller has checked, and send it to every desk; servers that run take it up by themselves.
    `by` is who did it."""
    before = in_force(tx)
    made = signer.bundle(Bundle(id=_MARK, kind=_MARK, revision=canon.digest(text.encode()), text=text))
    entry, _ = writing.put(tx, made)
    if entry is not None:
        tail = Tail(tx, now)
        facts: dict[str, object] = {"revision": made.revision, "before": before.revision if before else "", "by": by}
        tail.audit(AuditDraft(actor="system:policy", type="PutPolicy", outcome="applied", facts=facts))
        tail.feed([entry])
        tail.close()
    return made


def begin(tx: Tx, book: PolicyBook, signer: Signer, now: datetime) -> None:
    """What holds at a start: the folder if it changed since the last one, else what was put in force meanwhile.
    PolicyError when that cannot be trusted any more, by a newer program for instance."""
    folder = canon.digest(book.text.encode())
    row = in_force(tx)
    if row is not None and tx.value("setting_get", name=_START) == folder and trusted(row, signer.key):
        if row.revision != folder:
            book.take(row.text, now)
    else:
        tx.run("setting_put", name=_START, value=folder)
        put_in_force(tx, signer, book.text, now, "start")
    announce(tx, book, now)


class PolicyDays:
    """Takes up a policy that was put in force, turns the book's page when the business day changes, and says so in the
    audit."""

    name = "policy"
    every_s = 1.0
    woken = False

    def __init__(self, book: PolicyBook, services: Services) -> None:
        self._book = book
        self._services = services
        self._told: tuple[str, ...] = ()
        self._seen: int | None = None

    async def step(self) -> None:
        now = self._services.clock.now()
        version = await self._services.db.read(lambda tx: TableState(tx).version(f"bundle:{_MARK}"))
        if version != self._seen:
            self._seen = version
            await self._take_up(now)
        self._book.turn(now)
        if (self._book.revision, *self._book.in_force) != self._told:
            self._told = (self._book.revision, *self._book.in_force)
            await self._services.db.write(lambda tx: announce(tx, self._book, now))

    async def _take_up(self, now: datetime) -> None:
        row = await self._services.db.read(in_force)
        if row is not None and trusted(row, self._services.signer.key):
            if row.revision != self._book.revision:
                self._take(row.text, now)
            return
        await self._services.db.write(lambda tx: self._put_back(tx, row.revision if row else "", now))

    def _take(self, text: str, now: datetime) -> None:
        try:
            self._book.take(text, now)
        except PolicyError as error:
            # Signed, so somebody with the right to put it in force did; by other rules nothing may be decided now.
            _LOG.error("policy: %s", error.key)
            self._book.close()

    def _put_back(self, tx: Tx, refused: str, now: datetime) -> None:
        """What stands in the row is not ours: it is written over, and the attempt is on record."""
        tail = Tail(tx, now)
        facts: dict[str, object] = {"revision": refused, "before": self._book.revision}
        tail.audit(AuditDraft(actor="system:policy", type="PutPolicy", outcome="refused", facts=facts))
        tail.close()
        put_in_force(tx, self._services.signer, self._book.text, now, "repair")
