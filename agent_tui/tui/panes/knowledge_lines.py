"""Bulletins, articles, tickets and blueprints as pages to read. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

from agent_tui.blueprints.model import Blueprint
from agent_tui.desk.found import Acknowledgement, ArticleView, BulletinView, TicketView
from agent_tui.domain.complaint import level_of
from agent_tui.domain.knowledge import ContactPerson, Page, Pages, language_of, page_in
from agent_tui.domain.ticket import TAKEN_UP, Ticket, TicketKind
from agent_tui.tui import marks
from agent_tui.tui.line import EMPTY, Line, folded, piece
from agent_tui.tui.panes.found_lines import own
from agent_tui.tui.words import Words, speaking

held = speaking("ticket")
INDENT: Line = (("  ", "text"),)
PageOf: TypeAlias = Callable[[int], Sequence[Line]]
"""A page for a width in cells."""


def bulletin_page(view: BulletinView, words: Words, width: int) -> list[Line]:
    """Who says it, until when, and the text."""
    bulletin = view.bulletin
    head = own(
        words,
        "bulletin.head",
        department=view.department,
        at=words.day(bulletin.published_at),
        to=words.day(bulletin.valid_to),
    )
    lines = [*folded(head, width, "muted", INDENT)]
    if not view.in_force:
        lines += folded(own(words, "expired"), width, "bad", (("x ", "bad"),))
    if bulletin.acknowledge:
        done = view.reading is not None and view.reading.acknowledged_at is not None and not view.to_read
        text = own(words, "bulletin.confirmed" if done else "bulletin.confirm")
        lines += folded(text, width, "ok" if done else "warn", (("+ " if done else "! ", "ok" if done else "warn"),))
    lines += _foreign(bulletin.pages, words, width)
    return [*lines, EMPTY, *_text(page_in(bulletin.pages, words.language), width), EMPTY]


def _foreign(pages: Pages, words: Words, width: int) -> list[Line]:
    """That it is not there in the reader's language."""
    shown = language_of(pages, words.language)
    if shown == words.language:
        return []
    said = own(words, "only_in", language=words.of("language", shown))
    return folded(said, width, "warn", (("! ", "warn"),))


def article_page(view: ArticleView, words: Words, width: int) -> list[Line]:
    """The text, whom to call about it, and what was asked."""
    article = view.article
    head = own(
        words,
        "article.head",
        department=view.department,
        revision=article.revision,
        at=words.day(article.published_at),
    )
    lines = folded(head, width, "muted", INDENT)
    if not view.in_force:
        lines += folded(own(words, "expired"), width, "bad", (("x ", "bad"),))
    lines += _foreign(article.pages, words, width)
    lines += [EMPTY, *_text(page_in(article.pages, words.language), width), EMPTY]
    lines += [_label(own(words, "article.people")), *_people(article.people, width)]
    if view.asked:
        lines += [EMPTY, _label(own(words, "article.asked"))]
        for ticket in view.asked:
            lines += question_lines(ticket, words, width)
    return [*lines, EMPTY]


def question_lines(ticket: Ticket, words: Words, width: int) -> list[Line]:
    """A question and what came back."""
    asked = folded(ticket.text, width, "text", ((f"  {ticket.number} ", "muted"),), 4)
    if not ticket.answer:
        return [*asked, *folded(own(words, "question.open"), width, "warn", (("    ... ", "warn"),))]
    return [*asked, *folded(ticket.answer, width, "ok", (("    > ", "ok"),))]


def ticket_page(view: TicketView, words: Words, width: int) -> list[Line]:
    """What it is, what was written about it, and what came back. Its number is the title of the page."""
    ticket = view.ticket
    head = own(
        words,
        "ticket.head",
        kind=own(words, f"ticket_kind.{ticket.kind.value}"),
        state=own(words, f"ticket_state.{ticket.state.value}"),
        group=view.group,
        at=words.day(ticket.opened_at),
    )
    lines = [*folded(head, width, "muted", INDENT), *_whose(view, words, width)]
    lines += [EMPTY, *folded(ticket.title, width, "strong", INDENT)]
    lines += _paragraphs(ticket.text, width) if ticket.text != ticket.title else []
    if ticket.answer:
        lines += [EMPTY, _label(own(words, "ticket.answer")), *folded(ticket.answer, width, "ok", INDENT)]
    if view.notes:
        lines += [EMPTY, _label(own(words, "ticket.notes"))]
        for note in view.notes:
            lines += folded(note.text, width, "text", ((f"  {words.day(note.at)} ", "muted"),))
    return [*lines, EMPTY]


