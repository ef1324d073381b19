"""What every selector looks at: the files, the link, the clock and what stands in clear."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import msgspec

from agent_tui.desk.pending import PendingIndex
from agent_tui.desk.reveals import Reveals
from agent_tui.store import place, read
from agent_tui.store.cache import Cache
from agent_tui.store.window import Window
from agent_tui.sync.reckoning import Reckoning
from agent_tui.sync.state import LinkState

if TYPE_CHECKING:
    from agent_tui.domain.agent import Agent
    from agent_tui.domain.commands import Command
    from agent_tui.domain.contact import Contact

MINE_AT_MOST = 50
"""Contacts and tickets of one person that a view decodes."""


class Sight(msgspec.Struct, kw_only=True):
    cache: Cache
    pending: PendingIndex
    reveals: Reveals
    clock: Reckoning
    link: LinkState
    language: str
    windows: dict[str, Window] = {}

    def me(self) -> Agent | None:
        """The person at this desk as the server last showed them."""
        from agent_tui.domain.agent import Agent

        return next((a for a in read.every(self.cache, Agent) if a.id == self.cache.agent_id), None)

    def name_of(self, agent_id: str | None) -> str:
        """The name of a person; their id where this desk does not know them, empty for nobody."""
        from agent_tui.domain.agent import Agent

        agent = read.get(self.cache, Agent, agent_id) if agent_id else None
        return agent.name if agent else agent_id or ""

    def my_contacts(self) -> tuple[Contact, ...]:
        """Offered to me or mine and not closed: those talking now first, then offers, then wrap-ups."""
        rows = self.cache.all(
            "window_of_agent",
            self.cache.agent_id,
            place.floor(place.WAITING),
            place.floor(place.TICKET),
            MINE_AT_MOST,
            0,
        )
        mine = [_contact(body) for _, _, _, body in rows]
        return tuple(sorted(mine, key=lambda c: (_turn(c), c.queued_at)))

    def keep_in_clear(self, command: Command, value: str, seconds: float) -> None:
        """A revealed field for its seconds, the name of a verified caller for the contact; memory only."""
        from agent_tui.domain.commands import RevealField, VerifyCaller
        from agent_tui.domain.contact import Contact

        if isinstance(command, RevealField):
            self.reveals.show(command.customer_id, command.field.value, value, seconds)
        elif isinstance(command, VerifyCaller):
            contact = read.get(self.cache, Contact, command.contact_id)
            self.reveals.know_name(command.contact_id, (contact.customer_id or "") if contact else "", value)

    def forget_ended(self) -> None:
        """Names of callers whose contact is over, or no longer mine, go."""
        from agent_tui.domain.contact import OPEN_STATES, Contact

        for contact_id in self.reveals.contacts():
            contact = read.get(self.cache, Contact, contact_id)
            if contact is None or contact.state not in OPEN_STATES or contact.agent_id != self.cache.agent_id:
                self.reveals.end_contact(contact_id)


def _turn(contact: Contact) -> int:
    from agent_tui.domain.contact import LIVE_STATES

    return 0 if contact.state in LIVE_STATES else 1 if contact.state == "alerting" else 2


@cache
def _decoder() -> msgspec.json.Decoder[Contact]:
    from agent_tui.domain.contact import Contact

    return msgspec.json.Decoder(Contact)


def _contact(body: bytes) -> Contact:
    return _decoder().decode(body)
