"""`agent-tui doctor`: each thing that would stop a desk is found here first, with one sentence."""

from __future__ import annotations

import socket
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agent_tui.cli import doctor
from agent_tui.config import paths, secrets
from agent_tui.i18n.catalog import LANGUAGES, say
from tests.cli.conftest import Cli


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """The keyring of the machine that tests is none of ours."""
    nothing = tuple(secrets.Found(name, False, "test") for name in secrets.TRUSTED)
    monkeypatch.setattr(secrets, "trusted_backends", lambda: nothing)


def settings(text: str) -> None:
    folder = paths.config_dir()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.toml").write_text(text, encoding="utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sound_machine_is_told_so_in_every_language(cli: Cli, language: str) -> None:
    settings("[server]\nport = 0\n")
    ran = cli("doctor", "--language", language)
    assert (ran.code, ran.err) == (0, "")
    assert "doctor." not in ran.out
    assert "{" not in ran.out


def test_a_misspelt_setting_is_found(cli: Cli) -> None:
    settings("[desk]\nteme = 'x'\n")
    ran = cli("doctor")
    assert ran.code == doctor.UNFIT
    assert "did you mean 'desk.theme'" in ran.out


def test_a_busy_port_is_noted(cli: Cli) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        settings(f"[server]\nport = {taken.getsockname()[1]}\n")
        ran = cli("doctor")
    assert ran.code == 0
    assert "is not free" in ran.out


@pytest.mark.parametrize("host", ["192.0.2.1", "desk.invalid"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_an_address_of_another_machine_is_no_question_of_the_port(cli: Cli, host: str, language: str) -> None:
    """192.0.2.0/24 is for documentation (RFC 5737), `.invalid` never a name (RFC 2606)."""
    settings(f'[server]\nhost = "{host}"\n')
    out = cli("doctor", "--language", language).out
    assert say("cli.doctor.host_elsewhere", language, host=host) in out
    assert "--port" not in out


def test_a_keyring_that_is_wanted_and_not_there_is_a_fault(cli: Cli) -> None:
    settings('[vault]\nbackend = "keyring"\n')
    ran = cli("doctor")
    assert ran.code == doctor.UNFIT
    assert "No system keyring that can be trusted" in ran.out


def test_a_backend_there_is_not_is_a_fault(cli: Cli) -> None:
    settings('[vault]\nbackend = "auto"\n')
    assert "There is no vault.backend 'auto'" in cli("doctor").out


def test_a_broken_policy_of_the_site_is_found(cli: Cli) -> None:
    own = paths.config_dir() / "scripts" / "policy"
    own.mkdir(parents=True)
    ran = cli("doctor")
    assert ran.code == doctor.UNFIT
    assert str(own) in ran.out


def test_a_list_of_holidays_that_ends_soon_is_named_and_what_follows_is_said(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "office_cn" not in cli("doctor").out
    monkeypatch.setattr(doctor, "wall", lambda: datetime(2027, 12, 11, 12, tzinfo=UTC))
    ran = cli("doctor")
    assert "Calendar office_cn lists holidays up to 2027-12-31, 20 days from now." in ran.out
    assert "groups are open and clocks run" in ran.out


def test_too_little_room_is_found(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "LEAST_FREE", 2**80)
    assert cli("doctor").code == doctor.UNFIT


@pytest.mark.parametrize(
    ("size", "term", "level"), [((80, 24), "xterm", "ok"), ((79, 24), "xterm", "bad"), ((80, 24), "dumb", "bad")]
)
def test_the_terminal_is_judged(
    monkeypatch: pytest.MonkeyPatch, size: tuple[int, int], term: str, level: str, tmp_path: Path
) -> None:
    import os

    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    monkeypatch.setattr("shutil.get_terminal_size", lambda: os.terminal_size(size))
    monkeypatch.setenv("TERM", term)
    found = [check.level for check in doctor._terminal() if check.key in ("size", "too_small", "term")]
    assert ("bad" in found) == (level == "bad")


def test_it_names_the_rules_a_server_would_go_by(cli: Cli) -> None:
    out = cli("doctor").out
    assert "rules in force, sha256:" in out


def test_a_certificate_that_is_not_there_is_a_fault(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGENT_TUI_TLS_CA", "/nowhere/ca.pem")
    ran = cli("doctor")
    assert ran.code == 69 and "tls.ca" in ran.out and "ca.pem" in ran.out


def test_what_lies_sealed_wiped_or_damaged_on_the_machine_is_told(cli: Cli) -> None:
    profile = paths.data_dir() / "profiles" / "chen"
    (profile / "escrow").mkdir(parents=True)
    (profile / "escrow" / "01.box").write_bytes(b"x")
    (profile / "journal.db.damaged-20260302-090000").write_bytes(b"x")
    assert "holds 1 unsent commands" in cli("doctor", "--language", "en").out
    (profile / "wiped").touch()
    said = cli("doctor", "--language", "en").out
    assert "chen was wiped" in said
    assert "journal.db.damaged-20260302-090000" in said


LIBRARIES_SAY = {
    "Unable to initialize SecretService: Environment variable DBUS_SESSION_BUS_ADDRESS is unset": "no_bus",
    "SecretStorage required": "no_library",
    "collection is locked": "other",
}


@pytest.mark.parametrize("language", ["zh", "ja"])
@pytest.mark.parametrize(("said", "why"), LIBRARIES_SAY.items())
def test_why_a_keyring_cannot_be_used_is_said_in_the_readers_language(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, language: str, said: str, why: str
) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    found = (secrets.Found("secret_service", False, said), secrets.Found("macos", False, "macOS required"))
    monkeypatch.setattr(secrets, "trusted_backends", lambda: found)
    out = cli("doctor", "--language", language).out
    assert say(f"cli.doctor.keyring_why.{why}", language, reason=said) in out
    assert say("cli.doctor.keyring_why.other_system", language) in out
    assert (said in out) == (why == "other") and "macOS required" not in out


@pytest.mark.parametrize("language", ["zh", "ja"])
def test_brackets_are_those_of_the_language(cli: Cli, language: str) -> None:
    assert "(" not in cli("doctor", "--language", language).out
