"""Profiles on this machine: which server and login a person uses, and where the profile's files are."""

from __future__ import annotations

import shutil
from pathlib import Path

import msgspec

from agent_tui.config import paths
from agent_tui.errors import ConfigError


class Known(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`profile.json`."""

    url: str
    login: str


def every() -> list[Path]:
    """The folders of the profiles there are, and of those put aside."""
    return sorted(_root().iterdir()) if _root().is_dir() else []


def folder(name: str) -> Path:
    """Where a profile's files are, made if missing, open to its owner only. ConfigError for a name that is no file
    name."""
    return paths.private(_place(name))


def read(name: str) -> Known | None:
    """What is known of a profile; None if nobody ever signed in with it. ConfigError if its file is damaged, or for a
    name that is no file name."""
    file = _place(name) / "profile.json"
    try:
        return msgspec.json.decode(file.read_bytes(), type=Known)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise ConfigError("tui.start.profile_wrong", file=str(file), reason=str(reason)) from error


def write(name: str, known: Known) -> None:
    """Remember server and login for the next start."""
    paths.write_private(folder(name) / "profile.json", msgspec.json.encode(known))


def put_aside(name: str) -> None:
    """Begin anew: what a profile nobody ever signed in with holds is kept beside it, unread."""
    place = folder(name)
    aside = place.with_name(f".{name}.aside")
    shutil.rmtree(aside, ignore_errors=True)
    place.rename(aside)
    folder(name)


def _root() -> Path:
    return paths.data_dir() / "profiles"


def _place(name: str) -> Path:
    if not name or not all(char.isalnum() or char in "-_." for char in name) or name.startswith("."):
        raise ConfigError("tui.start.profile_name", name=name)
    return _root() / name
