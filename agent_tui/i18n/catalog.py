"""Texts in Chinese, English and Japanese: `i18n/<language>/<area>.toml`, English is the schema.

A key is `<area>.<name>` (tables nest: `<area>.<table>.<name>`). Text is filled by `{name}` placeholders; what is
filled in is never parsed again. The house test `tests/house/test_strings.py` holds the three languages together.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from string import Formatter
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # messages are msgspec structs, and `agent-tui --help` starts without msgspec
    from agent_tui.i18n.message import Msg

LANGUAGES = ("zh", "en", "ja")
DEFAULT = "zh"


def _flatten(table: Mapping[str, object], prefix: str) -> Iterator[tuple[str, str]]:
    for name, value in table.items():
        key = f"{prefix}.{name}"
        if isinstance(value, dict):
            yield from _flatten(value, key)
        elif isinstance(value, str):
            yield key, value
        else:
            raise TypeError(f"{key} is {type(value).__name__}, not text")


@cache
def texts(language: str) -> dict[str, str]:
    """All texts of one language by key."""
    found: dict[str, str] = {}
    for file in sorted(files("agent_tui.i18n").joinpath(language).iterdir(), key=lambda f: f.name):
        if file.name.endswith(".toml"):
            found.update(_flatten(tomllib.loads(file.read_text(encoding="utf-8")), file.name.removesuffix(".toml")))
    return found


def placeholders(text: str) -> frozenset[str]:
    """Names between braces."""
    return frozenset(name for _, name, _, _ in Formatter().parse(text) if name)


def say(key: str, language: str, /, **args: object) -> str:
    """The text of `key` in `language`; English where it is missing there, the key itself where English lacks it."""
    text = texts(language).get(key) or texts("en").get(key)
    if text is None:
        return key
    try:
        return text.format_map(args)
    except (KeyError, ValueError, IndexError, AttributeError):
        return text


def render(message: Msg, language: str) -> str:
    return say(message.key, language, **message.args)


def pick(setting: str | None = None, environ: Mapping[str, str] | None = None) -> str:
    """The interface language: the setting, else the locale (`LC_ALL`, `LC_MESSAGES`, `LANG`), else Chinese.

    `C` and `POSIX` say nothing about the person, so the default stands.
    """
    env = os.environ if environ is None else environ
    for candidate in (setting, env.get("LC_ALL"), env.get("LC_MESSAGES"), env.get("LANG")):
        if candidate:
            short = candidate[:2].lower()
            if short in LANGUAGES:
                return short
            if candidate.split(".")[0] not in ("C", "POSIX"):
                return "en"
    return DEFAULT
