"""One registry of keys: no clash, none that lies, everything reachable by key and palette, everything explained."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from agent_tui.desk.commands import COMMANDS, EVERYWHERE, FORBIDDEN, LEADER, SIGNS, DeskCommand
from agent_tui.i18n import catalog


def clashes(commands: Iterable[DeskCommand]) -> list[str]:
    """Keys that mean two things in one mode, or are not what they seem in a terminal."""
    found = []
    commands = tuple(commands)
    for mode in EVERYWHERE:
        here = [c for c in commands if mode in c.modes]
        keys = Counter(key for c in here for key in (*c.keys, *c.bare))
        letters = Counter(c.leader for c in here if c.leader)
        found += [f"{mode}: {key} means {n} commands" for key, n in keys.items() if n > 1]
        found += [f"{mode}: {LEADER} {letter} means {n} commands" for letter, n in letters.items() if n > 1]
    for command in commands:
        for key in command.keys:
            if key in FORBIDDEN or (key == LEADER and command.id != "desk.leader"):
                found.append(f"{command.id}: {key} may not be bound")
            if key.startswith("alt+") and not key[4:].isalpha():
                found.append(f"{command.id}: {key} arrives as another character in many terminals")
            if len(key) == 1:
                found.append(f"{command.id}: an input method swallows the bare letter {key}")
        found += [f"{command.id}: {key} is no punctuation" for key in command.bare if key not in SIGNS]
    return found


def test_no_key_clashes_or_lies() -> None:
    assert not clashes(COMMANDS)


def test_every_command_has_a_key() -> None:
    assert not [c.id for c in COMMANDS if not c.keys and not c.leader]


def test_every_command_is_named_and_explained_in_every_language() -> None:
    for language in catalog.LANGUAGES:
        known = catalog.texts(language)
        wanted = {f"command.{c.id}.{part}" for c in COMMANDS for part in ("label", "help")}
        assert not wanted - known.keys(), language


def test_ids_are_unique() -> None:
    ids = [c.id for c in COMMANDS]
    assert len(ids) == len(set(ids))


def test_a_planted_clash_is_found() -> None:
    one = DeskCommand(id="a.one", group="view", keys=("f5",))
    two = DeskCommand(id="a.two", group="view", keys=("f5",))
    assert clashes([one, two]) == ["desk: f5 means 2 commands"]


def test_a_planted_forbidden_key_is_found() -> None:
    assert clashes([DeskCommand(id="a.one", group="view", keys=("ctrl+h",))]) == ["a.one: ctrl+h may not be bound"]


def test_a_planted_bare_letter_is_found() -> None:
    assert clashes([DeskCommand(id="a.one", group="view", keys=("x",))])


def test_a_planted_letter_among_the_bare_keys_is_found() -> None:
    assert clashes([DeskCommand(id="a.one", group="view", bare=("x",))])
