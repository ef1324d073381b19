"""What of the cache's rows can be found, as entries: blueprints, bulletins, articles, tickets. Names of people never."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import msgspec

from agent_tui.blueprints import model
from agent_tui.blueprints.model import Blueprint
from agent_tui.domain.centre import Bundle, Category
from agent_tui.domain.knowledge import Article, Bulletin, Pages
from agent_tui.domain.ticket import Ticket
from agent_tui.i18n.catalog import LANGUAGES
from agent_tui.search.entry import Entry, Field, fields_of, named_of, sounds_of

DAY_S = 86_400.0


def entry_of(row: object, categories: dict[str, Category]) -> Entry | None:
    """The entry of a guide; None for a row that nobody looks for."""
    match row:
        case Bundle(kind="blueprint"):
            return _of_bundle(row, categories)
        case Bulletin():
            return _of_bulletin(row)
        case Article():
            return _of_article(row, categories)
        case _:
            return None


def of_ticket(ticket: Ticket) -> Entry:
    """Made when it is looked at: there may be a million."""
    fields = fields_of({"": ticket.title}, {}, {"": [ticket.text]})
    return Entry(
        kind="ticket",
        id=ticket.id,
        titles={"": ticket.title or ticket.number},
        fields=fields,
        named="".join(one.folded for one in fields),
        romaji=sounds_of(fields[0].folded)[1] if ticket.title else (),
        number=ticket.number,
        at=ticket.opened_at.timestamp(),
        owner=ticket.group,
    )


def _of_bundle(bundle: Bundle, categories: dict[str, Category]) -> Entry | None:
    """What this program cannot read yet is not offered: the desk shows it no other way either."""
    try:
        blueprint = model.load(bundle.text)
    except msgspec.DecodeError:
        return None
    known = tuple(categories[id] for id in blueprint.categories if id in categories)
    words = _with_names({language: list(found) for language, found in blueprint.words.items()}, known)
    fields = fields_of(blueprint.titles, words, _said(blueprint))
    named = named_of(fields)
    spoken, romaji = sounds_of(named)
    return Entry(
        kind="blueprint",
        id=blueprint.id,
        titles=blueprint.titles,
        fields=fields,
        named=named,
        spoken=spoken,
        romaji=romaji,
        categories=blueprint.categories,
        valid_from=bundle.effective_from.timestamp() if bundle.effective_from else _midnight(blueprint.valid_from),
        valid_to=bundle.effective_to.timestamp() if bundle.effective_to else _midnight(blueprint.valid_to) + DAY_S,
        owner=blueprint.owner,
    )


def _said(blueprint: Blueprint) -> dict[str, list[str]]:
    """Everything its nodes say, by language."""
    found: dict[str, list[str]] = {}
    for node in blueprint.nodes:
        choices = [choice.texts for choice in getattr(node, "choices", ())]
        for texts in (node.texts, node.tip, *choices):
            for language, text in texts.items():
                found.setdefault(language, []).append(text)
    return found


def _midnight(day: str) -> float:
    """The beginning of a day of the centre; blueprints hold whole days."""
    return datetime.combine(date.fromisoformat(day), time(), UTC).timestamp()


def _of_bulletin(bulletin: Bulletin) -> Entry:
    fields = _fields(bulletin.pages)
    named = named_of(fields)
    spoken, romaji = sounds_of(named)
    return Entry(
        kind="bulletin",
        id=bulletin.id,
        titles=_titles(bulletin.pages),
        fields=fields,
        named=named,
        spoken=spoken,
        romaji=romaji,
        valid_from=bulletin.valid_from.timestamp(),
        valid_to=_end(bulletin.valid_to, bulletin.withdrawn_at),
        at=bulletin.published_at.timestamp(),
        owner=bulletin.department,
        urgent=bulletin.acknowledge,
    )


def _of_article(article: Article, categories: dict[str, Category]) -> Entry:
    fields = _fields(article.pages, tuple(categories[id] for id in article.categories if id in categories))
    named = named_of(fields)
    spoken, romaji = sounds_of(named)
    return Entry(
        kind="article",
        id=article.id,
        titles=_titles(article.pages),
        fields=fields,
        named=named,
        spoken=spoken,
        romaji=romaji,
        categories=article.categories,
        valid_from=article.valid_from.timestamp(),
        valid_to=_end(article.valid_to, article.retired_at),
        at=article.published_at.timestamp(),
        owner=article.department,
    )


def _titles(pages: Pages) -> dict[str, str]:
    return {language: page.title for language, page in pages.items()}


def _fields(pages: Pages, categories: tuple[Category, ...] = ()) -> tuple[Field, ...]:
    words = _with_names({language: list(page.words) for language, page in pages.items()}, categories)
    return fields_of(_titles(pages), words, {language: page.text.split("\n") for language, page in pages.items()})


def _with_names(words: dict[str, list[str]], categories: tuple[Category, ...]) -> dict[str, list[str]]:
    """Words by language, with the names of the reasons of contact they belong to."""
    for category in categories:
        for language in LANGUAGES:
            words.setdefault(language, []).append(category.names.say(language))
    return words


def _end(until: datetime, ended: datetime | None) -> float:
    """When it stops to hold, seconds since 1970."""
    return min(until, ended or until).timestamp()
