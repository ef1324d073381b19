"""A desk of the release before this one: what it sent then is understood now, and what it reads of an answer is there.

`former/conversation.jsonl` is what such a desk and such a server said to each other, with placeholders for ids and cursors.
A key that a former answer had may not go or change its kind; new ones may come. With the next release this file is
recorded anew, by the release that becomes the former one.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from agent_tui import ids
from agent_tui.server.services import Services
from agent_tui.wire import routes
from tests.server import bench

SAID = [
    msgspec.json.decode(line, type=dict[str, Any])
    for line in (Path(__file__).parent / "former" / "conversation.jsonl").read_bytes().splitlines()
]


class Places(dict[str, str]):
    """What stands for the placeholders in this conversation; an id is made when it is first needed."""

    def __missing__(self, name: str) -> str:
        self[name] = ids.uuid7()
        return self[name]

    def fill(self, what: Any) -> Any:
        if isinstance(what, dict):
            return {key: self.fill(value) for key, value in what.items()}
        if isinstance(what, list):
            return [self.fill(value) for value in what]
        return self[what[1:-1]] if isinstance(what, str) and what.startswith("{") else what


def missing(then: Any, now: Any, path: str = "") -> list[str]:
    """What a reader of `then` would not find in `now`. Lists are compared by what they are lists of."""
    if then is None:
        return []
    if isinstance(then, dict):
        if not isinstance(now, dict):
            return [path]
        return [gap for key in then for gap in missing(then[key], now.get(key), f"{path}/{key}")]
    if isinstance(then, list):
        if not isinstance(now, list):
            return [path]
        return missing(then[0], now[0], f"{path}/0") if then and now else []
    number = isinstance(then, int | float) and not isinstance(then, bool)
    same = isinstance(now, int | float) if number else type(now) is type(then)
    return [] if same else [path]


async def replayed(client: AsyncTestClient[Litestar], said: list[dict[str, Any]]) -> list[str]:
    """Everything in which the answers now differ for such a desk."""
    places, token, wrong = Places(), "", list[str]()
    for one in said:
        headers = places.fill(one["headers"]) | ({"authorization": f"Bearer {token}"} if token else {})
        answer = await client.request(
            one["method"],
            one["path"],
            params=places.fill(one["params"]),
            headers=headers,
            json=places.fill(one["body"]),
        )
        now = answer.json()
        where = f"{one['method']} {one['path']}"
        wrong += [f"{where}: {answer.status_code}"] if answer.status_code != one["status"] else []
        wrong += [f"{where}{gap}" for gap in missing(one["answer"], now)]
        token = now.get("token", token)
        places["cursor"] = now.get("cursor", places.get("cursor", ""))
    return wrong


@pytest.fixture
def ready(services: Services) -> Services:
    bench.add_customer(services)
    return services


async def test_a_desk_of_the_former_release_is_understood(ready: Services, client: AsyncTestClient[Litestar]) -> None:
    assert await replayed(client, SAID) == []


@pytest.mark.parametrize("path", [routes.SESSION, routes.SNAPSHOT, routes.CHANGES, routes.COMMANDS])
async def test_what_is_taken_away_from_it_is_found(
    ready: Services, client: AsyncTestClient[Litestar], path: str
) -> None:
    """The other way round: it had read something that is not there."""
    said = [one | {"answer": {**one["answer"], "taken": 1}} if one["path"] == path else one for one in SAID]
    assert any("/taken" in gap for gap in await replayed(client, said))


async def test_one_before_the_oldest_is_told_to_be_updated(client: AsyncTestClient[Litestar]) -> None:
    body = {"login": "chen", "password": bench.PASSWORD, "device_id": "d", "client_version": "0.0.9"}
    answer = await client.post(routes.SESSION, json=body)
    assert answer.status_code == 426 and answer.json()["type"].endswith("client-too-old")
    former = {**body, "client_version": ".".join(map(str, routes.OLDEST_CLIENT))}
    assert (await client.post(routes.SESSION, json=former)).status_code == 200
