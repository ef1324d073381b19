"""The agent's desk through a pseudo-terminal, against a bare Textual app in the same run."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from bench.terminal import Screen, Terminal, lines

COLUMNS, ROWS = 120, 40
PYTHON = sys.executable


class Row(msgspec.Struct, frozen=True):
    """One line of the result."""

    name: str
    value: str
    goal: str = ""
    held: bool | None = None


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


@contextmanager
def home(contacts: int) -> Iterator[Path]:
    """A folder with one seat of a demo whose encrypted cache holds `contacts` contacts."""
    from agent_tui.config import runtime, secrets
    from agent_tui.config.lease import Lease
    from agent_tui.desk.build import open_desk
    from agent_tui.desk.profile import Profile
    from agent_tui.store.seed import seed

    with tempfile.TemporaryDirectory() as folder:
        os.environ["AGENT_TUI_HOME"] = folder
        # A program that was started before is compiled: both are measured so, whatever the caller's environment says.
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ["PYTHONPYCACHEPREFIX"] = str(Path(folder) / "compiled")
        place = runtime.folder() / "seats" / "desk-bench"
        keys = secrets.plain(place)
        lease = Lease(place, keys.of("cache"))
        lease.grant(12 * 3600.0)

        def key(file: str) -> bytes:
            return lease.key() if file == "cache" else keys.of(file)

        desk = open_desk(
            Profile(name="bench", folder=place, url="", login="bench", device_id=keys.device, key=key, lease=lease)
        )
        seed(desk.sight.cache, contacts)
        rows = desk.sight.cache.connection.execute(
            "SELECT body FROM row WHERE entity = 'contact' AND status = 'queued' ORDER BY sort LIMIT 200"
        ).fetchall()
        (Path(folder) / "rows.jsonl").write_bytes(b"\n".join(_bytes(body) for (body,) in rows))
        import asyncio

        asyncio.run(desk.close())
        yield Path(folder)


def _bytes(body: str | bytes) -> bytes:
    return body.encode() if isinstance(body, str) else body


@contextmanager
def served(folder: Path, rate: float) -> Iterator[None]:
    """The demo's runtime file points to a feeder that sends `rate` changes a second; 0: to nobody."""
    from agent_tui.config import runtime

    feeder = subprocess.Popen(
        [PYTHON, "-m", "bench.feeder", str(rate), str(folder / "rows.jsonl")], stdout=subprocess.PIPE, text=True
    )
    assert feeder.stdout is not None
    port = int(feeder.stdout.readline())
    seat = runtime.Seat(mode="desk", login="bench", password="bench")
    runtime.write_demo(runtime.Demo(url=f"http://127.0.0.1:{port}", seats=(seat,), pid=os.getpid()))
    try:
        yield
    finally:
        feeder.terminate()
        feeder.wait()


def desk() -> Terminal:
    return Terminal(
        [PYTHON, "-m", "agent_tui", "desk", "--demo"],
        columns=COLUMNS,
        rows=ROWS,
        env={"LANG": "zh_CN.UTF-8", "LC_ALL": "zh_CN.UTF-8"},
    )


def bare(*args: str) -> Terminal:
    return Terminal([PYTHON, "-m", "bench.bare", *args], columns=COLUMNS, rows=ROWS)


def text_of(screen: Screen) -> str:
    return "\n".join(lines(screen))


def queue_shown(screen: Screen) -> bool:
    """The queue's lines are painted, one of them as the chosen one."""
    painted = [line[2:50].strip() for line in lines(screen)[2:8]]
    return all(painted) and cursor_line(screen) is not None


def complete(screen: Screen) -> bool:
    """The customer of the contact in hand is on the screen too: nothing is missing any more."""
    return "138" in text_of(screen)


class Starts(msgspec.Struct):
    """Of each start: seconds from `exec` to what is named, and MiB once it is quiet."""

    bare: list[float] = []
    queue: list[float] = []
    first_key: list[float] = []
    """From a cursor key, typed when the queue appears, to the moved cursor: what is deferred may not be in its way."""
    complete: list[float] = []
    memory: list[float] = []


def starts(rounds: int) -> Starts:
    """A bare app and the desk in turn, so that what else the machine does falls on both."""
    found = Starts()
    for _ in range(rounds + 1):
        terminal = bare()
        found.bare.append(_seen(terminal, lambda screen: "status" in text_of(screen)) - terminal.started)
        terminal.close()
        terminal = desk()
        found.queue.append(_seen(terminal, queue_shown) - terminal.started)
        was, sent = cursor_line(terminal.screen), terminal.send("down")
        found.first_key.append(_seen(terminal, lambda screen, was=was: cursor_line(screen) not in (None, was)) - sent)  # type: ignore[misc]
        found.complete.append(_seen(terminal, complete) - terminal.started)
        terminal.settle(2.5, 6)
        found.memory.append(terminal.memory_mb())
        terminal.close()
    # The first of each compiles what the next ones load.
    return Starts(**{name: getattr(found, name)[1:] for name in found.__struct_fields__})


