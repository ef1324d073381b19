"""Texts in Chinese, English and Japanese: `i18n/<language>/<area>.toml`, English is the schema.

A key is `<area>.<name>` (tables nest: `<area>.<table>.<name>`). Text is filled by `{name}` placeholders; what is
filled in is never parsed again. The house test `tests/house/test_strings.py` holds the three languages together.

Parsing one language takes as long as a sixth of a whole start, so the texts are kept beside Python's own compiled
files (`__pycache__`, with the same trust) and read from there as long as no text file is newer.
"""

from __future__ import annotations

import marshal
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cache
from importlib.util import cache_from_source
from pathlib import Path
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
    return read(Path(__file__).with_name(language))


def read(folder: Path) -> dict[str, str]:
    """The texts of a folder of TOML files, from what was kept of them unless one changed since."""
    sources = sorted(file for file in folder.iterdir() if file.suffix == ".toml")
    stamps = [(file.name, (found := file.stat()).st_mtime_ns, found.st_size) for file in sources]
    kept = Path(cache_from_source(str(folder.with_suffix(".py")))).with_suffix(".texts")
    with suppress(OSError, ValueError, EOFError, TypeError):
        known, found_texts = marshal.loads(kept.read_bytes())
        if known == stamps:
            return dict(found_texts)
    parsed = _parse(sources)
    if not sys.dont_write_bytecode:
        _keep(kept, marshal.dumps((stamps, parsed)))
    return parsed


def _parse(sources: list[Path]) -> dict[str, str]:
    import tomllib

    found: dict[str, str] = {}
    for file in sources:
        found.update(_flatten(tomllib.loads(file.read_text(encoding="utf-8")), file.stem))
    return found


def _keep(file: Path, data: bytes) -> None:
    """Write in one step, as several processes may; where nothing may be written every start parses."""
    beside = file.with_suffix(f".{os.getpid()}")
    with suppress(OSError):
        file.parent.mkdir(exist_ok=True)
        beside.write_bytes(data)
        beside.replace(file)


def placeholders(text: str) -> frozenset[str]:
    """Names between braces."""
    from string import Formatter

    return frozenset(name for _, name, _, _ in Formatter().parse(text) if name)


def say(key: str, language: str, /, **args: object) -> str:
    """The text of `key` in `language`; English where it is missing there, the key itself where English lacks it. A
    `reason` that a reader of files gave in English is said in the same language."""
    text = texts(language).get(key) or texts("en").get(key)
    if text is None:
        return key
    if isinstance(args.get("reason"), str) and "{reason" in text:
        args["reason"] = _cause(str(args["reason"]), language)
    try:
        return text.format_map(args)
    except (KeyError, ValueError, IndexError, AttributeError):
        return text


def _cause(reason: str, language: str) -> str:
    from agent_tui.i18n.causes import in_words

    return in_words(reason, lambda key, **args: say(key, language, **args))


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
