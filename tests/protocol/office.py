"""A small office in one process: the real ledger and feed, and desks of real stores and lanes on lines a test controls.

Files are copied from a template that is made once, so that an office costs milliseconds.
"""

from __future__ import annotations

import asyncio
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, cast

import msgspec

from agent_tui import ids
from agent_tui.client.api import Api
from agent_tui.client.login import Login
from agent_tui.desk.awaiting import close_requests
from agent_tui.desk.sight import Sight
from agent_tui.domain.agent import Agent
from agent_tui.domain.commands import OFFLINE, Command
from agent_tui.domain.contact import Channel, Contact, ContactState, Verified
from agent_tui.domain.rows import Entity
from agent_tui.policy.decide import decide
from agent_tui.server import backup, seed
from agent_tui.server.build import open_services
from agent_tui.server.caller import Caller
from agent_tui.server.database import Tx
from agent_tui.server.options import ServerOptions
from agent_tui.server.services import Services
from agent_tui.server.state import TableState
from agent_tui.store.journal import NewItem
from agent_tui.store.open import open_cache, open_journal
from agent_tui.sync.pull import Pull
from agent_tui.sync.push import Push
from agent_tui.sync.reckoning import Reckoning
from agent_tui.sync.restored import ask_again
from agent_tui.sync.state import Connection, LinkState
from agent_tui.wire.command import Outcome
from agent_tui.wire.feed import Page
from agent_tui.wire.session import Session
from bench import leftovers
from chaos import diary
from chaos.convergence import Rows, fresh, held, miscounted
from chaos.evidence import Evidence, Seen, gather, said, taken_away
from chaos.place import Seat
from tests import eg
from tests.protocol import wording
from tests.protocol.line import Counter, Line
from tests.server import engines
from tests.server import office as centre

PREFIX = "agent-tui-office-"
KEY = bytes(range(32))
SEATS = (
    Seat(name="d1", login="a1", agent_id="a1"),
    Seat(name="d2", login="a1", agent_id="a1"),
    Seat(name="d3", login="a2", agent_id="a2"),
    Seat(name="d4", login="s1", agent_id="s1", supervisor=True),
)
"""Two people at three desks, and a supervisor."""
CONTACTS = tuple(f"k-{agent}-{customer}" for agent in ("a1", "a2") for customer in ("c1", "c2"))
PATIENCE = 60
"""Rounds after which a desk that still has something to send is stuck."""


class Dials:
    """The monotonic clock that the desks of a test live by."""

    now = 1_000.0


class Facts(list[dict[str, Any]]):
    """What a desk promised, also on disk: it may be asked for after the process has died."""

    def __init__(self, path: Path) -> None:
        super().__init__(diary.read(path))
        self._diary = diary.Diary(path)

    def append(self, fact: dict[str, Any]) -> None:
        super().append(fact)
        self._diary.write(**fact)

    def close(self) -> None:
        self._diary.close()


