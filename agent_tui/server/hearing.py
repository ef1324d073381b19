"""One command about authority under decision, with all that is needed to judge it. Reads only; nothing is written."""

from __future__ import annotations

from datetime import datetime

import msgspec

from agent_tui import ids
from agent_tui.domain.agent import Agent
from agent_tui.domain.approval import Approval, ApprovalState
from agent_tui.domain.case import Case
from agent_tui.domain.effects import Effects, Event, Refusal
from agent_tui.domain.rows import stamp
from agent_tui.domain.standing import no
from agent_tui.server import limits, problems
from agent_tui.server.authority import Authority
from agent_tui.server.database import Tx
from agent_tui.server.record import Matter
from agent_tui.server.state import TableState
from agent_tui.server.terms import Terms
from agent_tui.server.turn import Turn
from agent_tui.server.vault import Vault


class Hearing(msgspec.Struct, frozen=True, kw_only=True):
    tx: Tx
    matter: Matter
    authority: Authority
    vault: Vault
    terms: Terms

    @property
    def id(self) -> str:
        """Of the command."""
        return self.matter.envelope.id

    @property
    def now(self) -> datetime:
        return self.matter.now

    @property
    def state(self) -> TableState:
        return TableState(self.tx)

    @property
    def case(self) -> Case:
        return Case(actor=self.matter.caller.actor, state=self.state, now=self.now, new_id=ids.uuid7)

    def me(self) -> Agent:
        return self.case.agent()

    def fresh(self) -> bool:
        """Whether the person has authenticated again just now."""
        age = self.matter.caller.step_up_age_s
        return age is not None and age <= self.terms.step_up_s

    def step_up(self) -> Turn:
        """The answer to somebody who only has to authenticate again."""
        key = "server.refusal.step_up"
        said = (problems.sentences(key, {}),)
        return Turn(problem=problems.make("step-up-required", key=key, reasons=said, command_id=self.id))

    def open_approval(self, id: str) -> Approval:
        """A request that still waits. Stop when it does not."""
        approval = self.state.get(Approval, id) or no("no_approval")
        if not approval.open:
            no(f"is_{approval.state.value}", conflict=True)
        return approval

    def close(
        self, approval: Approval, to: ApprovalState, key: str, args: dict[str, str | int] | None = None
    ) -> Turn:
        """The request ends without being carried out; what it reserved is given back."""
        return Turn(
            effects=ended(approval, to, self.now, self.matter.caller.id, key, args),
            holds=(limits.Settle(command_id=approval.id, state="released"),),
            about=f"approval:{approval.id}",
            customer_id=approval.customer_id,
            facts=facts_of(approval),
        )

    def lost(self, approval: Approval, to: ApprovalState, key: str, args: dict[str, str | int] | None = None) -> Turn:
        """It ends, and whoever acted on it learns why theirs came to nothing."""
        refusal = Refusal(key=key, args=args or {}, conflict=True)
        told = problems.of_refusal(refusal, self.id)
        return msgspec.structs.replace(self.close(approval, to, key, args), problem=told)


def ended(
    approval: Approval,
    to: ApprovalState,
    now: datetime,
    by: str,
    key: str = "",
    args: dict[str, str | int] | None = None,
) -> Effects:
    """The row as it ends, with the fact of it."""
    over = msgspec.structs.replace(approval, state=to, closed_at=now, outcome=key, outcome_args=args or {})
    return Effects(puts=(over,), events=(fact("ApprovalEnded", over, now, by, state=to.value),))


def fact(name: str, approval: Approval, at: datetime, by: str, **data: str | int | bool | None) -> Event:
    """A fact about a request."""
    about: dict[str, str | int | float | bool | None] = {
        "approval": approval.id,
        "action": approval.action,
        "kind": approval.kind,
        "amount_minor": approval.amount_minor,
        "level": approval.level,
        "people": approval.people,
        **data,
    }
    return Event(
        name=name,
        at=at,
        agent_id=by,
        contact_id=approval.contact_id,
        customer_id=approval.customer_id,
        data=about,
    )


def facts_of(approval: Approval) -> dict[str, object]:
    """What the audit keeps of a request beside the command."""
    return {
        "approval": approval.id,
        "action": approval.action,
        "amount_minor": approval.amount_minor,
        "currency": approval.currency,
        "state": approval.state.value,
        "opened_at": stamp(approval.opened_at),
        "kind": approval.kind,
        "maker": approval.maker_id,
        "payload_hash": approval.payload_hash,
        "target_version": approval.target_version,
        "signers": [s.signer_id for s in approval.signed],
        "delegations": [s.delegation_id for s in approval.signed if s.delegation_id],
        "review": approval.review,
    }
