"""Profiles on this machine: which server and login a person uses, and where the profile's files are."""

from __future__ import annotations

import getpass
import shutil
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from agent_tui.config import paths
from agent_tui.errors import ConfigError, UsageError


class Known(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`profile.json`."""

    url: str
    login: str


def folder(name: str) -> Path:
    """Where a profile's files are, open to its owner only. ConfigError for a name that is no file name."""
    if not name or not all(char.isalnum() or char in "-_." for char in name) or name.startswith("."):
        raise ConfigError("tui.start.profile_name", name=name)
    return paths.private(paths.data_dir() / "profiles" / name)


def read(name: str) -> Known | None:
    """What is known of a profile; None if it is new. ConfigError if its file is damaged."""
    file = folder(name) / "profile.json"
    try:
        return msgspec.json.decode(file.read_bytes(), type=Known)
    except FileNotFoundError:
        return None
    except msgspec.DecodeError as error:
        raise ConfigError("tui.start.profile_wrong", file=str(file), reason=str(error)) from error


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


LOOPBACK = ("127.0.0.1", "localhost", "::1")


def check_url(url: str, *, plain: bool = False) -> str:
    """`url`, if it can be the address of a server. UsageError otherwise, and for a server on another machine without
    TLS unless `plain` says that the line is protected."""
    try:
        parts = urlsplit(url)
        right = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        right = False
    if not right:
        raise UsageError("tui.start.bad_url", url=url)
    if parts.scheme == "http" and parts.hostname not in LOOPBACK and not plain:
        raise UsageError("tui.start.plain_url", url=url)
    return url


def ask(prompt: str) -> str:
    """The password, typed unseen. KeyboardInterrupt when the person leaves instead (Ctrl+C, Ctrl+D)."""
    try:
        return getpass.getpass(prompt)
    except EOFError:
        raise KeyboardInterrupt from None
