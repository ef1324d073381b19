"""Title and text in several languages, asked for by a form: one's own language is wanted, the others may stay empty."""

from __future__ import annotations

from agent_tui.domain.knowledge import Page, Pages
from agent_tui.i18n.catalog import LANGUAGES
from agent_tui.tui.dialogs.fields import Field
from agent_tui.tui.dialogs.form import Values
from agent_tui.tui.panes.found_lines import own
from agent_tui.tui.words import Words

PARTS = ("title", "text")


def draft_of(kind: str, id: str = "") -> str:
    """How the names begin under which the form of a bulletin or an article is journalled; without an id, of a new one."""
    if kind == "article":
        return f"article:{id or 'new'}"
    return f"correction:{id}" if id else "bulletin"


def others(words: Words) -> tuple[str, ...]:
    """The languages that are not the author's."""
    return tuple(language for language in LANGUAGES if language != words.language)


def fields(words: Words, language: str, key: str, pages: Pages) -> list[Field]:
    """Title and text of one language; `key` begins the names under which they are journalled."""
    page = pages.get(language)
    mine = language == words.language
    labels = {part: own(words, f"publish.{part}" if mine else f"publish.{part}_{language}") for part in PARTS}
    return [
        Field(
            name=f"{part}_{language}",
            kind="text" if part == "title" else "area",
            label=labels[part],
            required=mine,
            value=getattr(page, part) if page else "",
            draft=f"{key}:{part}_{language}",
        )
        for part in PARTS
    ]


def half(words: Words, values: Values) -> tuple[str, str] | None:
    """What is wrong with a language of which only a title or only a text stands there, and the field that misses."""
    for language in others(words):
        empty = [part for part in PARTS if not values[f"{part}_{language}"]]
        if len(empty) == 1:
            said = own(words, "publish.half", language=words.of("language", language))
            return said, f"{empty[0]}_{language}"
    return None


def pages(values: Values, before: Pages) -> Pages:
    """The languages that were written; the words by which a page is found stay with it."""
    found = {}
    for language in LANGUAGES:
        title, text = (values[f"{part}_{language}"] for part in PARTS)
        if title and text:
            known = before[language].words if language in before else ()
            found[language] = Page(title=title, text=text, words=known)
    return found
