"""Keeps the search index up to date while nobody waits: slices of a few milliseconds with pauses between them."""

from __future__ import annotations

import asyncio
import logging
from types import ModuleType

from agent_tui.errors import AgentTuiError
from agent_tui.store.cache import Cache

_log = logging.getLogger(__name__)

SEARCHED = frozenset({"bundle", "bulletin", "article", "ticket", "category"})
"""Entities whose rows are found by their words, and what names their reasons of contact."""
SLICE_S = 0.004
"""Of work at a time: a key waits no longer than that."""
PAUSE_S = 0.012


class Indexing:
    """One task; it sleeps while nothing waits. Before the first rows are all here it does not begin: what names a
    blueprint's reasons of contact may come after it."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache
        self._task: asyncio.Task[None] | None = None
        self._waits = True

    def rows(self, touched: frozenset[str]) -> None:
        """Rows of these entities came or went."""
        if self._waits or not SEARCHED.isdisjoint(touched):
            self.wake()

    def wake(self) -> None:
        """Look whether there is work. Outside a loop there is nobody to serve, and nothing happens."""
        self._waits = not self._cache.cursor
        if self._waits or (self._task is not None and not self._task.done()):
            return
        try:
            self._task = asyncio.get_running_loop().create_task(self._run())
        except RuntimeError:
            return

    def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()

    async def _run(self) -> None:
        await asyncio.sleep(PAUSE_S)
        # What it needs is loaded beside the loop: keys are pressed meanwhile.
        index, searching = await asyncio.to_thread(_load)
        try:
            left = True
            index.renew(self._cache)
            while left:
                left = index.step(self._cache, SLICE_S) or searching.settle(self._cache, SLICE_S)
                await asyncio.sleep(PAUSE_S)
        except AgentTuiError as error:
            # The rows stay marked; the next page of the feed wakes us again.
            _log.warning("index: %s", error.key)


def _load() -> tuple[ModuleType, ModuleType]:
    """What the index and the first search need: modules, tables of characters and sounds, reviewed words."""
    from agent_tui.desk import lexicon, select_search
    from agent_tui.store import index

    lexicon.shipped()
    select_search.prepare()
    return index, select_search
