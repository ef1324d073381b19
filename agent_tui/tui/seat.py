"""What one seat is looking at: the facts of the moment gathered through the door, the names of things, the guide."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from agent_tui.desk.door import Door
from agent_tui.desk.views import (
    NEVER_S,
    Approvals,
    ApprovalView,
    Categories,
    ContactDetail,
    ContactView,
    Customer360,
    CustomerCard,
    Groups,
    MyContacts,
    QueueRow,
    StatusOf,
    Unconfirmed,
)
from agent_tui.domain.contact import ContactState
from agent_tui.tui.facts import Facts
from agent_tui.tui.words import Words

if TYPE_CHECKING:
    from agent_tui.tui.drafts import Drafts
    from agent_tui.tui.guide import Guide


class Looked(msgspec.Struct, frozen=True):
    """Something other than my own contact that was opened to look at."""

    contact_id: str | None
    customer_id: str | None
    ticket_id: str | None = None
    """The ticket through which it was opened."""


class Seat:
    """No widgets here: what the panes paint and what the deeds act on."""

    def __init__(self, door: Door, words: Words) -> None:
        self.door, self.words = door, words
        self._guide: Guide | None = None
        self.drafts: Drafts | None = None
        """Of an author at this desk; to be set before the guide is first asked."""
        self.looked: Looked | None = None
        self.chosen: str | None = None
        """The one of my contacts that is in front."""
        self.groups: dict[str, str] = {}
        self.categories: dict[str, str] = {}
        self.facts = Facts(status=door.view(StatusOf()))
        self.card: Customer360 | None = None

    @property
    def guide(self) -> Guide:
        """The blueprints, loaded when first wanted: there is no run before a contact."""
        if self._guide is None:
            from agent_tui.tui.guide import Guide

            self._guide = Guide(
                self.door, lambda: self.facts.status.now, self._today, lambda: self.words.language, self.drafts
            )
        return self._guide

    def guided(self, contact_id: str) -> bool:
        """Whether a blueprint lies open for the contact, or did before this desk was started again."""
        if self._guide is None and not self.door.draft(f"run:{contact_id}"):
            return False
        return self.guide.of(contact_id) is not None

    def _today(self) -> str:
        return self.facts.status.now.astimezone(self.words.zone).date().isoformat()

    def learn_names(self) -> None:
        """Names of groups and categories, after they changed or another language was chosen."""
        groups = self.door.view(Groups())
        categories = self.door.view(Categories())
        self.groups = {group.id: self.words.name(group.names) for group in groups}
        self.categories = {category.id: self.words.name(category.names) for category in categories}

    def gather(
        self, row: QueueRow | None = None, *, writing: bool = False, read: bool = True, typed: bool = False
    ) -> Facts:
        """The situation now."""
        mine = self.door.view(MyContacts())
        contact = self._front(mine)
        customer_id = self.looked.customer_id if self.looked else contact.contact.customer_id if contact else None
        if contact is not None and self.guided(contact.contact.id):
            self.guide.refresh(contact)
        front = self._guided(mine)
        status = self.door.view(StatusOf())
        if self._guide is not None and status.connection == "live":
            self._guide.put_away(frozenset(view.contact.id for view in mine))
        self.facts = Facts(
            status=status,
            mine=mine,
            contact=contact,
            customer_id=customer_id,
            row=row,
            writing=writing,
            read=read,
            typed=typed,
            run=self.guide.state(front) if front and self.guided(front) else "none",
            asked=self._asked() if status.asked else (),
            unconfirmed=self.door.view(Unconfirmed(customer_id=customer_id)) if customer_id else (),
        )
        return self.facts

    def watch(self) -> Facts:
        """The situation where nobody is served: how things stand, and the customer who was looked up."""
        customer_id = self.looked.customer_id if self.looked else None
        self.facts = Facts(status=self.door.view(StatusOf()), customer_id=customer_id)
        return self.facts

    def _asked(self) -> tuple[ApprovalView, ...]:
        found = self.door.view(Approvals())
        return tuple(view for view in found if view.part == "asked")

    def _front(self, mine: tuple[ContactView, ...]) -> ContactView | None:
        if self.looked is not None:
            id = self.looked.contact_id
            return self.door.view(ContactDetail(contact_id=id)) if id else None
        # An offer comes to the front by itself: it does not wait.
        first = mine[0] if mine else None
        if first is not None and first.contact.state == ContactState.ALERTING:
            return first
        return next((view for view in mine if view.contact.id == self.chosen), first)

    def _guided(self, mine: tuple[ContactView, ...]) -> str | None:
        front = next((view for view in mine if view.contact.id == self.chosen), mine[0] if mine else None)
        return front.contact.id if front else None

    def read_card(self) -> Customer360 | None:
        """The customer that is open."""
        id = self.facts.customer_id
        self.card = self.door.view(CustomerCard(customer_id=id)) if id else None
        return self.card

    def as_of(self) -> str:
        """`as of hh:mm:ss` while what is shown may be old; empty when it is live."""
        status = self.facts.status
        if status.connection == "live" or status.age_s >= NEVER_S:
            return ""
        moment = status.now.timestamp() - status.age_s
        return self.words("as_of", at=self.words.clock(type(status.now).fromtimestamp(moment, status.now.tzinfo)))

    def customer_name(self) -> str:
        """Who is open, masked as it is there."""
        if self.card is not None:
            return self.card.customer.name
        contact = self.facts.contact.contact if self.facts.contact else None
        return (contact.name or contact.caller) if contact else ""

    def look(self, contact_id: str | None, customer_id: str | None, ticket_id: str | None = None) -> None:
        """Open something that is not my own contact."""
        self.looked = Looked(contact_id, customer_id, ticket_id)

    def own_again(self) -> bool:
        """Back to my own contact; whether that is a change."""
        changed = self.looked is not None
        self.looked = None
        return changed
