"""A command of the shell signs in at a server as a desk does: same profiles, same addresses, same certificates."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent_tui.config import profiles
from tests.cli.conftest import Cli, Ran


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    file = tmp_path / "secret"
    file.write_text("a long password\n", encoding="utf-8")
    file.chmod(0o600)
    return file


def devices(cli: Cli, secret: Path, *whose: str) -> Ran:
    return cli("admin", "devices", *whose, "--password-file", str(secret))


def test_a_password_never_travels_readable_to_another_machine(cli: Cli, secret: Path) -> None:
    ran = devices(cli, secret, "--server", "http://10.0.0.7:8420", "--login", "admin")
    assert ran.code == 2
    assert "10.0.0.7" in ran.err and "https" in ran.err


def test_the_certificates_of_the_settings_count(cli: Cli, secret: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGENT_TUI_TLS_CA", "/nowhere/ca.pem")
    ran = devices(cli, secret, "--server", "https://127.0.0.1:1", "--login", "admin")
    assert ran.code == 78
    assert "tls.ca" in ran.err and "ca.pem" in ran.err


def test_a_profile_is_named_by_a_file_name(cli: Cli, secret: Path) -> None:
    ran = devices(cli, secret, "--profile", "../other")
    assert ran.code == 78
    assert "../other" in ran.err


def test_a_damaged_profile_is_said(cli: Cli, secret: Path) -> None:
    (profiles.folder("chen") / "profile.json").write_text('{"url": "http://127.0.0.1:1"}')
    ran = devices(cli, secret, "--profile", "chen")
    assert ran.code == 78
    assert "profile.json" in ran.err and "login" in ran.err
    assert ran.err.count("\n") == 1


def test_asking_for_a_profile_that_is_none_makes_none(cli: Cli, secret: Path) -> None:
    assert devices(cli, secret, "--profile", "nobody").code == 2
    assert profiles.every() == []
