"""Requests for a co-sign and delegations as a desk on a stage is shown them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec

from agent_tui import canon
from agent_tui.desk.views import ApprovalView
from agent_tui.domain.approval import Approval, ApprovalState, Delegation, Signature
from agent_tui.i18n.message import msg
from tests import eg
from tests.tui.fake import ME, FakeDoor
from tests.tui.stage import Stage

RULE = {
    "zh": "超过 50.00 元,须由 3 级人员复核。",
    "en": "Above 50.00: a colleague of level 3 co-signs.",
    "ja": "三級の承認。",
}


def approval(id: str = "r1", **fields: Any) -> Approval:
    """A fee of 200.00 to be waived for c1; asked by a colleague of level 2."""
    payload = canon.canonical({"action": "waive_fee", "amount_minor": 20_000, "request": id, "args": {}}).decode()
    given: dict[str, Any] = {
        "id": id, "maker_id": "a9", "maker_name": "陈晓", "maker_level": 2, "action": "waive_fee", "payload": payload,
        "payload_hash": canon.digest(payload.encode()), "target": "customer:c1", "target_version": 3, "customer_id": "c1",
        "customer_name": "张•", "amount_minor": 20_000, "level": 3, "reason": "第三次投诉", "sentences": (RULE,),
        "rules": ("fee-above-L2",), "limit_minor": 5_000, "opened_at": eg.NOW, "expires_at": eg.NOW + timedelta(minutes=15),
    }  # fmt: skip
    return Approval(**{**given, **fields})


def to_sign(id: str = "r1", **fields: Any) -> ApprovalView:
    """It waits for me."""
    return seen(approval(id, **fields), "sign")


def of_mine(id: str = "r1", **fields: Any) -> ApprovalView:
    """I asked for it."""
    asked = approval(id, maker_id=ME, **fields)
    part = "asked" if asked.open else "done"
    return seen(asked, part, mine=True, cannot=msg("authority.own_request"))


def seen(request: Approval, part: str, **more: Any) -> ApprovalView:
    given = {
        "mine": False,
        "left_s": 600.0 if request.open else 0.0,
        "payload": (("action", "waive_fee"),),
        "true": True,
    }
    return ApprovalView(approval=request, part=part, **{**given, **more})


def ended(view: ApprovalView, state: ApprovalState, outcome: str = "", *signatures: Signature) -> ApprovalView:
    """What became of it; nobody may sign it any more."""
    over = msgspec.structs.replace(
        view.approval,
        state=state,
        outcome=outcome,
        closed_at=eg.at(60),
        signatures=(*view.approval.signatures, *signatures),
    )
    return seen(over, "done", mine=view.mine, cannot=msg(f"authority.is_{state.value}"))


def signature(request: Approval, decision: str = "sign", **fields: Any) -> Signature:
    given: dict[str, Any] = {"signer_id": "a3", "name": "王芳", "level": 3, "decision": decision, "at": eg.at(30)}
    bound = {"payload_hash": request.payload_hash, "target_version": request.target_version}
    return Signature(**{**given, **bound, **fields})


def lent(id: str = "d1", **fields: Any) -> Delegation:
    """By me to 王芳, for eight hours."""
    given: dict[str, Any] = {
        "id": id, "grantor_id": ME, "grantor_name": "本人", "grantee_id": "a3", "grantee_name": "王芳",
        "actions": ("waive_fee",), "max_level": 2, "max_minor": 5_000, "valid_from": eg.NOW, "valid_to": eg.at(28_800),
        "reason": "外出", "granted_at": eg.NOW,
    }  # fmt: skip
    return Delegation(**{**given, **fields})


def signer(*views: ApprovalView) -> FakeDoor:
    """The door of somebody for whom these wait."""
    door = FakeDoor()
    door.approvals = list(views)
    return door


async def become(at: Stage, *views: ApprovalView) -> None:
    """The requests are these now, and the desk was told."""
    at.door.approvals = list(views)
    await at.told("approval")
