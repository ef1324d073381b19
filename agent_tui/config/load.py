"""Settings from five places, the later over the earlier: defaults, system file, user file, environment, flags.

A key nobody knows is an error that names the file, the line and the nearest right key: a misspelt limit must not
silently be the default.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path

import msgspec

from agent_tui.config import paths
from agent_tui.config.model import Settings
from agent_tui.config.toml import FILE, line_of, read_toml
from agent_tui.errors import ConfigError
from agent_tui.i18n.catalog import LANGUAGES

PREFIX = "AGENT_TUI_"
NOT_SETTINGS = frozenset({paths.HOME})
"""Variables with our prefix that are no settings: they say where settings are."""


def _fields(kind: type[msgspec.Struct], prefix: str = "") -> Iterator[str]:
    for field in msgspec.structs.fields(kind):
        if isinstance(field.type, type) and issubclass(field.type, msgspec.Struct):
            yield from _fields(field.type, f"{prefix}{field.name}.")
        else:
            yield f"{prefix}{field.name}"


KEYS = tuple(_fields(Settings))
"""Every dotted key there is, e.g. `desk.theme`."""


def _flat(table: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, object]]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def _nearest(key: str) -> str | None:
    """The key that was meant: one that looks like it, else one of that name, or nearly, in another table."""
    names = {known.rpartition(".")[2]: known for known in KEYS}
    meant = get_close_matches(key, KEYS, 1, 0.5)
    if not meant:
        meant = [names[name] for name in get_close_matches(key.rpartition(".")[2], names, 1)]
    return meant[0] if meant else None


def _check(key: str, where: str, line: int) -> None:
    if key in KEYS:
        return
    near = _nearest(key)
    if near:
        raise ConfigError("config.unknown_key_near", file=where, line=line, setting=key, near=near)
    raise ConfigError("config.unknown_key", file=where, line=line, setting=key, known=", ".join(KEYS))


def _build(given: Mapping[str, tuple[object, str, int]]) -> Settings:
    nested: dict[str, object] = {}
    for key, (value, _, _) in given.items():
        table, _, name = key.rpartition(".")
        place = nested.setdefault(table, {}) if table else nested
        assert isinstance(place, dict)
        place[name] = value
    return msgspec.convert(nested, Settings, strict=False)


def _assemble(given: Mapping[str, tuple[object, str, int]]) -> Settings:
    # One at a time first, so that a wrong value is blamed on the place it came from.
    for key, entry in given.items():
        try:
            _build({key: entry})
        except msgspec.ValidationError as error:
            reason = str(error).partition(" - at ")[0]
            raise ConfigError(
                "config.wrong_value", file=entry[1], line=entry[2], setting=key, value=str(entry[0]), reason=reason
            ) from None
        if key == "language" and entry[0] not in LANGUAGES:
            known = ", ".join(LANGUAGES)
            raise ConfigError(
                "config.wrong_choice", file=entry[1], line=entry[2], setting=key, value=str(entry[0]), known=known
            )
    return _build(given)


def _from_file(file: Path) -> dict[str, tuple[object, str, int]]:
    if not file.is_file():
        return {}
    table, text = read_toml(file)
    found: dict[str, tuple[object, str, int]] = {}
    for key, value in _flat(table):
        line = line_of(text, key)
        _check(key, str(file), line)
        found[key] = (value, str(file), line)
    return found


def _from_environ(environ: Mapping[str, str]) -> dict[str, tuple[object, str, int]]:
    names = {PREFIX + key.replace(".", "_").upper(): key for key in KEYS}
    found: dict[str, tuple[object, str, int]] = {}
    for name, value in environ.items():
        if not name.startswith(PREFIX) or name in NOT_SETTINGS:
            continue
        if name not in names:
            near = get_close_matches(name, names, 1, 0.8)
            if near:
                raise ConfigError("config.unknown_variable", name=name, near=near[0])
            # The environment belongs to everybody: a name unlike any of ours is somebody else's.
            continue
        found[names[name]] = (value, name, 0)
    return found


def load(flags: Mapping[str, object] | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """The settings in force. `flags` are dotted keys from the command line; None values mean not given.

    ConfigError for an unreadable file, an unknown key or a value of the wrong kind.
    """
    given = _from_file(paths.system_dir() / FILE) | _from_file(paths.config_dir() / FILE)
    given |= _from_environ(os.environ if environ is None else environ)
    for key, value in (flags or {}).items():
        if value is not None:
            _check(key, "--", 0)
            given[key] = (value, "--" + key.replace(".", "-"), 0)
    return _assemble(given)
