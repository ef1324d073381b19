"""The policy in force on the server: taken anew each business day, so that effective dates take effect."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import msgspec

from agent_tui.domain.centre import Bundle
from agent_tui.policy.decide import decide
from agent_tui.policy.decision import ActorFacts, Circumstances, Decision, SubjectFacts
from agent_tui.policy.load import bundle, load
from agent_tui.server.database import Tx
from agent_tui.server.services import Services
from agent_tui.server.state import TableState
from agent_tui.server.tail import AuditDraft, Tail

TOP_LEVEL = 4
_MARK = "policy"


def in_force(tx: Tx) -> Bundle | None:
    """The policy as the desks receive it."""
    return TableState(tx).get(Bundle, _MARK)


class PolicyBook:
    """Decides by the files of one folder. PolicyError at once when they cannot be trusted."""

    def __init__(self, folder: Path, at: datetime) -> None:
        self.text = bundle(folder)
        self._policy = load(self.text, at)
        self._day = at.date()

    def turn(self, at: datetime) -> None:
        """Take the rules that are in force at `at`. The text stays that of the start: it was reviewed, and it is what
        the desks hold."""
        if at.date() != self._day:
            self._policy = load(self.text, at)
            self._day = at.date()

    @property
    def revision(self) -> str:
        """Digest of the text."""
        return self._policy.revision

    @property
    def in_force(self) -> tuple[str, ...]:
        """Ids of the rules that hold now."""
        return tuple(sorted(self._policy.rules))

    def top_tiers(self) -> dict[str, int]:
        """Action → the least amount for one customer above which somebody of level TOP_LEVEL, or two people, must sign."""
        found: dict[str, int] = {}
        for rule in self._policy.rules.values():
            if rule.outcome != "cosign" or ((rule.level or 0) < TOP_LEVEL and rule.people < 2):
                continue
            caps = [cap.minor for cap in rule.caps if "agentDay" not in cap.adds and "teamDay" not in cap.adds]
            for action in rule.actions or ():
                if caps:
                    found[action] = min(min(caps), found.get(action, min(caps)))
        return found

    def decide(self, actor: ActorFacts, action: str, subject: SubjectFacts, circumstances: Circumstances) -> Decision:
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


class PolicyDays:
    """Turns the book's page when the business day changes, and says so in the audit."""

    name = "policy"
    every_s = 1.0
    woken = False

    def __init__(self, book: PolicyBook, services: Services) -> None:
        self._book = book
        self._services = services
        self._told: tuple[str, ...] = ()

    async def step(self) -> None:
        now = self._services.clock.now()
        self._book.turn(now)
        if self._book.in_force != self._told:
            self._told = self._book.in_force
            await self._services.db.write(lambda tx: announce(tx, self._book, now))
