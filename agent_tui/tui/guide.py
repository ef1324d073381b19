"""The blueprints of the contacts at this desk: one run for each contact, kept in the journal, taken up again."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from agent_tui.blueprints.conditions import Value
from agent_tui.blueprints.facts import of_contact, of_customer, of_product
from agent_tui.blueprints.model import Blueprint
from agent_tui.blueprints.run import (
    Result,
    Run,
    Shown,
    advance,
    back,
    current,
    ended,
    jump,
    learn,
    leave,
    pinned,
    resume,
    shown,
    speak,
    start,
)
from agent_tui.desk.door import Door
from agent_tui.desk.views import ContactView
from agent_tui.domain.customer import Product
from agent_tui.errors import InputError
from agent_tui.tui.shelf import Shelf

DOES = frozenset({"do", "check", "hand_over", "send"})
"""Nodes where the next step is to do something, not to answer."""


class Guide:
    """Runs by contact. Every change is journalled, so that a killed desk stands where it stood."""

    def __init__(self, door: Door, today: Callable[[], str], language: Callable[[], str]) -> None:
        self._door, self._today, self._language = door, today, language
        self._runs: dict[str, Run] = {}
        self.shelf = Shelf(door)
        self._looked: set[str] = set()
        self.checked: dict[str, tuple[str, ...]] = {}
        """Contact → identity checks marked as right at the present node."""

    # ---- the run of a contact --------------------------------------------------------------------------------------

    def of(self, contact_id: str) -> Run | None:
        """The run of a contact, taken up from the journal if this desk was started again."""
        if contact_id not in self._runs and contact_id not in self._looked and self.shelf.warmed:
            self._looked.add(contact_id)
            self._resume(contact_id)
        return self._runs.get(contact_id)

    def _resume(self, contact_id: str) -> None:
        text = self._door.draft(f"run:{contact_id}")
        if not text:
            return
        try:
            key = pinned(text)
            blueprint = next((item for item in self.shelf.available() if item.key == key), None)
            if blueprint is not None:
                self._runs[contact_id] = resume(text, blueprint, {})
        except InputError:
            return

    def begin(self, view: ContactView, blueprint: Blueprint, language: str, more: Mapping[str, Value]) -> Run:
        """Open a blueprint for a contact, in the customer's language."""
        run = start(blueprint, {**self.facts(view), **more}, language)
        return self._put(view.contact.id, run)

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
            self._put(view.contact.id, learn(run, facts))

    def shown(self, contact_id: str) -> Shown | None:
        """What the pane paints."""
        run = self.of(contact_id)
        return shown(run, self._language()) if run is not None else None

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

    def forget(self, contact_id: str) -> None:
        """The contact is closed."""
        self._runs.pop(contact_id, None)
        self.checked.pop(contact_id, None)
        self._door.drop_draft(f"run:{contact_id}")

    def _move(self, contact_id: str, step: Callable[[Run], Run]) -> Run:
        run = self._runs[contact_id]
        moved = step(run)
        if moved.node != run.node:
            self.checked.pop(contact_id, None)
        return self._put(contact_id, moved)

    def _put(self, contact_id: str, run: Run) -> Run:
        self._runs[contact_id] = run
        self._door.keep_draft(f"run:{contact_id}", leave(run))
        return run