def _whose(view: TicketView, words: Words, width: int) -> list[Line]:
    """Of what people take up: whose complaint of which level, until when, who answers for it, who has it in hand."""
    ticket = view.ticket
    if ticket.kind not in TAKEN_UP:
        return []
    lines: list[Line] = []
    if ticket.kind is TicketKind.COMPLAINT:
        level = words.of("complaint_level", level_of(ticket))
        lines += folded(held(words, "level", level=level), width, marks.COMPLAINT[level_of(ticket)], INDENT)
    if ticket.name:
        lines += folded(words.labelled(held(words, "customer"), ticket.name), width, "text", INDENT)
    if ticket.due_at:
        lines += folded(held(words, "due", at=words.day(ticket.due_at)), width, "text", INDENT)
    if view.owner:
        lines += folded(words.labelled(held(words, "owner"), view.owner), width, "text", INDENT)
    if ticket.handler_id and ticket.handled_since:
        since = words.day(ticket.handled_since)
        lines += folded(held(words, "in_hand", who=view.handler, at=since), width, "accent", INDENT)
    if view.off_shift:
        since = words.day(view.off_since) if view.off_since else ""
        off = held(words, "off_since" if since else "off_shift", who=view.handler, at=since)
        lines += folded(off, width, "warn", (("! ", "warn"),))
    return lines


def blueprint_page(blueprint: Blueprint, owner: str, words: Words, width: int) -> list[Line]:
    """What it says from top to bottom, to read without a contact."""
    head = own(words, "blueprint.head", owner=owner, version=blueprint.version, contact=blueprint.contact)
    lines = [*folded(head, width, "muted", INDENT), EMPTY]
    for node in blueprint.nodes:
        text = node.texts.get(words.language) or next(iter(node.texts.values()), "")
        if text:
            lines += folded(text, width, "text", ((f"  {words.of('node', node.kind)} ", "accent"),), 6)
    return [*lines, EMPTY]


def readers_page(view: Acknowledgement, words: Words, width: int) -> list[Line]:
    """Who has confirmed a bulletin and who has not."""
    done, missing = len(view.done), len(view.missing)
    head = own(words, "readers.head", done=done, all=done + missing)
    lines = [*folded(head, width, "ok" if not missing else "warn", INDENT), EMPTY]
    if missing:
        names = own(words, "comma").join(agent.name for agent in view.missing)
        lines += [_label(own(words, "readers.missing")), *folded(names, width, "text", INDENT), EMPTY]
    if done:
        lines.append(_label(own(words, "readers.done")))
        for agent, reading in view.done:
            at = words.day(reading.acknowledged_at or reading.read_at)
            lines += folded(f"{agent.name}  {at}", width, "muted", INDENT)
    return [*lines, EMPTY]


def _text(page: Page, width: int) -> list[Line]:
    return [*folded(page.title, width, "strong", INDENT), EMPTY, *_paragraphs(page.text, width)]


def _paragraphs(text: str, width: int) -> list[Line]:
    """Each line of a text folded for itself; a blank one stays."""
    lines: list[Line] = []
    for paragraph in text.split("\n"):
        lines += folded(paragraph, width, "text", INDENT) if paragraph.strip() else [EMPTY]
    return lines


def _label(text: str) -> Line:
    return (("  ", "text"), piece(text, "accent"))


def _people(people: Iterable[ContactPerson], width: int) -> list[Line]:
    return [line for person in people for line in folded(person_text(person), width, "text", INDENT)]


def person_text(person: ContactPerson) -> str:
    """Name, extension, what they know about."""
    return "  ".join(filter(None, (person.name, person.extension, person.duty)))
