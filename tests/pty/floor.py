"""A backend in a process of its own, a switch that a test speaks for, and desks in pseudo-terminals: the program as a
person starts it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import httpx
import msgspec

from agent_tui import ids
from agent_tui.cli import demo_place
from agent_tui.config import runtime
from agent_tui.domain.commands import Command
from agent_tui.server.customers import NewCustomer, add_customers
from agent_tui.server.database import Database
from agent_tui.server.seed import QUICK, NewAccount, add_accounts, ensure_head
from agent_tui.server.vault import Vault
from agent_tui.wire import routes
from agent_tui.wire.command import Envelope
from bench.terminal import Screen, Terminal

PASSWORD = "correct horse"
AGENT, LOGIN = "a1001", "chen.xiao"
PATIENCE_S = 20.0


class Floor:
    """`AGENT_TUI_HOME` must point at `home` already. One person's seat, one link."""

    def __init__(self, home: Path, customers: Sequence[NewCustomer] = ()) -> None:
        self.home = home
        self.database = home / "server.db"
        self.url = ""
        self._server: subprocess.Popen[str] | None = None
        self._tokens: dict[str, str] = {}
        home.mkdir(parents=True, exist_ok=True)
        db = Database(self.database)
        ensure_head(db)
        add_customers(db, Vault.beside(self.database), customers, datetime.now(UTC))
        link = NewAccount(login=demo_place.LINK, password=PASSWORD, kind="link")
        add_accounts(db, [NewAccount(login=LOGIN, password=PASSWORD, agent_id=AGENT), link], QUICK)
        db.close()

    def serve(self) -> None:
        """Start the backend, at the address it had."""
        port = self.url.rpartition(":")[2] or "0"
        self._server = subprocess.Popen(
            [sys.executable, "-m", "agent_tui", "serve", "--database", str(self.database), "--port", port],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._server.stdout is not None
        self.url = self._server.stdout.readline().strip().removeprefix("listening ")
        seat = runtime.Seat(mode="desk", login=LOGIN, password=PASSWORD)
        # The desk asks whether this process lives; the test's own outlives every server of it.
        runtime.write_demo(runtime.Demo(url=self.url, seats=(seat,), pid=os.getpid()))

    def kill(self) -> None:
        """The backend is gone from one moment to the next."""
        assert self._server is not None and self._server.stdout is not None
        self._server.kill()
        self._server.wait()
        self._server.stdout.close()
        self._server = None

    def close(self) -> None:
        if self._server is not None:
            self.kill()

    def report(self, command: Command) -> str:
        """What the switch or a channel says; the outcome."""
        return self._send(routes.INGRESS, demo_place.LINK, command)

    def order(self, command: Command) -> str:
        """What the person does elsewhere; the outcome."""
        return self._send(routes.COMMANDS, LOGIN, command)

    def _send(self, path: str, login: str, command: Command) -> str:
        if login not in self._tokens:
            body = {"login": login, "password": PASSWORD, "device_id": "test"}
            self._tokens[login] = httpx.post(self.url + routes.SESSION, json=body).json()["token"]
        envelope = Envelope(id=ids.uuid7(), command=command)
        headers = {
            "authorization": f"Bearer {self._tokens[login]}",
            "content-type": "application/json",
            "idempotency-key": envelope.id,
        }
        answer = httpx.post(self.url + path, content=msgspec.json.encode(envelope), headers=headers)
        assert answer.status_code < 500, answer.text
        return str(answer.json().get("outcome", "refused"))

    def desk(self, *, columns: int = 120, rows: int = 40, language: str = "en") -> Terminal:
        """A desk at the only seat."""
        argv = [sys.executable, "-m", "agent_tui", "desk", "--demo", "--language", language]
        return Terminal(argv, columns=columns, rows=rows, env={"LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"})


def until(desk: Terminal, *texts: str, without: str = "\0", again: Callable[[], object] | None = None) -> str:
    """The screen, once it shows all of `texts` and no longer `without`; `again` is done now and then meanwhile."""

    def shown(_: Screen) -> bool:
        screen = desk.text()
        return without not in screen and all(text in screen for text in texts)

    for _ in range(int(PATIENCE_S)):
        if desk.wait(shown, 1.0):
            return desk.text()
        if again is not None:
            again()
    raise AssertionError(f"never shown: {texts}\n{desk.text()}")


def ready(desk: Terminal) -> None:
    """The person takes contacts."""
    until(desk, "+ live", "F9 Ready for contacts")
    desk.send("f9")
    until(desk, "+ Ready")


def cut_off(desk: Terminal) -> None:
    """kill -9."""
    os.kill(desk.pid, signal.SIGKILL)
    os.waitpid(desk.pid, 0)