class Desk:
    """One desk: its two files, its two lanes, its line."""

    def __init__(self, folder: Path, seat: Seat, counter: Counter) -> None:
        self.seat, self.folder = seat, folder
        self.caller = Caller(kind="agent", id=seat.agent_id, device=seat.name, step_up_age_s=0)
        self.line = Line(counter, self.caller)
        self._counter = counter
        self.facts = Facts(folder.with_suffix(".jsonl"))
        self.pages: list[Page] = []
        """Fetched and not yet delivered."""
        self._open()

    def _open(self) -> None:
        self.cache = open_cache(self.folder / "cache.db", KEY)
        self.journal = open_journal(self.folder / "journal.db", KEY)
        self.state = LinkState()
        self.state.connection = Connection.LIVE
        api = cast(Api, self.line)
        self.push = Push(api, self.journal, self.cache, self.state, self._told, lambda: None)
        login = Login(api, self.seat.login, "")
        self.pull = Pull(api, login, self.cache, self.state, Reckoning(), self._rows, self.push.doubt)

    def sign_in(self) -> None:
        """As at the start of every connection."""
        head = self._counter.services.db.read_now(lambda tx: tx.one("head"))
        assert head is not None
        who = {"agent_id": self.seat.agent_id, "login": self.seat.login, "name": "", "role": "agent", "level": 2}
        given = {**who, "token": "t", "expires_s": 900, "groups": (), "epoch": head["epoch"], "at": eg.NOW}
        self._close_requests()
        self.pull.greet(msgspec.convert(given, Session))
        self.flush()

    def close(self) -> None:
        self.journal.close()
        self.cache.close()

    def crash(self) -> None:
        """The process ends and starts again: whatever was in memory only is gone."""
        self.close()
        self.pages.clear()
        self._open()
        self.sign_in()

    def _told(self, command: Command, outcome: Outcome) -> None:
        if outcome.outcome == "awaiting_approval":
            self._close_requests()
        self.facts.append({"fact": "told", "id": outcome.id, "outcome": outcome.outcome})

    def _rows(self, touched: frozenset[str], changes: Any) -> None:
        self.push.rows_came(changes)
        if "approval" in touched:
            self._close_requests()

    def _close_requests(self) -> None:
        """As `desk.arrivals` does; of what a desk looks at, the cache is all that is looked at here."""
        close_requests(cast(Sight, self), self.journal)

    # ---- what people do ------------------------------------------------------------------------------------------

    def submit(self, command: Command, *, if_match: int | None = None, offline: bool = False) -> str:
        """As `desk.submit` does once it has decided to keep it."""
        new = NewItem(
            id=ids.command_id(),
            agent_id=self.seat.agent_id,
            command=command,
            if_match=if_match,
            offline=offline and type(command) in OFFLINE,
            made_at=eg.NOW,
        )
        self.journal.add(new)
        self.facts.append({"fact": "kept", "id": new.id, "type": type(command).__name__})
        return new.id

    def contact(self, id: str) -> Contact | None:
        """As this desk has it."""
        from agent_tui.store import read

        return read.get(self.cache, Contact, id)

    # ---- what the lanes do ---------------------------------------------------------------------------------------

    async def send(self, fates: Iterable[str] = ()) -> None:
        """One round of the writing lane: the head of each lane that has something to do now."""
        self.line.fates.extend(fates)
        self.push._start_lanes()
        await asyncio.gather(*self.push._lanes._tasks.values())
        self.line.fates.clear()
        self.flush()

    async def ask_again(self) -> bool:
        """One round of the third lane: what the server had confirmed before it was another one."""
        asked = await ask_again(cast(Api, self.line), self.journal, self.seat.agent_id, lambda: True)
        self._close_requests()
        return asked

    def flush(self) -> None:
        """What was put to the journal is there: a test is not to depend on how quick a thread is."""
        self.journal.write(lambda connection: None).result(5)

    async def fetch(self) -> None:
        """Ask for what changed, or for everything; what comes is delivered by `deliver`."""
        from agent_tui.client import endpoints
        from agent_tui.client.problems import Declined

        if not self.cache.cursor:
            await self.snapshot()
            return
        try:
            self.pages.append(await endpoints.changes(cast(Api, self.line), self.cache.cursor))
        except Declined as error:
            assert error.problem.name == "cursor-too-old"
            self.pull._forget_cursor()

    async def snapshot(self, fates: Iterable[str] = (), meanwhile: Callable[[], None] = lambda: None) -> None:
        """Everything anew; it may break off in the middle, and something may happen elsewhere after each page."""
        from agent_tui.errors import Offline

        self.pull._forget_cursor()
        self.line.fates.extend(fates)
        self.line.meanwhile = meanwhile
        try:
            await self.pull._snapshot()
        except Offline:
            pass
        finally:
            self.line.meanwhile = lambda: None
            self.line.fates.clear()
            self.flush()

    def deliver(self, n: int, *, again: bool = False) -> None:
        """One of the fetched pages arrives; perhaps another copy of it is still on its way."""
        page = self.pages[n % len(self.pages)]
        if not again:
            self.pages.remove(page)
        self.pull._apply(page)
        self.flush()

    def seen(self) -> Seen:
        receipts = {id: (outcome, seq, link) for id, _, outcome, seq, link in self.journal.receipts()}
        return Seen(seat=self.seat, items=self.journal.items(), receipts=receipts, facts=tuple(self.facts))


class Template(NamedTuple):
    folder: Path


def template() -> Template:
    """An office whose desks have seen everything, on the engine that is chosen."""
    return _template(engines.Chosen.engine)


@cache
def _template(engine: str) -> Template:
    base = leftovers.own(PREFIX, _quick())
    services = _open(base)
    rows = [*centre.rows(), *(_contact(id) for id in CONTACTS), *wording.rows()]
    services.db.write_now(lambda tx: seed.publish(tx, rows, "SeedOffice", eg.NOW))
    accounts = {seat.login: seat.agent_id for seat in SEATS}
    people = [seed.NewAccount(login=login, password="none", agent_id=id) for login, id in accounts.items()]
    seed.add_accounts(services.db, people, seed.QUICK)
    counter = Counter(services)
    for seat in SEATS:
        desk = Desk(base / seat.name, seat, counter)
        desk.sign_in()
        asyncio.run(desk.snapshot())
        desk.close()
        desk.facts.close()
    services.db.close()
    engines.keep(base)
    return Template(base)


def _open(folder: Path) -> Services:
    """The server's services under the real policy, on whatever is in the folder."""
    given = ServerOptions(database=engines.place(folder), clock="manual", clock_start=eg.NOW, jobs=False)
    return open_services(given, lambda *facts: decide(centre.policy(), *facts))


def _contact(id: str) -> Entity:
    _, agent, customer = id.split("-")
    fields = {"state": ContactState.CONNECTED, "verified": Verified.FULL, "channel": Channel.CHAT}
    return centre.serving(agent, customer, **fields)


def _quick() -> str | None:
    """Memory where there is some to write to: what is tested here is not the disk."""
    return "/dev/shm" if Path("/dev/shm").is_dir() else None


def new_folder() -> Path:
    """A place with the template's files."""
    whole = template().folder
    folder = leftovers.own(PREFIX, _quick())
    shutil.copytree(whole, folder, ignore=shutil.ignore_patterns(leftovers.OWNER), dirs_exist_ok=True)
    engines.copy(template().folder, folder)
    return folder


