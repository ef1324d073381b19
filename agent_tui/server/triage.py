"""The trained triage of a running server: first words are guessed on a thread of its own before the ledger sees them.

It may never hold up an arrival or fail one: too slow, unsure or broken, it says nothing, and the rule counts words.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from agent_tui.domain.centre import Category
from agent_tui.domain.commands import Command, OfferNew
from agent_tui.domain.scrub import scrub
from agent_tui.domain.triage import Guess
from agent_tui.errors import ConfigError, EnvironmentError_
from agent_tui.server.meters import Meters
from agent_tui.server.options import ServerOptions

SURE = 0.4
"""A guess that is less sure is left aside."""
PATIENCE_S = 0.25
"""Real seconds an arrival waits for its guess."""
BACKLOG = 32
"""Guesses waiting for the thread; an arrival beyond them is not guessed."""


class Guesser(Protocol):
    """What guesses: a `Model`, or whatever a test puts in its place."""

    def guess(self, text: str) -> Guess:
        """The category of a text; runs on the thread of triage."""


class Triage:
    """Guesses for the server; `ask` is all it needs to know."""

    def __init__(self, model: Guesser, meters: Meters, sure: float = SURE, patience_s: float = PATIENCE_S) -> None:
        self._model, self._meters = model, meters
        self._sure, self._patience = sure, patience_s
        self._thread = ThreadPoolExecutor(1, "triage")
        self._waiting = 0

    async def ask(self, command: Command) -> Guess | None:
        """What the model makes of an arrival whose category nobody gave; None leaves it to the counted words."""
        if not isinstance(command, OfferNew) or command.category or not command.text.strip():
            return None
        guess, outcome = await self._guess(command.text)
        self._meters.triage.labels(outcome).inc()
        return guess

    async def _guess(self, text: str) -> tuple[Guess | None, str]:
        if self._waiting >= BACKLOG:
            return None, "busy"
        self._waiting += 1
        work = asyncio.wrap_future(self._thread.submit(self._read, text))
        work.add_done_callback(self._done)
        try:
            guess = await asyncio.wait_for(asyncio.shield(work), self._patience)
        except TimeoutError:
            return None, "late"
        except Exception:
            # Whatever a model does, the contact arrives.
            return None, "failed"
        if guess.category is None or (guess.confidence or 0.0) < self._sure:
            return None, "unsure"
        return guess, "guessed"

    def _read(self, text: str) -> Guess:
        # The words that decided are kept and shown: they come from what may be kept.
        return self._model.guess(scrub(text).text)

    def _done(self, work: asyncio.Future[Guess]) -> None:
        self._waiting -= 1
        if not work.cancelled():
            work.exception()

    def close(self) -> None:
        """Let the thread go; what it still had to guess is not waited for."""
        self._thread.shutdown(wait=False, cancel_futures=True)


def open_model(options: ServerOptions, categories: Iterable[Category]) -> Guesser | None:
    """The model a server is started with. InputError for a file that is none, EnvironmentError_ without the extra,
    ConfigError when the model and the centre have no category in common."""
    if options.triage is None:
        return None
    try:
        from agent_tui.server.triage_model import load
    except ModuleNotFoundError as error:
        raise EnvironmentError_("triage.error.not_installed", package=error.name or "numpy") from None
    model = load(options.triage, options.triage_sentences)
    if not set(model.categories) & {category.id for category in categories}:
        raise ConfigError("triage.error.no_common_category", file=str(options.triage), example=model.categories[0])
    return model
