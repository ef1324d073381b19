"""No text of a person's command is without end, wherever in the command it stands."""

from __future__ import annotations

import pytest

from agent_tui.domain.bounds import MANY, SHORT, TEXT, check_lengths
from agent_tui.domain.case import Stop
from agent_tui.domain.commands import (
    AmendApproval,
    BreakGlass,
    Command,
    DecideApproval,
    GrantDelegation,
    PerformAction,
    RequestApproval,
    ResolveEffect,
    RevealField,
    RevokeDelegation,
    WithdrawApproval,
)
from agent_tui.domain.customer import Secret
from agent_tui.i18n.catalog import LANGUAGES, say

LONG, NAME = "字" * (TEXT + 1), "k" * (SHORT + 1)
ACT = PerformAction(action="waive_fee", customer_id="c1")


def lend(**given: object) -> GrantDelegation:
    plain = {"grantee_id": "a2", "actions": ("waive_fee",), "max_level": 2, "valid_to": "2026-03-03", "reason": "x"}
    return GrantDelegation(**{**plain, **given})  # type: ignore[arg-type]


def decide(**given: object) -> DecideApproval:
    plain = {"approval_id": "r", "decision": "sign", "payload_hash": "h", "target_version": 1}
    return DecideApproval(**{**plain, **given})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "command",
    [
        PerformAction(action="waive_fee", customer_id="c1", reason=LONG),
        PerformAction(action="waive_fee", customer_id="c1", args={"mobile": NAME}),
        PerformAction(action="waive_fee", customer_id="c1", args={NAME: "x"}),
        RevealField(customer_id="c1", field=Secret.PHONE, purpose=LONG),
        RequestApproval(command=ACT, reason=LONG),
        RequestApproval(command=PerformAction(action="waive_fee", customer_id="c1", reason=LONG), reason="x"),
        RequestApproval(command=PerformAction(action="waive_fee", customer_id=NAME), reason="x"),
        BreakGlass(command=PerformAction(action=NAME, customer_id="c1"), reason="x"),
        BreakGlass(command=ACT, reason=LONG),
        decide(reason=LONG),
        decide(payload_hash=NAME),
        AmendApproval(approval_id="r", amount_minor=1, payload_hash="h", reason=LONG),
        WithdrawApproval(approval_id="r", reason=LONG),
        lend(reason=LONG),
        lend(actions=("waive_fee", NAME)),
        lend(actions=("waive_fee",) * (MANY + 1)),
        RevokeDelegation(delegation_id="d", reason=LONG),
        ResolveEffect(ticket_id="t", outcome="done", reason=LONG),
    ],
    ids=lambda command: type(command).__name__,
)
def test_what_has_no_end_is_refused_with_its_length(command: Command) -> None:
    with pytest.raises(Stop) as stop:
        check_lengths(command)
    refusal = stop.value.refusal
    assert refusal.key in ("domain.text_too_long", "domain.too_many_items")
    for language in LANGUAGES:
        assert "{" not in say(refusal.key, language, **refusal.args)


def test_what_anybody_types_passes() -> None:
    reason = "客户在线等待,年费重复扣收。" * 100
    check_lengths(RequestApproval(command=PerformAction(action="a", customer_id="c", reason=reason), reason=reason))
    check_lengths(lend(actions=tuple(f"a{n}" for n in range(MANY)), reason=reason))
