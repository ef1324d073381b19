"""`agent-tui doctor`: what this machine and terminal can do, what is missing, and what would help.

Nothing is changed. Exit code 0 when everything a desk needs is there, 69 when something is not.
"""

from __future__ import annotations

import argparse
import errno
import locale
import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from agent_tui.clock import wall
from agent_tui.config import data, paths, profiles, secrets
from agent_tui.config.load import load as load_settings
from agent_tui.config.model import Settings
from agent_tui.errors import AgentTuiError
from agent_tui.i18n.catalog import say

UNFIT = 69
LEAST_SIZE = (80, 24)
LEAST_FREE = 500 * 2**20
"""Bytes; a cache of 100,000 contacts takes about a third of it."""
MARKS = {"ok": "+", "note": "·", "bad": "!"}


class Check(msgspec.Struct, frozen=True):
    """One thing looked at: `ok`, `note` (works, but know this) or `bad`; the rest fills its sentence."""

    level: str
    key: str
    args: dict[str, str | int] = {}
    because: str = ""
    """Key of the sentence that is its `reason`."""


def add_arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """There is nothing to choose."""


def run(args: argparse.Namespace, language: str) -> int:
    """Print one line for each thing looked at."""
    found = list(checks())
    for check in found:
        print(f" {MARKS[check.level]} {_sentence(check, language)}")
    bad = sum(check.level == "bad" for check in found)
    print(say("cli.doctor.bad" if bad else "cli.doctor.good", language, count=bad))
    return UNFIT if bad else 0


def _sentence(check: Check, language: str) -> str:
    reason = {"reason": say(f"cli.doctor.{check.because}", language, **check.args)} if check.because else {}
    return say(check.key if "." in check.key else f"cli.doctor.{check.key}", language, **{**check.args, **reason})


def checks() -> Iterator[Check]:
    """Everything, in the order a desk would stumble over it."""
    yield from _python()
    yield from _terminal()
    settings, problem = _settings()
    yield problem
    yield from _stores()
    yield from _vault(settings)
    yield from _profiles()
    yield from _port(settings)
    yield from _tls(settings)
    for name in ("scripts/centre", "scripts/policy", "themes"):
        yield _files(name)
    yield from _calendars()


def _python() -> Iterator[Check]:
    version = ".".join(map(str, sys.version_info[:3]))
    yield Check(
        "ok" if sys.version_info >= (3, 11) else "bad", "python", {"version": version, "path": sys.executable}
    )


# ---- the terminal ------------------------------------------------------------------------------------------------


def _terminal() -> Iterator[Check]:
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        yield Check("note", "no_terminal")
        return
    width, height = shutil.get_terminal_size()
    fits = width >= LEAST_SIZE[0] and height >= LEAST_SIZE[1]
    yield Check("ok" if fits else "bad", "size" if fits else "too_small", {"width": width, "height": height})
    encoding = (sys.stderr.encoding or "").lower()
    yield Check("ok" if encoding.replace("-", "") == "utf8" else "bad", "encoding", {"encoding": encoding or "-"})
    yield _locale()
    yield from _kind_of_terminal()


def _locale() -> Check:
    try:
        locale.setlocale(locale.LC_ALL, "")
    except locale.Error:
        return Check("note", "no_locale", {"locale": os.environ.get("LC_ALL") or os.environ.get("LANG", "-")})
    name = locale.setlocale(locale.LC_CTYPE)
    return Check("ok", "locale", {"locale": name})


def _kind_of_terminal() -> Iterator[Check]:
    term = os.environ.get("TERM", "")
    yield Check("bad" if term in ("", "dumb") else "ok", "term", {"term": term or "-"})
    if os.environ.get("COLORTERM") not in ("truecolor", "24bit"):
        yield Check("note", "colours")
    if os.environ.get("TMUX"):
        yield Check("note", "tmux")
    elif "iterm" in os.environ.get("TERM_PROGRAM", "").lower():
        yield Check("note", "iterm")


# ---- files, keys, ports ------------------------------------------------------------------------------------------


def _settings() -> tuple[Settings, Check]:
    try:
        return load_settings(), Check("ok", "settings", {"file": str(paths.config_dir() / "config.toml")})
    except AgentTuiError as error:
        args = {name: value if isinstance(value, int) else str(value) for name, value in error.args_.items()}
        return Settings(), Check("bad", error.key, args)


