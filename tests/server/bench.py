"""A small centre on a real database in a folder of its own, with a manual clock, for the tests of the server."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
from argon2 import PasswordHasher
from litestar import Litestar
from litestar.testing import AsyncTestClient

from agent_tui import ids
from agent_tui.clock import ManualClock
from agent_tui.domain.agent import Agent, AgentState, Role
from agent_tui.domain.centre import Category, Names
from agent_tui.domain.commands import Command, OfferNew
from agent_tui.domain.contact import Channel
from agent_tui.domain.customer import Product
from agent_tui.domain.rows import Entity
from agent_tui.policy.decision import ActorFacts, Allow, Circumstances, Decision, Deny, Reason, StepUp, SubjectFacts
from agent_tui.server import seed
from agent_tui.server.build import make_endpoints, open_services, stand_behind
from agent_tui.server.caller import Caller
from agent_tui.server.customers import NewCustomer, add_customers
from agent_tui.server.options import ServerOptions
from agent_tui.server.services import Services
from agent_tui.wire import routes
from agent_tui.wire.command import Envelope, Outcome
from tests import eg
from tests.server import engines

PASSWORD = "correct horse"
HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""As cheap as the algorithm can be: these passwords protect nothing."""
LIMIT = 5000
NAME, PHONE, ID_NUMBER = "欧阳清明", "13812345678", "330106198001011238"
EMAIL, ADDRESS, CARD = "canary@example.com", "浙江省杭州市西湖区文三路77号", "6222021234567890"
CANARIES = (NAME, PHONE, ID_NUMBER, EMAIL, "文三路", CARD)
"""What must never be found outside of an answer to whoever was allowed to see it."""


def small_policy(actor: ActorFacts, action: str, _: SubjectFacts, around: Circumstances) -> Decision:
    """Up to LIMIT minor units a day, and nothing at all for trainees."""
    if actor.level < 2:
        return Deny(
            reasons=(Reason(rule="trainee", sentences={"en": "Trainees may not.", "zh": "不可", "ja": "不可"}),)
        )
    if action == "unblock_card" and actor.step_up_age_s is None:
        return StepUp(reasons=(Reason(rule="fresh", sentences={"en": "Again.", "zh": "再", "ja": "再"}),))
    if around.amount_minor + around.agent_day_minor > LIMIT:
        reason = Reason(rule="cap", sentences={"en": "Above 50.00.", "zh": "超额", "ja": "超過"}, needs_level=3)
        return Deny(reasons=(reason,), limit_minor=LIMIT)
    return Allow(rules=("open",), limit_minor=LIMIT, revision=f"r-{action}")


def centre_rows() -> list[Entity]:
    """Two groups, a category, two agents of cards, one of loans, a supervisor."""
    return [
        eg.group("cards"),
        eg.group("loans"),
        Category(id="card_loss", names=Names("挂失", "Card loss", "紛失"), group="cards"),
        eg.agent("a1", login="chen", state=AgentState.LOGGED_OFF),
        eg.agent("a2", login="li", name="李雷", level=1, state=AgentState.LOGGED_OFF),
        eg.agent("a3", login="wang", name="王芳", groups=("loans",), state=AgentState.LOGGED_OFF),
        eg.agent(
            "s1", login="boss", name="赵敏", level=4, role=Role.SUPERVISOR, groups=(), state=AgentState.LOGGED_OFF
        ),
    ]


def add_centre(services: Services) -> None:
    """Rows, and accounts for everybody."""
    services.db.write_now(lambda tx: seed.publish(tx, centre_rows(), "SeedCentre", eg.NOW))
    people = [row for row in centre_rows() if isinstance(row, Agent)]
    accounts = [seed.NewAccount(login=p.login, password=PASSWORD, agent_id=p.id) for p in people]
    link = seed.NewAccount(login="link:sim", password=PASSWORD, kind="link")
    seed.add_accounts(services.db, [*accounts, link], HASHER)


def add_customer(services: Services, id: str = "c1", **fields: Any) -> None:
    """One customer with clear values and a card."""
    given = {"name": NAME, "phone": PHONE, "id_number": ID_NUMBER, "email": EMAIL, "address": ADDRESS}
    card = Product(id=f"{id}-card", kind="credit_card", number=CARD)
    new = NewCustomer(id=id, **{**given, "products": (card,), **fields})
    add_customers(services.db, services.vault, [new], eg.NOW)


async def offer(client: AsyncTestClient[Litestar], contact_id: str = "k1", **fields: Any) -> None:
    """A call arrives through the link."""
    link = await sign_in(client, "link:sim")
    given = {"channel": Channel.PHONE, "caller": PHONE, "group": "cards"}
    answer = await link.send(OfferNew(contact_id=contact_id, **{**given, **fields}), path=routes.INGRESS)
    assert answer.status_code == 200, answer.text


