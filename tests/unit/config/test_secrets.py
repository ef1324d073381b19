"""Keys stay where they were put, open only with the right passphrase, and never go to a place nobody chose."""

from __future__ import annotations

import stat
import sys
from pathlib import Path

import pytest

from agent_tui.config import runtime, secrets
from agent_tui.errors import ConfigError, StoreError


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_vault_gives_the_same_keys_again_and_only_for_its_password(tmp_path: Path) -> None:
    first = secrets.vault(tmp_path / "p", "correct horse")
    again = secrets.open_keys("file", tmp_path / "p", "correct horse")
    assert (again.of("cache"), again.of("journal"), again.device) == (
        first.of("cache"),
        first.of("journal"),
        first.device,
    )
    assert len(first.of("cache")) == 32
    assert first.of("cache") != first.of("journal")
    with pytest.raises(StoreError) as caught:
        secrets.vault(tmp_path / "p", "wrong")
    assert caught.value.key == "tui.start.vault_closed"


def test_after_a_change_the_vault_opens_with_the_new_password_only(tmp_path: Path) -> None:
    keys = secrets.vault(tmp_path / "p", "old")
    secrets.reseal(tmp_path / "p", keys, "new")
    assert secrets.vault(tmp_path / "p", "new").of("cache") == keys.of("cache")
    with pytest.raises(StoreError):
        secrets.vault(tmp_path / "p", "old")


def test_a_wipe_while_a_new_password_is_sealed_leaves_no_keys(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    keys = secrets.vault(tmp_path / "p", "old")
    lock = secrets._lock

    def wiped_meanwhile(made: secrets._Vault, password: str) -> object:
        secrets.destroy("file", tmp_path / "p")
        return lock(made, password)

    monkeypatch.setattr(secrets, "_lock", wiped_meanwhile)
    secrets.reseal(tmp_path / "p", keys, "new")
    assert not (tmp_path / "p" / "vault.json").exists()


def test_two_profiles_share_nothing(tmp_path: Path) -> None:
    one, other = secrets.vault(tmp_path / "a", "w"), secrets.vault(tmp_path / "b", "w")
    assert one.of("cache") != other.of("cache")
    assert one.device != other.device


def test_the_vault_is_private_and_holds_nothing_in_clear(tmp_path: Path) -> None:
    keys = secrets.vault(tmp_path / "p", "secret words")
    file = tmp_path / "p" / "vault.json"
    assert (mode(file), mode(file.parent)) == (0o600, 0o700)
    assert keys.of("cache").hex() not in file.read_text()
    assert "secret words" not in file.read_text()


def test_every_flipped_byte_of_the_sealed_keys_is_noticed(tmp_path: Path) -> None:
    import msgspec

    secrets.vault(tmp_path / "p", "w")
    file = tmp_path / "p" / "vault.json"
    table = msgspec.json.decode(file.read_bytes())
    first = table["sealed"][0]
    table["sealed"] = ("B" if first == "A" else "A") + table["sealed"][1:]
    file.write_bytes(msgspec.json.encode(table))
    with pytest.raises(StoreError):
        secrets.vault(tmp_path / "p", "w")


def test_a_damaged_vault_is_one_sentence(tmp_path: Path) -> None:
    secrets.vault(tmp_path / "p", "w")
    (tmp_path / "p" / "vault.json").write_bytes(b"{")
    with pytest.raises(StoreError) as caught:
        secrets.vault(tmp_path / "p", "w")
    assert caught.value.key == "config.vault_damaged"


def test_another_backend_is_not_guessed(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        secrets.open_keys("auto", tmp_path, "w")
    assert caught.value.key == "config.vault_unknown"


def test_the_keyring_is_used_only_if_a_trusted_backend_works(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(secrets, "_probe", lambda name: secrets.Found(name, False, "no"))
    with pytest.raises(ConfigError) as caught:
        secrets.open_keys("keyring", tmp_path, "w")
    assert caught.value.key == "config.vault_no_keyring"


def test_a_trusted_keyring_keeps_what_it_was_given(monkeypatch: pytest.MonkeyPatch) -> None:
    kept: dict[tuple[str, str], str] = {}

    class Ring:
        def get_password(self, service: str, name: str) -> str | None:
            return kept.get((service, name))

        def set_password(self, service: str, name: str, value: str) -> None:
            kept[service, name] = value

    monkeypatch.setattr(secrets, "_backend", Ring)
    assert secrets.keyring("p").of("cache") == secrets.keyring("p").of("cache")
    assert secrets.keyring("q").of("cache") != secrets.keyring("p").of("cache")


def test_a_keyring_that_refuses_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    from keyring.errors import InitError

    class Locked:
        def get_password(self, service: str, name: str) -> str:
            raise InitError

    monkeypatch.setattr(secrets, "_backend", Locked)
    with pytest.raises(ConfigError) as caught:
        secrets.keyring("p")
    assert caught.value.key == "config.vault_keyring_refused"


def test_only_three_backends_are_trusted_whatever_is_installed() -> None:
    assert {found.name for found in secrets.trusted_backends()} == {"secret_service", "macos", "windows"}


def test_choosing_the_file_loads_no_keyring(tmp_path: Path) -> None:
    import subprocess

    code = "import sys; from pathlib import Path; from agent_tui.config import secrets; secrets.vault(Path(sys.argv[1]), 'w'); print('keyring' in sys.modules)"
    ran = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "p")], capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == "False"


def test_the_demo_keeps_its_keys_in_a_private_file(tmp_path: Path) -> None:
    keys = secrets.plain(tmp_path / "seat")
    assert secrets.plain(tmp_path / "seat").of("journal") == keys.of("journal")
    assert mode(tmp_path / "seat" / "keys") == 0o600


SEAT = runtime.Seat(mode="desk", login="chen.xiao", password="p")


def demo(pid: int) -> runtime.Demo:
    return runtime.Demo(url="http://127.0.0.1:1", seats=(SEAT,), pid=pid)


def test_a_running_demo_is_found_in_a_private_folder() -> None:
    import os

    runtime.write_demo(demo(os.getpid()))
    assert runtime.read_demo() == demo(os.getpid())
    assert mode(runtime.folder()) == 0o700
    assert mode(runtime.folder() / "demo.json") == 0o600
    runtime.remove_demo()
    assert runtime.read_demo() is None


def test_a_demo_whose_server_is_gone_is_no_demo() -> None:
    import subprocess

    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    runtime.write_demo(demo(gone.pid))
    assert runtime.read_demo() is None
