"""Leads an agent through the blueprint in front: opens it with what is known, shows its node, moves on it."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from agent_tui.blueprints.conditions import Value
from agent_tui.blueprints.facts import of_contact, of_customer, of_product
from agent_tui.blueprints.model import Ask, Blueprint, Check, Offer
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
from agent_tui.desk.views import ContactView
from agent_tui.domain.customer import Product
from agent_tui.i18n.catalog import say
from agent_tui.tui.open_runs import OpenRuns
from agent_tui.tui.runs import Opened


class Guide(OpenRuns):
    """Leads through the run in front."""

    # ---- the runs of a contact -------------------------------------------------------------------------------------

    def begin(self, view: ContactView, blueprint: Blueprint, language: str, more: Mapping[str, Value]) -> Run:
        """Open a blueprint for a contact, in the customer's language; one that lies open already comes to the front, where
        it was left."""
        id = view.contact.id
        opened = self.opened(id)
        draft = self.shelf.is_draft(blueprint)
        before = next((one for one in opened if (one.id, one.draft) == (blueprint.id, draft)), None)
        if before is not None:
            again = self._with(before, before.run)
            return self._keep(id, (again, *(one for one in opened if one is not before)))
        now = monotonic()
        run = start(blueprint, {**self.facts(view), **more}, language)
        new = Opened(run=run, book=Notebook(began=self._now()), since=now, draft=draft)
        return self._keep(id, (new.seen(run, now, self._language()), *opened))

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
            # What becomes known is known to every run of the contact, but only the one in front is seen.
            front, *others = self.opened(view.contact.id)
            behind = [msgspec.structs.replace(one, run=learn(one.run, facts)) for one in others]
            self._keep(view.contact.id, (self._with(front, learn(front.run, facts)), *behind))

    def shown(self, contact_id: str) -> Shown | None:
        """What the pane paints."""
        opened = self.opened(contact_id)
        if not opened:
            return None
        now = shown(opened[0].run, self._language())
        title = say("tui.draft", self._language(), title=now.title) if opened[0].draft else now.title
        return msgspec.structs.replace(now, title=title)

    def draft(self, contact_id: str) -> str | None:
        """`id@version` of the author's draft in front; None where it is no draft."""
        opened = self.opened(contact_id)
        return opened[0].run.blueprint.key if opened and opened[0].draft else None

    def unfinished(self, contact_id: str) -> list[str]:
        """Titles of the blueprints that lie open behind the one in front and were left before their end."""
        behind = (one.run for one in self.opened(contact_id)[1:])
        return [run.blueprint.title(self._language()) for run in behind if not ended(run)]

    def state(self, contact_id: str | None) -> str:
        """For `facts.Facts.run`."""
        run = self.of(contact_id) if contact_id else None
        if run is None:
            return "none"
        if ended(run):
            return "ended"
        node = current(run)
        if isinstance(node, Check):
            marked = self.checked.get(contact_id or "", ())
            return "ahead" if len(marked) >= node.need else "choice"
        # What was answered before going back is kept by going forward.
        answered = bool(run.ahead) and run.ahead[0].answer is not None
        return "choice" if isinstance(node, (Ask, Offer)) and not answered else "ahead"

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