def query(services: Services, sql: str) -> list[Any]:
    """Rows of any SQL, read beside the server."""
    return [tuple(row) for row in services.db.apart(lambda tx: engines.raw(tx, sql))]


async def commit(services: Services, command: Command, caller: Caller) -> Outcome:
    """Straight into the ledger, as a job does; it must be applied."""
    answer = await services.commit(Envelope(id=ids.uuid7(), command=command), caller)
    assert answer.http == 200, answer.body
    return msgspec.json.decode(answer.body, type=Outcome)


async def dump(services: Services) -> list[str]:
    """The whole database as SQL text."""

    return await asyncio.to_thread(services.db.apart, engines.dump)


def open_bench(folder: Path, **options: Any) -> Services:
    given = {"database": engines.place(folder), "clock": "manual", "clock_start": eg.NOW, "jobs": False}
    services = open_services(ServerOptions(**{**given, **options}), small_policy)
    if services.db.read_now(lambda tx: tx.one("account", login="chen")) is None:
        add_centre(services)
    return services


def open_kept(folder: Path, engine: str) -> Services:
    """A bench on that engine for all the tests of a module, whichever engine each of them is on."""
    with engines.chosen(engine):
        services = open_bench(folder)
    engines.keep(folder)
    return services


class Desk:
    """One signed-in caller over HTTP."""

    def __init__(self, client: AsyncTestClient[Litestar], session: dict[str, Any]) -> None:
        self.client = client
        self.session = session
        self.headers = {"authorization": f"Bearer {session['token']}", "x-device-id": f"d-{session['login']}"}

    async def send(
        self, command: Command, *, id: str = "", if_match: int | None = None, path: str = routes.COMMANDS
    ) -> Any:
        """POST one command; returns the response."""
        envelope = Envelope(id=id or ids.uuid7(), command=command, if_match=if_match)
        headers = {**self.headers, "idempotency-key": envelope.id, "content-type": "application/json"}
        if if_match is not None:
            headers["if-match"] = f'"{if_match}"'
        return await self.client.post(path, content=msgspec.json.encode(envelope), headers=headers)

    async def get(self, path: str, **params: Any) -> Any:
        return await self.client.get(path, params=params, headers=self.headers)

    async def post(self, path: str, body: Any = None) -> Any:
        return await self.client.post(
            path, content=json.dumps(body), headers={**self.headers, "content-type": "application/json"}
        )

    async def snapshot(self, limit: int = 500) -> tuple[dict[tuple[str, str], Any], str]:
        """Everything visible by (entity, id), and the cursor to go on from."""
        rows: dict[tuple[str, str], Any] = {}
        after = ""
        while True:
            page = (await self.get(routes.SNAPSHOT, after=after, limit=limit)).json()
            rows |= {(c["entity"], c["id"]): c["image"] for c in page.get("changes", [])}
            after = page["after"]
            if not after:
                return rows, page["cursor"]

    async def catch_up(self, rows: dict[tuple[str, str], Any], cursor: str, limit: int = 500) -> str:
        """Apply changes until nothing more comes; returns the new cursor."""
        while True:
            answer = await self.get(routes.CHANGES, cursor=cursor, limit=limit)
            assert answer.status_code == 200, answer.text
            page = answer.json()
            assert page["start"] == cursor
            for change in page.get("changes", []):
                place = (change["entity"], change["id"])
                if change.get("remove"):
                    rows.pop(place, None)
                elif place not in rows or rows[place]["version"] <= change["version"]:
                    rows[place] = change["image"]
            cursor = page["to"]
            if not page["more"]:
                return cursor


async def sign_in(client: AsyncTestClient[Litestar], login: str, password: str = PASSWORD) -> Desk:
    answer = await client.post(routes.SESSION, json={"login": login, "password": password, "device_id": f"d-{login}"})
    assert answer.status_code == 200, answer.text
    return Desk(client, answer.json())


_IDLE: dict[int, list[Litestar]] = {}
"""Endpoints behind which nothing stands any more, by the size of the bodies they take: to make them anew costs more than
most tests do."""


@asynccontextmanager
async def client_of(services: Services) -> AsyncIterator[AsyncTestClient[Litestar]]:
    """Whoever calls the application over these services, without a network."""
    idle = _IDLE.setdefault(services.options.body_kib, [])
    endpoints = idle.pop() if idle else make_endpoints(services.options.body_kib)
    app = stand_behind(endpoints, services)
    async with AsyncTestClient(app, base_url="http://testserver.local") as client:
        yield client
    idle.append(endpoints)


def advance(services: Services, seconds: float) -> None:
    assert isinstance(services.clock, ManualClock)
    services.clock.advance(seconds)
