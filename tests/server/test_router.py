"""The router's step: offers, takes back, overflows; repeated, it repeats nothing."""

from __future__ import annotations

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from agent_tui.domain.agent import Agent, AgentState
from agent_tui.domain.centre import Overflow
from agent_tui.domain.commands import SetAgentState
from agent_tui.domain.contact import Contact, ContactState
from agent_tui.server import seed
from agent_tui.server.router import Router
from agent_tui.server.services import Services
from agent_tui.server.state import TableState
from tests import eg
from tests.server import bench

Client = AsyncTestClient[Litestar]


@pytest.fixture
def router(services: Services) -> Router:
    return Router(services, 15)


async def contact(services: Services, id: str = "k1") -> Contact:
    found = await services.db.read(lambda tx: TableState(tx).get(Contact, id))
    assert found is not None
    return found


async def ready(client: Client, login: str) -> None:
    desk = await bench.sign_in(client, login)
    assert (await desk.send(SetAgentState(state="ready"))).status_code == 200


async def test_who_is_ready_gets_the_contact_with_the_reasons(
    client: Client, services: Services, router: Router
) -> None:
    await ready(client, "chen")
    await bench.offer(client)
    await router.step()
    given = await contact(services)
    assert (given.state, given.agent_id) == (ContactState.ALERTING, "a1")
    assert given.why


async def test_the_first_come_of_equals_is_the_first_served(
    client: Client, services: Services, router: Router
) -> None:
    await bench.offer(client, "k1")
    bench.advance(services, 5)
    await bench.offer(client, "k2")
    await ready(client, "chen")
    await router.step()
    assert (await contact(services, "k1")).state == ContactState.ALERTING
    assert (await contact(services, "k2")).state == ContactState.QUEUED


async def test_an_offer_not_answered_goes_back_and_the_person_is_not_ready(
    client: Client, services: Services, router: Router
) -> None:
    await ready(client, "chen")
    await bench.offer(client)
    await router.step()
    bench.advance(services, 14)
    await router.step()
    assert (await contact(services)).state == ContactState.ALERTING
    bench.advance(services, 2)
    await router.step()
    assert (await contact(services)).state == ContactState.QUEUED
    agent = await services.db.read(lambda tx: TableState(tx).get(Agent, "a1"))
    assert agent is not None and agent.state == AgentState.NOT_READY


async def test_a_step_repeated_commits_nothing_more(client: Client, services: Services, router: Router) -> None:
    await ready(client, "chen")
    await bench.offer(client)
    await router.step()
    before = await bench.dump(services)
    await router.step()
    await Router(services, 15).step()
    assert await bench.dump(services) == before


async def test_after_the_rules_seconds_further_groups_may_take_it(
    client: Client, services: Services, router: Router
) -> None:
    rule = Overflow(after_s=30, to=("loans",))
    changed = [eg.group("cards", overflow=(rule,))]
    await services.db.write(lambda tx: seed.publish(tx, changed, "Groups", eg.NOW))
    await ready(client, "wang")
    await bench.offer(client)
    await router.step()
    assert (await contact(services)).state == ContactState.QUEUED
    bench.advance(services, 31)
    await router.step()
    await router.step()
    given = await contact(services)
    assert (given.state, given.agent_id) == (ContactState.ALERTING, "a3")
