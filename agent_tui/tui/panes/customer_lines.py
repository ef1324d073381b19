"""The customer pane's lines: who they are, what they have, what happened, what was promised. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from agent_tui.desk.views import Customer360, Reveal
from agent_tui.domain.contact import Contact
from agent_tui.domain.customer import Customer, Product
from agent_tui.domain.ticket import Note, Ticket
from agent_tui.tui import marks
from agent_tui.tui.line import EMPTY, Line, Piece, cell, folded, joined, labelled, length, piece
from agent_tui.tui.words import Words

_LABEL = {"zh": 8, "ja": 12, "en": 12}
T = TypeVar("T")


class CustomerText:
    """Paints one customer for a width; the pane scrolls, nothing is left out."""

    def __init__(self, words: Words, now: datetime, groups: Mapping[str, str], categories: Mapping[str, str]) -> None:
        self.words, self.now = words, now
        self.groups, self.categories = groups, categories
        self.label = _LABEL.get(words.language, 10)
        self._hands: Mapping[str, str] = {}

    def lines(self, view: Customer360, reveals: Sequence[Reveal], width: int, contact: Contact | None) -> list[Line]:
        """Everything about one customer."""
        return [((" ", "text"), *line) if line else line for line in self._all(view, reveals, width - 1, contact)]

    def _all(self, view: Customer360, reveals: Sequence[Reveal], width: int, contact: Contact | None) -> list[Line]:
        customer, self._hands = view.customer, view.hands
        shown = {reveal.field: reveal for reveal in reveals if reveal.customer_id == customer.id}
        past = [c for c in view.contacts if not contact or c.id != contact.id]
        return [
            self._head(customer, shown.get("name"), width),
            *self._warnings(customer),
            *self._identity(customer, shown, width),
            *self._services(customer, width),
            *(self._product(product, width) for product in customer.products),
            *self._section("promises", view.promises, self._ticket, width),
            *self._section("complaints", view.complaints, self._ticket, width),
            *self._section("tickets", view.tickets, self._ticket, width),
            *self._section("contacts", past, self._contact, width),
            *self._section("notes", view.notes, self._note, width),
        ]

    # ---- who ---------------------------------------------------------------------------------------------------------

    def _head(self, customer: Customer, reveal: Reveal | None, width: int) -> Line:
        name = self._value(customer.name, reveal)
        tier = (self.words.of("tier", customer.tier), marks.TIER.get(customer.tier, "text"))
        parts: list[Line] = [
            name,
            (tier,),
            (piece(self.words.of("customer_kind", customer.kind), "muted"),),
            (piece(self.words.of("language", customer.language), "muted"),),
        ]
        if customer.since:
            parts.append((piece(self.words("since", month=customer.since), "muted"),))
        return joined(parts, ("  ", "text"), width)

    def _warnings(self, customer: Customer) -> list[Line]:
        found: list[Line] = []
        if customer.sensitivity:
            mark = self.words.of("sensitivity", customer.sensitivity)
            found.append((piece("!! " + self.words("sensitive", mark=mark), "bad"),))
        if customer.frozen:
            found.append((piece("!! " + self.words("frozen"), "bad"),))
        return found

    def _identity(self, customer: Customer, shown: Mapping[str, Reveal], width: int) -> list[Line]:
        values = {
            "phone": customer.phone,
            "id_number": customer.id_number,
            "email": customer.email,
            "address": customer.address,
        }
        found = [
            (cell(self.words.of("secret", field), self.label, "muted"), *self._value(value, shown.get(field)))
            for field, value in values.items()
            if value or field in shown
        ]
        return paired(found, width)

    def _value(self, masked: str, reveal: Reveal | None) -> Line:
        if reveal is None:
            return (piece(masked, "strong"),)
        left = self.words("reveal_left", seconds=int(reveal.left_s))
        return (piece(f" {reveal.value} ", "field"), (" ", "text"), piece(left, "warn"))

    def _services(self, customer: Customer, width: int) -> list[Line]:
        lines: list[Line] = []
        if customer.entitlements:
            said = self.words("comma").join(self.words.of("entitlement", item) for item in customer.entitlements)
            first = (cell(self.words("entitlements"), self.label, "muted"),)
            lines += folded(said, width, "accent", first)
        if customer.satisfaction:
            scores = " ".join(str(score) for score in customer.satisfaction[-8:])
            mean = sum(customer.satisfaction) / len(customer.satisfaction)
            low: Piece = (
                ("  " + self.words("dissatisfied"), "warn") if customer.satisfaction[-1] <= 2 else ("", "text")
            )
            lines.append(labelled(self.words("satisfaction"), (piece(f"{scores}  ({mean:.1f})"), low), self.label))
        offers = self.words("offers_yes" if customer.marketing_consent else "offers_no")
        lines.append(labelled(self.words("offers"), (piece(offers, "muted"),), self.label))
        return lines

    # ---- what they have ----------------------------------------------------------------------------------------------

    def _product(self, product: Product, width: int) -> Line:
        normal = product.status == "normal"
        status = piece(self.words.of("product_status", product.status), "ok" if normal else "bad")
        known = [fact(self.words, name, value) for name, value in product.facts.items()]
        facts = [(piece(said, "muted"),) for said in known if said]
        head = (
            cell(self.words.of("product", product.kind), self.label, "muted"),
            piece(product.number or "-", "strong"),
            ("  " if normal else "  x ", "bad"),
            status,
        )
        return joined([head, *facts], ("  ", "text"), width)

    # ---- what happened -----------------------------------------------------------------------------------------------

    def _section(
        self, name: str, items: Sequence[T], paint: Callable[[T, int], list[Line]], width: int
    ) -> list[Line]:
        if not items:
            return []
        head = (piece(f"{self.words(f'section.{name}')} {len(items)}", "accent"),)
        return [EMPTY, head, *(line for item in items for line in paint(item, width))]

    def _ticket(self, ticket: Ticket, width: int) -> list[Line]:
        mark, role = marks.CONTACT.get(ticket.state, (" ", "text"))
        late = ticket.due_at is not None and ticket.due_at <= self.now and ticket.state != "closed"
        due = self.words("due", at=self.words.when(ticket.due_at, self.now)) if ticket.due_at else ""
        level = self.words.of("complaint_level", ticket.complaint_level)
        parts = [
            ((mark + " ", role), piece(ticket.number, "strong")),
            (piece(self.words.of("ticket_kind", ticket.kind)),),
            (piece(self.words.of("ticket_state", ticket.state), role),),
            (piece(level, marks.COMPLAINT.get(ticket.complaint_level or "", "bad")),) if level else EMPTY,
            (piece(self.words("in_hand", who=self._hands[ticket.id]), "accent"),)
            if ticket.id in self._hands
            else EMPTY,
            (piece(("! " if late else "") + due, "bad" if late else "muted"),) if due else EMPTY,
            (piece(ticket.title),),
        ]
        return [joined(parts, ("  ", "text"), width)]

    def _contact(self, contact: Contact, width: int) -> list[Line]:
        mark, role = marks.CONTACT.get(contact.state, (" ", "text"))
        category = self.categories.get(contact.category or "", contact.category or "")
        fixed = ((mark + " ", role), cell(self.words.when(contact.offered_at, self.now), 12, "muted"))
        parts = [
            (*fixed, piece(self.words.of("channel", contact.channel))),
            (piece(category or self.groups.get(contact.group, contact.group)),),
            (
                piece(
                    self.words.of("result", contact.result) or self.words.of("contact_state", contact.state), "muted"
                ),
            ),
            (piece(contact.subject, "muted"),) if contact.subject else EMPTY,
        ]
        return [joined(parts, ("  ", "text"), width)]

    def _note(self, note: Note, width: int) -> list[Line]:
        stamp: Piece = cell(self.words.when(note.at, self.now), 12, "muted")
        return folded(note.text, width, "text", (("- ", "muted"), stamp))


def paired(parts: Sequence[Line], width: int) -> list[Line]:
    """Two beside each other where both fit into their half, else one on a line."""
    half = width // 2
    lines: list[Line] = []
    waiting: Line | None = None
    for part in parts:
        if waiting is not None and length(waiting) < half and length(part) <= half:
            lines.append((*waiting, (" " * (half - length(waiting)), "text"), *part))
            waiting = None
            continue
        if waiting is not None:
            lines.append(waiting)
        waiting = part
    return [*lines, waiting] if waiting is not None else lines


def fact(words: Words, name: str, value: str | int) -> str:
    """Label and value of what is known of a product; empty for a fact that has no label, since its bare key would tell
    nobody anything."""
    label = words.known("product_fact", name)
    if not label:
        return ""
    said = words.money(int(value)) if name.endswith("_minor") and isinstance(value, int) else str(value)
    return f"{label} {said}"
