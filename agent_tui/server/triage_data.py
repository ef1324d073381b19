"""Labelled words to learn triage from: a table in a file, the centre's own words, and what people made of contacts."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from agent_tui.blueprints.model import Blueprint
from agent_tui.blueprints.parse import parse
from agent_tui.domain.centre import Category
from agent_tui.domain.contact import Contact, ContactState
from agent_tui.domain.scrub import scrub
from agent_tui.domain.triage import triage
from agent_tui.errors import InputError
from agent_tui.server.database import Tx
from agent_tui.server.state import TableState
from agent_tui.server.triage_train import Sample

CORRECTED = 2.0
"""What somebody corrected counts double: it is where the guess was wrong."""
COLUMNS = ("text", "category")
LARGEST_FIELD = 100_000
_KANA = re.compile("[\u3040-\u30ff]")
_SIGN = re.compile("[\u3400-\u9fff]")


class Correction(msgspec.Struct, frozen=True, kw_only=True):
    """How often a category was proposed, and how often people chose another."""

    category: str
    guessed: int
    corrected: int


def language_of(text: str) -> str:
    """`ja` with kana, `zh` with Chinese signs, else `en`."""
    if _KANA.search(text):
        return "ja"
    return "zh" if _SIGN.search(text) else "en"


def sample(text: str, category: str, weight: float = 1.0) -> Sample:
    """A labelled text in the language it is written in."""
    return Sample(text=text, category=category, language=language_of(text), weight=weight)


def read_table(data: bytes, name: str) -> list[Sample]:
    """Rows of a CSV file with the columns `text` and `category`. InputError names the line that is wrong."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise InputError("triage.error.not_utf8", file=name, line=line) from None
    csv.field_size_limit(LARGEST_FIELD)
    reader = csv.DictReader(io.StringIO(text, newline=""))
    try:
        missing = [column for column in COLUMNS if column not in (reader.fieldnames or ())]
        if missing:
            raise InputError("triage.error.no_column", file=name, column=missing[0])
        found = list(_rows(reader, name))
    except csv.Error as error:
        raise InputError("triage.error.no_csv", file=name, line=reader.line_num, reason=str(error)) from None
    if not found:
        raise InputError("triage.error.empty", file=name)
    return found


def _rows(reader: csv.DictReader[str], name: str) -> Iterator[Sample]:
    for row in reader:
        text, category = (row["text"] or "").strip(), (row["category"] or "").strip()
        if not text or not category:
            raise InputError("triage.error.no_value", file=name, line=reader.line_num)
        yield sample(scrub(text).text, category)


def read_blueprints(folder: Path) -> list[Blueprint]:
    """The blueprints of a folder. InputError for one that is broken."""
    return [parse(file.read_text("utf-8"), file.name) for file in sorted(folder.glob("*.yaml"))]


def own_words(categories: Iterable[Category], blueprints: Iterable[Blueprint]) -> list[Sample]:
    """The words and names of the centre's categories, and the phrases of the blueprints that serve them.

    A phrase of a blueprint that serves several belongs to the one whose words it has; without any it is left out.
    """
    known = {category.id: category for category in categories}
    found = {
        (text.replace("…", ""), category.id)
        for category in known.values()
        for text in (*category.words, category.names.zh, category.names.en, category.names.ja)
    }
    for blueprint in blueprints:
        served = [known[id] for id in blueprint.categories if id in known]
        for language, phrases in blueprint.words.items():
            for phrase in phrases:
                only = served[0].id if len(served) == 1 else triage(phrase, served, language).category
                if only is not None:
                    found.add((phrase, only))
    return [sample(text, category) for text, category in sorted(found)]


def _closed(tx: Tx) -> Iterator[Contact]:
    for contact in TableState(tx).find(Contact, status=ContactState.CLOSED):
        if contact.category is not None:
            yield contact


def history(tx: Tx) -> list[Sample]:
    """The first words of closed contacts with the category they were closed under; corrections count double."""
    return [
        sample(contact.subject, contact.category or "", CORRECTED if _corrected(contact) else 1.0)
        for contact in _closed(tx)
        if contact.subject.strip()
    ]


def _corrected(contact: Contact) -> bool:
    return contact.guess is not None and contact.guess != contact.category


def corrections(tx: Tx) -> list[Correction]:
    """For each category that was proposed, how often people chose another; the most corrected first."""
    counted: dict[str, list[bool]] = {}
    for contact in _closed(tx):
        if contact.guess is not None:
            counted.setdefault(contact.guess, []).append(_corrected(contact))
    found = [Correction(category=id, guessed=len(seen), corrected=sum(seen)) for id, seen in counted.items()]
    return sorted(found, key=lambda one: (-one.corrected, one.category))
