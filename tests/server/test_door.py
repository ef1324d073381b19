"""The door: guessing is slowed down and gives nothing away, tokens belong to a device and end at once, nobody floods."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from agent_tui.cli import main
from agent_tui.clock import wall
from agent_tui.errors import UsageError
from agent_tui.server import auth, headers, rates, seed, stream, throttle
from agent_tui.server.build import build_app
from agent_tui.server.caller import Caller
from agent_tui.server.database import Tx, write_apart
from agent_tui.server.jobs import Crew, Runner
from agent_tui.server.lease import Lease
from agent_tui.server.rates import Rates
from agent_tui.server.services import Services
from agent_tui.server.terms import Terms
from agent_tui.server.upkeep import Ears
from agent_tui.wire import routes
from agent_tui.wire.feed import Cursor
from tests.server import bench
from tests.server.engines import named
from tests.server.test_feed import change_agent

Client = AsyncTestClient[Litestar]
TERMS = Terms()


@pytest.fixture(autouse=True)
def quick(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody's hash as quick as everybody's here."""
    monkeypatch.setattr(services.doorman, "_nobody", bench.HASHER.hash("nobody"))


async def attempt(client: Client, login: str, password: str = "wrong") -> tuple[int, dict[str, Any]]:
    answer = await client.post(routes.SESSION, json={"login": login, "password": password, "device_id": "d"})
    return answer.status_code, answer.json()


def sign_ins(services: Services) -> list[tuple[str, str]]:
    """(actor, outcome) of every sign-in in the audit."""
    found: list[tuple[str, str]] = bench.query(
        services, "SELECT actor, outcome FROM audit WHERE type = 'SignIn' ORDER BY seq"
    )
    return found


# ---- guessing ----------------------------------------------------------------------------------------------------


async def test_nobodys_login_is_answered_like_somebodys_try_by_try(client: Client) -> None:
    for _ in range(TERMS.free_tries + 3):
        (one, known), (other, unknown) = await attempt(client, "chen"), await attempt(client, "nobody")
        known.pop("retry_after_s", None), unknown.pop("retry_after_s", None)
        assert (one, known) == (other, unknown)
    assert one == 429


async def test_what_was_typed_as_a_login_is_kept_nowhere(client: Client, services: Services) -> None:
    for _ in range(TERMS.free_tries + 1):
        await attempt(client, "my-Secret-Passw0rd")
    assert not any("my-Secret-Passw0rd" in line for line in await bench.dump(services))


