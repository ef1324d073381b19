"""The blueprints that arrived at this desk: read in a thread, and which of them fits a contact."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import msgspec

from agent_tui.blueprints import model
from agent_tui.blueprints.model import Blueprint, in_force
from agent_tui.blueprints.propose import Proposal, propose
from agent_tui.desk.door import Door
from agent_tui.desk.views import Blueprints, ContactView
from agent_tui.domain.centre import Bundle
from agent_tui.errors import InputError
from agent_tui.tui.drafts import Drafts


class Shelf:
    """What was read is kept by revision; what cannot be read is not offered."""

    def __init__(self, door: Door, today: Callable[[], str], drafts: Drafts | None = None) -> None:
        """`today()`: ISO 8601 date at the centre. `drafts`: of an author at this desk."""
        self._door, self._today, self._drafts = door, today, drafts
        self._parsed: dict[str, Blueprint | None] = {}

    def available(self) -> list[Blueprint]:
        """Those that may be taken out today: of each the latest version in force."""
        today = self._today()
        latest: dict[str, Blueprint] = {}
        for bundle in self._bundles():
            blueprint = self._parsed.get(_key(bundle))
            if blueprint is None or bundle.kind != "blueprint" or not in_force(blueprint, today):
                continue
            if blueprint.id not in latest or latest[blueprint.id].version < blueprint.version:
                latest[blueprint.id] = blueprint
        return list(latest.values())

    def pinned(self, key: str, draft: bool = False) -> Blueprint | None:
        """The version `id@version` that a contact is pinned to, in force or not any more."""
        if draft:
            return self._drafts.get(key) if self._drafts else None
        found = (self._parsed.get(_key(bundle)) for bundle in self._bundles())
        return next((blueprint for blueprint in found if blueprint is not None and blueprint.key == key), None)

    def is_draft(self, blueprint: Blueprint) -> bool:
        """Whether it is an author's draft on this machine."""
        return self._drafts is not None and blueprint in self._drafts

    @property
    def drafts(self) -> list[Blueprint]:
        """An author's drafts, as they were saved last."""
        return self._drafts.every() if self._drafts else []

    def _bundles(self) -> tuple[Bundle, ...]:
        return self._door.view(Blueprints())

    @property
    def warmed(self) -> bool:
        """Whether everything that arrived has been read, and an author's drafts."""
        read = self._drafts is None or self._drafts.looked.is_set()
        return read and all(_key(bundle) in self._parsed for bundle in self._bundles())

    async def warm(self) -> None:
        """Read what arrived; the author's text in a thread, since it takes a fifth of a second each. Drafts are waited for:
        a run that lay open in one is lost to whoever looks for it too early."""
        if self._drafts is not None:
            await self._drafts.looked.wait()
        for bundle in self._bundles():
            key = _key(bundle)
            if key not in self._parsed:
                quick = _compact(bundle)
                self._parsed[key] = readable(bundle) if quick else await asyncio.to_thread(readable, bundle)

    def proposed(self, view: ContactView) -> list[Proposal]:
        """All of them, those for the contact's category (or the one triage proposed) and words first."""
        contact = view.contact
        known = sorted(self.available(), key=lambda blueprint: blueprint.id)
        fitting = propose(known, contact.category or contact.guess, contact.subject, contact.language)
        chosen = {proposal.blueprint.id for proposal in fitting}
        rest = (Proposal(blueprint=b, score=0.0, category=False) for b in known if b.id not in chosen)
        return [*fitting, *rest]

    def obvious(self, view: ContactView) -> Blueprint | None:
        """The one that the contact's category stands for; None when the agent must choose."""
        category = view.contact.category
        if category is None:
            return None
        found = propose(self.available(), category, view.contact.subject, view.contact.language)
        return found[0].blueprint if found and found[0].category else None


def _key(bundle: Bundle) -> str:
    return f"{bundle.id}/{bundle.revision}"


def _compact(bundle: Bundle) -> bool:
    return bundle.text.lstrip().startswith("{")


def readable(bundle: Bundle) -> Blueprint | None:
    """The blueprint of a bundle, compact JSON or the author's text; None if this program cannot read it."""
    try:
        if _compact(bundle):
            return model.load(bundle.text)
        # The reader of the author's text is heavy and wanted only where bundles carry it.
        from agent_tui.blueprints.parse import parse

        return parse(bundle.text, bundle.id)
    except (msgspec.DecodeError, InputError):
        return None
