"""Lent authority: named, timed, revocable at once, within one's own, not passed on, named at every use."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from agent_tui.domain.approval import ApprovalState, Delegation
from agent_tui.domain.commands import RevokeDelegation
from agent_tui.domain.review import Review, Stratum
from agent_tui.server import expiry, supervision
from agent_tui.server.services import Services
from agent_tui.server.state import TableState
from agent_tui.server.watching import RiskWatch
from tests import eg
from tests.server import bench, office
from tests.server.office import act, says, waive

Client = AsyncTestClient[Litestar]


@pytest.fixture
def services(tmp_path: Path) -> Services:
    return office.open_office(tmp_path)


async def lent(client: Client, grantor: str, grantee: str, **more: Any) -> str:
    """The id of a delegation that was accepted."""
    id, answer = await (await office.fresh(client, grantor)).lend(grantee, **more)
    assert answer.status_code == 200, answer.text
    return str(id)


async def test_a_delegate_acts_with_the_level_lent_and_every_use_names_it(client: Client, services: Services) -> None:
    delegation = await lent(client, "s1", "a1")
    seat = await office.fresh(client, "a1")
    assert (await seat.send(waive(20_000))).status_code == 403
    assert (await seat.send(waive(20_000, delegation_id=delegation))).status_code == 200
    payload = bench.query(
        services, "SELECT payload FROM audit WHERE type = 'PerformAction' ORDER BY seq DESC LIMIT 1"
    )
    assert delegation in payload[0][0]
    event = bench.query(services, "SELECT body FROM event WHERE name = 'ActionPerformed'")
    assert delegation in event[0][0]


async def test_what_a_delegate_did_is_opened_for_review(client: Client, services: Services) -> None:
    delegation = await lent(client, "s1", "a1")
    await supervision.Supervision(services).step()
    watch = RiskWatch(services)
    assert (await (await office.fresh(client, "a1")).send(waive(20_000, delegation_id=delegation))).status_code == 200
    await watch.step()
    (review,) = services.db.read_now(lambda tx: TableState(tx).find(Review))
    assert (review.stratum, review.maker_id) == (Stratum.DELEGATED, "a1")


async def test_a_request_under_lent_authority_names_who_lent_it_and_until_when(
    client: Client, services: Services
) -> None:
    delegation = await lent(client, "s1", "a1", max_level=3)
    request = await (await office.fresh(client, "a1")).asked(services, waive(40_000, delegation_id=delegation))
    held = services.db.read_now(lambda tx: TableState(tx).get(Delegation, delegation))
    assert held is not None
    assert (request.lender_name, request.lent_until) == (held.grantor_name, held.valid_to)


async def test_what_a_delegate_uses_counts_against_the_grantors_day_too(client: Client, services: Services) -> None:
    delegation = await lent(client, "s1", "a1")
    await (await office.fresh(client, "a1")).send(waive(20_000, delegation_id=delegation))
    used = await services.db.read(
        lambda tx: tx.value("limit_agent", agent_id="s1", action="waive_fee", day="2026-03-02", before=2**62)
    )
    assert used == 20_000


@pytest.mark.parametrize(
    ("more", "key"),
    [
        ({"max_level": 5}, "authority.delegation_above_level"),
        ({"max_minor": 200_001}, "authority.delegation_above_limit"),
        ({"actions": ()}, "authority.delegation_names_actions"),
        ({"actions": ("print_money",)}, "authority.delegation_names_actions"),
        ({"valid_to": eg.at(-1).isoformat()}, "authority.delegation_time"),
        ({"valid_to": eg.at(31 * 86_400).isoformat()}, "authority.delegation_time"),
        ({"valid_to": "2026-03-02T12:00:00"}, "authority.bad_moment"),
        ({"reason": " "}, "authority.reason_needed"),
    ],
)
async def test_only_within_ones_own_and_for_a_time(client: Client, more: dict[str, Any], key: str) -> None:
    _, answer = await (await office.fresh(client, "s1")).lend("a1", **more)
    assert says(answer, key), answer.text


@pytest.mark.parametrize("grantee", ["s1", "ad", "nobody"])
async def test_not_to_oneself_and_only_to_who_acts_for_customers(client: Client, grantee: str) -> None:
    _, answer = await (await office.fresh(client, "s1")).lend(grantee)
    assert says(answer, "authority.no_grantee")


async def test_it_is_granted_with_a_step_up(client: Client) -> None:
    _, answer = await (await office.seat(client, "s1")).lend("a1")
    assert answer.status_code == 401


async def test_what_was_lent_is_not_lent_on(client: Client) -> None:
    await lent(client, "s1", "b3")
    _, answer = await (await office.fresh(client, "b3")).lend("a1", max_level=4)
    assert says(answer, "authority.delegation_above_level")


async def test_it_reaches_its_actions_and_sum_and_person_only(client: Client) -> None:
    delegation = await lent(client, "s1", "a1", max_minor=10_000)
    seat = await office.fresh(client, "a1")
    assert says(await seat.send(waive(10_001, delegation_id=delegation)), "authority.delegation_sum")
    other = act("grant_goodwill", amount_minor=5_000, delegation_id=delegation)
    assert says(await seat.send(other), "authority.delegation_other_action")
    stolen = await (await office.fresh(client, "a2")).send(waive(10_000, "a2", delegation_id=delegation))
    assert says(stolen, "authority.no_delegation")


async def test_revoked_it_ends_at_once_with_its_scopes(client: Client, services: Services) -> None:
    approval = await (await office.seat(client, "a2")).asked(services, waive(20_000, "a2"))
    delegation = await lent(client, "s1", "a1")
    seat = await office.fresh(client, "a1")
    assert ("approval", approval.id) in (await seat.snapshot())[0]
    stranger = await office.fresh(client, "b3")
    revoke = RevokeDelegation(delegation_id=delegation)
    assert says(await stranger.send(revoke), "authority.not_your_delegation")
    assert (await (await office.seat(client, "s1")).send(revoke)).status_code == 200
    assert ("approval", approval.id) not in (await seat.snapshot())[0]
    assert says(await seat.send(waive(20_000, delegation_id=delegation)), "authority.delegation_over")
    assert says(await seat.decide(approval, delegation_id=delegation), "authority.delegation_over")


async def test_its_time_ends_by_the_servers_clock_and_begins_by_it(client: Client, services: Services) -> None:
    later = {"valid_from": eg.at(600).isoformat(), "valid_to": eg.at(1200).isoformat()}
    delegation = await lent(client, "s1", "a1", **later)
    seat, job = await office.fresh(client, "a1"), expiry.Expiry(services)
    scopes = "SELECT COUNT(*) FROM scope_held WHERE agent_id = 'a1' AND scope LIKE 'sign:%'"
    assert says(await seat.send(waive(20_000, delegation_id=delegation)), "authority.delegation_over")
    bench.advance(services, 600)
    await job.step()
    assert bench.query(services, scopes) == [(4,)]
    assert (await seat.send(waive(20_000, delegation_id=delegation))).status_code == 200
    bench.advance(services, 600)
    assert says(await seat.send(waive(20_000, delegation_id=delegation)), "authority.delegation_over")
    await job.step()
    assert bench.query(services, scopes) == [(2,)]


async def test_when_the_grantor_goes_so_does_what_they_lent(client: Client, services: Services) -> None:
    delegation = await lent(client, "s1", "a1")
    seat = await office.fresh(client, "a1")
    office.put(services, office.person("s1", level=2))
    assert (await seat.send(waive(20_000, delegation_id=delegation))).status_code == 403
    office.put(services, office.person("s1", active=False))
    assert says(await seat.send(waive(20_000, delegation_id=delegation)), "authority.delegation_over")


async def test_a_delegate_signs_with_the_level_lent_and_is_reviewed(client: Client, services: Services) -> None:
    delegation = await lent(client, "s1", "b3")
    approval = await (await office.fresh(client, "a1")).asked(services, waive(100_000))
    assert approval.level == 4
    signer = await office.fresh(client, "b3")
    assert says(await signer.decide(approval), "authority.level_too_low")
    assert (await signer.decide(approval, delegation_id=delegation)).status_code == 200
    done = office.get_approval(services, approval.id)
    assert (done.state, done.review) == (ApprovalState.EXECUTED, True)
    assert done.signatures[0].delegation_id == delegation


async def test_the_makers_delegate_does_not_sign_under_it_nor_beside_it(client: Client, services: Services) -> None:
    delegation = await lent(client, "b3", "b4", max_level=3, max_minor=30_000)
    approval = await (await office.fresh(client, "b3")).asked(
        services, act("change_mobile", "b3", args={"mobile": "13900001111"})
    )
    assert approval.level == 3
    signer = await office.fresh(client, "b4")
    assert says(await signer.decide(approval), "authority.makers_delegate")
    other = await (await office.fresh(client, "b3")).asked(services, waive(40_000, "b3"))
    delegate = await office.fresh(client, "b4")
    answer = await delegate.decide(other, delegation_id=delegation)
    assert answer.status_code == 403


async def test_who_lent_the_maker_the_authority_does_not_sign(client: Client, services: Services) -> None:
    delegation = await lent(client, "s1", "a1", actions=("change_mobile",), max_minor=0)
    command = act("change_mobile", args={"mobile": "13900001111"}, delegation_id=delegation)
    approval = await (await office.fresh(client, "a1")).asked(services, command)
    assert approval.review
    assert says(await (await office.fresh(client, "s1")).decide(approval), "authority.lent_to_maker")
    assert (await (await office.fresh(client, "s2")).decide(approval)).status_code == 200


async def test_two_signatures_are_never_of_one_authority(client: Client, services: Services) -> None:
    one = await lent(client, "s1", "b3", max_minor=200_000)
    two = await lent(client, "s1", "b4", max_minor=200_000)
    maker = await office.fresh(client, "a1")
    await maker.asked(services, waive(150_000))
    approval = await maker.asked(services, waive(100_000))
    assert (approval.level, approval.people) == (4, 2)
    first, second, grantor = [await office.fresh(client, id) for id in ("b3", "b4", "s1")]
    assert (await first.decide(approval, delegation_id=one)).status_code == 200
    assert says(await second.decide(approval, delegation_id=two), "authority.one_authority")
    assert says(await grantor.decide(approval), "authority.one_authority")
    assert (await (await office.fresh(client, "s2")).decide(approval)).status_code == 200
