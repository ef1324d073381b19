"""The blueprints that lie open for each contact, kept in the journal, taken up again, recorded when they are put away."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import msgspec

from agent_tui.blueprints.model import Blueprint
from agent_tui.blueprints.run import Run
from agent_tui.clock import monotonic
from agent_tui.desk.door import Door
from agent_tui.domain.commands import RecordWalk
from agent_tui.domain.walk import Walk
from agent_tui.tui.drafts import Drafts
from agent_tui.tui.runs import Opened, kept, taken_up
from agent_tui.tui.shelf import Shelf


class OpenRuns:
    """Runs by contact. Every change is journalled, so that a killed desk stands where it stood."""

    def __init__(
        self,
        door: Door,
        now: Callable[[], datetime],
        today: Callable[[], str],
        language: Callable[[], str],
        drafts: Drafts | None = None,
    ) -> None:
        self._door, self._now, self._today, self._language = door, now, today, language
        self._open: dict[str, tuple[Opened, ...]] = {}
        self.shelf = Shelf(door, today, drafts)
        self._looked: set[str] = set()
        self.checked: dict[str, tuple[str, ...]] = {}
        """Contact → identity checks marked as right at the present node."""

    def opened(self, contact_id: str) -> tuple[Opened, ...]:
        """All that lie open, the one in front first; taken up from the journal if this desk was started again."""
        if contact_id not in self._open and contact_id not in self._looked and self.shelf.warmed:
            self._looked.add(contact_id)
            text = self._door.draft(f"run:{contact_id}")
            found = taken_up(text, self.shelf.pinned, monotonic()) if text else ()
            if found:
                self._open[contact_id] = found
        return self._open.get(contact_id, ())

    def of(self, contact_id: str) -> Run | None:
        """The run in front."""
        opened = self.opened(contact_id)
        return opened[0].run if opened else None

    def turn(self, contact_id: str) -> Run | None:
        """The next of several to the front, where it was left; None when there is no other."""
        opened = self.opened(contact_id)
        if len(opened) < 2:
            return None
        return self._keep(contact_id, (self._with(opened[1], opened[1].run), *opened[2:], opened[0]))

    def walks(self, contact_id: str) -> tuple[Walk, ...]:
        """What was seen, to be recorded, in the order in which it began."""
        now = monotonic()
        walked = (one.walk(now) for one in sorted(self.opened(contact_id), key=lambda one: one.since))
        return tuple(walk for walk in walked if walk is not None)

    def put_away(self, here: frozenset[str]) -> None:
        """Contacts that went elsewhere, those not among `here`: what was seen is recorded, and closed."""
        for contact_id in self._open.keys() - here:
            for walk in self.walks(contact_id):
                self._door.submit(RecordWalk(contact_id=contact_id, walk=walk))
            self.forget(contact_id)

    def reword(self, draft: Blueprint) -> bool:
        """An author saved a draft: runs in it go on in the new wording, unless a node of their way is gone."""
        changed = False
        for contact_id, opened in list(self._open.items()):
            again = tuple(_reworded(one, draft) for one in opened)
            if again != opened:
                self._keep(contact_id, (self._with(again[0], again[0].run), *again[1:]))
                changed = True
        return changed

    def forget(self, contact_id: str) -> None:
        """The contact is closed."""
        self._open.pop(contact_id, None)
        self.checked.pop(contact_id, None)
        self._door.drop_draft(f"run:{contact_id}")

    def _move(self, contact_id: str, step: Callable[[Run], Run]) -> Run:
        front, *others = self.opened(contact_id)
        moved = step(front.run)
        if moved.node != front.run.node:
            self.checked.pop(contact_id, None)
        return self._keep(contact_id, (self._with(front, moved), *others))

    def _with(self, one: Opened, run: Run) -> Opened:
        return one.seen(run, monotonic(), self._language())

    def _keep(self, contact_id: str, opened: tuple[Opened, ...]) -> Run:
        if opened[0].id != next((one.id for one in self._open.get(contact_id, ())), opened[0].id):
            self.checked.pop(contact_id, None)
        self._open[contact_id] = opened
        self._door.keep_draft(f"run:{contact_id}", kept(opened, monotonic()))
        return opened[0].run


def _reworded(one: Opened, draft: Blueprint) -> Opened:
    """The same run in a draft that was saved again, where every node of its way still is."""
    run = one.run
    if not one.draft or run.blueprint.id != draft.id:
        return one
    way = {run.node, *(step.node for step in (*run.steps, *run.ahead))}
    there = {node.id for node in draft.nodes}
    return msgspec.structs.replace(one, run=msgspec.structs.replace(run, blueprint=draft)) if way <= there else one
