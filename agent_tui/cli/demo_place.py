"""Where the demo lives and who is in it: a private folder, a seeded database, seats for people and for robots."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from agent_tui import __version__, canon
from agent_tui.config import data, paths, runtime
from agent_tui.config.centre import Centre
from agent_tui.config.centre import load as load_centre
from agent_tui.config.runtime import Seat
from agent_tui.domain.agent import Agent, Role
from agent_tui.sim import population
from agent_tui.sim.population import Person
from agent_tui.sim.roster import Logins

OPENS = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
"""The demo's business time at the start: a Monday, 10:00 in Shanghai, whatever day it is outside."""
DESKS = ("chen.xiao", "a1009", "a1013", "a1015", "a2002")
"""Seats for people, by login or id; everybody else who answers contacts is a robot."""
LINK = "link:sim"
CUSTOMERS = 400
WATCHED = ("server", "domain", "acd", "sim", "metrics", "policy")


class Staff(msgspec.Struct, frozen=True, kw_only=True):
    """Who sits where. Passwords are made anew with each database."""

    desks: tuple[tuple[str, str], ...]
    monitors: tuple[tuple[str, str], ...]
    observer: tuple[str, str]
    link: tuple[str, str]
    robots: tuple[tuple[str, str], ...]
    signers: tuple[tuple[str, str], ...] = ()
    """Robot supervisors who answer requests for a co-sign."""
    clerks: tuple[tuple[str, str], ...] = ()
    """Robots of departments, who answer work orders."""

    def seats(self) -> tuple[Seat, ...]:
        """For the runtime file."""
        desks = [Seat(mode="desk", login=login, password=password) for login, password in self.desks]
        walls = [Seat(mode="monitor", login=login, password=password) for login, password in self.monitors]
        return (*desks, *walls)

    def logins(self) -> Logins:
        """For the robots."""
        return Logins(
            observer=self.observer, link=self.link, colleagues=self.robots, signers=self.signers, clerks=self.clerks
        )

    def accounts(self) -> tuple[tuple[str, str], ...]:
        return (*self.desks, *self.monitors, self.observer, self.link, *self.robots, *self.signers, *self.clerks)


def _with_password(people: Sequence[Agent]) -> tuple[tuple[str, str], ...]:
    return tuple((person.login, secrets.token_urlsafe(12)) for person in people)


def staff(centre: Centre) -> Staff:
    """Seats for people first, with one of a department last, then a supervisor's, then the robots."""
    answering = [p for p in centre.people if p.active and p.role in (Role.AGENT, Role.SECOND_LINE)]
    desks = (
        sorted(
            (p for p in answering if {p.login, p.id} & set(DESKS)),
            key=lambda p: min(DESKS.index(name) for name in (p.login, p.id) if name in DESKS),
        )
        or answering[:1]
    )
    floor = [p for p in centre.people if p.active and p.role is Role.SUPERVISOR]
    reviewers = [p for p in centre.people if p.active and p.role is Role.REVIEWER]
    departments = [p for p in centre.people if p.active and p.role is Role.DEPARTMENT]
    return Staff(
        desks=_with_password([*desks, *departments[:1]]),
        monitors=_with_password(floor[:1] + floor[2:3] + reviewers),
        observer=_with_password(floor[1:2] or floor)[0],
        link=(LINK, secrets.token_urlsafe(12)),
        robots=_with_password([p for p in answering if p not in desks]),
        signers=_with_password(floor[3:]),
        clerks=_with_password(departments[1:]),
    )


def customers(count: int = CUSTOMERS, seed: int = 1) -> list[Person]:
    """The bank's made-up customers."""
    return list(population.people(population.load(scenarios()), count, seed))


def scenarios() -> Path:
    return data.folder("scripts/scenarios")


def centre_of(folder: Path | None = None) -> Centre:
    return load_centre(folder or data.folder("scripts/centre"))


