"""One training contact from the first ring to the score, on a server of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from agent_tui.domain.commands import (
    AcceptContact,
    Command,
    PerformAction,
    SendMessage,
    SetAgentState,
    VerifyCaller,
    WrapUpContact,
)
from agent_tui.domain.contact import Contact, Verified
from agent_tui.sim import runner
from agent_tui.sim.floor import Floor
from agent_tui.sim.pace import Pace
from agent_tui.sim.web_seat import WebSeat
from tests.unit.blueprints.walks import read

PATH = ("greet", "trouble", "lock_verify", "lock_why", "lock_machine", "unlock", "unlock_ok")
WORDS = (
    "您好,商户服务。请问终端号是多少?",
    "请问商户名称?",
    "请问锁定前发生了什么?",
)


class Trainee:
    """Presses the keys of a trainee who knows what to do."""

    def __init__(self, seat: WebSeat) -> None:
        self.seat, self.floor = seat, Floor(Pace(seat.session.at, 0.0))
        self.rang = asyncio.Event()
        self.floor.listen(lambda *_: self.rang.set())

    @property
    def contact(self) -> Contact | None:
        return next(iter(self.floor.open_contacts()), None)

    async def until(self, condition: Callable[[], bool]) -> None:
        while not condition():
            self.rang.clear()
            await asyncio.wait_for(self.rang.wait(), 20)

    async def until_state(self, state: str) -> str:
        await self.until(lambda: self.contact is not None and self.contact.state == state)
        assert self.contact is not None
        return self.contact.id

    async def do(self, command: Command) -> None:
        answer = await self.seat.send(command)
        assert answer.applied, answer

    async def say(self, id: str, text: str) -> None:
        """And wait for the customer's answer."""
        before = self.said(id)
        await self.do(SendMessage(contact_id=id, text=text))
        await self.until(lambda: self.said(id) >= before + 2)

    def said(self, id: str) -> int:
        thread = self.floor.thread(id)
        return len(thread.messages) if thread else 0


async def play(trainee: Trainee) -> None:
    await trainee.do(SetAgentState(state="ready"))
    id = await trainee.until_state("alerting")
    await trainee.do(AcceptContact(contact_id=id))
    await trainee.until_state("connected")
    for text in WORDS[:2]:
        await trainee.say(id, text)
    await trainee.do(VerifyCaller(contact_id=id, degree=Verified.BASIC, checks=("merchant_name", "merchant_number")))
    await trainee.say(id, WORDS[2])
    who = trainee.contact.customer_id if trainee.contact else None
    assert who is not None
    await trainee.do(
        PerformAction(action="unlock_terminal", customer_id=who, contact_id=id, product_id=f"{who}-t", reason="锁机")
    )
    await trainee.say(id, "已经解锁,请再试一下,能用了吗?")
    await trainee.say(id, "还有其他可以帮您的吗?")
    await trainee.until_state("wrap_up")
    path = tuple(f"{read('pos_terminal').key}#{node}" for node in PATH)
    await trainee.do(WrapUpContact(contact_id=id, category="terminal_locked", result="answered", path=path))


async def test_right_handling_gets_every_point_on_a_server_marked_as_simulation() -> None:
    run = await runner.Runner.start(runner.find("pos-locked"), seed=3)
    seat = await WebSeat.open(run.station.url, run.station.login, run.station.password)
    trainee = Trainee(seat)
    eyes = asyncio.create_task(trainee.floor.follow(seat.news()))
    try:
        assert seat.session.banner == "simulation"
        await trainee.floor.ready.wait()
        await play(trainee)
        result = await asyncio.wait_for(run.finished(), 20)
        lost = [line for line in result.score.lines if line.points < line.max]
        assert not lost and result.score.points == result.score.max == 100
    finally:
        eyes.cancel()
        await asyncio.gather(eyes, return_exceptions=True)
        await seat.close()
        await run.close()
