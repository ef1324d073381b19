"""A desk without a screen, in a process of its own (`chaos.misdated`), worked by a robot until it is killed.

Everything the desk promised the robot stands in its diary: what was kept, what was told, what was typed. The campaign
holds the desk to it.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
import sys
from pathlib import Path

import msgspec

from agent_tui.desk import views
from agent_tui.desk.build import open_desk
from agent_tui.desk.desk import Desk
from agent_tui.desk.profile import Profile
from agent_tui.errors import AgentTuiError, StoreError
from agent_tui.store import done
from agent_tui.store.journal import UNSENT
from agent_tui.wire.feed import parse_cursor
from chaos.diary import Diary
from chaos.place import KEY, PASSWORD, Place, Seat
from chaos.robot import Robot

LOOK_S = 0.2


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What one process is to do, as JSON in its only argument."""

    folder: str
    seat: Seat
    run: int
    """How often this desk was started."""
    seed: int
    url: str
    drain: bool = False
    """Do nothing new: send what is kept, catch up, say so."""


class Witness:
    """Writes down what the desk shows, and what must never be seen."""

    def __init__(self, desk: Desk, diary: Diary) -> None:
        self._desk, self._diary = desk, diary
        self._states: dict[str, str] = {}
        self._cursor: tuple[str, int] = ("", 0)

    async def watch(self, drain: bool) -> None:
        """Until cancelled."""
        drained = False
        while True:
            self._look()
            if drain and not drained and self._quiet():
                self._diary.write("drained")
                drained = True
            await asyncio.sleep(LOOK_S)

    def _look(self) -> None:
        for item in self._desk.view(views.PendingWork()):
            if self._states.get(item.id) != item.state:
                self._states[item.id] = item.state
                self._diary.write("shown", id=item.id, state=item.state)
        why = self._desk.view(views.StatusOf()).why
        if why is not None and "constraint" in str(why.args.get("reason", "")):
            self._diary.write("lie", what=f"a page of the feed does not go into the cache: {why.args['reason']}")
        text = self._desk.sight.cache.cursor
        if text:
            cursor = parse_cursor(text)
            if cursor.epoch == self._cursor[0] and cursor.seq < self._cursor[1]:
                self._diary.write("lie", what=f"the cursor went back from {self._cursor[1]} to {cursor.seq}")
            self._cursor = (cursor.epoch, cursor.seq)

    def _quiet(self) -> bool:
        """Nothing of mine is under way or in doubt, and what is shown is live."""
        journal = self._desk.journal
        waiting = any(item.state in UNSENT | {"applied"} for item in journal.items())
        doubtful = done.doubtful(journal, self._desk.sight.cache.agent_id, 1)
        return not waiting and not doubtful and str(self._desk.view(views.StatusOf()).connection) == "live"


async def take_seat(plan: Plan) -> Desk:
    """The desk, as soon as it can be opened."""
    place = Place(folder=Path(plan.folder))
    lease = place.lease(plan.seat)
    profile = Profile(
        name=plan.seat.name,
        folder=place.desk(plan.seat),
        url=plan.url,
        login=plan.seat.login,
        device_id=f"device-{plan.seat.name}",
        key=lambda file: lease.key() if file == "cache" else KEY,
        lease=lease,
    )
    while True:
        try:
            return open_desk(profile)
        except StoreError:
            # Held by the one that was killed, or there is no room: the program says so in a sentence, a person tries again.
            await asyncio.sleep(0.1)


async def work(plan: Plan) -> None:
    diary = Diary(Place(folder=Path(plan.folder)).log(plan.seat.name))
    desk = await take_seat(plan)
    diary.write("opened", run=plan.run)
    kept = {draft.key: draft.text for draft in desk.view(views.Drafts())}
    diary.write("found_drafts", drafts=kept)
    witness = asyncio.create_task(Witness(desk, diary).watch(plan.drain))
    robot = Robot(desk, diary, plan.seat, plan.run, random.Random(f"{plan.seed}/{plan.seat.name}/{plan.run}"))
    hands = None
    try:
        while True:
            with contextlib.suppress(AgentTuiError):
                await desk.connect(PASSWORD)
                break
            await asyncio.sleep(0.5)
        hands = None if plan.drain else asyncio.create_task(robot.work())
        ended = [task for task in (witness, hands) if task is not None]
        await asyncio.wait(ended, return_when=asyncio.FIRST_EXCEPTION)
        for task in ended:
            if task.done() and (error := task.exception()) is not None:
                raise error
    finally:
        for ended_task in (witness, hands):
            if ended_task is not None:
                ended_task.cancel()
        await desk.close()


def main() -> int:
    plan: Plan = msgspec.json.decode(sys.argv[1], type=Plan)

    async def until_told() -> None:
        task = asyncio.create_task(work(plan))
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        with contextlib.suppress(asyncio.CancelledError):
            await task

    try:
        asyncio.run(until_told())
    except Exception as error:
        os.write(2, f"{type(error).__name__}: {error}\n".encode())
        raise
    return 0
