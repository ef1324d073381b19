"""Lock, lease and wipe at a real desk with a real server: who may look, what is forgotten, what is never lost, and
that nothing stays on the disk in clear."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agent_tui.client import endpoints
from agent_tui.client.api import Api
from agent_tui.config import secrets
from agent_tui.config.lease import Lease
from agent_tui.desk import views
from agent_tui.desk.build import open_desk
from agent_tui.desk.desk import Desk
from agent_tui.desk.door import Submitted
from agent_tui.desk.keeper import TRIES, Opened
from agent_tui.desk.profile import Profile
from agent_tui.domain.commands import AddNote
from agent_tui.errors import Offline
from agent_tui.server.place import Where
from agent_tui.server.seed import QUICK, NewAccount, add_accounts
from agent_tui.store import escrow
from agent_tui.store.local_audit import events
from tests.flow.backend import LOGIN, PASSWORD, Backend, Switch
from tests.flow.conftest import ON_BOTH, connection, until

CANARY = "金丝雀七七四九"
SECOND = "zebra-quartz-9931"


@pytest.fixture
def backend(tmp_path: Path, ledger: Where) -> Iterator[Backend]:
    made = Backend(tmp_path, ledger).start()
    yield made
    made.stop()


def station(folder: Path, backend: Backend, *, login: str = LOGIN) -> Profile:
    """A profile as `tui.start` makes one: a vault under the person's password, and a lease."""
    keys = secrets.vault(folder, PASSWORD)
    lease = Lease(folder, keys.of("cache"))
    return Profile(
        name="p",
        folder=folder,
        url=backend.url,
        login=login,
        device_id=keys.device,
        key=lambda file: lease.key() if file == "cache" else keys.of(file),
        lease=lease,
        proof=keys,
        forget=lambda: secrets.destroy("file", folder),
    )


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Proofs of passwords that cost little; what they cost is not what is tested."""
    monkeypatch.setattr(secrets, "ARGON2ID", {"memory_kib": 64, "passes": 1, "lanes": 1})
    monkeypatch.setattr("agent_tui.desk.keeper._COST", {"n": 2, "r": 1, "p": 1})
    monkeypatch.setattr("agent_tui.sync.tend.TICK_S", 0.02)


async def working(profile: Profile) -> Desk:
    """Signed in, live, with a lease."""
    desk = open_desk(profile)
    await desk.connect(PASSWORD)
    await until(lambda: connection(desk) == "live", "live")
    await until(lambda: profile.lease and profile.lease.left_s() > 0, "a lease")
    return desk


async def boss(backend: Backend) -> Api:
    """An administrator at another machine."""
    services = backend._server.config.app.state.services  # type: ignore[union-attr]
    add_accounts(services.db, [NewAccount(login="admin", password=PASSWORD, agent_id="a9001")], QUICK)
    api = Api(backend.url, "office")
    api.token = (await endpoints.sign_in(api, "admin", PASSWORD)).token
    return api


def clear_text(*folders: Path) -> list[str]:
    """Files that hold a canary, as it is or in an encoding that hides it."""
    shapes = []
    for word in (CANARY, SECOND):
        for data in (word.encode(), word.encode("utf-16-le"), word.encode("gb18030")):
            shapes += [data, base64.b64encode(data)[2:-4], data.hex().encode()]
    files = [file for folder in folders for file in folder.rglob("*") if file.is_file()]
    assert files, "nothing was looked at"
    return [str(file) for file in files for data in [file.read_bytes()] if any(shape in data for shape in shapes)]


async def typing(desk: Desk, backend: Backend) -> None:
    """A robot types canaries everywhere: drafts, a note that was sent and one that could not be."""
    switch = await Switch(backend).sign_in()
    await switch.offer("k1")
    await switch.close()
    desk.keep_draft("note:k1", f"草稿 {CANARY} {SECOND}")
    sent = desk.submit(AddNote(contact_id="k1", text=f"已发 {CANARY}"))
    assert isinstance(sent, Submitted)
    outcome = await desk.settle(sent.id)
    assert outcome is not None and outcome.outcome == "applied"
    backend.stop()
    await until(lambda: connection(desk) == "offline", "offline")
    kept = desk.submit(AddNote(contact_id="k1", text=f"离线 {CANARY} {SECOND}"))
    assert isinstance(kept, Submitted) and kept.offline


# ---- lock ------------------------------------------------------------------------------------------------------------


async def test_the_password_opens_a_locked_desk_without_the_server_too(tmp_path: Path, backend: Backend) -> None:
    desk = await working(station(tmp_path / "p", backend))
    backend.stop()
    await until(lambda: connection(desk) == "offline")
    desk.keeper.lock("idle")
    assert await desk.keeper.unlock("wrong") is Opened.WRONG
    assert desk.keeper.locked == "idle"
    assert await desk.keeper.unlock(PASSWORD) is Opened.OPEN
    assert not desk.keeper.locked
    await desk.close()


async def test_what_is_wrong_too_often_erases_the_cache_and_keeps_the_journal(
    tmp_path: Path, backend: Backend
) -> None:
    profile = station(tmp_path / "p", backend)
    desk = await working(profile)
    desk.keep_draft("note:k1", "写到一半")
    desk.keeper.lock("key")
    for _ in range(TRIES):
        last = await desk.keeper.unlock("guess")
    assert last is Opened.ENDED
    assert desk.keeper.ended is not None and desk.keeper.ended.key == "vault.too_many"
    assert desk.sight.cache.first("row_count") == (0,)
    await desk.close()
    again = open_desk(station(tmp_path / "p", backend))
    assert again.draft("note:k1") == "写到一半"
    await again.close()


async def test_the_lock_is_noted_at_the_desk(tmp_path: Path, backend: Backend) -> None:
    desk = await working(station(tmp_path / "p", backend))
    desk.keeper.lock("key")
    await desk.keeper.unlock("wrong")
    await desk.keeper.unlock(PASSWORD)
    await until(lambda: len(events(desk.journal)) == 3)
    assert [event[2].split('"')[3] for event in events(desk.journal)] == ["lock", "unlock_refused", "unlock"]
    await desk.close()


# ---- lease -----------------------------------------------------------------------------------------------------------


@ON_BOTH
async def test_a_lease_that_is_over_erases_the_cache_and_waits_for_the_server(
    tmp_path: Path, backend: Backend
) -> None:
    profile = station(tmp_path / "p", backend)
    desk = await working(profile)
    await typing(desk, backend)
    lease = profile.lease
    assert lease is not None
    key = lease.key()
    lease.until = 1.0
    await until(lambda: desk.keeper.locked == "lease", "locked by the lease")
    assert desk.sight.cache.first("row_count") == (0,)
    assert lease.key() != key
    assert await desk.keeper.unlock(PASSWORD) is Opened.LEASE
    assert not clear_text(tmp_path / "p")
    assert CANARY in desk.draft("note:k1")
    backend.start()
    await until(lambda: connection(desk) == "live" and lease.left_s() > 0, "leased again")
    assert await desk.keeper.unlock(PASSWORD) is Opened.OPEN
    await until(lambda: not desk.view(views.PendingWork()), "the note went out")
    await desk.close()


async def test_a_cache_whose_lease_ended_while_nobody_looked_cannot_be_opened(
    tmp_path: Path, backend: Backend
) -> None:
    desk = await working(station(tmp_path / "p", backend))
    assert desk.sight.cache.first("row_count") != (0,)
    lease = tmp_path / "p" / "lease"
    await until(lease.exists, "leased")
    await desk.close()
    lease.unlink()
    again = open_desk(station(tmp_path / "p", backend))
    assert again.sight.cache.first("row_count") == (0,)
    await again.close()


async def test_a_desk_opened_after_its_lease_says_why_there_is_nothing_to_see(
    tmp_path: Path, backend: Backend
) -> None:
    desk = await working(station(tmp_path / "p", backend))
    await until((tmp_path / "p" / "lease").exists, "leased")
    await typing(desk, backend)
    lease = desk.profile.lease
    assert lease is not None
    await desk.close()
    lease.grant(-1.0)
    again = open_desk(station(tmp_path / "p", backend))
    alert = again.view(views.StatusOf()).alert
    assert alert is not None and alert.key == "vault.ran_out"
    assert again.sight.cache.first("row_count") == (0,)
    assert CANARY in again.draft("note:k1")
    await again.close()
    # Nobody is told twice.
    once_more = open_desk(station(tmp_path / "p", backend))
    assert once_more.view(views.StatusOf()).alert is None
    await once_more.close()


# ---- wipe ------------------------------------------------------------------------------------------------------------


@ON_BOTH
async def test_a_wiped_desk_forgets_everything_and_what_waited_still_arrives(
    tmp_path: Path, backend: Backend
) -> None:
    profile = station(tmp_path / "p" / "one", backend)
    desk = await working(profile)
    await typing(desk, backend)
    device = profile.device_id
    backend.start()
    api = await boss(backend)
    await endpoints.wipe(api, device)
    await until(lambda: desk.keeper.ended is not None, "wiped")
    assert desk.keeper.ended is not None and desk.keeper.ended.key == "vault.wiped"
    await until(lambda: connection(desk) == "refused")
    await desk.close()
    left = {file.name for file in (tmp_path / "p" / "one").rglob("*") if file.is_file()}
    assert not left & {"vault.json", "lease", "journal.db", "journal.db-wal"}
    assert not clear_text(tmp_path / "p")
    marked = next(d for d in await endpoints.devices(api) if d.id == device)
    assert marked.revoked_at and marked.wiped_at and marked.signed
    await api.close()


@ON_BOTH
async def test_boxes_of_a_wiped_desk_are_brought_by_the_next_who_signs_in(tmp_path: Path, backend: Backend) -> None:
    desk = await working(station(tmp_path / "p" / "one", backend))
    await typing(desk, backend)
    folder = tmp_path / "p" / "one" / escrow.FOLDER
    assert len(escrow.found(folder)) == 1
    desk.keeper.revoked()
    await until(lambda: desk.keeper.ended is not None)
    await desk.close()
    backend.start()
    other = await working(station(tmp_path / "p" / "two", backend))
    await until(lambda: not escrow.found(folder), "brought")
    await until(lambda: any('"applied"' in event and '"box"' in event for _, _, event, _, _ in events(other.journal)))
    await other.close()


async def test_a_wiped_profile_can_be_taken_into_use_again(tmp_path: Path, backend: Backend) -> None:
    desk = await working(station(tmp_path / "p", backend))
    desk.keeper.revoked()
    await until(lambda: desk.keeper.ended is not None)
    await desk.close()
    again = await working(station(tmp_path / "p", backend))
    assert not (tmp_path / "p" / escrow.WIPED).exists()
    await again.close()


# ---- boxes -----------------------------------------------------------------------------------------------------------


async def test_a_box_goes_when_the_server_has_answered(tmp_path: Path, backend: Backend) -> None:
    desk = await working(station(tmp_path / "p", backend))
    await typing(desk, backend)
    folder = tmp_path / "p" / escrow.FOLDER
    assert len(escrow.found(folder)) == 1
    backend.start()
    await until(lambda: not desk.view(views.PendingWork()), "sent")
    await until(lambda: not escrow.found(folder), "no box left")
    await desk.close()


async def test_after_sign_out_nothing_stands_in_clear_anywhere(tmp_path: Path, backend: Backend) -> None:
    desk = await working(station(tmp_path / "home", backend))
    await typing(desk, backend)
    desk.keeper.lock("key")
    await desk.close()
    assert not clear_text(tmp_path / "home")


def test_the_scan_finds_what_stands_in_clear(tmp_path: Path) -> None:
    for n, data in enumerate((CANARY.encode(), base64.b64encode(f"a{SECOND}b".encode()), CANARY.encode("utf-16-le"))):
        (tmp_path / f"f{n}").write_bytes(b"--" + data + b"--")
    assert len(clear_text(tmp_path)) >= 2


# ---- an administrator at a shell -------------------------------------------------------------------------------------


async def shell(tmp_path: Path, backend: Backend, *argv: str) -> int:
    """`agent-tui admin …` as the administrator, beside the running server."""
    from agent_tui.cli.main import run

    secret = tmp_path / "secret"
    secret.write_text(PASSWORD)
    secret.chmod(0o600)
    whose = ("--server", backend.url, "--login", "admin", "--password-file", str(secret))
    return await asyncio.to_thread(run, ["admin", *argv, *whose], "en")


async def test_an_administrator_lists_wipes_and_brings_boxes_from_a_shell(
    tmp_path: Path, backend: Backend, capsys: pytest.CaptureFixture[str]
) -> None:
    await (await boss(backend)).close()
    profile = station(tmp_path / "p", backend)
    desk = await working(profile)
    assert await shell(tmp_path, backend, "devices") == 0
    assert f"{profile.device_id}  {LOGIN}" in capsys.readouterr().out
    await typing(desk, backend)
    desk.keeper.revoked()
    await until(lambda: desk.keeper.ended is not None)
    await desk.close()
    backend.start()
    assert await shell(tmp_path, backend, "wipe", profile.device_id) == 0
    assert await shell(tmp_path, backend, "escrow", str(tmp_path / "p" / escrow.FOLDER)) == 0
    assert "done" in capsys.readouterr().out


# ---- what the tests above would find ---------------------------------------------------------------------------------


async def test_a_box_that_is_not_sealed_is_found_by_the_scan(
    tmp_path: Path, backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent_tui.wire.sealed.seal", lambda _, content: content)
    desk = await working(station(tmp_path / "home", backend))
    await typing(desk, backend)
    await desk.close()
    assert clear_text(tmp_path / "home")


async def test_a_wiped_desk_whose_work_is_in_no_box_keeps_its_journal(
    tmp_path: Path, backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent_tui.store.escrow.Boxes.put", lambda *_: None)
    desk = await working(station(tmp_path / "p", backend))
    await typing(desk, backend)
    desk.keeper.revoked()
    await until(lambda: desk.keeper.ended is not None)
    await desk.close()
    assert (tmp_path / "p" / "journal.db").exists()
    assert not clear_text(tmp_path / "p")


async def test_what_was_in_no_box_is_put_in_one_before_the_keys_go(
    tmp_path: Path, backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk was full when it was written, or the desk had no key for boxes yet."""
    with monkeypatch.context() as full:
        full.setattr("agent_tui.store.escrow.Boxes.put", lambda *_: None)
        desk = await working(station(tmp_path / "p", backend))
        await typing(desk, backend)
    assert not escrow.found(tmp_path / "p" / escrow.FOLDER)
    desk.keeper.revoked()
    await until(lambda: desk.keeper.ended is not None)
    await desk.close()
    assert len(escrow.found(tmp_path / "p" / escrow.FOLDER)) == 1
    assert not (tmp_path / "p" / "journal.db").exists()


async def test_boxes_that_the_line_did_not_let_through_are_brought_when_it_does(
    tmp_path: Path, backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = await working(station(tmp_path / "p" / "one", backend))
    await typing(desk, backend)
    desk.keeper.revoked()
    await until(lambda: desk.keeper.ended is not None)
    await desk.close()
    backend.start()
    bring, tries = endpoints.bring, 0

    async def once_lost(*given: Any) -> Any:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise Offline("desk.connection.unreachable")
        return await bring(*given)

    monkeypatch.setattr(endpoints, "bring", once_lost)
    monkeypatch.setattr("agent_tui.sync.tend.AGAIN_S", 0.02)
    other = await working(station(tmp_path / "p" / "two", backend))
    await until(lambda: not escrow.found(tmp_path / "p" / "one" / escrow.FOLDER), "brought")
    await other.close()
