"""What a centre sets holds at the server, for every session of a person: paces, and how long things count."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from agent_tui.clock import ManualClock, wall
from agent_tui.config import data
from agent_tui.config.centre import load
from agent_tui.domain.commands import GrantDelegation, RevealField
from agent_tui.domain.customer import Secret
from agent_tui.server import auth
from agent_tui.server.build import terms_of
from agent_tui.server.services import Services
from agent_tui.server.terms import Terms
from agent_tui.wire import routes
from tests import eg
from tests.server import bench, office
from tests.server.engines import raw
from tests.server.office import says

Client = AsyncTestClient[Litestar]
TERMS = Terms(reveals_per_hour=2, searches_per_hour=3, reveal_s=15, step_up_s=60, delegation_days=2, token_s=100)


@pytest.fixture
def services(tmp_path: Path) -> Services:
    opened = office.open_office(tmp_path, terms=TERMS)
    bench.add_customer(opened, "found")
    return opened


def hour_later(services: Services) -> None:
    assert isinstance(services.clock, ManualClock)
    services.clock.advance(3_600)


async def find(desk: office.Seat) -> Any:
    return await desk.get(routes.CUSTOMER_SEARCH, q=bench.NAME)


async def test_a_server_without_a_centre_goes_by_the_figures_that_ship() -> None:
    assert terms_of(load(data.shipped("scripts/centre")).settings) == Terms()


async def test_one_person_searches_so_often_an_hour_however_many_sessions_they_have(
    client: Client, services: Services
) -> None:
    desk, again, other = [await office.seat(client, id) for id in ("a1", "a1", "a2")]
    assert [(await find(one)).status_code for one in (desk, again, desk)] == [200] * 3
    over = await find(again)
    assert (over.status_code, over.json()["key"], over.json()["args"]) == (403, "authority.searches", {"most": 3})
    assert (await find(other)).status_code == 200
    said = services.db.read_now(lambda tx: raw(tx, "SELECT actor, outcome FROM audit WHERE type = 'SearchCustomers'"))
    assert [outcome for actor, outcome in said if actor.endswith("a1")] == ["applied"] * 3 + ["refused"]
    hour_later(services)
    assert (await find(desk)).status_code == 200


async def test_reveals_go_by_the_centres_pace_and_stay_as_long_as_it_says(client: Client, services: Services) -> None:
    desk = await office.fresh(client, "a1")
    show = RevealField(customer_id="c1", field=Secret.PHONE, purpose="verify", contact_id="k-a1-c1")
    services.db.write_now(lambda tx: services.vault.put(tx, "c1", "phone", bench.PHONE))
    answers = [await desk.send(show) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 403]
    assert answers[0].json()["expires_s"] == TERMS.reveal_s
    assert answers[2].json()["args"] == {"most": 2}
    hour_later(services)
    assert (await desk.send(show)).status_code == 200


async def test_an_authentication_counts_as_long_as_the_centre_says(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = wall()
    desk = await office.fresh(client, "s1")
    assert desk.session["step_up_s"] == TERMS.step_up_s
    act = office.act("unblock_card", "s1", product_id="c1-blocked")
    monkeypatch.setattr(auth, "wall", lambda: start + timedelta(seconds=TERMS.step_up_s + 5))
    assert (await desk.send(act)).json()["type"].endswith("step-up-required")
    monkeypatch.setattr(auth, "wall", lambda: start + timedelta(seconds=TERMS.step_up_s - 5))
    assert (await desk.send(act)).status_code == 200


async def test_authority_is_lent_for_as_many_days_as_the_centre_says(client: Client) -> None:
    desk = await office.fresh(client, "b3")
    until = [(eg.NOW + timedelta(days=days)).isoformat() for days in (2, 3)]
    lend = GrantDelegation(
        grantee_id="a1", actions=("waive_fee",), max_level=2, max_minor=100, valid_to=until[0], reason="lunch"
    )
    assert (await desk.send(lend)).status_code == 200
    over = await desk.send(msgspec.structs.replace(lend, valid_to=until[1]))
    assert says(over, "authority.delegation_time")
    assert over.json()["args"] == {"days": 2}
