"""A backend in a process of its own, a switch that a test speaks for, and desks in pseudo-terminals: the program as a
person starts it.

Every wait is for what a person would wait for on the screen, and every terminal is read while one is waited for: a
program that nobody reads stops at its next line.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import httpx
import msgspec

from agent_tui import ids
from agent_tui.cli import demo_place
from agent_tui.config import data, paths, runtime
from agent_tui.domain.commands import Command, OfferNew, ReportEvent
from agent_tui.domain.contact import Channel
from agent_tui.server.customers import NewCustomer, add_customers
from agent_tui.server.database import Database
from agent_tui.server.seed import QUICK, NewAccount, add_accounts, ensure_head
from agent_tui.server.vault import Vault
from agent_tui.wire import routes
from agent_tui.wire.command import Envelope
from bench.terminal import Screen, Terminal

PASSWORD = "correct horse"
AGENT, LOGIN = "a1001", "chen.xiao"
PATIENCE_S = 40.0


class Seat(Terminal):
    """One of several terminals side by side."""

    def __init__(self, floor: Floor, argv: Sequence[str], *, columns: int, rows: int) -> None:
        self._floor = floor
        env = {"LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}
        super().__init__([sys.executable, "-m", "agent_tui", *argv], columns=columns, rows=rows, env=env)

    def read(self, seconds: float) -> bool:
        for other in self._floor.seats:
            if other is not self:
                other.take(0)
        return self.take(seconds)

    def take(self, seconds: float) -> bool:
        """What arrives at this terminal alone."""
        return super().read(seconds)


class Floor:
    """`AGENT_TUI_HOME` must point at `home` already. Seats for some people of the sample centre, one link."""

    def __init__(
        self,
        home: Path,
        customers: Sequence[NewCustomer] = (),
        people: Mapping[str, str] = {LOGIN: AGENT},
        settings: Mapping[str, int] = {},
    ) -> None:
        """`people`: id by login. `settings`: figures that the site's own `settings.toml` has otherwise."""
        self.home, self.people = home, people
        self.database = home / "server.db"
        self.url = ""
        self.seats: list[Seat] = []
        self._server: subprocess.Popen[str] | None = None
        self._tokens: dict[str, str] = {}
        home.mkdir(parents=True, exist_ok=True)
        if settings:
            own_centre(settings)
        db = Database(self.database)
        ensure_head(db)
        add_customers(db, Vault.beside(self.database), customers, datetime.now(UTC))
        accounts = [NewAccount(login=login, password=PASSWORD, agent_id=id) for login, id in people.items()]
        add_accounts(db, [*accounts, NewAccount(login=demo_place.LINK, password=PASSWORD, kind="link")], QUICK)
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
        assert self.url, "the server did not start; it said why above"
        places = [(mode, login) for login in self.people for mode in ("desk", "monitor")]
        seats = tuple(runtime.Seat(mode=mode, login=login, password=PASSWORD) for mode, login in places)
        # The desk asks whether this process lives; the test's own outlives every server of it.
        runtime.write_demo(runtime.Demo(url=self.url, seats=seats, pid=os.getpid()))

    def kill(self) -> None:
        """The backend is gone from one moment to the next."""
        assert self._server is not None and self._server.stdout is not None
        self._server.kill()
        self._server.wait()
        self._server.stdout.close()
        self._server = None

    def close(self) -> None:
        """Everything this floor started ends."""
        while self.seats:
            self.leave(self.seats[-1])
        if self._server is not None:
            self.kill()

    def report(self, command: Command) -> str:
        """What the switch or a channel says; the outcome."""
        return self._send(routes.INGRESS, demo_place.LINK, command)

    def order(self, command: Command, login: str = LOGIN) -> str:
        """What a person does elsewhere; the outcome."""
        return self._send(routes.COMMANDS, login, command)

    def _send(self, path: str, login: str, command: Command) -> str:
        if login not in self._tokens:
            body = {"login": login, "password": PASSWORD, "device_id": "test"}
            self._tokens[login] = httpx.post(self.url + routes.SESSION, json=body).json()["token"]
        envelope = Envelope(id=ids.uuid7(), command=command)
        headers = {
            "authorization": f"Bearer {self._tokens[login]}",
            "content-type": "application/json",
            "x-device-id": "test",
            "idempotency-key": envelope.id,
        }
        answer = httpx.post(self.url + path, content=msgspec.json.encode(envelope), headers=headers)
        assert answer.status_code < 500, answer.text
        return str(answer.json().get("outcome", "refused"))

    def desk(
        self,
        login: str = LOGIN,
        *,
        columns: int = 120,
        rows: int = 40,
        language: str = "en",
        mode: str = "desk",
    ) -> Seat:
        """Somebody's desk (or `monitor`), signed in by itself as in the demo."""
        return self._sit([mode, "--demo", "--login", login, "--language", language], columns, rows)

    def signed_in(self, login: str, *, columns: int = 120, rows: int = 40, language: str = "en") -> Seat:
        """A desk whose person typed the password; the desk knows it no more."""
        known = ["--server", self.url, "--login", login, "--profile", login]
        seat = self._sit(["desk", *known, "--language", language], columns, rows)
        until(seat, login)
        seat.send(PASSWORD, "enter")
        return seat

    def _sit(self, argv: Sequence[str], columns: int, rows: int) -> Seat:
        seat = Seat(self, argv, columns=columns, rows=rows)
        self.seats.append(seat)
        return seat

    def leave(self, seat: Seat) -> int:
        """The person goes; the exit code of their desk."""
        self.seats.remove(seat)
        return seat.close()


