"""The reviewed words of a search, `scripts/search/*.toml`: what means the same, and what means nothing in a question."""

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
    sayings: dict[str, list[str]] = {}
    for file in paths:
        table, text = read_toml(file)
        for key, value in table.items():
            if key == "empty" and isinstance(value, dict):
                for language, words in value.items():
                    empty += _words(words, file, line_of(text, f"empty.{language}"))
            elif key == "same" and isinstance(value, list):
                same += [_words(group, file, line_of(text, "same")) for group in value]
            elif key == "near":
                near += _words(value, file, line_of(text, "near"))
            elif key == "sayings" and isinstance(value, dict):
                for names, ways in value.items():
                    said = sayings.setdefault(names, [])
                    said += _words(ways, file, line_of(text, f'sayings."{names}"'))
            else:
                raise ConfigError("knowledge.error.words", file=str(file), line=line_of(text, key))
    return Lexicon.of(same, empty, sayings, near)


def _words(value: object, file: Path, line: int) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(word, str) and word.strip() for word in value):
        raise ConfigError("knowledge.error.words", file=str(file), line=line)
    return value


@cache
def shipped() -> Lexicon:
    """The words in force on this machine. A file that cannot be read means fewer other names, never no search."""
    try:
        return load(files(FOLDER, "*.toml"))
    except ConfigError:
        return Lexicon()
