"""The blueprints of the contacts at this desk: the runs of each contact, kept in the journal, taken up again, and the
record of what was seen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

import msgspec

from agent_tui.blueprints.conditions import Value
from agent_tui.blueprints.facts import of_contact, of_customer, of_product
from agent_tui.blueprints.model import Blueprint
from agent_tui.blueprints.record import Notebook
from agent_tui.blueprints.run import (
    Result,
    Run,
    Shown,
    advance,
    back,
    current,
    deviate,
    ended,
    jump,
    learn,
    shown,
    speak,
    start,
)
from agent_tui.clock import monotonic
from agent_tui.desk.door import Door
from agent_tui.desk.views import ContactView
from agent_tui.domain.commands import RecordWalk
from agent_tui.domain.customer import Product
from agent_tui.domain.walk import Walk
from agent_tui.i18n.catalog import say
from agent_tui.tui.drafts import Drafts
from agent_tui.tui.runs import Opened, kept, taken_up
from agent_tui.tui.shelf import Shelf

DOES = frozenset({"do", "check", "hand_over", "send"})
"""Nodes where the next step is to do something, not to answer."""


class Guide:
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

    # ---- the runs of a contact -------------------------------------------------------------------------------------

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

    def begin(self, view: ContactView, blueprint: Blueprint, language: str, more: Mapping[str, Value]) -> Run:
        """Open a blueprint for a contact, in the customer's language; one that lies open already comes to the front, where
        it was left."""
        id = view.contact.id
        opened = self.opened(id)
        draft = self.shelf.is_draft(blueprint)
        before = next((one for one in opened if (one.id, one.draft) == (blueprint.id, draft)), None)
        if before is not None:
            return self._keep(id, (before, *(one for one in opened if one is not before)))
        now = monotonic()
        run = start(blueprint, {**self.facts(view), **more}, language)
        new = Opened(run=run, book=Notebook(began=self._now()), since=now, draft=draft)
        return self._keep(id, (new.seen(run, now, self._language()), *opened))

    def turn(self, contact_id: str) -> Run | None:
        """The next of several to the front, where it was left; None when there is no other."""
        opened = self.opened(contact_id)
        return self._keep(contact_id, (*opened[1:], opened[0])) if len(opened) > 1 else None

    def walks(self, contact_id: str) -> tuple[Walk, ...]:
        """What was seen, to be recorded, in the order in which it began."""
        now = monotonic()
        walked = (one.walk(now) for one in sorted(self.opened(contact_id), key=lambda one: one.since))
        return tuple(walk for walk in walked if walk is not None)

    def facts(self, view: ContactView) -> dict[str, Value]:
        """What the desk knows for the blanks of a blueprint."""
        known = {"time.today": self._today(), **of_contact(view.contact)}
        return {**known, **of_customer(view.customer)} if view.customer else known

    def refresh(self, view: ContactView) -> None:
        """The contact or customer changed: the run knows it too (a verified caller, a customer found)."""
        run = self.of(view.contact.id)
        if run is None:
            return
        facts = {name: value for name, value in self.facts(view).items() if name != "time.today"}
        if any(run.facts.get(name) != value for name, value in facts.items()):
            # What becomes known is known to every run of the contact.
            opened = tuple(self._with(one, learn(one.run, facts)) for one in self.opened(view.contact.id))
            self._keep(view.contact.id, opened)

    def shown(self, contact_id: str) -> Shown | None:
        """What the pane paints."""
        opened = self.opened(contact_id)
        if not opened:
            return None
        now = shown(opened[0].run, self._language())
        title = say("tui.draft", self._language(), title=now.title) if opened[0].draft else now.title
        return msgspec.structs.replace(now, title=title)

    def state(self, contact_id: str | None) -> str:
        """For `facts.Facts.run`."""
        run = self.of(contact_id) if contact_id else None
        if run is None:
            return "none"
        if ended(run):
            return "ended"
        kind = current(run).kind
        if kind in ("ask", "offer"):
            return "choice"
        if kind == "check" and not self.enough(contact_id or ""):
            return "choice"
        return "ahead"

    def enough(self, contact_id: str) -> bool:
        """Whether as many identity checks are marked as the node needs."""
        now = self.shown(contact_id)
        return now is not None and len(self.checked.get(contact_id, ())) >= now.need

    # ---- moving ----------------------------------------------------------------------------------------------------

    def advance(self, contact_id: str, answer: Value | Result | None = None) -> Run:
        """One node on. InputError says what is wrong with the answer."""
        return self._move(contact_id, lambda run: advance(run, answer))

    def back(self, contact_id: str) -> Run:
        return self._move(contact_id, back)

    def jump(self, contact_id: str, node: str) -> Run:
        """To a node already visited."""
        return self._move(contact_id, lambda run: jump(run, node))

    def speak(self, contact_id: str, language: str) -> Run:
        """Go on in another language."""
        return self._move(contact_id, lambda run: speak(run, language))

    def pick(self, contact_id: str, product: Product) -> Run:
        """The product that the talk is about."""
        return self._move(contact_id, lambda run: learn(run, of_product(product)))

    def mark(self, contact_id: str, check: str) -> None:
        """Mark or unmark an identity check as right."""
        marked = self.checked.get(contact_id, ())
        self.checked[contact_id] = tuple(c for c in marked if c != check) if check in marked else (*marked, check)

    def deviate(self, contact_id: str, reason: str, to: str | None = None) -> Run:
        """Leave the script with a reason: to any node of it, or only say it differently here."""
        return self._move(contact_id, lambda run: deviate(run, reason, to))

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

    def put_away(self, here: frozenset[str]) -> None:
        """Contacts that went elsewhere, those not among `here`: what was seen is recorded, and closed."""
        for contact_id in self._open.keys() - here:
            for walk in self.walks(contact_id):
                self._door.submit(RecordWalk(contact_id=contact_id, walk=walk))
            self.forget(contact_id)

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
