"""Co-signing over HTTP: asked, seen, signed by somebody else, carried out once, against what was signed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from agent_tui import canon, ids
from agent_tui.domain.agent import Role
from agent_tui.domain.approval import ApprovalState
from agent_tui.domain.commands import (
    AmendApproval,
    BreakGlass,
    DecideApproval,
    MoveTicket,
    RequestApproval,
    WithdrawApproval,
)
from agent_tui.domain.contact import ContactState
from agent_tui.server import expiry
from agent_tui.server.services import Services
from tests import eg
from tests.server import bench, office
from tests.server.office import act, says, waive

Client = AsyncTestClient[Litestar]
MOBILE = "13900001111"


@pytest.fixture
def services(tmp_path: Path) -> Services:
    return office.open_office(tmp_path)


def errands(services: Services) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = bench.query(services, "SELECT cause, operation FROM ext_outbox")
    return found


def holds(services: Services) -> list[tuple[str, int, str]]:
    found: list[tuple[str, int, str]] = bench.query(
        services, "SELECT action, amount_minor, state FROM limit_hold ORDER BY seq"
    )
    return found


# ---- asking ------------------------------------------------------------------------------------------------------


async def test_above_ones_level_it_is_refused_then_asked_then_signed_then_done_once(
    client: Client, services: Services
) -> None:
    maker, signer = await office.seat(client, "a1"), await office.fresh(client, "b3")
    refused = await maker.send(waive(20_000))
    assert refused.status_code == 403
    assert refused.json()["needs_level"] == 3
    approval = await maker.asked(services, waive(20_000))
    assert approval.state is ApprovalState.PROPOSED
    assert (approval.level, approval.people) == (3, 1)
    assert holds(services) == [("waive_fee", 20_000, "reserved")]
    assert not errands(services)
    answer = await signer.decide(approval)
    assert answer.status_code == 200, answer.text
    done = office.get_approval(services, approval.id)
    assert done.state is ApprovalState.EXECUTED
    assert [s.signer_id for s in done.signatures] == ["b3"]
    assert errands(services) == [(approval.id, "waive_fee")]
    again = await signer.decide(approval)
    assert again.status_code == 409
    assert says(again, "authority.is_executed")
    assert len(errands(services)) == 1


async def test_the_request_reaches_those_who_could_sign_and_nobody_else(client: Client, services: Services) -> None:
    maker = await office.seat(client, "a1")
    approval = await maker.asked(services, waive(20_000))
    place = ("approval", approval.id)
    seen = {id: place in (await (await office.seat(client, id)).snapshot())[0] for id in office.LEVELS}
    assert seen == {
        "a1": True, "a2": False, "a0": False, "b3": True, "b4": True, "s1": True, "s2": True, "s3": True, "m1": True,
        "ad": False,
    }  # fmt: skip
    row = (await (await office.seat(client, "b3")).snapshot())[0][place]
    assert canon.digest(row["payload"].encode()) == row["payload_hash"]


async def test_the_makers_command_row_names_the_approval(client: Client, services: Services) -> None:
    maker = await office.seat(client, "a1")
    approval = await maker.asked(services, waive(20_000))
    row = (await maker.snapshot())[0]["command", approval.id]
    assert row["outcome"] == "awaiting_approval"
    assert row["target"] == f"approval:{approval.id}"


async def test_the_whole_act_is_tried_out_when_it_is_asked_for(client: Client, services: Services) -> None:
    maker = await office.fresh(client, "a1")
    nonsense = await maker.ask(act("change_mobile", args={"mobile": "1"}))
    assert says(nonsense, "domain.mobile_needed")
    elsewhere = await maker.ask(act("waive_fee", amount_minor=20_000, contact_id="k-a2-c1"))
    assert elsewhere.status_code == 403
    denied = await maker.ask(waive(6_000_000))
    assert denied.status_code == 403
    assert not bench.query(services, "SELECT * FROM state WHERE entity = 'approval'")
    assert not holds(services)


async def test_what_one_may_do_alone_is_not_asked_for(client: Client) -> None:
    maker = await office.seat(client, "a1")
    assert says(await maker.ask(waive(5_000)), "authority.not_needed")
    assert says(await maker.ask(waive(20_000), reason=" "), "authority.reason_needed")


async def test_nothing_personal_stands_in_the_clear_and_yet_the_hash_binds_it(
    client: Client, services: Services
) -> None:
    maker = await office.fresh(client, "a1")
    one = await maker.asked(services, act("change_mobile", args={"mobile": MOBILE}))
    assert MOBILE not in "".join(await bench.dump(services))
    other = await maker.asked(services, act("change_mobile", args={"mobile": "13900001112"}))
    assert one.payload_hash != other.payload_hash


async def test_an_action_of_high_risk_needs_the_makers_step_up_when_asking(
    client: Client, services: Services
) -> None:
    maker = await office.seat(client, "a1")
    id, command = ids.uuid7(), RequestApproval(command=act("change_mobile", args={"mobile": MOBILE}), reason="asked")
    first = await maker.send(command, id=id)
    assert first.status_code == 401
    await maker.fresh()
    assert (await maker.send(command, id=id)).status_code == 200
    signed = await (await office.fresh(client, "b3")).decide(office.get_approval(services, id))
    assert signed.status_code == 200, signed.text


@pytest.mark.parametrize("offline", [True])
async def test_no_command_of_authority_waits_in_a_queue(client: Client, offline: bool) -> None:
    from agent_tui.domain import commands
    from agent_tui.wire.command import Envelope, Intent

    assert not commands.AUTHORITY & commands.OFFLINE
    maker = await office.seat(client, "a1")
    envelope = Envelope(
        id=ids.uuid7(),
        command=RequestApproval(command=waive(20_000), reason="x"),
        intent=Intent(offline=offline, age_ms=1),
    )
    headers = {**maker.headers, "idempotency-key": envelope.id, "content-type": "application/json"}
    answer = await client.post("/v1/commands", content=msgspec.json.encode(envelope), headers=headers)
    assert says(answer, "server.refusal.not_offline")


# ---- who may sign ------------------------------------------------------------------------------------------------


async def test_nobody_signs_their_own_whatever_their_level(client: Client, services: Services) -> None:
    maker = await office.fresh(client, "s1")
    approval = await maker.asked(services, act("change_mobile", "s1", args={"mobile": MOBILE}))
    assert says(await maker.decide(approval), "authority.own_request")
    assert says(await maker.decide(approval, "refuse"), "authority.own_request")
    assert office.get_approval(services, approval.id).open


async def test_no_role_bypasses_it(client: Client, services: Services) -> None:
    approval = await (await office.seat(client, "a1")).asked(services, waive(20_000))
    assert says(await (await office.fresh(client, "ad")).decide(approval), "authority.not_a_signer")
    office.put(services, office.person("s1", role=Role.REVIEWER))
    assert says(await (await office.fresh(client, "s1")).decide(approval), "authority.not_a_signer")


async def test_the_level_must_reach_at_this_moment(client: Client, services: Services) -> None:
    signer = await office.fresh(client, "b3")
    approval = await (await office.seat(client, "a1")).asked(services, waive(20_000))
    office.put(services, office.person("b3", level=2))
    assert says(await signer.decide(approval), "authority.level_too_low")
    office.put(services, office.person("b3", level=3, active=False))
    assert (await signer.decide(approval)).status_code in (401, 403)
    assert office.get_approval(services, approval.id).open


async def test_two_signers_are_two_people(client: Client, services: Services) -> None:
    maker = await office.fresh(client, "a1")
    approval = await maker.asked(services, waive(300_000))
    assert (approval.level, approval.people) == (4, 2)
    first, second = await office.fresh(client, "s1"), await office.fresh(client, "s2")
    assert (await first.decide(approval)).status_code == 200
    half = office.get_approval(services, approval.id)
    assert half.open
    assert not errands(services)
    assert says(await first.decide(approval), "authority.signed_already")
    assert (await second.decide(approval)).status_code == 200
    assert office.get_approval(services, approval.id).state is ApprovalState.EXECUTED
    assert len(errands(services)) == 1


async def test_a_signer_whom_the_maker_made_a_delegate_before_the_second_signature_makes_it_stale(
    client: Client, services: Services
) -> None:
    maker = await office.fresh(client, "a1")
    approval = await maker.asked(services, waive(300_000))
    assert (await (await office.fresh(client, "s1")).decide(approval)).status_code == 200
    _, lent = await maker.lend("s1", max_level=2, max_minor=1_000)
    assert lent.status_code == 200
    answer = await (await office.fresh(client, "s2")).decide(approval)
    assert answer.status_code == 409
    assert office.get_approval(services, approval.id).outcome == "authority.stale_signature"
    assert not errands(services)


async def test_a_signer_who_lost_the_level_before_the_second_signature_makes_it_stale(
    client: Client, services: Services
) -> None:
    approval = await (await office.fresh(client, "a1")).asked(services, waive(300_000))
    await (await office.fresh(client, "s1")).decide(approval)
    office.put(services, office.person("s1", level=2))
    answer = await (await office.fresh(client, "s2")).decide(approval)
    assert answer.status_code == 409
    assert office.get_approval(services, approval.id).outcome == "authority.stale_signature"
    assert holds(services)[0][2] == "released"


async def test_signing_takes_a_step_up_of_the_last_five_minutes(client: Client, services: Services) -> None:
    approval = await (await office.seat(client, "a1")).asked(services, waive(20_000))
    signer = await office.seat(client, "b3")
    id = ids.uuid7()
    command = DecideApproval(
        approval_id=approval.id,
        decision="sign",
        payload_hash=approval.payload_hash,
        target_version=approval.target_version,
    )
    first = await signer.send(command, id=id)
    assert first.status_code == 401
    assert first.json()["type"].endswith("/step-up-required")
    await signer.fresh()
    assert (await signer.send(command, id=id)).status_code == 200


# ---- exactly what was seen ---------------------------------------------------------------------------------------


async def test_another_hash_or_version_than_the_one_there_is_a_conflict(client: Client, services: Services) -> None:
    approval = await (await office.seat(client, "a1")).asked(services, waive(20_000))
    signer = await office.fresh(client, "b3")
    wrong: list[dict[str, Any]] = [
        {"payload_hash": "sha256:" + "0" * 64},
        {"target_version": approval.target_version + 1},
    ]
    for seen in wrong:
        answer = await signer.decide(approval, **seen)
        assert answer.status_code == 409
        assert says(answer, "authority.changed")
    assert office.get_approval(services, approval.id).open


async def test_a_changed_customer_makes_it_stale_and_gives_the_limit_back(client: Client, services: Services) -> None:
    approval = await (await office.seat(client, "a1")).asked(services, waive(20_000))
    office.put(services, office.customer(frozen=False, tier="gold"))
    answer = await (await office.fresh(client, "b3")).decide(approval)
    assert answer.status_code == 409
    assert says(answer, "authority.stale_target")
    stale = office.get_approval(services, approval.id)
    assert stale.state is ApprovalState.STALE
    assert [s.signer_id for s in stale.signatures] == ["b3"]
    assert holds(services)[0][2] == "released"
    assert not errands(services)


async def test_everything_is_judged_again_when_it_is_carried_out(client: Client, services: Services) -> None:
    signer = await office.fresh(client, "b3")
    for change in (office.person("a1", active=False), office.serving("a1", state=ContactState.CLOSED)):
        maker = await office.seat(client, "a1")
        approval = await maker.asked(services, waive(20_000))
        office.put(services, change)
        answer = await signer.decide(approval)
        assert answer.status_code == 409, answer.text
        assert office.get_approval(services, approval.id).state is ApprovalState.STALE
        office.put(services, office.person("a1"), office.serving("a1"))
    assert not errands(services)


async def test_lowering_the_amount_makes_another_payload_and_bars_whoever_did_it(
    client: Client, services: Services
) -> None:
    approval = await (await office.fresh(client, "a1")).asked(services, waive(300_000))
    first, editor, third = [await office.fresh(client, id) for id in ("s1", "s2", "s3")]
    assert (await first.decide(approval)).status_code == 200
    lower = AmendApproval(
        approval_id=approval.id, amount_minor=250_000, payload_hash=approval.payload_hash, reason="less will do"
    )
    assert (await editor.send(lower)).status_code == 200
    now = office.get_approval(services, approval.id)
    assert now.payload_hash != approval.payload_hash
    assert now.signed == ()
    assert holds(services) == [("waive_fee", 250_000, "reserved")]
    assert says(await third.decide(approval), "authority.changed")
    assert says(await editor.decide(now), "authority.own_edit")
    higher = msgspec.structs.replace(lower, amount_minor=260_000, payload_hash=now.payload_hash)
    assert says(await editor.send(higher), "authority.only_lower")
    assert (await first.decide(now)).status_code == 200
    assert (await third.decide(now)).status_code == 200
    body: list[Any] = bench.query(services, "SELECT amount_minor FROM limit_hold WHERE state <> 'released'")
    assert body == [(250_000,)]


# ---- how it ends otherwise ---------------------------------------------------------------------------------------


async def test_refused_with_a_reason_the_limit_is_given_back(client: Client, services: Services) -> None:
    approval = await (await office.seat(client, "a1")).asked(services, waive(20_000))
    signer = await office.fresh(client, "b3")
    assert says(await signer.decide(approval, "refuse", reason=" "), "authority.reason_needed")
    assert (await signer.decide(approval, "refuse")).status_code == 200
    over = office.get_approval(services, approval.id)
    assert (over.state, over.signatures[0].reason) == (ApprovalState.REJECTED, "not justified")
    assert holds(services)[0][2] == "released"


async def test_only_the_maker_takes_it_back(client: Client, services: Services) -> None:
    maker, other = await office.seat(client, "a1"), await office.fresh(client, "s1")
    approval = await maker.asked(services, waive(20_000))
    assert says(await other.send(WithdrawApproval(approval_id=approval.id)), "authority.not_your_request")
    assert (await maker.send(WithdrawApproval(approval_id=approval.id))).status_code == 200
    assert office.get_approval(services, approval.id).state is ApprovalState.WITHDRAWN
    assert says(await other.decide(approval), "authority.is_withdrawn")


async def test_its_time_is_judged_in_the_transaction_also_before_the_sweep(
    client: Client, services: Services
) -> None:
    approval = await (await office.seat(client, "a1")).asked(services, waive(20_000))
    assert approval.expires_at == eg.at(900)
    signer = await office.fresh(client, "b3")
    bench.advance(services, 900)
    answer = await signer.decide(approval)
    assert answer.status_code == 409
    assert says(answer, "authority.is_expired")
    assert office.get_approval(services, approval.id).state is ApprovalState.EXPIRED
    assert holds(services)[0][2] == "released"


async def test_the_sweep_ends_what_nobody_signed(client: Client, services: Services) -> None:
    approval = await (await office.seat(client, "a1")).asked(services, waive(20_000))
    job = expiry.Expiry(services)
    bench.advance(services, 899)
    await job.step()
    assert office.get_approval(services, approval.id).open
    bench.advance(services, 1)
    await job.step()
    assert office.get_approval(services, approval.id).state is ApprovalState.EXPIRED
    assert holds(services)[0][2] == "released"
    kinds = bench.query(services, "SELECT type, outcome FROM audit ORDER BY seq DESC LIMIT 1")
    assert kinds == [("ApprovalExpired", "expired")]


async def test_nothing_is_ever_deleted(client: Client, services: Services) -> None:
    maker = await office.seat(client, "a1")
    for _ in range(3):
        approval = await maker.asked(services, waive(20_000))
        await maker.send(WithdrawApproval(approval_id=approval.id))
    assert bench.query(services, "SELECT COUNT(*) FROM state WHERE entity = 'approval'") == [(3,)]


async def test_a_complaint_is_closed_with_a_co_sign_against_the_tickets_version(
    client: Client, services: Services
) -> None:
    maker, signer = await office.seat(client, "b3"), await office.fresh(client, "s1")
    close = act("close_complaint", "b3", ticket_id="t1")
    assert (await maker.ask(close)).status_code == 403, "nobody has it in hand"
    assert (await maker.send(MoveTicket(ticket_id="t1", state="in_progress"))).status_code == 200
    approval = await maker.asked(services, close)
    assert (approval.target, approval.level) == ("ticket:t1", 4)
    assert (await signer.decide(approval)).status_code == 200
    assert bench.query(services, "SELECT status FROM state WHERE id = 't1'") == [("closed",)]


# ---- breaking the glass ------------------------------------------------------------------------------------------


async def test_the_glass_is_broken_by_two_people_and_always_reviewed(client: Client, services: Services) -> None:
    maker = await office.fresh(client, "b3")
    id = ids.uuid7()
    answer = await maker.send(BreakGlass(command=waive(100_000, "b3"), reason="nobody of level 4 is here"), id=id)
    assert answer.status_code == 200, answer.text
    approval = office.get_approval(services, id)
    assert (approval.kind, approval.level, approval.people, approval.review) == ("break_glass", 3, 1, True)
    assert says(await maker.decide(approval), "authority.own_request")
    assert says(await (await office.fresh(client, "a2")).decide(approval), "authority.level_too_low")
    assert (await (await office.fresh(client, "b4")).decide(approval)).status_code == 200
    assert office.get_approval(services, id).state is ApprovalState.EXECUTED


@pytest.mark.parametrize(
    ("action", "more"),
    [
        ("waive_fee", {"amount_minor": 100_000}),
        ("grant_goodwill", {"amount_minor": 60_000}),
        ("change_mobile", {"args": {"mobile": "13900001111"}}),
        ("raise_temporary_limit", {"amount_minor": 3_000_000, "product_id": "c1-credit"}),
        ("release_settlement", {"amount_minor": 6_000_000, "product_id": "c1-merchant"}),
    ],
)
async def test_who_steps_in_for_a_colleague_breaks_the_glass_for_whatever_others_would_sign(
    client: Client, services: Services, action: str, more: dict[str, Any]
) -> None:
    """The customer is on the line with a1, of the same group; no co-signer is there, so b3 and b4 act together."""
    maker, id = await office.fresh(client, "b3"), ids.uuid7()
    command = office.act(action, "a1", **more)
    answer = await maker.send(BreakGlass(command=command, reason="nobody of level 4 is here"), id=id)
    assert answer.status_code == 200, answer.text
    approval = office.get_approval(services, id)
    assert (await (await office.fresh(client, "b4")).decide(approval)).status_code == 200
    assert office.get_approval(services, id).state is ApprovalState.EXECUTED


async def test_a_colleagues_contact_lends_nothing_to_whom_the_policy_does_not_let_in(client: Client) -> None:
    junior, stranger = await office.fresh(client, "a2"), await office.fresh(client, "b3")
    assert (await junior.send(office.waive(100, "a1"))).status_code == 403
    other = office.waive(100, "a1", customer="c2", contact_id="k-a1-c1")
    assert (await stranger.send(other)).status_code == 403


async def test_the_glass_lets_nothing_through_that_is_denied_or_by_somebody_junior(client: Client) -> None:
    junior, senior = await office.fresh(client, "a1"), await office.fresh(client, "b3")
    assert says(await junior.send(BreakGlass(command=waive(100_000), reason="now")), "authority.glass_level")
    denied = await senior.send(BreakGlass(command=waive(6_000_000, "b3"), reason="now"))
    assert denied.status_code == 403
    tired = await office.seat(client, "b4")
    assert (await tired.send(BreakGlass(command=waive(100_000, "b4"), reason="now"))).status_code == 401


async def test_a_request_or_a_loan_with_a_text_that_has_no_end_is_refused_in_one_sentence(
    client: Client, services: Services
) -> None:
    desk = await office.fresh(client, "a1")
    endless = "字" * 4_001
    for answer in (
        await desk.ask(office.waive(6_000, reason=endless)),
        await desk.ask(office.waive(6_000), reason=endless),
        (await desk.lend("a2", reason=endless))[1],
    ):
        assert answer.status_code == 403, answer.text
        assert office.says(answer, "domain.text_too_long")
        assert "4001" in answer.json()["reasons"][0]["zh"]
