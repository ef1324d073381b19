"""A short life of an office that passes every kill point of ledger, feed and desk, again and again, until it is over."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import msgspec

from agent_tui import killpoint
from agent_tui.desk.drafts import DraftBook
from agent_tui.domain.commands import AddNote, PerformAction
from agent_tui.domain.contact import Contact
from agent_tui.killpoint import ENVIRONMENT, _read
from agent_tui.server import stream
from agent_tui.server.at_rest import make_once
from agent_tui.server.build import build_server
from agent_tui.server.errands import ErrandsJob
from agent_tui.server.options import ServerOptions
from agent_tui.server.ports import core_banking
from agent_tui.store import index
from agent_tui.wire.feed import parse_cursor
from tests import eg
from tests.protocol import wording
from tests.protocol.office import Desk, Office
from tests.server import engines

HERE = "k-a1-c1"
ROUNDS = 6
"""One more than the times that each point is died at."""
INDEXED_S = 10.0
WELL, SIGKILLED = 0, 9


async def live(office: Office) -> None:
    """Work as usual: write, type, act, read, start over."""
    desk = office.desks["d1"]
    for n in range(ROUNDS):
        word = f"w{chr(97 + n)}z"
        _type(desk, word)
        desk.submit(AddNote(text=word, contact_id=HERE), offline=bool(n % 2))
        fee = PerformAction(
            action="waive_fee", customer_id="c1", contact_id=HERE, amount_minor=100, reason=f"{word}fee"
        )
        desk.submit(fee)
        await desk.send(["answer_lost"] if n == 1 else [])
        await desk.send()
        row = office.read(Contact, HERE)
        office.write(msgspec.structs.replace(row, subject=word))
        for change in (wording.TICKET_CHANGES, wording.CATEGORY_CHANGES):
            office.change(change + n * len(wording.ELSEWHERE))
        await desk.fetch()
        await _tell_over_a_stream(office, desk)
        while desk.pages:
            desk.deliver(0)
        if n % 2:
            index.step(desk.cache, INDEXED_S)
        await ErrandsJob(office.services, (core_banking.simulator(0.0),)).step()
        if n:
            desk.sign_in()
            await desk.snapshot()


async def _tell_over_a_stream(office: Office, desk: Desk) -> None:
    """The first page that a stream from this desk's cursor brings."""
    services, login = office.services, desk.seat.login
    services.bus.attach()
    _, token = services.db.write_now(lambda tx: services.doorman.open(tx, login, desk.seat.name))
    caller = services.db.read_now(lambda tx: services.doorman.caller(tx, token))
    pages = stream.pages(services, caller, parse_cursor(desk.cache.cursor))
    await anext(pages)
    await pages.aclose()  # type: ignore[attr-defined]


def start(folder: Path) -> None:
    """A server starts on what is there: keys are made, the centre is seeded."""
    make_once(folder / "another.key")
    options = ServerOptions(database=engines.place(folder), clock="manual", clock_start=eg.NOW, jobs=False)
    build_server(options)


def _type(desk: Desk, word: str) -> None:
    book = DraftBook(desk.journal)
    book.keep("note:k", book.text("note:k") + word)
    desk.journal.write(lambda connection: None).result(5)
    desk.facts.append({"fact": "typed", "text": book.text("note:k")})


def in_a_child(folder: Path, point: str, play: Callable[[], None]) -> int:
    """Run `play` in a process of its own that dies at `point` (`name:n`); the signal that ended it, 0 for none."""
    pid = os.fork()
    if pid == 0:
        try:
            os.environ[ENVIRONMENT] = point
            killpoint.arm(_read(point))
            play()
            os._exit(WELL)
        except BaseException as error:
            os.write(2, f"{point}: {type(error).__name__}: {error}\n".encode())
            os._exit(1)
    _, status = os.waitpid(pid, 0)
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else -os.WEXITSTATUS(status)
