"""A whole training against a training server of its own: the same keys give the same score, a wrong way gets less and
is told why, and nothing is left behind. Live work and simulation never meet, whichever side is the wrong one."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from agent_tui.config import paths
from agent_tui.desk import views
from agent_tui.desk.build import open_desk
from agent_tui.desk.door import Door, Submitted
from agent_tui.domain.commands import (
    AcceptContact,
    Command,
    PerformAction,
    SendMessage,
    SetAgentState,
    VerifyCaller,
    WrapUpContact,
)
from agent_tui.domain.contact import Contact, ContactState, Verified
from agent_tui.errors import Refused, StoreError
from agent_tui.sim.coach import Score
from agent_tui.sim.runner import find
from agent_tui.tui.training import Round, TrainingCentre, Wanted
from agent_tui.wire import routes
from tests.flow.fake import Fake, ok, session
from tests.flow.seed import profile
from tests.unit.blueprints.walks import read

PATIENCE_S = 30.0
PATH = ("greet", "trouble", "lock_verify", "lock_why", "lock_machine", "unlock", "unlock_ok")


class Hands:
    """The trainee's hands: commands through the desk's door, each after what the one before led to."""

    def __init__(self, door: Door) -> None:
        self.door = door
        self.changed = asyncio.Event()
        door.watch(lambda entities: self.changed.set())

    async def until(self, true: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not true():
                self.changed.clear()
                if not true():
                    await self.changed.wait()

    def contact(self) -> Contact | None:
        mine: tuple[views.ContactView, ...] = self.door.view(views.MyContacts())
        return mine[0].contact if mine else None

    async def until_state(self, state: ContactState) -> Contact:
        await self.until(lambda: (now := self.contact()) is not None and now.state == state)
        found = self.contact()
        assert found is not None
        return found

    async def do(self, command: Command) -> str:
        given = self.door.submit(command)
        assert isinstance(given, Submitted), given
        outcome = await self.door.settle(given.id)
        assert outcome is not None
        return outcome.outcome

    async def say(self, contact_id: str, text: str) -> None:
        """And wait for what the customer answers."""
        before = len(self.door.view(views.ThreadOf(contact_id=contact_id)))
        assert await self.do(SendMessage(contact_id=contact_id, text=text)) == "applied"
        await self.until(lambda: len(self.door.view(views.ThreadOf(contact_id=contact_id))) >= before + 2)


async def play(round_: Round, *, well: bool) -> Score:
    """Work the locked terminal: as it should be, or unlocking in words before anybody was verified."""
    hands = Hands(round_.door)
    await hands.until(lambda: round_.door.view(views.StatusOf()).connection == "live")
    assert await hands.do(SetAgentState(state="ready")) == "applied"
    id = (await hands.until_state(ContactState.ALERTING)).id
    assert await hands.do(AcceptContact(contact_id=id)) == "applied"
    contact = await hands.until_state(ContactState.CONNECTED)
    await (_well(hands, contact) if well else _badly(hands, contact))
    await hands.until_state(ContactState.WRAP_UP)
    path = tuple(f"{read('pos_terminal').key}#{node}" for node in (PATH if well else PATH[:2]))
    done = WrapUpContact(contact_id=id, category="terminal_locked", result="answered", path=path)
    assert await hands.do(done) == "applied"
    async with asyncio.timeout(PATIENCE_S):
        return (await round_.finished()).score


async def _well(hands: Hands, contact: Contact) -> None:
    id, who = contact.id, contact.customer_id
    assert who is not None
    await hands.say(id, "您好，商户服务。请问终端号是多少？")
    await hands.say(id, "请问商户名称？")
    checks = ("merchant_name", "merchant_number")
    assert await hands.do(VerifyCaller(contact_id=id, degree=Verified.BASIC, checks=checks)) == "applied"
    unlock = PerformAction(
        action="unlock_terminal", customer_id=who, contact_id=id, product_id=f"{who}-t", reason="锁机"
    )
    assert await hands.do(unlock) == "applied"
    await hands.say(id, "已经解锁，请再试一下，能用了吗？")
    await hands.say(id, "还有其他可以帮您的吗？")


async def _badly(hands: Hands, contact: Contact) -> None:
    await hands.say(contact.id, "已经解锁，请再试一下。")
    await hands.say(contact.id, "好。")


@pytest.fixture
async def centre(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[TrainingCentre]:
    monkeypatch.setenv(paths.HOME, str(tmp_path))
    found = TrainingCentre("zh")
    yield found
    await found.end()


async def test_the_same_keys_get_the_same_score_and_a_wrong_way_gets_less_with_the_reason(
    centre: TrainingCentre,
) -> None:
    wanted = Wanted(find("pos-locked"), 7)
    first = await play(await centre.begin(wanted), well=True)
    again = await play(await centre.begin(wanted), well=True)
    wrong = await play(await centre.begin(wanted), well=False)
    assert first == again
    assert wrong.points < first.points
    why = {line.part: line.why.key for line in wrong.lines if line.points < line.max}
    assert why["verification"] == "sim.why.told_unverified"
    assert why["action"] == "sim.why.action_missing"
    assert why["path"] == "sim.why.path_left"


async def test_a_training_desk_says_that_it_is_a_simulation_and_leaves_nothing_behind(centre: TrainingCentre) -> None:
    round_ = await centre.begin(Wanted(find("pos-locked")))
    assert round_.door.view(views.StatusOf()).simulation
    assert (centre.folder / "journal.db").exists() and centre.folder.stat().st_mode & 0o077 == 0
    await centre.end()
    assert not centre.folder.exists()


def test_what_a_killed_training_left_behind_is_removed_at_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(paths.HOME, str(tmp_path))
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    centre = TrainingCentre("zh")
    left, running = centre.folder.with_name(f"run-{gone.pid}"), centre.folder.with_name(f"run-{os.getppid()}")
    for folder in (left, running):
        folder.mkdir()
    centre.sweep()
    assert not left.exists() and running.exists()


# ---- live work and simulation ----------------------------------------------------------------------------------------


async def test_a_training_desk_refuses_a_server_without_the_banner(tmp_path: Path) -> None:
    live = Fake()
    live.serve()
    desk = open_desk(profile(tmp_path, transport=lambda: live, simulation=True))
    with pytest.raises(Refused) as raised:
        await desk.connect("secret")
    assert raised.value.key == "train.guard.other_world"
    assert desk.view(views.StatusOf()).connection == "refused"
    assert not live.streams, "nothing was followed"
    await desk.close()


async def test_training_opens_no_files_of_live_work(tmp_path: Path) -> None:
    live = Fake()
    live.serve()
    desk = open_desk(profile(tmp_path, transport=lambda: live))
    await desk.connect("secret")
    await desk.close()
    with pytest.raises(StoreError) as raised:
        open_desk(profile(tmp_path, simulation=True))
    assert raised.value.key == "train.guard.live_store"
    again = open_desk(profile(tmp_path))
    await again.close()


async def test_a_desk_with_live_work_does_not_send_it_to_a_simulation(tmp_path: Path) -> None:
    server = Fake()
    server.serve()
    desk = open_desk(profile(tmp_path, transport=lambda: server))
    await desk.connect("secret")
    await desk.disconnect()
    server.always("POST", routes.SESSION, ok(session(banner="simulation")))
    with pytest.raises(Refused):
        await desk.connect("secret")
    await desk.close()


async def test_a_new_profile_on_a_simulation_server_shows_the_banner(tmp_path: Path) -> None:
    server = Fake()
    server.serve()
    server.always("POST", routes.SESSION, ok(session(banner="simulation")))
    desk = open_desk(profile(tmp_path, transport=lambda: server))
    await desk.connect("secret")
    assert desk.view(views.StatusOf()).simulation
    await desk.close()


KILLED = """
import asyncio, sys
from agent_tui.sim.runner import find
from agent_tui.tui.training import TrainingCentre, Wanted

async def main():
    centre = TrainingCentre("zh")
    await centre.begin(Wanted(find("pos-locked")))
    print(centre._runner.station.url, flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


async def test_a_training_server_does_not_outlive_a_killed_desk(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", KILLED), stdout=subprocess.PIPE, env={**os.environ, paths.HOME: str(tmp_path)}
    )
    assert process.stdout is not None
    url = (await process.stdout.readline()).decode().strip()
    port = int(url.rpartition(":")[2])
    process.send_signal(signal.SIGKILL)
    await process.communicate()
    for _ in range(int(PATIENCE_S / 0.05)):
        if not await _answers(port):
            return
        await asyncio.sleep(0.05)
    raise AssertionError("the server is still there")


async def _answers(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
    return True
