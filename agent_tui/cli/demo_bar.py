"""How far a shift is: a bar on a terminal, a line for each tenth in a pipe."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from types import TracebackType
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from agent_tui.i18n.catalog import say
from agent_tui.sim.shift import Shift

STEP_S = 0.25
WIDTH = 30


class Bar:
    """Follows work by business time."""

    def __init__(self, console: Console, language: str) -> None:
        self._console, self._language = console, language
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(WIDTH),
            TextColumn("{task.percentage:>3.0f}% {task.fields[detail]}"),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )

    def __enter__(self) -> Bar:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def say(self, key: str) -> None:
        """A step that takes no time worth measuring."""
        self._progress.add_task(say(key, self._language), total=1, completed=0, detail="")

    async def follow(self, key: str, seconds: float, work: Callable[[], Awaitable[object]], shift: Shift) -> None:
        """Run `work()`, which takes about so many business seconds of the shift."""
        text = say(key, self._language)
        task = self._progress.add_task(text, total=seconds, detail="")
        start = shift.pace.now()
        running = asyncio.ensure_future(work())
        told = -1
        try:
            while not running.done():
                await asyncio.wait({running}, timeout=STEP_S)
                done = min(seconds, (shift.pace.now() - start).total_seconds())
                detail = self._detail(shift)
                self._progress.update(task, completed=done, detail=detail)
                told = self._line(text, done / seconds if seconds else 1.0, detail, told)
        finally:
            running.cancel()
        await running
        self._progress.update(task, completed=seconds)

    def _detail(self, shift: Shift) -> str:
        at = shift.pace.now().astimezone(ZoneInfo(shift.how.zone))
        waiting = sum(contact.state == "queued" for contact in shift.floor.open_contacts())
        return say(
            "demo.progress", self._language, at=f"{at:%H:%M}", arrived=len(shift.customers.ids), waiting=waiting
        )

    def _line(self, text: str, share: float, detail: str, told: int) -> int:
        """In a pipe: one line for each tenth."""
        tenth = int(share * 10)
        if self._console.is_terminal or tenth <= told:
            return told
        filled = round(share * WIDTH)
        bar = "#" * filled + "-" * (WIDTH - filled)
        line = f"{text} [{bar}] {share:4.0%} {detail}"
        self._console.print(line, markup=False, highlight=False, soft_wrap=True)
        return tenth