def own_centre(settings: Mapping[str, int]) -> None:
    """The sample centre as a site has it, with other figures in `settings.toml`."""
    folder = paths.config_dir() / "scripts" / "centre"
    shutil.copytree(data.shipped("scripts/centre"), folder)
    file = folder / "settings.toml"
    text = file.read_text("utf-8")
    for name, value in settings.items():
        text, changed = re.subn(rf"^{name} = \d+", f"{name} = {value}", text, flags=re.MULTILINE)
        assert changed == 1, f"settings.toml has no {name}"
    file.write_text(text, "utf-8")


def until(desk: Terminal, *texts: str, without: str = "\0", again: Callable[[], object] | None = None) -> str:
    """The screen, once it shows all of `texts` and no longer `without`; `again` is done now and then meanwhile.

    What was shown together is asked for together: a screen is painted in pieces, and the first that shows one text
    need not show the next.
    """

    def shown(_: Screen) -> bool:
        screen = desk.text()
        return without not in screen and all(text in screen for text in texts)

    for _ in range(int(PATIENCE_S)):
        if desk.wait(shown, 1.0):
            return desk.text()
        if again is not None:
            again()
    missing = [text for text in texts if text not in desk.text()]
    raise AssertionError(f"never shown: {missing}, or never gone: {without!r}\n{desk.text()}")


def ready(desk: Terminal) -> None:
    """The person takes contacts."""
    until(desk, "+ live", "F9 Ready for contacts")
    desk.send("f9")
    until(desk, "+ Ready")


def call(floor: Floor, desk: Terminal, id: str = "k1", *, customer: str | None = "c1", text: str = "fee") -> None:
    """A call is offered, taken with the key that the screen names, and connected."""
    offered = OfferNew(
        contact_id=id, channel=Channel.PHONE, caller="13812345678", customer_id=customer, group="cards", text=text
    )
    assert floor.report(offered) == "applied"
    until(desk, "OFFERED TO YOU")
    desk.send("f9")
    established = ReportEvent(contact_id=id, event="Established", agent_id=AGENT, party="agent")
    until(desk, "talking", again=lambda: floor.report(established))


def leader(desk: Terminal, letter: str) -> None:
    """F2 and a letter, each typed when the screen is ready for it."""
    desk.send("f2")
    until(desk, "F2, then")
    desk.send(letter)
    until(desk, without="F2, then")


def cut_off(floor: Floor, seat: Seat) -> None:
    """kill -9."""
    floor.seats.remove(seat)
    os.kill(seat.pid, signal.SIGKILL)
    os.waitpid(seat.pid, 0)
