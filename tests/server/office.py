"""A centre under the real policy: people of every level, a verified customer on the line with each who serves."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from litestar import Litestar
from litestar.testing import AsyncTestClient

from agent_tui import ids
from agent_tui.config import data
from agent_tui.domain.agent import Agent, AgentState, Role
from agent_tui.domain.approval import Approval
from agent_tui.domain.commands import (
    Command,
    DecideApproval,
    GrantDelegation,
    PerformAction,
    RequestApproval,
)
from agent_tui.domain.contact import ContactState, Verified
from agent_tui.domain.customer import Customer, Product
from agent_tui.domain.rows import Entity
from agent_tui.domain.ticket import TicketKind
from agent_tui.metrics.interval import Rules
from agent_tui.policy.load import bundle, load
from agent_tui.policy.model import Policy
from agent_tui.server import seed
from agent_tui.server.build import open_services
from agent_tui.server.options import ServerOptions
from agent_tui.server.services import Services
from agent_tui.server.state import TableState
from agent_tui.server.terms import Terms
from agent_tui.wire import routes
from tests import eg
from tests.server import bench, engines

LEVELS = {"a1": 2, "a2": 2, "a0": 1, "b3": 3, "b4": 3, "s1": 4, "s2": 4, "s3": 4, "m1": 5, "ad": 5}
ROLES = {"s1": Role.SUPERVISOR, "s2": Role.SUPERVISOR, "s3": Role.SUPERVISOR, "m1": Role.SUPERVISOR}
CERTS = ("credit_limit", "settlement", "terminals", "complaints")
ID = str


@cache
def policy_text() -> str:
    return bundle(data.folder("scripts/policy"))


@cache
def policy() -> Policy:
    return load(policy_text(), eg.NOW)


def person(id: str, **fields: Any) -> Agent:
    role = Role.ADMINISTRATOR if id == "ad" else ROLES.get(id, Role.AGENT)
    given = {"level": LEVELS[id], "role": role, "name": f"员工{id}", "team": f"t-{id[0]}", "groups": ("cards",)}
    certs = {code: eg.NOW + timedelta(days=900) for code in CERTS}
    return eg.agent(id, **{**given, "certifications": certs, "state": AgentState.LOGGED_OFF, **fields})


def serving(agent_id: str, customer_id: str = "c1", **fields: Any) -> Entity:
    """The live contact of `agent_id` with a customer: `k-<agent>-<customer>`."""
    given = {"state": ContactState.CONNECTED, "agent_id": agent_id, "verified": Verified.FULL}
    return eg.contact(f"k-{agent_id}-{customer_id}", customer_id=customer_id, **{**given, **fields})


def customer(id: str = "c1", **fields: Any) -> Customer:
    products = (
        Product(id=f"{id}-credit", kind="credit_card", number="•••• 1234"),
        Product(id=f"{id}-blocked", kind="credit_card", number="•••• 5678", status="blocked"),
        Product(id=f"{id}-merchant", kind="merchant", status="frozen"),
        Product(id=f"{id}-terminal", kind="terminal", number="T100", status="locked"),
        Product(id=f"{id}-account", kind="account", number="•••• 9012"),
    )
    return eg.customer(id, **{"products": products, **fields})


def rows() -> list[Entity]:
    complaint = eg.ticket("t1", kind=TicketKind.COMPLAINT, customer_id="c1", complaint_level="serious", group="cards")
    contacts = [serving(agent, c) for agent in LEVELS for c in ("c1", "c2")]
    return [eg.group("cards"), *(person(id) for id in LEVELS), customer(), customer("c2"), complaint, *contacts]


def open_office(
    folder: Path,
    rules: Policy | None = None,
    terms: Terms | None = None,
    zone: str = "Asia/Shanghai",
    **options: Any,
) -> Services:
    """The office under the rules that ship, or under others."""
    from agent_tui.policy.decide import decide

    given = {"database": engines.place(folder), "clock": "manual", "clock_start": eg.NOW, "jobs": False}
    chosen = ServerOptions(**{**given, **options})
    services = open_services(chosen, lambda *facts: decide(rules or policy(), *facts), Rules(timezone=zone), terms)
    services.db.write_now(lambda tx: seed.publish(tx, rows(), "SeedOffice", eg.NOW))
    accounts = [seed.NewAccount(login=id, password=bench.PASSWORD, agent_id=id) for id in LEVELS]
    seed.add_accounts(services.db, accounts, bench.HASHER)
    return services


def put(services: Services, *changed: Entity) -> None:
    """Rows changed behind everybody's back, as a seed or another desk would."""
    services.db.write_now(lambda tx: seed.publish(tx, changed, "Changed", services.clock.now()))


def get_approval(services: Services, id: str) -> Approval:
    found = services.db.read_now(lambda tx: TableState(tx).get(Approval, id))
    assert found is not None
    return found


def waive(minor: int, agent: str = "a1", customer: str = "c1", **more: Any) -> PerformAction:
    return act("waive_fee", agent, customer, amount_minor=minor, **more)


def act(action: str, agent: str = "a1", customer: str = "c1", **more: Any) -> PerformAction:
    given = {"contact_id": f"k-{agent}-{customer}", "reason": "long-standing customer"}
    return PerformAction(action=action, customer_id=customer, **{**given, **more})


class Seat(bench.Desk):
    """One person at their desk, with the deeds of this story."""

    async def fresh(self) -> Seat:
        answer = await self.post(routes.SESSION_STEP_UP, {"password": bench.PASSWORD})
        assert answer.status_code == 204, answer.text
        return self

    async def ask(self, command: PerformAction, reason: str = "above my level") -> Any:
        return await self.send(RequestApproval(command=command, reason=reason))

    async def asked(self, services: Services, command: PerformAction) -> Approval:
        """A request that is accepted."""
        id = ids.uuid7()
        answer = await self.send(RequestApproval(command=command, reason="above my level"), id=id)
        assert answer.status_code == 200, answer.text
        assert answer.json()["outcome"] == "awaiting_approval"
        return get_approval(services, id)

    async def decide(self, approval: Approval, decision: str = "sign", **more: Any) -> Any:
        given = {
            "approval_id": approval.id,
            "decision": decision,
            "payload_hash": approval.payload_hash,
            "target_version": approval.target_version,
            "reason": "" if decision == "sign" else "not justified",
        }
        return await self.send(DecideApproval(**{**given, **more}))

    async def lend(self, grantee: str, **more: Any) -> Any:
        """Lends `waive_fee` for an hour from now (eg.NOW)."""
        given = {
            "grantee_id": grantee,
            "actions": ("waive_fee",),
            "max_level": 4,
            "max_minor": 200_000,
            "valid_to": eg.at(3600).isoformat(),
            "reason": "on leave",
        }
        id = ids.uuid7()
        return id, await self.send(GrantDelegation(**{**given, **more}), id=id)


async def seat(client: AsyncTestClient[Litestar], id: str) -> Seat:
    answer = await client.post(routes.SESSION, json={"login": id, "password": bench.PASSWORD, "device_id": f"d-{id}"})
    assert answer.status_code == 200, answer.text
    return Seat(client, answer.json())


async def fresh(client: AsyncTestClient[Litestar], id: str) -> Seat:
    """Signed in and authenticated again."""
    return await (await seat(client, id)).fresh()


def says(answer: Any, key: str) -> bool:
    """Whether a problem names this sentence."""
    found: str = answer.json().get("key", "")
    return found == key


def command_bytes(command: Command) -> bytes:
    return msgspec.json.encode(command)