class Office:
    """Open from the first moment until `close`."""

    def __init__(self, folder: Path | None = None) -> None:
        """In `folder`, as it was left there; else in a new place."""
        self._engine = engines.Chosen.engine
        self._folder = self._place = folder or new_folder()
        self._backup = self._folder / "backup.gz"
        self.undone: dict[str, tuple[str, ...]] = {}
        """Commands that the server knew before it was restored and no more since."""
        self.services = _open(self._folder)
        self.counter = Counter(self.services)
        self.desks = {seat.name: Desk(self._folder / seat.name, seat, self.counter) for seat in SEATS}

    def close(self) -> None:
        for desk in self.desks.values():
            desk.close()
            desk.facts.close()
        self.services.db.close()
        engines.forget(self._place)
        leftovers.drop(self._folder)

    # ---- what happens at the server ------------------------------------------------------------------------------

    def write(self, *rows: Entity) -> None:
        """Rows changed by somebody else."""
        centre.put(self.services, *rows)

    def change(self, n: int) -> None:
        """The n-th change that somebody makes elsewhere to what is no contact."""
        kind, id = wording.ELSEWHERE[n % len(wording.ELSEWHERE)]
        self.write(wording.changed(self.read(kind, id), n))

    def read(self, kind: type[Any], id: str) -> Any:
        return self.services.db.read_now(lambda tx: TableState(tx).get(kind, id))

    def regroup(self, agent_id: str, groups: tuple[str, ...]) -> None:
        self.write(msgspec.structs.replace(self.read(Agent, agent_id), groups=groups))

    def compact(self) -> None:
        """Nobody can catch up from before now any more."""

        def work(tx: Tx) -> None:
            head = tx.one("head")
            assert head is not None
            tx.run("raise_floor", floor=head["feed_seq"])

        self.services.db.write_now(work)

    def change_epoch(self) -> None:
        """As after another server took over."""
        self.services.db.write_now(lambda tx: tx.run("new_epoch", epoch=secrets.token_hex(4)))

    def back_up(self) -> None:
        """The ledger as it is now, for `restore`."""
        self._backup.unlink(missing_ok=True)
        backup.backup(self.services.db.where, self._backup)

    def restore(self) -> None:
        """The machine burnt; on another one the backup is loaded. Everything since then is unknown there."""
        lost = self.services.db.read_now(said)
        self.services.db.close()
        before, self._place = self._place, Path(tempfile.mkdtemp(prefix="restored-", dir=self._folder))
        for file in before.glob("ledger.db.*"):
            if not file.name.endswith(("-wal", "-shm", ".lock")):
                shutil.copy2(file, self._place)
        for file in before.glob("server.db.*"):
            shutil.copy2(file, self._place)
        with engines.chosen(self._engine):
            backup.restore(self._backup, engines.place(self._place), "somebody")
            self.services = _open(self._place)
        engines.forget(before)
        self.counter.services = self.services
        left = self.services.db.read_now(said)
        for id, was in taken_away(lost, left):
            self.undone[id] = (*self.undone.get(id, ()), was)

    # ---- the end -------------------------------------------------------------------------------------------------

    async def settle(self) -> None:
        """No fault any more: everything is sent and seen. AssertionError for a desk that is stuck."""
        for desk in self.desks.values():
            desk.pages.clear()
            await self._catch_up(desk)
            await self._send_all(desk)
        for desk in self.desks.values():
            while desk.line.held:
                desk.line.release()
        for desk in self.desks.values():
            await self._catch_up(desk)

    async def _send_all(self, desk: Desk) -> None:
        while await desk.ask_again():
            pass
        for _ in range(PATIENCE):
            if not _waiting(desk):
                return
            Dials.now += 60.0
            await desk.send()
        raise AssertionError(f"stuck at {desk.seat.name}: {_waiting(desk)}")

    async def _catch_up(self, desk: Desk) -> None:
        for _ in range(PATIENCE * 10):
            await desk.fetch()
            if not desk.pages:
                continue
            page = desk.pages[0]
            desk.deliver(0)
            if not page.more:
                return
        raise AssertionError(f"{desk.seat.name} never caught up")

    def evidence(self) -> Evidence:
        seen = tuple(desk.seen() for desk in self.desks.values())
        return gather(self.services.db, self.services.vault, seen, self.undone)

    def differences(self, desk: Desk) -> list[str]:
        """Rows that this desk has otherwise than a fresh one would, and what it counts and finds otherwise than it has."""
        have: Rows = held(desk.cache)
        want = fresh(self.services.db, desk.seat.agent_id)
        wrong = ["/".join(p) for p in sorted(have.keys() | want.keys()) if have.get(p) != want.get(p)]
        return [f"{desk.seat.name} {line}" for line in (*wrong, *miscounted(desk.cache))]


def _waiting(desk: Desk) -> list[str]:
    from agent_tui.store.journal import UNSENT

    return [f"{item.type} {item.state}" for item in desk.journal.items() if item.state in UNSENT]
