"""What people typed and have not sent: scrubbed, then journalled as it is typed."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime
from typing import Any

import msgspec

from agent_tui.clock import wall
from agent_tui.desk.views import Draft
from agent_tui.domain.commands import Command, act_in
from agent_tui.errors import StoreError
from agent_tui.killpoint import kill_point
from agent_tui.store.journal import Journal

TYPED = ("text", "note", "title", "reason")
"""Fields of commands that carry what a person typed."""


class DraftBook:
    """Drafts in memory as they are in the journal; every change is written at once, without waiting for it."""

    def __init__(self, journal: Journal, unsaved: Callable[[StoreError], None] = lambda error: None) -> None:
        """`unsaved(error)` is called, on the journal's thread, when what was typed could not be written."""
        self._journal = journal
        self._unsaved = unsaved
        self._drafts: dict[str, Draft] | None = None

    def all(self) -> tuple[Draft, ...]:
        """Newest first."""
        return tuple(sorted(self._book().values(), key=lambda d: d.updated_at, reverse=True))

    def text(self, key: str) -> str:
        draft = self._book().get(key)
        return draft.text if draft else ""

    def keep(self, key: str, text: str) -> str:
        """What was kept: `text` without card numbers and secrets."""
        kept = _clean(text)
        if not kept:
            self._forget(key)
        elif kept != self.text(key):
            self._book()[key] = Draft(key=key, text=kept, updated_at=wall())
            self._journal.keep_draft(key, kept).add_done_callback(self._look)
            kill_point("desk.draft")
        return kept

    def _look(self, written: Future[Any]) -> None:
        if isinstance(error := written.exception(), StoreError):
            self._unsaved(error)

    def drop(self, key: str) -> None:
        """The draft of a form or place, with those of its fields (`key:field`)."""
        for one in [one for one in self._book() if one == key or one.startswith(f"{key}:")]:
            self._forget(one)

    def _forget(self, key: str) -> None:
        if self._book().pop(key, None) is not None:
            self._journal.drop_draft(key)

    def _book(self) -> dict[str, Draft]:
        if self._drafts is None:
            self._drafts = {
                key: Draft(key=key, text=text, updated_at=datetime.fromisoformat(at))
                for key, text, at in self._journal.drafts()
            }
        return self._drafts


def _clean(text: str) -> str:
    # Its patterns take a while to make, and nothing is typed before the first paint.
    from agent_tui.domain.scrub import scrub

    return scrub(text).text


def scrubbed(command: Command) -> Command:
    """The command with its typed text scrubbed: nothing else may reach the journal."""
    changes: dict[str, object] = {}
    for name in TYPED:
        typed = getattr(command, name, None)
        if typed:
            clean = _clean(typed)
            if clean != typed:
                changes[name] = clean
    act = act_in(command)
    if act is not command:
        changes["command"] = scrubbed(act)
    return msgspec.structs.replace(command, **changes) if changes else command
