"""Desk and server over a real socket: a call from ring to wrap-up, and what an outage does to it."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import msgspec
import pytest

from agent_tui.cli import main
from agent_tui.client import endpoints
from agent_tui.client.api import Api
from agent_tui.config import data
from agent_tui.desk import views
from agent_tui.desk.build import open_desk
from agent_tui.desk.desk import Desk
from agent_tui.desk.door import NotSubmitted, Submitted
from agent_tui.domain.centre import Bundle
from agent_tui.domain.commands import AcceptContact, AddNote, Command, PerformAction, SetAgentState, WrapUpContact
from agent_tui.domain.contact import ContactState
from agent_tui.domain.ticket import Note
from agent_tui.policy.decision import Allow, AllowWithReason, Deny
from agent_tui.server.place import Where
from agent_tui.store import read, write
from agent_tui.store.journal import NewItem
from agent_tui.wire.command import Envelope
from tests import eg
from tests.flow.backend import AGENT, LOGIN, PASSWORD, Backend, Switch
from tests.flow.conftest import ON_BOTH, connection, pending, until
from tests.flow.seed import profile
from tests.server import engines


@pytest.fixture
def backend(tmp_path: Path, ledger: Where) -> Iterator[Backend]:
    served = Backend(tmp_path, ledger).start()
    yield served
    served.stop()


@pytest.fixture
async def switch(backend: Backend) -> AsyncIterator[Switch]:
    signed_in = await Switch(backend).sign_in()
    yield signed_in
    await signed_in.close()


async def seated(folder: Path, backend: Backend) -> Desk:
    opened = open_desk(profile(folder, url=backend.url, login=LOGIN))
    await opened.connect(PASSWORD)
    await until(lambda: connection(opened) == "live", "live")
    return opened


@pytest.fixture
async def at_work(tmp_path: Path, backend: Backend) -> AsyncIterator[Desk]:
    opened = await seated(tmp_path / "profile", backend)
    yield opened
    await opened.close()


async def done(desk: Desk, command: Command) -> str:
    answer = desk.submit(command)
    assert isinstance(answer, Submitted), answer
    outcome = await desk.settle(answer.id)
    return outcome.outcome if outcome else "unknown"


def contact_state(desk: Desk) -> ContactState | None:
    mine = desk.view(views.MyContacts())
    return mine[0].contact.state if mine else None


async def in_call(desk: Desk, switch: Switch, contact_id: str = "k1") -> None:
    await switch.offer(contact_id)
    assert await done(desk, SetAgentState(state="ready")) == "applied"
    await until(lambda: contact_state(desk) == ContactState.ALERTING, "offered")
    assert await done(desk, AcceptContact(contact_id=contact_id)) == "applied"
    await switch.event(contact_id, "Established")
    await until(lambda: contact_state(desk) == ContactState.CONNECTED, "connected")


async def after_call(desk: Desk, switch: Switch) -> None:
    await in_call(desk, switch)
    await switch.event("k1", "ConnectionCleared", "customer")
    await until(lambda: contact_state(desk) == ContactState.WRAP_UP, "wrap-up")


def notes(desk: Desk) -> list[str]:
    return sorted(note.text for note in read.every(desk.sight.cache, Note))


@ON_BOTH
async def test_a_call_from_ring_to_wrap_up(at_work: Desk, switch: Switch) -> None:
    await after_call(at_work, switch)
    assert await done(at_work, AddNote(contact_id="k1", text="第一次来电")) == "applied"
    category = at_work.view(views.Categories(group="cards"))[0]
    wrap_up = WrapUpContact(contact_id="k1", category=category.id, result=category.results[0])
    assert await done(at_work, wrap_up) == "applied"
    await until(lambda: contact_state(at_work) is None, "closed")
    await until(lambda: notes(at_work) == ["第一次来电"], "note")


@ON_BOTH
async def test_offline_work_arrives_exactly_once_when_the_server_is_back(
    at_work: Desk, backend: Backend, switch: Switch
) -> None:
    await after_call(at_work, switch)
    backend.stop()
    await until(lambda: connection(at_work) == "offline", "offline")
    for n in range(3):
        answer = at_work.submit(AddNote(contact_id="k1", text=f"离线备注{n}"))
        assert isinstance(answer, Submitted) and answer.offline
    refused = at_work.submit(PerformAction(action="waive_fee", customer_id="c1", amount_minor=100))
    assert isinstance(refused, NotSubmitted)
    assert contact_state(at_work) == ContactState.WRAP_UP
    assert list(pending(at_work).values()) == ["queued"]
    backend.start()
    await until(lambda: connection(at_work) == "live", "live again")
    await until(lambda: not pending(at_work), "everything arrived")
    await until(lambda: len(notes(at_work)) >= 3, "notes")
    assert notes(at_work) == ["离线备注0", "离线备注1", "离线备注2"]


@ON_BOTH
async def test_the_same_id_sent_again_gets_the_same_outcome_and_no_second_effect(
    at_work: Desk, backend: Backend, switch: Switch
) -> None:
    await after_call(at_work, switch)
    api = Api(backend.url, "d-test")
    api.token = (await endpoints.sign_in(api, LOGIN, PASSWORD)).token
    answer = at_work.submit(AddNote(contact_id="k1", text="一次"))
    assert isinstance(answer, Submitted)
    first = await at_work.settle(answer.id)
    again = Envelope(id=answer.id, command=AddNote(contact_id="k1", text="一次"))
    second = await endpoints.send(api, again, 0)
    await api.close()
    assert first and (first.outcome, first.feed_seq) == (second.outcome, second.feed_seq)
    await until(lambda: notes(at_work) == ["一次"], "one note")


KILLED = """
import os, signal, sys
from pathlib import Path
from agent_tui.desk.build import open_desk
from agent_tui.domain.commands import AddNote
from tests.flow.seed import profile
desk = open_desk(profile(Path(sys.argv[1])))
print(desk.submit(AddNote(contact_id="k1", text="断电之前")).id, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


@ON_BOTH
async def test_killed_between_journal_and_send_the_next_desk_sends_it_once(
    tmp_path: Path, backend: Backend, switch: Switch
) -> None:
    first = await seated(tmp_path / "profile", backend)
    await after_call(first, switch)
    await first.close()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        KILLED,
        str(tmp_path / "profile"),
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    printed, _ = await process.communicate()
    assert process.returncode == -signal.SIGKILL and printed
    again = open_desk(profile(tmp_path / "profile", url=backend.url, login=LOGIN))
    assert pending(again) == {"AddNote": "queued"}
    await again.connect(PASSWORD)
    await until(lambda: not pending(again), "sent")
    await until(lambda: notes(again) == ["断电之前"], "one note")
    assert printed.decode().strip() in {row[0] for row in again.journal.receipts()}
    await again.close()


@ON_BOTH
async def test_killed_after_sending_the_answer_is_asked_for_and_nothing_happens_twice(
    tmp_path: Path, backend: Backend, switch: Switch
) -> None:
    first = await seated(tmp_path / "profile", backend)
    await after_call(first, switch)
    assert await done(first, AddNote(contact_id="k1", text="已送达")) == "applied"
    await until(lambda: not pending(first), "its row came")
    (receipt,) = [r for r in first.journal.receipts() if r[1] == "AddNote"]
    # As a kill between the server's commit and the journal's would leave it.
    await first.disconnect()
    note = AddNote(contact_id="k1", text="已送达")
    first.journal.add(
        NewItem(id=receipt[0], agent_id=AGENT, command=note, if_match=None, offline=False, made_at=eg.NOW)
    )
    first.journal.set_state(receipt[0], "sending").result(5)
    await first.close()
    again = await seated(tmp_path / "profile", backend)
    await until(lambda: not pending(again), "settled")
    assert notes(again) == ["已送达"]
    await again.close()


async def test_a_refusal_of_the_server_reaches_the_pending_list_with_its_reason(
    at_work: Desk, switch: Switch
) -> None:
    await in_call(at_work, switch)
    fee = PerformAction(action="waive_fee", customer_id="nobody", contact_id="k1", amount_minor=100, reason="x")
    assert await done(at_work, fee) == "refused"
    (refused,) = at_work.view(views.PendingWork())
    assert refused.state == "refused" and refused.reasons[0]["zh"]


@ON_BOTH
async def test_a_policy_put_in_force_reaches_a_desk_at_work(
    at_work: Desk, switch: Switch, tmp_path: Path, ledger: Where
) -> None:
    before = at_work.view(views.PolicyOf())
    assert before.good and before.revision and not before.forged
    folder = Path(shutil.copytree(data.shipped("scripts/policy"), tmp_path / "rules"))
    (folder / "10-permits.cedar").write_text((folder / "10-permits.cedar").read_text() + "\n// reviewed again\n")
    argv = ["admin", "policy", str(folder), *engines.named(ledger)]
    assert await asyncio.to_thread(main.run, argv, "en") == 0
    await until(lambda: at_work.view(views.PolicyOf()).revision != before.revision, "the new rules")
    assert at_work.view(views.PolicyOf()).good


async def test_rules_that_the_server_did_not_sign_grey_everything(at_work: Desk, switch: Switch) -> None:
    await in_call(at_work, switch)
    (bundle,) = (b for b in read.every(at_work.sight.cache, Bundle) if b.kind == "policy")
    assert isinstance(at_work.may("raise_work_order", contact_id="k1"), Allow | AllowWithReason)
    forged = msgspec.structs.replace(bundle, text=bundle.text + "\n", version=bundle.version + 1)
    write.put_rows(at_work.sight.cache, [forged])
    denied = at_work.may("raise_work_order", contact_id="k1")
    assert isinstance(denied, Deny) and denied.reasons[0].rule == "policy_forged"
    assert all(isinstance(row.decision, Deny) for row in at_work.view(views.ActionRows(contact_id="k1")))
    assert at_work.view(views.PolicyOf()).forged


async def test_the_policy_comes_with_the_feed_and_greys_actions(at_work: Desk, switch: Switch) -> None:
    await in_call(at_work, switch)
    rows = at_work.view(views.ActionRows(contact_id="k1"))
    assert [row.action for row in rows] == ["raise_work_order"]
    assert at_work.may("waive_fee", contact_id="k1", amount_minor=100).reasons  # type: ignore[union-attr]
    assert await at_work.step_up(PASSWORD)
    assert not await at_work.step_up("wrong")
