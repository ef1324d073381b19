"""The blueprints open for one contact: several questions, several runs, one of them in front. As text for the journal
and back."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from agent_tui.blueprints.model import Blueprint
from agent_tui.blueprints.record import Notebook, closed, note
from agent_tui.blueprints.run import Run, leave, pinned, resume
from agent_tui.domain.walk import Walk
from agent_tui.errors import InputError


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """One run, what was seen of it, and the monotonic moment its notebook counts from."""

    run: Run
    book: Notebook
    since: float
    draft: bool = False
    """Its blueprint is an author's draft."""

    @property
    def id(self) -> str:
        """Of the blueprint."""
        return self.run.blueprint.id

    def seen(self, run: Run, now: float, house: str) -> Opened:
        """With what the screen shows of `run` now."""
        return msgspec.structs.replace(self, run=run, book=note(self.book, run, now - self.since, house))

    def walk(self, now: float) -> Walk | None:
        """The record of it."""
        return closed(self.book, self.run, now - self.since, draft=self.draft)


class _Kept(msgspec.Struct, frozen=True, kw_only=True):
    run: str
    """As `blueprints.kept` writes it."""
    book: Notebook
    spent: float
    """Seconds on the notebook's clock when it was written."""
    draft: bool = False


class _Page(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is journalled for a contact; the one in front comes first."""

    runs: tuple[_Kept, ...]


def kept(opened: tuple[Opened, ...], now: float) -> str:
    """The text for the journal."""
    pages = (_Kept(run=leave(one.run), book=one.book, spent=now - one.since, draft=one.draft) for one in opened)
    return msgspec.json.encode(_Page(runs=tuple(pages))).decode()


def taken_up(text: str, find: Callable[[str, bool], Blueprint | None], now: float) -> tuple[Opened, ...]:
    """The runs of a text; those whose pinned version is no longer here, or that cannot be read, are left out.

    `find(key, draft)` gives the blueprint of `id@version`.
    """
    try:
        page = msgspec.json.decode(text, type=_Page)
    except msgspec.DecodeError:
        return ()
    return tuple(one for each in page.runs if (one := _again(each, find, now)) is not None)


def _again(each: _Kept, find: Callable[[str, bool], Blueprint | None], now: float) -> Opened | None:
    try:
        blueprint = find(pinned(each.run), each.draft)
        if blueprint is None:
            return None
        return Opened(run=resume(each.run, blueprint, {}), book=each.book, since=now - each.spent, draft=each.draft)
    except InputError:
        return None
