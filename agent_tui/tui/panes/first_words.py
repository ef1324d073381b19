"""What the customer came with, in their own words: it heads the blueprint pane for as long as the contact is mine. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from agent_tui.desk.views import ContactView
from agent_tui.domain.contact import Contact
from agent_tui.tui.line import EMPTY, Line, folded, piece
from agent_tui.tui.words import Words

_MARGIN: Line = ((" ", "text"),)


def first_words(contact: Contact, words: Words, category: str, width: int) -> list[Line]:
    """The first words in full, then what triage made of them; empty when the customer said nothing.

    `category`: the name of the category that triage proposed.
    """
    if not contact.subject:
        return []
    lines = folded(contact.subject, width - 1, "say", (*_MARGIN, piece(words("first_words"), "muted")), 1)
    return [*lines, *_proposed(contact, words, category, width), EMPTY]


def own_words(own: ContactView | None, words: Words, categories: Mapping[str, str], width: int) -> list[Line]:
    """The same for the contact that is mine; empty without one."""
    if own is None:
        return []
    return first_words(own.contact, words, categories.get(own.contact.guess or "", ""), width)


def _proposed(contact: Contact, words: Words, category: str, width: int) -> list[Line]:
    """The category proposed, how sure triage was and the words that decided, as far as the contact carries them."""
    if contact.guess is None or not category:
        return []
    sure = contact.guess_confidence
    said = words("guessed_sure", category=category, sure=f"{sure:.0%}") if sure is not None else ""
    said = said or words("guessed", category=category)
    if contact.guess_words:
        said += "  " + words("guessed_by", words=words("comma").join(contact.guess_words))
    return folded(said, width - 1, "muted", _MARGIN)