def _stores() -> Iterator[Check]:
    folder = paths.data_dir()
    there = next(place for place in (folder, *folder.parents) if place.exists())
    free = shutil.disk_usage(there).free
    args: dict[str, str | int] = {"folder": str(folder), "free": f"{free // 2**20:,}", "least": LEAST_FREE // 2**20}
    yield Check("ok" if free >= LEAST_FREE else "bad", "disk" if free >= LEAST_FREE else "disk_low", args)
    if not os.access(there, os.W_OK):
        yield Check("bad", "not_writable", {"folder": str(there)})
    yield _sqlcipher()


def _sqlcipher() -> Check:
    """A database is really made, and really unreadable without its key."""
    try:
        import sqlcipher3
    except ImportError as error:
        return Check("bad", "no_sqlcipher", {"reason": str(error)})
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "try.db"
        connection = sqlcipher3.connect(str(file))
        connection.execute("PRAGMA key = \"x'" + os.urandom(32).hex() + "'\"")
        connection.execute("CREATE TABLE t (a)")
        connection.commit()
        version = connection.execute("PRAGMA cipher_version").fetchone()
        connection.close()
        sealed = not file.read_bytes().startswith(b"SQLite format 3")
    return Check("ok" if version and sealed else "bad", "sqlcipher", {"version": version[0] if version else "-"})


def _vault(settings: Settings) -> Iterator[Check]:
    """Which store of keys is in force, and what became of every keyring that would be trusted."""
    wanted = settings.vault.backend
    if wanted not in secrets.BACKENDS:
        known = ", ".join(secrets.BACKENDS)
        yield Check("bad", "config.vault_unknown", {"backend": wanted, "known": known})
    backends = secrets.trusted_backends()
    if wanted == "file":
        yield Check("ok", "vault_file")
    elif not any(one.usable for one in backends):
        yield Check("bad", "config.vault_no_keyring", {"known": ", ".join(secrets.TRUSTED)})
    for one in backends:
        if one.usable:
            yield Check("ok" if wanted == "keyring" else "note", "keyring_usable", {"name": one.name})
        else:
            args: Said = {"name": one.name, "reason": one.reason or "-"}
            yield Check("note", "keyring_not", args, because=f"keyring_why.{_why_not(one)}")


def _why_not(one: secrets.Found) -> str:
    """What keeps a trusted keyring from being used, from what its library says in English."""
    said = one.reason.lower()
    if not sys.platform.startswith(secrets.TRUSTED[one.name].system):
        return "other_system"
    if "dbus" in said or "d-bus" in said:
        return "no_bus"
    if "required" in said or "no module" in said:
        return "no_library"
    return "other"


def _profiles() -> Iterator[Check]:
    """What lies sealed on this machine, and which profiles were wiped; ids only, nothing is opened."""
    from agent_tui.store import escrow

    for profile in profiles.every():
        boxes = len(escrow.found(profile / escrow.FOLDER))
        args: dict[str, str | int] = {"profile": profile.name, "boxes": boxes}
        if (profile / escrow.WIPED).exists():
            yield Check("note", "vault.doctor.wiped", args)
        elif boxes:
            yield Check("note", "vault.doctor.boxes", args)
        for copy in sorted(profile.glob("journal.db.damaged-*")):
            yield Check("note", "vault.doctor.damaged", {**args, "copy": str(copy)})


def _port(settings: Settings) -> Iterator[Check]:
    server = settings.server
    args: dict[str, str | int] = {"host": server.host, "port": server.port}
    with socket.socket(socket.AF_INET6 if ":" in server.host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((server.host, server.port))
        except OSError as error:
            if error.errno == errno.EADDRNOTAVAIL or isinstance(error, socket.gaierror):
                yield Check("note", "host_elsewhere", args)
                return
            why = {errno.EADDRINUSE: "taken", errno.EACCES: "not_allowed"}.get(error.errno or 0, "other")
            args["reason"] = error.strerror or str(error)
            yield Check("note", "port_busy", args, because=f"port_why.{why}")
            return
    yield Check("ok", "port", args)


def _tls(settings: Settings) -> Iterator[Check]:
    """The certificates that desk and server would use are really loaded."""
    from agent_tui.config import tls

    desk, server = settings.tls, settings.server
    try:
        if desk.ca or desk.cert:
            tls.client(desk.ca, desk.cert, desk.key)
            yield Check("ok", "tls_desk")
        if server.tls_cert:
            tls.server(server.tls_cert, server.tls_key, server.tls_client_ca)
            yield Check("ok", "tls_server")
    except AgentTuiError as error:
        yield _blame(error)


def _blame(error: AgentTuiError) -> Check:
    args = {key: value if isinstance(value, int) else str(value) for key, value in error.args_.items()}
    return Check("bad", error.key, args)


def _files(name: str) -> Check:
    """The files in force are really read, as a start would."""
    try:
        folder = data.folder(name)
        said = _READERS[name](folder) if name in _READERS else {}
    except AgentTuiError as error:
        return _blame(error)
    return Check("ok", "policy" if said else "files", {"what": name, "folder": str(folder), **said})


def _calendars() -> Iterator[Check]:
    """Lists of holidays that end within a month, or have ended. Files that cannot be read were named before."""
    from agent_tui.config.centre import load

    try:
        calendars = load(data.folder("scripts/centre")).calendars
    except AgentTuiError:
        return
    for calendar in calendars:
        days = calendar.days_known(wall().astimezone(ZoneInfo(calendar.timezone)).date())
        if days is not None:
            args: Said = {"calendar": calendar.id, "to": str(calendar.known_to), "days": days}
            yield Check("note", "server.notice.holidays_end", args)


Said = dict[str, str | int]


def _read_centre(folder: Path) -> Said:
    from agent_tui.config.centre import load

    load(folder)
    return {}


def _read_policy(folder: Path) -> Said:
    """Which rules a server that starts here would go by."""
    from agent_tui.policy.load import load

    policy = load(folder, wall())
    return {"rules": len(policy.rules), "revision": policy.revision}


_READERS: dict[str, Callable[[Path], Said]] = {"scripts/centre": _read_centre, "scripts/policy": _read_policy}
