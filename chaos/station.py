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
from collections.abc import Iterator
from pathlib import Path

import msgspec

from agent_tui.desk import views
from agent_tui.desk.build import open_desk
from agent_tui.desk.desk import Desk
from agent_tui.desk.profile import Profile
from agent_tui.errors import AgentTuiError, StoreError
from agent_tui.store import done, escrow
from agent_tui.store.engine import connect, user_version
from agent_tui.store.journal import UNSENT
from agent_tui.wire.feed import parse_cursor
from chaos.diary import Diary
from chaos.place import PASSWORD, Place, Seat
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
        """Until the desk was wiped."""
        drained = False
        while not self._desk.keeper.ended:
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
        """Nothing of mine is under way, in doubt or in a box, and what is shown is live."""
        journal = self._desk.journal
        if journal.boxes is not None and escrow.found(journal.boxes.folder):
            return False
        waiting = any(item.state in UNSENT | {"applied"} for item in journal.items())
        doubtful = done.doubtful(journal, self._desk.sight.cache.agent_id, 1)
        return not waiting and not doubtful and str(self._desk.view(views.StatusOf()).connection) == "live"


def profile_of(plan: Plan, place: Place) -> Profile:
    """As `tui.start` makes one, with keys that the campaign can make again."""
    seat, lease, key, wipes = plan.seat, place.lease(plan.seat), place.key(plan.seat), place.wipes(plan.seat)
    return Profile(
        name=seat.name,
        folder=place.desk(seat),
        url=plan.url,
        login=seat.login,
        device_id=place.device(seat),
        key=lambda file: lease.key() if file == "cache" else key,
        lease=lease,
        forget=lambda: place.count_wipe(seat, wipes),
    )


async def take_seat(profile: Profile) -> Desk:
    """The desk, as soon as it can be opened."""
    while True:
        try:
            return open_desk(profile)
        except StoreError:
            # Held by the one that was killed, or there is no room: the program says so in a sentence, a person tries again.
            await asyncio.sleep(0.1)


async def work(plan: Plan) -> None:
    """Until the process is ended; a desk that was wiped is taken into use again, as another device."""
    place = Place(folder=Path(plan.folder))
    diary = Diary(place.log(plan.seat.name))
    while True:
        await work_until_wiped(plan, place, diary)


async def work_until_wiped(plan: Plan, place: Place, diary: Diary) -> None:
    wipes = place.wipes(plan.seat)
    profile = profile_of(plan, place)
    desk = await take_seat(profile)
    cache_key = desk.sight.cache.key
    diary.write("opened", run=plan.run)
    kept = {draft.key: draft.text for draft in desk.view(views.Drafts())}
    diary.write("found_drafts", drafts=kept, wipes=wipes)
    witness = asyncio.create_task(Witness(desk, diary).watch(plan.drain))
    name = f"{plan.seed}/{plan.seat.name}/{plan.run}/{wipes}"
    robot = Robot(desk, diary, plan.seat, plan.run * 100 + wipes, random.Random(name), wipes)
    ended = [witness, asyncio.create_task(use(desk, robot, plan.drain))]
    try:
        await asyncio.wait(ended, return_when=asyncio.FIRST_COMPLETED)
        for task in ended:
            if task.done() and (error := task.exception()) is not None:
                raise error
        await desk.keeper.finish()
    finally:
        for task in ended:
            task.cancel()
        robot.stop()
        await desk.close()
    for what in left_over(profile, cache_key):
        diary.write("lie", what=f"after a wipe {what}")
    diary.write("wiped")


async def use(desk: Desk, robot: Robot, drain: bool) -> None:
    """Sign in and work, for as long as the desk lets anybody."""
    while not desk.keeper.ended:
        with contextlib.suppress(AgentTuiError):
            await desk.connect(PASSWORD)
            break
        await asyncio.sleep(0.5)
    if not drain and not desk.keeper.ended:
        await robot.work()
    await asyncio.Event().wait()


def left_over(profile: Profile, cache_key: bytes) -> Iterator[str]:
    """What could still be read of what was there before a wipe, by whoever had the keys."""
    if (profile.folder / "lease").exists():
        yield "the half of the cache's key is there"
    with contextlib.suppress(StoreError):
        file = profile.folder / "cache.db"
        connection = connect(file, cache_key, synchronous="OFF")
        try:
            user_version(connection, file)
            yield "the cache opens with its former key"
        finally:
            connection.close()


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
