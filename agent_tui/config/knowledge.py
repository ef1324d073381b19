"""Bulletins and articles as departments write them: TOML files → commands to publish them.

department = "card_ops"
valid = { from = 2026-01-01, to = 2027-12-31 }      the last day included, by the centre's calendar; or
valid = { days = 30 }                               so many days from the one on which it is published
people = [{ name = "…", extension = "6201", duty = "…" }]     categories = ["annual_fee"]     (articles)
to = ["cards"]     acknowledge = true                                                          (bulletins)
[zh]  title = "…"  words = ["…"]  text = '''…'''     and so for en and ja; the file's name is the id
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import NoReturn
from zoneinfo import ZoneInfo

from agent_tui.config.toml import line_of, read_toml
from agent_tui.domain.case import Stop
from agent_tui.domain.knowledge import ContactPerson, Page, Pages
from agent_tui.domain.knowledge_commands import PublishArticle, PublishBulletin
from agent_tui.domain.knowledge_rules import LANGUAGES, check_pages
from agent_tui.errors import ConfigError
from agent_tui.i18n.catalog import say

BULLETIN = frozenset({"department", "valid", "to", "acknowledge", *LANGUAGES})
ARTICLE = frozenset({"department", "valid", "people", "categories", *LANGUAGES})


class _Source:
    """One file with its text, so that what is wrong has a line."""

    def __init__(self, file: Path, known: frozenset[str]) -> None:
        self.file = file
        self.table, self.text = read_toml(file)
        for key in self.table.keys() - known:
            self.wrong(key, "unknown", known=", ".join(sorted(known)))

    def wrong(self, key: str, what: str, **args: object) -> NoReturn:
        """ConfigError with file, line and what would be right."""
        line = line_of(self.text, key) or 1
        raise ConfigError(f"knowledge.file.{what}", file=str(self.file), line=line, name=key, **args)

    def words(self, key: str) -> tuple[str, ...]:
        found = self.table.get(key, [])
        if not isinstance(found, list) or not all(isinstance(word, str) for word in found):
            self.wrong(key, "words")
        return tuple(found)

    def department(self) -> str:
        found = self.table.get("department")
        if not isinstance(found, str) or not found:
            self.wrong("department", "department")
        return found

    @property
    def days(self) -> object:
        """How long it holds where its time counts from the day of publication; None where its days are named."""
        found = self.table.get("valid")
        return found["days"] if isinstance(found, dict) and found.keys() == {"days"} else None

    def valid(self, zone: str, at: datetime) -> tuple[datetime, datetime]:
        """From the first moment of the first day to the end of the last; it is published `at`."""
        found, days = self.table.get("valid"), self.days
        if days is not None:
            if not isinstance(days, int) or days < 1:
                self.wrong("valid", "valid")
            first = datetime.combine(at.astimezone(ZoneInfo(zone)).date(), time(), ZoneInfo(zone))
            return first, first + timedelta(days=days)
        return self._named(found, zone)

    def _named(self, found: object, zone: str) -> tuple[datetime, datetime]:
        days = [found.get(name) for name in ("from", "to")] if isinstance(found, dict) else []
        if len(days) != 2 or not all(type(day) is date for day in days):
            self.wrong("valid", "valid")
        first, last = (datetime.combine(day, time(), ZoneInfo(zone)) for day in days if isinstance(day, date))
        if last < first:
            self.wrong("valid", "valid")
        return first, last + timedelta(days=1)

    def pages(self) -> Pages:
        """Its languages, as complete as the rules of publishing want them."""
        found = {language: self._page(language) for language in LANGUAGES if language in self.table}
        try:
            check_pages(found, self.file.stem)
        except Stop as stop:
            said = say(stop.refusal.key, "en", **stop.refusal.args)
            raise ConfigError(stop.refusal.key, **stop.refusal.args, said=said) from None
        return found

    def _page(self, language: str) -> Page:
        table = self.table[language]
        if not isinstance(table, dict) or not all(isinstance(table.get(name), str) for name in ("title", "text")):
            self.wrong(language, "page")
        if strange := table.keys() - {"title", "text", "words"}:
            self.wrong(f"{language}.{min(strange)}", "unknown", known="text, title, words")
        words = table.get("words", [])
        if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
            self.wrong(f"{language}.words", "words")
        return Page(title=table["title"], text=table["text"].strip(), words=tuple(words))

    def people(self) -> tuple[ContactPerson, ...]:
        found = self.table.get("people", [])
        if not isinstance(found, list) or not found:
            self.wrong("people", "people")
        return tuple(self._person(one) for one in found)

    def _person(self, one: object) -> ContactPerson:
        fields = one if isinstance(one, dict) else {}
        name, extension, duty = (fields.get(key, "") for key in ("name", "extension", "duty"))
        if not all(isinstance(value, str) for value in (name, extension, duty)) or not name or not extension:
            self.wrong("people", "people")
        return ContactPerson(name, extension, duty)


def rolls(file: Path) -> bool:
    """Whether its time counts from the day on which it is published. ConfigError when it is no TOML."""
    return _Source(file, BULLETIN | ARTICLE).days is not None


def read_bulletin(file: Path, zone: str, at: datetime) -> PublishBulletin:
    """The command that publishes a file `at` that moment; `zone` is the centre's. ConfigError names file, line and
    reason."""
    source = _Source(file, BULLETIN)
    acknowledge = source.table.get("acknowledge", False)
    if not isinstance(acknowledge, bool):
        source.wrong("acknowledge", "yes_no")
    valid_from, valid_to = source.valid(zone, at)
    return PublishBulletin(
        bulletin_id=file.stem,
        department=source.department(),
        pages=source.pages(),
        to=source.words("to"),
        acknowledge=acknowledge,
        valid_from=valid_from,
        valid_to=valid_to,
        from_file=True,
    )


def read_article(file: Path, zone: str, at: datetime) -> PublishArticle:
    """The command that publishes a file `at` that moment; `zone` is the centre's. ConfigError names file, line and
    reason."""
    source = _Source(file, ARTICLE)
    valid_from, valid_to = source.valid(zone, at)
    return PublishArticle(
        article_id=file.stem,
        department=source.department(),
        pages=source.pages(),
        people=source.people(),
        categories=source.words("categories"),
        valid_from=valid_from,
        valid_to=valid_to,
        from_file=True,
    )
