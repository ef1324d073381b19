"""Settings: the later place wins, and nothing misspelt is silently ignored."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent_tui.config.load import KEYS, load
from agent_tui.config.model import Settings
from agent_tui.errors import ConfigError
from agent_tui.i18n.catalog import LANGUAGES, say


def write(home: Path, place: str, text: str) -> Path:
    file = home / place / "config.toml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def test_without_any_file_the_defaults_stand() -> None:
    assert load(environ={}) == Settings()


def test_defaults_then_system_then_user_then_environment_then_flags(home: Path) -> None:
    write(home, "system", '[desk]\ntheme = "light"\nprofile = "a"\n[server]\nport = 1\nhost = "0.0.0.0"\n')
    write(home, "config", "[desk]\nprofile = 'b'\n[server]\nport = 2\n")
    found = load({"server.port": 4, "server.host": None}, {"AGENT_TUI_SERVER_PORT": "3", "AGENT_TUI_HOME": "x"})
    assert (found.desk.theme, found.desk.profile, found.server.port) == ("light", "b", 4)
    assert found.server.host == "0.0.0.0"
    assert load(environ={"AGENT_TUI_SERVER_PORT": "3"}).server.port == 3


@pytest.mark.parametrize(
    ("text", "key", "line", "near"),
    [
        ('[desk]\nprofile = "x"\nteme = "x"\n', "desk.teme", 3, "desk.theme"),
        ('# c\nlangage = "zh"\n', "langage", 2, "language"),
        ("[servr]\nport = 1\n", "servr.port", 2, "server.port"),
        ('desk.thme = "x"\n', "desk.thme", 1, "desk.theme"),
        ('[appearance]\nthme = "x"\n', "appearance.thme", 2, "desk.theme"),
    ],
)
def test_a_wrong_key_names_file_line_and_the_nearest_right_one(
    home: Path, text: str, key: str, line: int, near: str
) -> None:
    file = write(home, "config", text)
    with pytest.raises(ConfigError) as caught:
        load(environ={})
    assert caught.value.args_ == {"file": str(file), "line": line, "setting": key, "near": near}
    for language in LANGUAGES:
        assert near in say(caught.value.key, language, **caught.value.args_)


def test_a_key_unlike_any_other_lists_what_there_is(home: Path) -> None:
    write(home, "config", "zzz = 1\n")
    with pytest.raises(ConfigError) as caught:
        load(environ={})
    assert all(key in str(caught.value.args_["known"]) for key in KEYS)


@pytest.mark.parametrize("text", ["[server]\nport = 70000\n", '[server]\nport = "x"\n', "[server]\nport = -1\n"])
def test_a_value_of_the_wrong_kind_is_blamed_on_its_line(home: Path, text: str) -> None:
    write(home, "config", text)
    with pytest.raises(ConfigError) as caught:
        load(environ={})
    assert (caught.value.key, caught.value.args_["line"]) == ("config.wrong_value", 2)


def test_a_misspelt_variable_is_found_and_a_strangers_is_not_ours() -> None:
    with pytest.raises(ConfigError) as caught:
        load(environ={"AGENT_TUI_SERVER_PROT": "1"})
    assert caught.value.args_["near"] == "AGENT_TUI_SERVER_PORT"
    assert load(environ={"AGENT_TUI_BENCHMARK_RUNNER_ID": "7"}) == Settings()


@pytest.mark.parametrize("content", [b"a = \n", b"\xff\xfe", b"[desk\n"])
def test_a_file_that_cannot_be_read_is_one_sentence(home: Path, content: bytes) -> None:
    write(home, "config", "").write_bytes(content)
    with pytest.raises(ConfigError):
        load(environ={})
