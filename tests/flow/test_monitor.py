"""The supervisor's side of authority at a monitor, by keys, over the real server: signing, lending, reviewing; and what
the people it is about see of it at their own desks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot

from agent_tui import ids
from agent_tui.client import endpoints
from agent_tui.client.api import Api
from agent_tui.clock import wall
from agent_tui.desk import views
from agent_tui.desk.build import open_desk
from agent_tui.desk.desk import Desk
from agent_tui.desk.review_views import Findings
from agent_tui.domain.agent import Agent
from agent_tui.domain.approval import Approval, Delegation
from agent_tui.domain.commands import AnswerFinding, BreakGlass, Command, PerformAction, RequestApproval
from agent_tui.domain.contact import ContactState, Verified
from agent_tui.domain.customer import Product
from agent_tui.domain.review import Review, Stratum
from agent_tui.server import seed, totp
from agent_tui.server.customers import NewCustomer, add_customers
from agent_tui.server.database import Database
from agent_tui.server.seed import QUICK, NewAccount, add_accounts
from agent_tui.server.state import TableState
from agent_tui.server.vault import Vault
from agent_tui.store import read
from agent_tui.tui import themes
from agent_tui.tui.app import DeskApp
from agent_tui.tui.screens.monitor import MonitorScreen
from agent_tui.tui.words import Words
from agent_tui.wire.command import Envelope
from tests import eg
from tests.flow.backend import PASSWORD, Backend
from tests.flow.conftest import connection, until
from tests.flow.seed import profile

MAKER, MAKER_ID = "xu.menglei", "a1004"
"""Of level 3; their line manager is the supervisor."""
BOSS, BOSS_ID = "wei.minhua", "a3001"
REVIEWER = "bai.xinyue"
PEOPLE = {MAKER: MAKER_ID, BOSS: BOSS_ID, REVIEWER: "a5002"}
SECRET = bytes(range(20))


class Wall:
    """A monitor over a real desk: keys pressed one after another, and what its cache holds."""

    def __init__(self, pilot: Pilot[int], desk: Desk) -> None:
        self.pilot, self.desk = pilot, desk

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.pilot.press(key)
            await self.rest()

    async def rest(self) -> None:
        app = self.pilot.app
        assert isinstance(app, DeskApp)
        await self.pilot.pause()
        while not app.ahead.at_rest:
            await self.pilot.pause(0.01)
        await self.pilot.pause()

    async def type(self, text: str) -> None:
        for char in text:
            await self.pilot.press("space" if char == " " else char)
        await self.rest()

    async def until(self, *texts: str) -> None:
        """Wait for what a person would wait for on the screen."""
        for _ in range(1000):
            if all(text in self.text for text in texts):
                return
            await self.pilot.pause(0.01)
        raise AssertionError(f"not on the screen: {texts}\n{self.text}")

    @property
    def text(self) -> str:
        strips = self.pilot.app.screen._compositor.render_strips()
        below = self.pilot.app.screen_stack[0]._compositor.render_strips()
        return "\n".join(strip.text for strip in (*strips, *below))


@asynccontextmanager
async def monitor(folder: Path, backend: Backend, login: str) -> AsyncIterator[Wall]:
    """A monitor of somebody, following the feed."""
    desk = open_desk(profile(folder / login, url=backend.url, login=login))
    await desk.connect(PASSWORD)
    await until(lambda: connection(desk) == "live", "live")
    app = DeskApp("monitor", desk, Words("en"), themes.load("dark"))
    async with app.run_test(size=(110, 40)) as pilot:
        await pilot.pause(0.05)
        assert isinstance(app.screen, MonitorScreen)
        yield Wall(pilot, desk)
    await desk.close()


@pytest.fixture
async def backend(tmp_path: Path) -> AsyncIterator[Backend]:
    """A served centre in which the maker has a verified customer on the line."""
    prepare(tmp_path / "server.db")
    served = Backend(tmp_path).start()
    contact = eg.contact(
        customer_id="c1", agent_id=MAKER_ID, state=ContactState.CONNECTED, verified=Verified.FULL, offered_at=wall()
    )
    await served.services.db.write(lambda tx: seed.publish(tx, [contact], "SeedContact", wall()))
    yield served
    await asyncio.to_thread(served.stop)


def prepare(database: Path) -> None:
    """People with passwords and one customer with a card."""
    db = Database(database)
    seed.ensure_head(db)
    add_accounts(db, [NewAccount(login=n, password=PASSWORD, agent_id=id) for n, id in PEOPLE.items()], QUICK)
    card = Product(id="c1-card", kind="credit_card", number="6222021234567890")
    new = NewCustomer(id="c1", name="张伟", phone="13812345678", products=(card,))
    add_customers(db, Vault.beside(database), [new], wall())
    db.close()


class Maker:
    """Somebody who asks from elsewhere."""

    def __init__(self, backend: Backend, login: str = MAKER) -> None:
        self._api, self._login = Api(backend.url, f"d-{login}"), login

    async def send(self, command: Command) -> str:
        if not self._api.token:
            self._api.token = (await endpoints.sign_in(self._api, self._login, PASSWORD)).token
            await endpoints.step_up(self._api, PASSWORD)
        envelope = Envelope(id=ids.uuid7(), command=command)
        answer = await endpoints.send(self._api, envelope, 0)
        return answer.outcome

    async def close(self) -> None:
        await self._api.close()


@pytest.fixture
async def maker(backend: Backend) -> AsyncIterator[Maker]:
    asks = Maker(backend)
    yield asks
    await asks.close()


ACT = PerformAction(
    action="waive_fee", customer_id="c1", contact_id="k1", product_id="c1-card", amount_minor=150_000, reason="fee"
)


def only(wall_: Wall, kind: type[Approval]) -> Approval:
    (found,) = read.every(wall_.desk.sight.cache, kind)
    return found


def me(wall_: Wall) -> Agent | None:
    return read.get(wall_.desk.sight.cache, Agent, BOSS_ID)


async def test_a_supervisor_at_a_monitor_is_seen_and_signs_with_a_code(
    tmp_path: Path, backend: Backend, maker: Maker
) -> None:
    services = backend.services
    await services.db.write(lambda tx: totp.give(tx, services.vault, BOSS, SECRET))

    async with monitor(tmp_path, backend, BOSS) as at:
        await until(lambda: (found := me(at)) is not None and found.signed_in, "at a screen")
        assert await maker.send(RequestApproval(command=ACT, reason="three years")) == "awaiting_approval"
        await at.until("to sign 1")
        await at.press("f8", "enter")
        await at.until("Asks you to co-sign", "three years", "F9 sign")
        await at.press("f9")
        await at.type(totp.code(SECRET, totp.step_at(wall())))
        await at.press("f9")
        await until(lambda: only(at, Approval).state == "executed", "executed")
    signed = (await services.db.read(lambda tx: TableState(tx).find(Approval)))[0]
    assert [(one.signer_id, one.decision) for one in signed.signatures] == [(BOSS_ID, "sign")]


async def test_lending_and_taking_back_at_a_monitor(tmp_path: Path, backend: Backend) -> None:
    async with monitor(tmp_path, backend, BOSS) as at:
        await at.press("f2", "P", "enter")
        await at.type(MAKER)
        await at.press("enter", "enter", "f9")
        await at.until("Reason")
        await at.type("cover")
        await at.press("f9")
        await at.until("This will happen")
        await at.press("enter")
        await at.until("Password")
        await at.type(PASSWORD)
        await at.press("f9")
        await until(lambda: read.every(at.desk.sight.cache, Delegation), "lent")
        await at.until("in force")
        await at.press("down", "enter", "f7", "enter")
        await until(lambda: read.every(at.desk.sight.cache, Delegation)[0].revoked_at, "taken back")


async def test_broken_glass_is_signed_reviewed_answered_and_followed_until_closed(
    tmp_path: Path, backend: Backend, maker: Maker
) -> None:
    assert await maker.send(BreakGlass(command=ACT, reason="night shift")) == "awaiting_approval"
    async with monitor(tmp_path, backend, BOSS) as at:
        await at.until("to sign 1")
        await at.press("f8", "enter", "f9")
        await at.until("You sign exactly")
        await at.type(PASSWORD)
        await at.press("f9")
        await until(lambda: only(at, Approval).state == "executed", "executed")
        await until(lambda: read.every(at.desk.sight.cache, Review), "opened at once")
        # Who signed does not review; the list says so and the page gives the reason.
        await at.press("f9")
        await at.until("others review")
        await at.press("enter")
        await at.until("You signed this act")
    async with monitor(tmp_path, backend, REVIEWER) as at:
        await at.press("f9")
        await at.until("1 to review", "broke the glass", "1,500.00")
        await at.press("f9")
        await at.until("night shift", "F9 in order", "F7 a finding")
        await at.press("f7", "2", "tab")
        await at.type("nobody was called")
        await at.press("f9")
        await at.until("1 to follow up")
        await _answered(tmp_path, backend)
        await at.until("answered")
        await at.press("enter", "f9")
        await at.type("talked over")
        await at.press("f9")
        await until(lambda: read.every(at.desk.sight.cache, Review)[0].follow_ups, "followed")
        await at.press("enter", "f7", "f9")
        await until(lambda: read.every(at.desk.sight.cache, Review)[0].state == "closed", "closed")
    (review,) = await backend.services.db.read(lambda tx: TableState(tx).find(Review))
    assert (review.stratum, review.text, review.answer) == (Stratum.BREAK_GLASS, "nobody was called", "understood")
    assert [step.text for step in review.follow_ups] == ["talked over"]


async def _answered(folder: Path, backend: Backend) -> None:
    """The maker's own desk has the finding, and answers it."""
    desk = open_desk(profile(folder / MAKER, url=backend.url, login=MAKER))
    await desk.connect(PASSWORD)
    await until(lambda: desk.view(views.StatusOf()).findings == 1, "told")
    (finding,) = desk.view(Findings())
    assert (finding.text, finding.kind) == ("nobody was called", "coaching")
    desk.submit(AnswerFinding(review_id=finding.id, text="understood"))
    await until(lambda: desk.view(views.StatusOf()).findings == 0, "answered")
    await asyncio.sleep(0)
    await desk.close()
