"""What a client sends is of the type that is said of it, or it is refused: nothing is read as something else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from agent_tui import ids
from agent_tui.domain.action_args import DAY, KINDS, MONTH, PHONE, WORD
from agent_tui.domain.actions import ACTIONS
from agent_tui.server.services import Services
from agent_tui.wire import routes
from tests.server import bench, office

Client = AsyncTestClient[Litestar]
DIRECT = sorted(ACTIONS.keys() - {"reveal_field", "raise_work_order"})
"""Actions that one command performs."""
FIELDS: dict[str, tuple[Any, ...]] = {
    "action": (7, None, True, ["waive_fee"]),
    "customer_id": (1, None, False, {"id": "c1"}),
    "contact_id": (1, True, []),
    "product_id": (1, False, {}),
    "ticket_id": (1, True),
    "amount_minor": ("100", "1e2", "", 100.5, True, False, [100], {"minor": 100}, 1e3, 2**63),
    "currency": (156, None, True),
    "reason": (1, None, False, ["because"]),
    "args": ("", [], None, 1, [["fee", "annual"]]),
    "delegation_id": (1, True, {}),
}
"""Field of the command → values of other types."""
WRONG = {
    MONTH: ("2026-13", "2026-2", "202602", "2026-02-01", "next", "２０２６-０２"),
    DAY: ("2026-02-30", "15.3.2026", "20260315", "tomorrow", "2026-03-15T00:00:00Z"),
    WORD: ("By Post", "e-mail", "1", "post;", "邮寄"),
    PHONE: ("mobile", "12", "+", "１３９０００１１１１"),
}
"""Kind of argument → texts of another kind."""


@pytest.fixture
def services(tmp_path: Path) -> Services:
    return office.open_office(tmp_path)


async def send(seat: office.Seat, does: str, **fields: Any) -> Any:
    """The JSON of a command, with anything in it."""
    act = {"type": "PerformAction", "action": does, "customer_id": "c1", "contact_id": "k-s1-c1", "reason": "r"}
    id = ids.uuid7()
    body = {"id": id, "command": {**act, **fields}, "intent": {}}
    return await seat.client.post(routes.COMMANDS, json=body, headers={**seat.headers, "idempotency-key": id})


@pytest.mark.parametrize("action", DIRECT)
async def test_a_field_of_another_type_is_refused_for_every_action(
    client: Client, services: Services, action: str
) -> None:
    seat = await office.fresh(client, "s1")
    for field, values in FIELDS.items():
        for value in values:
            answer = await send(seat, action, **{field: value})
            assert (answer.status_code, answer.json()["type"].rsplit("/")[-1]) == (400, "bad-request"), (field, value)
    for name in ACTIONS[action].args:
        for value in (1, True, None, 1.5, [], {}):
            assert (await send(seat, action, args={name: value})).status_code == 400, (name, value)
    assert not bench.query(services, "SELECT 1 FROM limit_hold")
    assert not bench.query(services, "SELECT 1 FROM ext_outbox")


@pytest.mark.parametrize(("action", "name"), [(a, n) for a in DIRECT for n in ACTIONS[a].args])
async def test_an_argument_of_another_kind_reaches_no_other_system(
    client: Client, services: Services, action: str, name: str
) -> None:
    seat = await office.fresh(client, "s1")
    product = {"product_id": "c1-credit"} if ACTIONS[action].subject == "product" else {}
    amount = {"amount_minor": 100} if ACTIONS[action].amount else {}
    for value in WRONG.get(KINDS[name], ()):
        answer = await send(seat, action, **product, **amount, ticket_id="t1", args={name: value})
        assert answer.status_code in (403, 409), (name, value, answer.text)
    assert not bench.query(services, "SELECT 1 FROM limit_hold")
    assert not bench.query(services, "SELECT 1 FROM ext_outbox")


def test_every_argument_has_a_kind() -> None:
    assert {name for action in ACTIONS.values() for name in action.args} == set(KINDS)


@pytest.mark.parametrize("value", ["true", "false", 1, 0, None])
async def test_a_yes_or_no_is_never_read_out_of_something_else(client: Client, value: Any) -> None:
    seat = await office.fresh(client, "s1")
    id = ids.uuid7()
    act = {"type": "PerformAction", "action": "query_balance", "customer_id": "c1", "product_id": "c1-account"}
    body = {"id": id, "command": act, "intent": {"offline": value}}
    answer = await seat.client.post(routes.COMMANDS, json=body, headers={**seat.headers, "idempotency-key": id})
    assert answer.status_code == 400