async def test_a_locked_and_an_unknown_login_cost_as_much_hashing_as_a_known_one(
    client: Client, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    services.db.write_now(lambda tx: auth.revoke(tx, "wang", "", wall(), "test", lock=True))
    checked: list[str] = []
    right = services.doorman.right

    def watched(hashed: str, word: str) -> bool:
        checked.append(hashed)
        return right(hashed, word)

    monkeypatch.setattr(services.doorman, "right", watched)
    for login in ("chen", "wang", "nobody"):
        assert (await attempt(client, login))[0] == 401
    assert len(checked) == 3 and all(hashed.startswith("$argon2id$") for hashed in checked)


async def test_each_waiting_time_stands_in_the_audit_once(client: Client, services: Services) -> None:
    for _ in range(TERMS.free_tries + 5):
        await attempt(client, "chen")
    found = sign_ins(services)
    assert found.count(("chen", "refused")) == TERMS.free_tries
    assert found.count(("chen", "throttled")) == 1


async def test_the_waiting_time_doubles_and_ends_with_the_right_password(
    client: Client, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(TERMS.free_tries):
        await attempt(client, "chen")
    waits, start, passed = [], wall(), 0.0
    for _ in range(3):
        _, told = await attempt(client, "chen")
        waits.append(float(told["retry_after_s"]))
        passed += waits[-1] + 1
        later = start + timedelta(seconds=passed)
        monkeypatch.setattr(throttle, "wall", lambda later=later: later)
        assert (await attempt(client, "chen"))[0] == 401
    assert [round(wait / TERMS.block_s) for wait in waits] == [1, 2, 4]
    monkeypatch.setattr(throttle, "wall", lambda: start + timedelta(hours=3))
    assert (await attempt(client, "chen", bench.PASSWORD))[0] == 200
    assert services.db.read_now(lambda tx: tx.one("tries", name="login:chen")) is None


async def test_guessing_at_many_logins_from_one_address_is_slowed_down_too(
    client: Client, services: Services
) -> None:
    msgspec.structs.force_setattr(services, "terms", Terms(free_tries_from_address=8))
    answers = [(await attempt(client, f"guess-{n}"))[0] for n in range(9)]
    assert answers == [401] * 8 + [429]
    assert (await attempt(client, "chen", bench.PASSWORD))[0] == 429


def test_one_network_is_one_address() -> None:
    same = {throttle.of_address("2001:db8::1"), throttle.of_address("2001:db8::ffff:1")}
    assert len(same) == 1
    assert throttle.of_address("10.0.0.1") != throttle.of_address("10.0.0.2")
    assert throttle.of_address("-") == "address:-"


async def test_a_new_password_ends_the_waiting(client: Client, services: Services) -> None:
    for _ in range(TERMS.free_tries):
        await attempt(client, "chen")
    seed.add_accounts(services.db, [seed.NewAccount(login="chen", password="another", agent_id="a1")], bench.HASHER)
    assert (await attempt(client, "chen", "another"))[0] == 200


# ---- tokens ------------------------------------------------------------------------------------------------------


async def test_a_token_that_another_device_presents_ends_for_both(client: Client, services: Services) -> None:
    desk = await bench.sign_in(client, "chen")
    stolen = {**desk.headers, "x-device-id": "elsewhere"}
    assert (await client.get(routes.SNAPSHOT, headers=stolen)).status_code == 401
    assert (await desk.get(routes.SNAPSHOT)).status_code == 401
    last = bench.query(services, "SELECT actor, type, outcome FROM audit ORDER BY seq DESC LIMIT 1")[0]
    assert last == ("a1", "TokenElsewhere", "refused")


async def test_a_token_without_its_device_is_none(client: Client) -> None:
    desk = await bench.sign_in(client, "chen")
    bare = {"authorization": desk.headers["authorization"]}
    assert (await client.get(routes.SNAPSHOT, headers=bare)).status_code == 401
    assert (await desk.get(routes.SNAPSHOT)).status_code == 200


async def test_a_session_ends_after_twelve_hours_however_often_it_is_renewed(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = await bench.sign_in(client, "chen")
    start = wall()
    for passed in range(0, TERMS.session_s, TERMS.token_s - 10):
        monkeypatch.setattr(auth, "wall", lambda passed=passed: start + timedelta(seconds=passed))
        assert (await desk.post(routes.SESSION_RENEW)).status_code == 200
    monkeypatch.setattr(auth, "wall", lambda: start + timedelta(seconds=TERMS.session_s))
    assert (await desk.post(routes.SESSION_RENEW)).status_code == 401


async def test_who_left_the_bank_is_out_at_the_next_request(client: Client, services: Services) -> None:
    desk = await bench.sign_in(client, "chen")
    change_agent(services, "a1", active=False)
    assert (await desk.get(routes.SNAPSHOT)).status_code == 401


async def test_a_revoked_session_ends_with_its_stream_at_once(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "EVERY_S", 3600.0)  # no beat comes to its help

    def let_in(login: str) -> Caller:
        def work(tx: Tx) -> Caller:
            _, token = services.doorman.open(tx, login, f"d-{login}")
            return services.doorman.caller(tx, token)

        return services.db.write_now(work)

    services.bus.attach()
    ears = Runner(services.bus, Lease(services.db), (Ears(services),), Crew)
    ears.start()
    mine = stream.pages(services, let_in("chen"), cursor_of(services))
    others = stream.pages(services, let_in("li"), cursor_of(services))
    await anext(mine), await anext(others)
    last = asyncio.create_task(rest(mine))
    await asyncio.to_thread(write_apart, services.db.where, lambda tx: auth.revoke(tx, "chen", "", wall(), "test"))
    assert b'"reason":"not-signed-in"' in await asyncio.wait_for(last, timeout=10)
    services.bus.close()
    assert b'"reason":"shutdown"' in await rest(others)
    await ears.stop()


def cursor_of(services: Services) -> Cursor:
    """The end of the feed, for somebody whose scopes never changed."""
    head = services.db.read_now(lambda tx: tx.one("head"))
    assert head is not None
    return Cursor(head["epoch"], head["feed_seq"], 0)


async def rest(events: AsyncIterator[bytes]) -> bytes:
    """The last event of a stream."""
    return [event async for event in events][-1]


def test_an_administrator_revokes_beside_the_running_server(services: Services) -> None:
    services.db.write_now(lambda tx: services.doorman.open(tx, "chen", "d1"))
    argv = ["admin", "revoke", "chen", "--lock", *named(services.db.where)]
    assert main.run(argv, "en") == 0
    hashed = services.db.read_now(lambda tx: services.doorman.stored(tx, "chen"))
    assert not services.doorman.right(hashed, bench.PASSWORD)
    with pytest.raises(UsageError):
        main.run(["admin", "revoke", "nobody", *named(services.db.where)], "en")


def test_revoking_can_be_for_one_device_and_can_lock(services: Services) -> None:
    def opened(device: str) -> str:
        return services.db.write_now(lambda tx: services.doorman.open(tx, "chen", device))[1]

    one, other = opened("d1"), opened("d2")
    assert services.db.write_now(lambda tx: auth.revoke(tx, "chen", "d1", wall(), "test")) == 1
    assert services.db.read_now(lambda tx: tx.one("token", hash=auth.token_hash(one))) is None
    assert services.db.read_now(lambda tx: tx.one("token", hash=auth.token_hash(other))) is not None
    services.db.write_now(lambda tx: auth.revoke(tx, "chen", "", wall(), "test", lock=True))
    hashed = services.db.read_now(lambda tx: services.doorman.stored(tx, "chen"))
    assert not services.doorman.right(hashed, bench.PASSWORD)


# ---- floods ------------------------------------------------------------------------------------------------------


async def test_a_session_that_floods_is_told_when_to_come_again(services: Services) -> None:
    slow = msgspec.structs.replace(services, rates=Rates(0.5))
    async with bench.client_of(slow) as client:
        desk, other = await bench.sign_in(client, "chen"), await bench.sign_in(client, "li")
        answers = [await desk.get(routes.SNAPSHOT) for _ in range(int(0.5 * rates.BURST_S) + 1)]
        assert [a.status_code for a in answers] == [200] * 10 + [429]
        assert int(answers[-1].headers["retry-after"]) >= 1
        assert answers[-1].json()["type"].endswith("slow-down")
        assert (await other.get(routes.SNAPSHOT)).status_code == 200


async def test_strangers_who_flood_are_slowed_down_by_address(services: Services) -> None:
    slow = msgspec.structs.replace(services, rates=Rates(0.5))
    async with bench.client_of(slow) as client:
        answers = [
            (await client.get(routes.SNAPSHOT, headers={"authorization": f"Bearer {n}"})).status_code
            for n in range(12)
        ]
        assert answers == [401] * 10 + [429] * 2


def test_a_bucket_fills_again_and_zero_sets_no_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(rates, "monotonic", lambda: now)
    kept = Rates(1.0)
    assert [kept.take("a") for _ in range(20)] == [0.0] * 20
    assert kept.take("a") == pytest.approx(1.0)
    assert kept.take("b") == 0.0
    now += 1.0
    assert kept.take("a") == 0.0
    assert all(Rates(0).take("a") == 0.0 for _ in range(1_000))


def test_buckets_of_who_left_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr(rates, "monotonic", lambda: now)
    monkeypatch.setattr(rates, "MOST", 10)
    kept = Rates(1.0)
    for n in range(10):
        kept.take(f"old-{n}")
    now += rates.BURST_S + 1
    kept.take("new")
    assert set(kept._buckets) == {"new"}


# ---- headers -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [routes.HEALTH, routes.SNAPSHOT, "/nothing/here", routes.OPENAPI])
async def test_every_answer_carries_the_security_headers(client: Client, path: str) -> None:
    answer = await client.get(path)
    for name, value in headers.ALWAYS:
        assert answer.headers[name.decode()] == value.decode()
    assert answer.headers["cache-control"] == "no-store"
    assert "strict-transport-security" not in answer.headers


async def test_over_tls_browsers_are_told_to_stay_there(services: Services) -> None:
    client = AsyncTestClient(build_app(services), base_url="https://testserver.local")
    async with client as opened:
        assert "max-age" in (await opened.get(routes.HEALTH)).headers["strict-transport-security"]
