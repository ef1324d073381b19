"""The reviewed words of a search, `scripts/search/*.toml`: what means the same, how people put it, what they asked."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from agent_tui.config.data import files
from agent_tui.config.toml import line_of, read_toml
from agent_tui.errors import ConfigError
from agent_tui.search.lexicon import Lexicon

FOLDER = "scripts/search"


def load(paths: tuple[Path, ...]) -> Lexicon:
    """The words of these files together. ConfigError names the file and line of what is no list of words."""
    same: list[list[str]] = []
    empty: list[str] = []
    near: list[str] = []
    tables: dict[str, dict[str, list[str]]] = {"sayings": {}, "asked": {}}
    for file in paths:
        table, text = read_toml(file)
        for key, value in table.items():
            if key == "empty" and isinstance(value, dict):
                for language, words in value.items():
                    empty += _words(words, file, text, f"empty.{language}")
            elif key == "same" and isinstance(value, list):
                same += [_words(group, file, text, "same") for group in value]
            elif key == "near":
                near += _words(value, file, text, "near")
            elif key in tables and isinstance(value, dict):
                for names, ways in value.items():
                    tables[key].setdefault(names, []).extend(_words(ways, file, text, names))
            else:
                raise ConfigError("knowledge.error.words", file=str(file), line=line_of(text, key))
    return Lexicon.of(same, empty, tables["sayings"], near, tables["asked"])


def _words(value: object, file: Path, text: str, key: str) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(word, str) and word.strip() for word in value):
        quoted = (at for at, line in enumerate(text.splitlines(), 1) if line.startswith(f'"{key}"'))
        raise ConfigError("knowledge.error.words", file=str(file), line=line_of(text, key) or next(quoted, 0))
    return value


@cache
def shipped() -> Lexicon:
    """The words in force on this machine. A file that cannot be read means fewer other names, never no search."""
    try:
        return load(files(FOLDER, "*.toml"))
    except ConfigError:
        return Lexicon()
