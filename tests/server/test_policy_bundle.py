"""The policy in force: signed, sent to desks that run, kept over a restart, and never taken from who did not sign it."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path

import msgspec
import pytest

from agent_tui import canon
from agent_tui.cli import main
from agent_tui.config import data
from agent_tui.domain.centre import Bundle
from agent_tui.errors import PolicyError
from agent_tui.policy.decision import Allow, Deny
from agent_tui.policy.load import bundle
from agent_tui.server.policies import PolicyBook, PolicyDays, begin, in_force, put_in_force
from agent_tui.server.services import Services
from agent_tui.server.writing import put
from agent_tui.wire.signed import trusted
from tests import eg
from tests.server import bench, engines, office
from tests.server.engines import named
from tests.unit.policy.cases import facts

SHIPPED = data.shipped("scripts/policy")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Rules by which nobody waives a fee."""
    made = Path(shutil.copytree(SHIPPED, tmp_path / "rules"))
    (made / "95-stop.cedar").write_text(
        '@id("no-fees") @basis("b") @zh("暂停") @en("Stopped.") @ja("停止中") '
        'forbid (principal, action == Action::"waive_fee", resource);',
        encoding="utf-8",
    )
    return made


@pytest.fixture
def services(tmp_path: Path) -> Services:
    return office.open_office(tmp_path)


def started(services: Services, folder: Path = SHIPPED) -> PolicyBook:
    """What a start does."""
    book = PolicyBook(folder, eg.NOW)
    services.db.write_now(lambda tx: begin(tx, book, services.signer, eg.NOW))
    return book


def waives(book: PolicyBook) -> bool:
    return isinstance(book.decide(*facts("waive_fee")), Allow)


def row(services: Services) -> Bundle:
    found = services.db.read_now(in_force)
    assert found is not None
    return found


def put_by_admin(services: Services, folder: Path, at: datetime = eg.NOW) -> Bundle:
    return services.db.write_now(lambda tx: put_in_force(tx, services.signer, bundle(folder), at, "boss"))


def test_a_start_sends_its_folder_signed(services: Services) -> None:
    book = started(services)
    assert row(services).revision == book.revision == canon.digest(bundle(SHIPPED).encode())
    assert trusted(row(services), services.signer.key)


async def test_what_is_put_in_force_reaches_a_server_that_runs(services: Services, folder: Path) -> None:
    book = started(services)
    days = PolicyDays(book, services)
    await days.step()
    assert waives(book)
    made = put_by_admin(services, folder)
    await days.step()
    assert not waives(book)
    assert book.revision == made.revision == row(services).revision
    kinds = bench.query(services, "SELECT type FROM audit ORDER BY seq")
    assert [kind for (kind,) in kinds if "olicy" in kind or "Rules" in kind][-2:] == ["PutPolicy", "ChangeRules"]


def test_it_is_kept_over_a_restart_until_the_folder_changes(services: Services, folder: Path) -> None:
    started(services)
    put_by_admin(services, folder)
    assert not waives(started(services))
    (folder / "95-stop.cedar").unlink()
    (folder / "10-permits.cedar").write_text((SHIPPED / "10-permits.cedar").read_text() + "\n// reviewed again\n")
    assert waives(started(services, folder))
    assert row(services).revision == canon.digest(bundle(folder).encode())


def test_what_nobody_signed_is_not_kept_over_a_restart(services: Services, folder: Path) -> None:
    started(services)
    text = bundle(folder)
    forged = Bundle(
        id="policy", kind="policy", revision=canon.digest(text.encode()), text=text, signature="ed25519:00"
    )
    services.db.write_now(lambda tx: put(tx, forged))
    assert waives(started(services))
    assert trusted(row(services), services.signer.key)


async def test_what_nobody_signed_is_written_over_while_the_server_runs(services: Services, folder: Path) -> None:
    book = started(services)
    days = PolicyDays(book, services)
    await days.step()
    text = bundle(folder)
    old = row(services)
    forged = msgspec.structs.replace(old, revision=canon.digest(text.encode()), text=text)
    services.db.write_now(lambda tx: put(tx, forged))
    await days.step()
    assert waives(book)
    assert (row(services).revision, trusted(row(services), services.signer.key)) == (old.revision, True)
    assert ("PutPolicy", "refused") in bench.query(services, "SELECT type, outcome FROM audit")


async def test_signed_rules_that_this_program_cannot_read_decide_nothing(services: Services) -> None:
    book = started(services)
    days = PolicyDays(book, services)
    await days.step()
    services.db.write_now(lambda tx: put_in_force(tx, services.signer, "not cedar", eg.NOW, "boss"))
    await days.step()
    assert isinstance(book.decide(*facts("waive_fee")), Deny)
    assert (book.revision, book.in_force) == ("", ())
    with pytest.raises(PolicyError):
        started(services)


def test_the_amounts_that_are_always_reviewed_follow_the_rules_in_force(services: Services, folder: Path) -> None:
    book = started(services)
    tiers = book.tiers
    assert "waive_fee" in tiers
    (folder / "50-amounts.cedar").write_text("")
    book.take(bundle(folder), eg.NOW)
    assert tiers is book.tiers and "waive_fee" not in tiers


def test_an_administrator_puts_sound_rules_in_force_and_no_others(
    services: Services, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    started(services)
    argv = ["admin", "policy", str(folder), *named(services.db.where)]
    if engines.whole():  # what is found in rules is the same wherever they will be kept
        assert main.run(argv, "en") == 1
        assert "waive_fee" in capsys.readouterr().out
    assert row(services).revision != canon.digest(bundle(folder).encode())
    assert main.run([*argv, "--despite-findings"], "en") == 0
    assert row(services).revision == canon.digest(bundle(folder).encode())
    (folder / "99.cedar").write_text("permit (principal, action, resource);")
    with pytest.raises(PolicyError):
        main.run(argv, "en")


async def test_every_decision_in_the_audit_names_the_rules_it_was_made_by(services: Services) -> None:
    async with bench.client_of(services) as client:
        seat = await office.seat(client, "a1")
        await seat.send(office.waive(3_000))
        await seat.send(office.waive(30_000))
        await seat.ask(office.waive(10_000))
    found = [msgspec.json.decode(text) for (text,) in bench.query(services, "SELECT payload FROM audit")]
    rulings = [said["facts"]["ruling"] for said in found if "ruling" in said["facts"]]
    assert len(rulings) == 3
    assert {ruling["revision"] for ruling in rulings} == {office.policy().revision}


async def test_a_session_tells_the_key_and_the_centres_clock(services: Services) -> None:
    async with bench.client_of(services) as client:
        session = (await office.seat(client, "a1")).session
    assert session["signing_key"] == services.signer.key
    assert session["timezone"] == "Asia/Shanghai"
