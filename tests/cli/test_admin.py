"""`agent-tui admin`: the first administrator, further people, and passwords that never stand on a command line."""

from __future__ import annotations

import os
from base64 import b32decode
from pathlib import Path

import pytest

from agent_tui.clock import wall
from agent_tui.config import paths
from agent_tui.server import audit, totp
from agent_tui.server.auth import Doorman
from agent_tui.server.database import Database
from agent_tui.server.vault import Vault
from tests.cli.conftest import Cli

PASSWORD = "seven brown foxes"


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    file = tmp_path / "secret"
    file.write_text(PASSWORD + "\n")
    file.chmod(0o600)
    return file


def may_sign_in(login: str, password: str) -> bool:
    db = Database(paths.data_dir() / "server.db")
    try:
        doorman = Doorman()
        return doorman.right(db.read_now(lambda tx: doorman.stored(tx, login)), password)
    finally:
        db.close()


def test_the_first_administrator_may_sign_in(cli: Cli, secret: Path) -> None:
    ran = cli("admin", "init", "--password-file", str(secret))
    assert (ran.code, ran.err) == (0, "")
    assert "admin is administrator now" in ran.out
    assert may_sign_in("admin", PASSWORD)
    assert not may_sign_in("admin", PASSWORD + "x")
    assert not may_sign_in("chen.xiao", PASSWORD)


def test_there_is_one_first_administrator(cli: Cli, secret: Path) -> None:
    cli("admin", "init", "--password-file", str(secret))
    ran = cli("admin", "init", "--password-file", str(secret))
    assert ran.code == 2
    assert "already has an administrator" in ran.err


def test_people_and_links_are_added_and_changed(cli: Cli, secret: Path) -> None:
    cli("admin", "init", "--password-file", str(secret))
    assert "may sign in now" in cli("admin", "user", "add", "chen.xiao", "--password-file", str(secret)).out
    secret.write_text("another long one")
    assert "new password" in cli("admin", "user", "add", "chen.xiao", "--password-file", str(secret)).out
    assert may_sign_in("chen.xiao", "another long one")
    assert not may_sign_in("chen.xiao", PASSWORD)
    cli("admin", "user", "add", "link:sim", "--password-file", str(secret))
    listed = cli("admin", "users").out
    assert [line.split()[0] for line in listed.splitlines()] == ["admin", "chen.xiao", "link:sim"]


def test_every_password_given_is_in_the_audit_and_no_password_is(cli: Cli, secret: Path) -> None:
    cli("admin", "init", "--password-file", str(secret))
    db = Database(paths.data_dir() / "server.db")
    db.close()
    file = (paths.data_dir() / "server.db").read_bytes()
    assert b"SetPassword" in file
    assert PASSWORD.encode() not in file


def test_nobody_is_invented(cli: Cli, secret: Path) -> None:
    cli("admin", "init", "--password-file", str(secret))
    ran = cli("admin", "user", "add", "chen.xia", "--password-file", str(secret))
    assert ran.code == 2
    assert "'chen.xiao'" in ran.err
    assert cli("admin", "init", "--password-file", str(secret), "lin.yutong").code == 2


@pytest.mark.parametrize("password", ["short", "admin-password-1", "aaaaaaaaaaaa", ""])
def test_a_password_easy_to_guess_is_refused_and_nothing_is_kept(cli: Cli, secret: Path, password: str) -> None:
    secret.write_text(password)
    assert cli("admin", "init", "--password-file", str(secret)).code == 2
    assert not may_sign_in("admin", password)


def test_a_password_file_that_others_may_read_is_refused(cli: Cli, secret: Path) -> None:
    secret.chmod(0o644)
    ran = cli("admin", "init", "--password-file", str(secret))
    assert ran.code == 2
    assert "chmod 600" in ran.err


def test_a_password_from_a_descriptor(cli: Cli) -> None:
    read, write = os.pipe()
    os.write(write, PASSWORD.encode() + b"\n")
    os.close(write)
    assert cli("admin", "init", "--password-fd", str(read)).code == 0
    assert may_sign_in("admin", PASSWORD)


def test_without_a_terminal_it_says_where_a_password_may_come_from(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    ran = cli("admin", "init")
    assert ran.code == 2
    assert "--password-file" in ran.err


def test_typed_twice_and_alike(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    typed = iter([PASSWORD, PASSWORD + "x", PASSWORD, PASSWORD])
    monkeypatch.setattr("agent_tui.config.passwords.sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("agent_tui.config.passwords.getpass.getpass", lambda prompt: next(typed))
    assert "differ" in cli("admin", "init").err
    assert cli("admin", "init").code == 0


def test_a_running_server_keeps_others_out(cli: Cli, secret: Path) -> None:
    cli("admin", "init", "--password-file", str(secret))
    db = Database(paths.data_dir() / "server.db")
    try:
        ran = cli("admin", "user", "add", "chen.xiao", "--password-file", str(secret))
    finally:
        db.close()
    assert ran.code == 74
    assert ran.err.count("\n") == 1


def test_no_database_says_how_to_begin(cli: Cli, secret: Path) -> None:
    ran = cli("admin", "user", "add", "chen.xiao", "--password-file", str(secret))
    assert ran.code == 78
    assert "admin init" in ran.err


def test_a_one_time_password_is_given_while_the_server_runs_and_the_newest_counts(cli: Cli, secret: Path) -> None:
    cli("admin", "init", "--password-file", str(secret))
    cli("admin", "user", "add", "chen.xiao", "--password-file", str(secret))
    db = Database(paths.data_dir() / "server.db")
    try:
        given = [cli("admin", "user", "totp", "chen.xiao") for _ in range(2)]
        first, second = (b32decode(ran.out.splitlines()[1].strip()) for ran in given)
        vault, now = Vault.beside(db.where), totp.step_at(wall())
        assert not db.write_now(lambda tx: totp.accept(tx, vault, "chen.xiao", totp.code(first, now)))
        assert db.write_now(lambda tx: totp.accept(tx, vault, "chen.xiao", totp.code(second, now)))
        assert db.read_now(audit.verify).ok
    finally:
        db.close()
