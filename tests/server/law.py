"""Makers, checkers, delegates, editors and clocks doing as they please, and what must hold whatever they do."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import ClassVar, TypeAlias

import msgspec
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from agent_tui import canon, ids
from agent_tui.clock import ManualClock
from agent_tui.domain.agent import Agent
from agent_tui.domain.approval import Approval, ApprovalState, Delegation
from agent_tui.domain.commands import (
    AmendApproval,
    BreakGlass,
    Command,
    DecideApproval,
    GrantDelegation,
    RequestApproval,
    RevokeDelegation,
    WithdrawApproval,
)
from agent_tui.domain.usage import DayUse
from agent_tui.policy.decide import decide
from agent_tui.policy.decision import ActorFacts, Circumstances, Decision, SubjectFacts
from agent_tui.server import approvals, expiry, seed, writing
from agent_tui.server.authority import Authority
from agent_tui.server.caller import Caller
from agent_tui.server.errands import Due, ErrandsJob
from agent_tui.server.ledger import Ledger
from agent_tui.server.ports.port import Result
from agent_tui.server.record import Answer
from agent_tui.server.services import Services
from agent_tui.server.state import TableState
from agent_tui.server.terms import Terms
from agent_tui.wire.command import Envelope
from tests import eg
from tests.server import office
from tests.server.engines import Hold, raw
from tests.server.office import waive

PEOPLE = ("a1", "a2", "b3", "b4", "s1", "s2")
SUMS = (3_000, 5_001, 20_000, 30_000, 110_000, 150_000, 200_001)
ALONE = {1: 0, 2: 5_000, 3: 30_000, 4: 200_000, 5: 200_000}
"""Fen of fees one may waive for one customer in a day, by the level that answers for it (product page section 6)."""
CAP = 5_000_000
AWKWARD = 110_000
"""A sum about which the engine fails here: an error must never become a yes."""

Deeds: TypeAlias = list[tuple[str, str, int, int]]
"""Deed, who, how many texts ago they looked, which delegation they name."""

person = st.sampled_from(PEOPLE)
customer = st.sampled_from(("c1", "c1", "c2"))
deed = st.sampled_from(("sign", "sign", "sign", "sign", "sign", "lower", "lower", "refuse", "withdraw"))
deeds = st.lists(st.tuples(deed, person, st.integers(0, 1), st.integers(-3, 1)), min_size=2, max_size=8)
which = st.integers(0, 2)
"""Counted from the latest."""
amount = st.sampled_from(SUMS)


def judge(actor: ActorFacts, action: str, subject: SubjectFacts, given: Circumstances) -> Decision:
    """The real policy; about an awkward sum it is asked with facts it cannot read."""
    if given.amount_minor == AWKWARD:
        given = msgspec.structs.replace(given, amount_minor="much")
    return decide(office.policy(), actor, action, subject, given)


class Seen(msgspec.Struct, frozen=True):
    """What a signer had before their eyes."""

    signer: str
    payload: str
    lenders: frozenset[str]
    """Who had lent the signer authority at that moment."""
    principal: str


class Centre(RuleBasedStateMachine):
    """One centre in one transaction that is rolled back at the end."""

    services: ClassVar[Services]
    judge: ClassVar[Callable[..., Decision]] = staticmethod(judge)

    def __init__(self) -> None:
        super().__init__()
        self.hold = Hold(self.services)
        self.tx = self.hold.tx
        assert isinstance(self.services.clock, ManualClock)
        self.clock = ManualClock(eg.NOW)
        authority = Authority(type(self).judge, "Asia/Shanghai")
        vault = self.services.vault
        self.ledger = Ledger(self.clock, authority, vault, approvals.Approvals(authority, vault, Terms()), Terms())
        self.job = ErrandsJob(self.services, ())
        self.requests: list[str] = []
        self.payloads: dict[str, list[str]] = {}
        self.lent: list[str] = []
        self.seen: dict[str, list[Seen]] = {}
        self.authority: dict[str, int] = {}
        """Act → the most its authority reaches to for one customer in a day."""

    def teardown(self) -> None:
        self.hold.undo()

    # ---- deeds ---------------------------------------------------------------------------------------------------

    def send(self, who: str, command: Command, id: str = "") -> Answer:
        envelope = Envelope(id=id or ids.uuid7(), command=command)
        caller = Caller(kind="agent", id=who, device="d", step_up_age_s=0)
        return self.ledger.commit(self.tx, envelope, caller)

    @property
    def state(self) -> TableState:
        return TableState(self.tx)

    def approval(self, id: str) -> Approval:
        found = self.state.get(Approval, id)
        assert found is not None
        return found

    def delegation(self, n: int) -> Delegation | None:
        return self.state.get(Delegation, self.lent[n % len(self.lent)]) if self.lent and n >= 0 else None

    def level(self, who: str, lent: Delegation | None) -> int:
        agent = self.state.get(Agent, who)
        assert agent is not None
        return max(agent.level, lent.max_level if lent else 0)

    @rule(who=person, minor=amount, about=customer, lent=st.integers(-2, 1))
    def perform(self, who: str, minor: int, about: str, lent: int) -> None:
        given, id = self.delegation(lent), ids.uuid7()
        command = waive(minor, who, about, delegation_id=given.id if given else None)
        if self.send(who, command, id).http == 200:
            self.authority[id] = ALONE[self.level(who, given)]

    @rule(
        who=person,
        minor=amount,
        about=customer,
        lent=st.integers(-4, 1),
        kind=st.sampled_from((RequestApproval, RequestApproval, RequestApproval, BreakGlass)),
        deeds=deeds,
    )
    def ask(
        self,
        who: str,
        minor: int,
        about: str,
        lent: int,
        kind: type[RequestApproval | BreakGlass],
        deeds: Deeds,
    ) -> None:
        given, id = self.delegation(lent), ids.uuid7()
        act = waive(minor, who, about, delegation_id=given.id if given else None)
        if self.send(who, kind(command=act, reason="asked"), id).http == 200:
            self.requests.append(id)
            self.payloads[id] = [self.approval(id).payload]
            self.go_on(0, deeds)

    @rule(n=which, deeds=deeds)
    def go_on(self, n: int, deeds: Deeds) -> None:
        """What people do about a request, one after the other: sign with what they see, some with an earlier text on
        the screen, some with what was lent to them; refuse, lower, take back."""
        for deed, who, old, lent in deeds:
            if deed == "lower":
                self.lower(who, n, 2 + old)
            elif deed == "withdraw":
                self.withdraw(who, n)
            else:
                self.answer(n, who, deed, old, lent)

    def answer(self, n: int, who: str, decision: str, old: int, lent: int) -> None:
        if not self.requests:
            return
        approval, given = self.approval(self.requests[-1 - n % len(self.requests)]), self.delegation(lent)
        texts = self.payloads[approval.id]
        text = texts[-1 - old % len(texts)]
        held = [d for d in self.state.find(Delegation, agent_id=who) if d.holds(self.clock.now())]
        command = DecideApproval(
            approval_id=approval.id,
            decision=decision,
            payload_hash=canon.digest(text.encode()),
            target_version=approval.target_version,
            reason="because",
            delegation_id=given.id if given else None,
        )
        before = len(approval.signatures)
        self.send(who, command)
        now = self.approval(approval.id)
        if decision == "sign" and len(now.signatures) > before:
            principal = given.grantor_id if given else who
            lenders = frozenset(d.grantor_id for d in held)
            self.seen.setdefault(approval.id, []).append(Seen(who, text, lenders, principal))
        if now.state is ApprovalState.EXECUTED and approval.open:
            self.authority[approval.id] = self.reach(now)

    def reach(self, approval: Approval) -> int:
        """How far the names under a request reach for one customer in a day."""
        if approval.kind == "break_glass":
            return CAP
        levels = [s.level for s in approval.signatures if s.decision == "sign"]
        if len(levels) >= 2 and min(levels) >= 4:
            return CAP
        return max(ALONE[min(levels, default=1)], ALONE[approval.maker_level])

    def lower(self, who: str, n: int, share: int) -> None:
        if not self.requests:
            return
        approval = self.approval(self.requests[-1 - n % len(self.requests)])
        command = AmendApproval(
            approval_id=approval.id,
            amount_minor=max(1, (approval.amount_minor or 0) // share),
            payload_hash=approval.payload_hash,
            reason="less will do",
        )
        if self.send(who, command).http == 200:
            self.payloads[approval.id].append(self.approval(approval.id).payload)

    def withdraw(self, who: str, n: int) -> None:
        if self.requests:
            self.send(who, WithdrawApproval(approval_id=self.requests[-1 - n % len(self.requests)]))

    @rule(who=person, to=person, level=st.integers(2, 4), minor=st.sampled_from((5_000, 30_000, 200_000)))
    def lend(self, who: str, to: str, level: int, minor: int) -> None:
        id = ids.uuid7()
        command = GrantDelegation(
            grantee_id=to,
            actions=("waive_fee",),
            max_level=level,
            max_minor=minor,
            valid_to=(self.clock.now() + timedelta(seconds=1500)).isoformat(),
            reason="on leave",
        )
        if self.send(who, command, id).http == 200:
            self.lent.append(id)

    @rule(who=person, n=which)
    def revoke(self, who: str, n: int) -> None:
        if self.lent:
            self.send(who, RevokeDelegation(delegation_id=self.lent[-1 - n % len(self.lent)]))

    # ---- the world -----------------------------------------------------------------------------------------------

    @rule(seconds=st.sampled_from((30, 300, 901, 50_400)))
    def pass_time(self, seconds: int) -> None:
        self.clock.advance(seconds)
        if seconds > 300:
            expiry.sweep(self.tx, self.clock.now(), self.ledger._authority.day(self.clock.now()))

    @rule(who=person, level=st.integers(1, 4), active=st.booleans(), back=st.booleans())
    def change_person(self, who: str, level: int, active: bool, back: bool) -> None:
        """Somebody is promoted, demoted, let go; or everybody is as they were."""
        changed = [office.person(who, level=level, active=active)]
        everybody = [office.person(id) for id in PEOPLE]
        seed.publish(self.tx, everybody if back else changed, "Changed", self.clock.now())

    @rule(tier=st.sampled_from(("standard", "gold")))
    def change_customer(self, tier: str) -> None:
        seed.publish(self.tx, [office.customer(tier=tier)], "Changed", self.clock.now())

    @rule(outcome=st.sampled_from(("done", "refused", "unknown")))
    def settle(self, outcome: str) -> None:
        """The other system answers about the oldest errand."""
        for due in self.errands()[:1]:
            self.job.settle(self.tx, due, Result(outcome=outcome), self.clock.now())

    def errands(self, only_new: bool = True) -> list[Due]:
        rows = raw(self.tx, "SELECT * FROM ext_outbox ORDER BY created_at, ext_key")
        vault = self.services.vault
        return [
            Due(
                key=row["ext_key"],
                cause=row["cause"],
                maker=row["maker"],
                contact_id=row["contact_id"],
                errand=msgspec.json.decode(vault.open_command(row["ext_key"], row["body"]), type=writing.Errand),
            )
            for row in rows
            if row["state"] == "new" or not only_new
        ]

    # ---- what must hold ------------------------------------------------------------------------------------------

    def executed(self) -> Iterator[Approval]:
        for id in self.requests:
            approval = self.approval(id)
            if approval.state in (ApprovalState.EXECUTED, ApprovalState.FAILED):
                yield approval

    @invariant()
    def nobody_is_maker_and_checker(self) -> None:
        for approval in self.executed():
            final = [s for s in self.seen[approval.id] if canon.digest(s.payload.encode()) == approval.payload_hash]
            maker = {approval.maker_id}
            if approval.delegation_id:
                lent = self.state.get(Delegation, approval.delegation_id)
                maker |= {lent.grantor_id} if lent else set()
            for one in final:
                assert not {one.signer, one.principal} & maker, "maker and checker are one"
                assert not {one.signer, one.principal} & set(approval.editors), "editor and checker are one"
                assert approval.maker_id not in one.lenders, "a delegate of the maker signed"
            people = [name for one in final for name in {one.signer, one.principal}]
            assert len(people) == len(set(people)), "two signatures of one authority"
            assert len(final) >= approval.people

    @invariant()
    def no_sum_passes_a_limit(self) -> None:
        query = "SELECT command_id, day || customer_id AS day, amount_minor FROM limit_hold WHERE state <> 'released' ORDER BY seq"
        total: dict[str, int] = {}
        for row in raw(self.tx, query):
            total[row["day"]] = total.get(row["day"], 0) + row["amount_minor"]
            assert total[row["day"]] <= CAP
            reach = self.authority.get(row["command_id"])
            assert reach is None or total[row["day"]] <= reach, "a sum passes a limit"

    @invariant()
    def desks_are_told_the_sums_that_count(self) -> None:
        held = "SELECT agent_id, grantor_id, team, customer_id, day, amount_minor FROM limit_hold WHERE state <> 'released'"
        total: dict[tuple[str, str], int] = {}
        for row in raw(self.tx, held):
            counts = {f"agent:{row['agent_id']}", f"agent:{row['grantor_id']}", f"team:{row['team']}"}
            for id in counts | {f"customer:{row['customer_id']}"}:
                total[id, row["day"]] = total.get((id, row["day"]), 0) + row["amount_minor"]
        for told in self.state.find(DayUse):
            assert sum(told.minor.values()) == total.get((told.id, told.day), 0), "a desk is told another sum"

    @invariant()
    def no_grant_is_used_twice(self) -> None:
        causes = [due.cause for due in self.errands(only_new=False)]
        assert len(causes) == len(set(causes)), "carried out twice"
        carried = {a.id for a in self.executed()}
        assert set(causes) == carried | (set(self.authority) - set(self.requests))

    @invariant()
    def nothing_but_what_was_signed_is_carried_out(self) -> None:
        errands = {due.cause: due.errand.external for due in self.errands(only_new=False)}
        for approval in self.executed():
            external = errands[approval.id]
            for one in self.seen[approval.id][-approval.people :]:
                payload = json.loads(one.payload)
                done = (external.operation, external.customer_id, external.args["amount_minor"])
                assert done == (payload["action"], payload["customer_id"], payload["amount_minor"]), "another payload"
                assert payload["request"] == approval.id