def _seen(terminal: Terminal, condition: Callable[[Screen], bool]) -> float:
    moment = terminal.wait(condition, 30)
    if moment is None:
        raise SystemExit(f"what was waited for never came:\n{terminal.text()}")
    return moment


def cursor_line(screen: Screen) -> int | None:
    """The line of the list that is painted on another ground than its neighbours; the title line is no neighbour."""
    first = 1 if screen.buffer[0][0].data == "┌" else 2
    grounds = [(screen.buffer[y][6].bg, screen.buffer[y][6].reverse) for y in range(first, 9)]
    usual = statistics.mode(grounds)
    odd = [at for at, ground in enumerate(grounds) if ground != usual]
    return odd[0] if len(odd) == 1 else None


def key_times(make: Callable[[], Terminal], ready: str, keys: int) -> tuple[list[float], float]:
    """Seconds from each cursor key to the painted cursor, and bytes per key."""
    terminal = make()
    terminal.wait(lambda screen: ready in text_of(screen), 30)
    terminal.settle(1.0, 5)
    times: list[float] = []
    before = sum(len(data) for _, data in terminal.chunks)
    for at in range(keys):
        key = "down" if (at // 5) % 2 == 0 else "up"
        was = cursor_line(terminal.screen)
        sent = terminal.send(key)
        moment = terminal.wait(lambda screen, was=was: cursor_line(screen) not in (None, was), 1.0)  # type: ignore[misc]
        if moment is not None:
            times.append(moment - sent)
        end = time.perf_counter() + 0.06
        while time.perf_counter() < end:
            terminal.read(0.01)
        terminal.feed()
    sent_bytes = sum(len(data) for _, data in terminal.chunks) - before
    terminal.close()
    if len(times) < keys * 0.9:
        raise SystemExit(f"only {len(times)} of {keys} keys were seen to move the cursor")
    return times, sent_bytes / keys


def right_half(screen: Screen) -> list[str]:
    """The first lines of the customer pane."""
    return ["".join(screen.buffer[y][x].data for x in range(COLUMNS // 2 + 1, COLUMNS)) for y in range(2, 8)]


def opening_times(count: int) -> list[float]:
    """Seconds from Enter on a row to its customer on the screen."""
    terminal = desk()
    terminal.wait(complete, 30)
    terminal.settle(1.0, 5)
    times = []
    for _ in range(count):
        terminal.send("down")
        terminal.settle(0.25, 2)
        before = right_half(terminal.screen)
        sent = terminal.send("enter")
        moment = terminal.wait(lambda screen, before=before: right_half(screen) != before, 1.0)  # type: ignore[misc]
        if moment is not None:
            times.append(moment - sent)
        terminal.settle(0.25, 2)
    terminal.close()
    if len(times) < count * 0.8:
        raise SystemExit(f"only {len(times)} of {count} contacts were seen to open")
    return times


def start_rows(found: Starts, contacts: int) -> Iterator[Row]:
    """Medians, as a table says them."""
    theirs, ours, memory = (statistics.median(values) for values in (found.bare, found.queue, found.memory))
    ratio = ours / theirs
    yield Row("bare Textual app with four empty panes, start", f"{theirs * 1000:.0f} ms")
    yield Row(
        f"usable queue, {contacts:,} contacts cached",
        f"{ours * 1000:.0f} ms = {ratio:.2f} x",
        "<= 1.25 x",
        ratio <= 1.25,
    )
    yield Row("first cursor key, typed as the queue appears", f"{statistics.median(found.first_key) * 1000:.1f} ms")
    whole = statistics.median(found.complete)
    yield Row("every pane painted", f"{whole * 1000:.0f} ms = {whole / theirs:.2f} x")
    yield Row("memory of the desk", f"{memory:.0f} MiB", "<= 90 MB", memory * 1.048576 <= 90)


def rows(contacts: int, rounds: int, keys: int) -> Iterator[Row]:
    """Measure, a line at a time."""
    with home(contacts) as folder:
        with served(folder, 0):
            yield from start_rows(starts(rounds), contacts)
            times, sent = key_times(desk, "138", keys)
            yield Row("bytes per cursor key, nothing else happening", f"{sent:.0f} B", "<= 1,024 B", sent <= 1024)
            yield Row("key to paint p50 / p95, nothing else happening", _pair(times))
            opened = statistics.median(opening_times(12)) * 1000
            yield Row("opening a contact, median", f"{opened:.1f} ms", "<= 30 ms", opened <= 30)
        reference, _ = key_times(lambda: bare("--list", str(contacts)), "status", keys)
        yield Row("bare virtual list, key to paint p50 / p95", _pair(reference))
        with served(folder, 20):
            times, sent = key_times(desk, "138", keys)
            late = percentile(times, 0.95) * 1000
            yield Row("key to paint p50 / p95 with 20 changes a second", _pair(times), "p95 <= 12 ms", late <= 12)
            yield Row("bytes per cursor key with 20 changes a second", f"{sent:.0f} B")


def _pair(times: list[float]) -> str:
    return f"{statistics.median(times) * 1000:.1f} / {percentile(times, 0.95) * 1000:.1f} ms"
