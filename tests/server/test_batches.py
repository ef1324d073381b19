"""Several commands at once: each as if it had come alone, in order where order matters, and known again as often as it comes."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from agent_tui import ids
from agent_tui.domain.commands import AddNote, Command, PerformAction, RaiseWorkOrder, SetAgentState
from agent_tui.server import batches
from agent_tui.server.services import Services
from agent_tui.server.tail import Tail
from agent_tui.wire import routes
from agent_tui.wire.command import MAX_BATCH, Batch, Envelope, Queued
from tests.server import bench

Client = AsyncTestClient[Litestar]
UNBLOCK = PerformAction(action="unblock_card", customer_id="c1", product_id="c1-card", reason="found")
"""Which asks for another authentication first."""


def queued(command: Command, lane: str = "", **more: Any) -> Queued:
    return Queued(id=ids.uuid7(), command=command, lane=lane, **more)


def order(word: str, lane: str = "", **more: Any) -> Queued:
    return queued(RaiseWorkOrder(group="cards", title=word, text="please look"), lane, **more)


async def post(desk: bench.Desk, *commands: Queued) -> Any:
    headers = {**desk.headers, "content-type": "application/json"}
    body = msgspec.json.encode(Batch(commands=commands))
    return await desk.client.post(routes.COMMANDS_BATCH, content=body, headers=headers)


async def results(desk: bench.Desk, *commands: Queued) -> list[dict[str, Any]]:
    answer = await post(desk, *commands)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["results"]
    assert [one["id"] for one in found] == [one.id for one in commands]
    return found


async def test_each_has_its_own_outcome_as_if_it_had_come_alone(client: Client, engine: str) -> None:
    desk = await bench.sign_in(client, "chen")
    good, bad, late = order("walfaz"), queued(AddNote(text="x", contact_id="nowhere")), order("wbetaz")
    found = await results(desk, good, bad, late)
    assert [one["status"] for one in found] == [200, 403, 200]
    for one, sent in zip(found, (good, bad, late), strict=True):
        alone = await desk.send(sent.command, id=sent.id)
        assert alone.json() == one.get("outcome", one.get("problem"))
        assert alone.headers["idempotent-replayed"] == "true"


async def test_a_batch_that_comes_again_or_in_part_gets_the_same_answers(
    client: Client, services: Services, engine: str
) -> None:
    desk = await bench.sign_in(client, "chen")
    first, second, third = order("walfaz"), order("wbetaz"), order("wgamz")
    before = await results(desk, first, second)
    after = await results(desk, second, third, first)
    assert [one.get("replayed", False) for one in after] == [True, False, True]
    assert [after[2]["outcome"], after[0]["outcome"]] == [one["outcome"] for one in before]
    assert len(bench.query(services, "SELECT id FROM command WHERE type = 'RaiseWorkOrder'")) == 3


async def test_behind_one_of_which_nothing_is_kept_its_lane_waits_and_no_other(
    client: Client, services: Services
) -> None:
    bench.add_customer(services)
    desk = await bench.sign_in(client, "chen")
    found = await results(
        desk, queued(UNBLOCK, "c1"), order("wbehindz", "c1"), order("welsez", "c2"), order("wfreez")
    )
    assert [one["status"] for one in found] == [401, 424, 200, 200]
    assert found[1]["problem"]["type"].endswith("/not-tried")


async def test_without_that_rule_the_second_would_be_done_before_the_first(
    client: Client, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches.Course, "tries", lambda *_: True)
    bench.add_customer(services)
    found = await results(await bench.sign_in(client, "chen"), queued(UNBLOCK, "c1"), order("wbehindz", "c1"))
    assert [one["status"] for one in found] == [401, 200]


async def test_a_refusal_that_is_kept_holds_up_nobody(client: Client) -> None:
    desk = await bench.sign_in(client, "chen")
    found = await results(desk, queued(AddNote(text="x", contact_id="nowhere"), "k"), order("wafterz", "k"))
    assert [one["status"] for one in found] == [403, 200]


async def test_what_fails_takes_nobody_with_it(client: Client, services: Services, monkeypatch: Any) -> None:
    """Each in its own transaction: what a fault of the program undoes is that one only, and it may come again."""
    desk = await bench.sign_in(client, "chen")
    close, n = Tail.close, iter(range(9))

    def burst(self: Tail) -> None:
        if next(n) == 1:
            raise RuntimeError("13812345678")
        close(self)

    sent = [order("walfaz"), order("wbetaz"), order("wgamz")]
    with monkeypatch.context() as patch:
        patch.setattr(Tail, "close", burst)
        found = await results(desk, *sent)
    assert [one["status"] for one in found] == [200, 500, 200]
    assert "13812345678" not in str(found)
    assert [one["status"] for one in await results(desk, *sent)] == [200, 200, 200]


async def test_each_command_counts_against_the_rate(client: Client, services: Services, monkeypatch: Any) -> None:
    desk = await bench.sign_in(client, "chen")
    left = iter([0.0, 0.0, 0.7])
    monkeypatch.setattr(services.rates, "take", lambda *_: next(left))
    found = await results(desk, *(order(f"w{word}z") for word in "abcd"))
    assert [one["status"] for one in found] == [200, 200, 429, 424]
    assert found[2]["problem"]["retry_after_s"] == 0.7


async def test_who_is_signed_out_in_the_middle_is_signed_out(client: Client, services: Services) -> None:
    desk = await bench.sign_in(client, "chen")
    commit = type(services).commit

    async def then_revoked(self: Services, envelope: Envelope, caller: Any) -> Any:
        answer = await commit(self, envelope, caller)
        await self.db.write(lambda tx: self.doorman.close(tx, caller))
        return answer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(services), "commit", then_revoked)
        found = await results(desk, order("walfaz"), order("wbetaz"), order("wgamz"))
    assert [one["status"] for one in found] == [200, 401, 424]


async def test_authority_and_limits_count_what_came_before_in_the_batch(client: Client, services: Services) -> None:
    bench.add_customer(services)
    desk = await bench.sign_in(client, "chen")
    fee = PerformAction(action="waive_fee", customer_id="c1", amount_minor=3_000, reason="goodwill")
    found = await results(desk, queued(fee), queued(fee))
    assert [one["status"] for one in found] == [200, 403]


async def test_too_many_or_one_twice_is_no_batch_and_nothing_is_done(client: Client, services: Services) -> None:
    desk = await bench.sign_in(client, "chen")
    before = await bench.dump(services)
    many = [order(f"w{n}z") for n in range(MAX_BATCH + 1)]
    assert (await post(desk, *many)).status_code == 400
    twice = await post(desk, many[0], many[1], many[0])
    assert twice.status_code == 400
    assert twice.json()["key"] == "server.refusal.twice"
    big = [order("w" * 20_000) for _ in range(MAX_BATCH)]
    assert (await post(desk, *big)).status_code == 413
    assert await bench.dump(services) == before


async def test_a_wrong_id_is_the_matter_of_that_one(client: Client) -> None:
    desk = await bench.sign_in(client, "chen")
    wrong = msgspec.structs.replace(order("walfaz"), id="7")
    assert [one["status"] for one in await results(desk, wrong, order("wbetaz"))] == [400, 200]


async def test_links_send_none(client: Client) -> None:
    assert (await post(await bench.sign_in(client, "link:sim"), order("walfaz"))).status_code == 403


async def test_a_batch_of_nothing_is_answered_by_nothing(client: Client) -> None:
    assert await results(await bench.sign_in(client, "chen")) == []


async def test_the_supervisor_sees_how_much_is_left_behind_a_batch(client: Client) -> None:
    desk = await bench.sign_in(client, "chen")
    desk.headers["x-outbox-depth"] = "3"
    await results(desk, queued(SetAgentState(state="ready")))
    rows, _ = await (await bench.sign_in(client, "boss")).snapshot()
    assert rows["agent", "a1"]["unsent"] == 3
