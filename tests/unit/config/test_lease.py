"""A lease ends by itself, by a clock that was put back, by a hand at its file; then the cache's key is gone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from agent_tui.config import lease, secrets
from agent_tui.config.lease import Lease

OWN = bytes(range(32))
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The wall clock: the last of a list."""
    moments = [NOW]
    monkeypatch.setattr(lease, "wall", lambda: moments[-1])
    return moments


def granted(folder: Path, seconds: float = 3600.0) -> Lease:
    made = Lease(folder, OWN)
    made.grant(seconds)
    return made


def test_a_lease_that_lasts_gives_the_same_key_again(tmp_path: Path) -> None:
    first = granted(tmp_path)
    again = Lease(tmp_path, OWN)
    assert (again.key(), again.fresh, again.left_s()) == (first.key(), False, 3600.0)


def test_nothing_granted_is_nothing_over(tmp_path: Path) -> None:
    assert not Lease(tmp_path, OWN).over


@pytest.mark.parametrize("hours", [1, 2, 24 * 365])
def test_at_its_end_the_key_is_another_one(tmp_path: Path, clock: list[datetime], hours: int) -> None:
    first = granted(tmp_path)
    clock.append(NOW + timedelta(hours=hours))
    assert first.over
    again = Lease(tmp_path, OWN)
    assert again.fresh
    assert again.key() != first.key()
    assert not (tmp_path / "lease").exists()


def test_a_clock_put_back_ends_it_and_a_small_correction_does_not(tmp_path: Path, clock: list[datetime]) -> None:
    held = granted(tmp_path)
    clock.append(NOW - timedelta(seconds=60))
    assert not held.over
    clock.append(NOW - timedelta(days=1))
    assert held.left_s() == 0.0
    assert Lease(tmp_path, OWN).fresh


def test_whoever_prolongs_it_by_hand_ends_it(tmp_path: Path, clock: list[datetime]) -> None:
    granted(tmp_path)
    file = tmp_path / "lease"
    kept = msgspec.json.decode(file.read_bytes())
    file.write_bytes(msgspec.json.encode({**kept, "until": kept["until"] + 10**9}))
    clock.append(NOW + timedelta(hours=2))
    assert Lease(tmp_path, OWN).fresh


def test_half_a_file_is_no_lease(tmp_path: Path) -> None:
    granted(tmp_path)
    file = tmp_path / "lease"
    for cut in range(0, len(file.read_bytes()), 7):
        granted(tmp_path)
        file.write_bytes(file.read_bytes()[:cut])
        assert Lease(tmp_path, OWN).fresh


def test_dropped_is_gone_here_and_on_disk(tmp_path: Path) -> None:
    held = granted(tmp_path)
    before = held.key()
    held.drop()
    assert held.key() != before
    assert not (tmp_path / "lease").exists()


def test_neither_half_alone_is_the_key(tmp_path: Path) -> None:
    held = granted(tmp_path)
    assert held.key() not in (OWN, msgspec.json.decode((tmp_path / "lease").read_bytes())["half"])
    assert Lease(tmp_path, bytes(32)).key() != held.key()


def test_destroying_keys_leaves_nothing_to_open_with(tmp_path: Path) -> None:
    folder = tmp_path / "p"
    first = secrets.vault(folder, "correct horse")
    granted(folder)
    secrets.destroy("file", folder)
    assert not list(folder.iterdir())
    assert secrets.vault(folder, "correct horse").of("journal") != first.of("journal")


def test_a_renewal_that_arrives_after_the_end_leaves_nothing(tmp_path: Path) -> None:
    held = granted(tmp_path)
    held.end()
    held.grant(3600.0)
    assert not (tmp_path / "lease").exists()
    assert held.left_s() == 0.0