def seed_database(database: Path, folk: Sequence[Person], at: datetime) -> None:
    """An empty database with the bank's customers in it."""
    from agent_tui.server import customers as server_customers
    from agent_tui.server import seed
    from agent_tui.server.database import Database
    from agent_tui.server.vault import Vault

    db = Database(database)
    try:
        seed.ensure_head(db)
        rows = (msgspec.convert(msgspec.to_builtins(one), server_customers.NewCustomer) for one in folk)
        server_customers.add_customers(db, Vault.beside(database), rows, at)
    finally:
        db.close()


def admit(database: Path, centre: Centre, people: Staff) -> None:
    """Give everybody their password. The server must not have the database open."""
    from agent_tui.server import seed
    from agent_tui.server.database import Database

    ids = {person.login: person.id for person in centre.people}
    accounts = [
        seed.NewAccount(
            login=login, password=password, agent_id=ids.get(login, ""), kind="agent" if login in ids else "link"
        )
        for login, password in people.accounts()
    ]
    db = Database(database)
    try:
        seed.add_accounts(db, accounts, seed.QUICK)
    finally:
        db.close()


# ---- folders -----------------------------------------------------------------------------------------------------


def _sources() -> Iterator[Path]:
    package = Path(__file__).resolve().parent.parent
    for name in WATCHED:
        yield from sorted((package / name).rglob("*.*"))
    for name in ("scripts/centre", "scripts/scenarios", "scripts/policy"):
        yield from sorted(data.folder(name).glob("*"))


def revision(seed: int) -> str:
    """Changes with the program and the texts it plays, so that an old morning is not opened by a new program."""
    stamps = [
        f"{path.name}:{(stat := path.stat()).st_size}:{stat.st_mtime_ns}"
        for path in _sources()
        if path.suffix not in (".pyc",)
    ]
    return canon.fingerprint([__version__, seed, stamps]).removeprefix("sha256:")[:16]


class Morning(msgspec.Struct, frozen=True, kw_only=True):
    """What a prepared database needs to be continued."""

    at: datetime
    """Business time at which it stops."""
    last_seq: int
    """The last request of the link that was answered."""
    people: Staff
    """Seats and passwords as they stand in the database."""


def _copy(source: Path, target: Path) -> None:
    """The database with its key, for their owner only."""
    for file in source.glob("server.db*"):
        shutil.copyfile(file, target / file.name)
        (target / file.name).chmod(0o600)


class Place:
    """The demo's folder of one run, and the prepared morning that the next run begins with."""

    def __init__(self, seed: int) -> None:
        self.base = paths.private(runtime.folder())
        self.run = paths.private(self.base / f"run-{os.getpid()}")
        self.database = self.run / "server.db"
        self._ready = self.base / f"morning-{revision(seed)}"

    def sweep(self) -> None:
        """Remove what runs that ended badly, or older programs, left behind."""
        for path in self.base.glob("run-*"):
            pid = path.name.removeprefix("run-")
            if pid.isdigit() and int(pid) != os.getpid() and not runtime.alive(int(pid)):
                shutil.rmtree(path, ignore_errors=True)
        # Caches and journals of desks belong to the run they were opened in.
        shutil.rmtree(self.base / "seats", ignore_errors=True)
        for path in self.base.glob("morning-*"):
            if path != self._ready:
                shutil.rmtree(path, ignore_errors=True)

    def wake(self) -> Morning | None:
        """Put the prepared morning into this run's folder; None when there is none."""
        try:
            morning = msgspec.json.decode((self._ready / "morning.json").read_bytes(), type=Morning)
            _copy(self._ready, self.run)
        except (OSError, msgspec.MsgspecError):
            return None
        return morning

    def keep(self, morning: Morning) -> None:
        """Prepare the next run: this run's database as it now is (no server has it open)."""
        waiting = paths.private(self.base / f"run-{os.getpid()}" / "keep")
        _copy(self.run, waiting)
        paths.write_private(waiting / "morning.json", msgspec.json.encode(morning))
        shutil.rmtree(self._ready, ignore_errors=True)
        waiting.replace(self._ready)

    def leave(self) -> None:
        """This run is over."""
        shutil.rmtree(self.run, ignore_errors=True)
