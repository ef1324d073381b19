"""The centre as its own files describe it: `scripts/centre/*.toml` → groups, categories, calendars, people.

Whatever is wrong is an error that names file, key and reason, and the nearest right word: a group that does not exist
must be found here, not when a call falls through.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from agent_tui.config.centre_bounds import BOUNDS, within
from agent_tui.config.toml import line_of, read_toml
from agent_tui.domain.agent import Agent
from agent_tui.domain.calendar import Calendar
from agent_tui.domain.centre import Category, Group, Names, Overflow
from agent_tui.domain.complaint import ComplaintClocks
from agent_tui.domain.review import IN_FULL, Stratum
from agent_tui.errors import ConfigError

S = TypeVar("S", bound=msgspec.Struct)


class Entitlement(msgspec.Struct, frozen=True, kw_only=True):
    """A VIP service and the tiers that have it."""

    id: str
    names: Names
    tiers: tuple[str, ...]


class CentreSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Figures of the whole centre; seconds of business time unless said otherwise."""

    name: Names
    timezone: str = "Asia/Shanghai"
    short_abandon_s: int = 5
    answer_within_s: int = 20
    service_level_target: float = 0.80
    abandonment_target: float = 0.05
    offer_timeout_s: int = 15
    approval_on_line_s: int = 900
    """How long a request for a co-sign waits while the customer is on the line."""
    approval_s: int = 14_400
    """How long it waits otherwise."""
    break_glass_level: int = 3
    """The least level of both people who break the glass."""
    effect_level: int = 3
    """The least level of who finds out what became of an effect of unknown outcome."""
    delegation_days: int = 30
    """A delegation ends after so many days at the latest."""
    complaint_general_s: int = 86_400
    """A general complaint has its first response within this."""
    complaint_serious_s: int = 14_400
    complaint_crisis_s: int = 1_800
    complaint_legal_days: int = 15
    """Whoever complained is told the decision within so many days."""
    step_up_s: int = 300
    """How long an authentication counts, in real seconds; the policy may ask for a fresher one."""
    token_s: int = 900
    """A session that is not renewed ends after so many real seconds."""
    session_s: int = 43_200
    """After so many real seconds somebody signs in anew, however often the session was renewed."""
    lease_s: int = 43_200
    """A desk that hears nothing from the server erases what it was shown after so many real seconds: one shift."""
    reveal_s: int = 60
    """A revealed field is gone from the screen after so many real seconds."""
    reveals_per_hour: int = 20
    """Fields one person may reveal within an hour."""
    searches_per_hour: int = 120
    """Searches for customers one person may make within an hour."""
    free_tries: int = 5
    """Failures at one login before it must wait."""
    free_tries_from_address: int = 100
    """Failures from one address before it must wait."""
    block_s: int = 30
    """The first wait, in real seconds; it doubles with each failure."""
    longest_block_s: int = 3_600
    """No wait is longer."""
    review_full: tuple[Stratum, ...] = IN_FULL
    """What post-hoc supervision looks at in full; `break_glass` always is."""
    review_confidence: float = 0.95
    review_error_rate: float = 0.05
    """Of the rest, as many of each team, action and level as show an error with `review_confidence` if the share of
    errors is `review_error_rate`; both between 0 and 1."""
    review_quick_s: float = 5.0
    """An approval signed within this time was not read."""
    review_alone_s: float = 1800.0
    """A reveal after which nothing is done for the customer within this time is looked at."""
    review_due_days: int = 7
    review_again_share: float = 0.05
    """Share of the reviews that another reviewer makes again, 0 to 1."""


class Centre(msgspec.Struct, frozen=True, kw_only=True):
    groups: tuple[Group, ...]
    categories: tuple[Category, ...]
    calendars: tuple[Calendar, ...]
    people: tuple[Agent, ...]
    entitlements: tuple[Entitlement, ...]
    settings: CentreSettings


class _File:
    """One TOML file being read: knows how to blame a place in it."""

    def __init__(self, folder: Path, name: str) -> None:
        self.path = folder / name
        self.table, self._text = read_toml(self.path)

    def wrong(self, key: str, reason: str, near: str = "") -> ConfigError:
        line = line_of(self._text, key.partition("[")[0]) or line_of(self._text, key.rpartition(".")[2])
        kind = "config.centre_wrong_near" if near else "config.centre_wrong"
        return ConfigError(kind, file=str(self.path), line=line, setting=key, reason=reason, near=near)

    def struct(self, value: object, kind: type[S], where: str) -> S:
        """One struct of `value`, which must hold nothing the struct does not know."""
        if isinstance(value, dict):
            self._known(value, kind, where)
        try:
            return msgspec.convert(value, kind)
        except msgspec.ValidationError as error:
            reason, _, path = str(error).replace("`", "'").partition(" - at '$")
            inside = path.rstrip("'").split("[")[0].split(".")[:2]
            raise self.wrong(where + ".".join(inside), reason) from None

    def _known(self, value: Mapping[str, object], kind: type[msgspec.Struct], where: str) -> None:
        fields = {field.name: field.type for field in msgspec.structs.fields(kind)}
        for name, inner in value.items():
            if name not in fields:
                near = get_close_matches(name, fields, 1)
                raise self.wrong(f"{where}.{name}", ", ".join(fields), near[0] if near else "")
            if fields[name] is Names and isinstance(inner, dict):
                self._known(inner, Names, f"{where}.{name}")
            if name == "overflow" and isinstance(inner, list):
                for step in inner:
                    self._known(step, Overflow, f"{where}.{name}")

    def rows(self, name: str, kind: type[S]) -> tuple[S, ...]:
        """All `[[name]]` of the file; their ids differ."""
        given = self.table.get(name, [])
        if not isinstance(given, list):
            raise self.wrong(name, f"[[{name}]]")
        found: dict[str, S] = {}
        for at, value in enumerate(given, 1):
            label = str(value.get("id") or at) if isinstance(value, dict) else str(at)
            row = self.struct(value, kind, f"{name}[{label}]")
            if label in found:
                raise self.wrong(f"{name}[{label}]", "id")
            found[label] = row
        return tuple(found.values())

    def says(self, name: str, id: str) -> frozenset[str]:
        """What the `[[name]]` of this id gives a value."""
        given = self.table.get(name)
        tables = given if isinstance(given, list) else []
        return next((frozenset(one) for one in tables if isinstance(one, dict) and one.get("id") == id), frozenset())

    def only(self, *names: str) -> None:
        """No table of another name stands in this file."""
        for name in self.table:
            if name not in names:
                near = get_close_matches(name, names, 1)
                raise self.wrong(name, ", ".join(names), near[0] if near else "")

    def among(self, where: str, given: Iterable[str], right: Iterable[str]) -> None:
        """Every word given is one of the right ones."""
        known = list(right)
        for word in given:
            if word not in known:
                near = get_close_matches(word, known, 1, 0.5)
                raise self.wrong(where, f"'{word}'", near[0] if near else "")


TIERS = ("standard", "gold", "platinum", "vip")
LANGUAGES = ("zh", "en", "ja")


def load(folder: Path) -> Centre:
    """Read the six files of `folder`. ConfigError for anything missing, misspelt, of the wrong kind or without target."""
    calendars = _calendars(_File(folder, "calendars.toml"))
    settings = _settings(_File(folder, "settings.toml"))
    groups = _groups(_File(folder, "groups.toml"), calendars, settings)
    ids = [group.id for group in groups]
    clocks = _complaint_clocks(settings)
    return Centre(
        groups=tuple(msgspec.structs.replace(group, complaint=clocks) for group in groups),
        categories=_categories(_File(folder, "categories.toml"), ids),
        calendars=calendars,
        people=_people(_File(folder, "people.toml"), ids),
        entitlements=_entitlements(_File(folder, "entitlements.toml")),
        settings=settings,
    )


def _complaint_clocks(settings: CentreSettings) -> ComplaintClocks:
    return ComplaintClocks(
        general_s=settings.complaint_general_s,
        serious_s=settings.complaint_serious_s,
        crisis_s=settings.complaint_crisis_s,
        legal_days=settings.complaint_legal_days,
    )


def _zone(file: _File, where: str, name: str) -> None:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise file.wrong(where, f"'{name}'") from None


def _calendars(file: _File) -> tuple[Calendar, ...]:
    file.only("calendar")
    rows = file.rows("calendar", Calendar)
    for row in rows:
        _zone(file, f"calendar[{row.id}].timezone", row.timezone)
        last = max((holiday.last for holiday in row.holidays), default=None)
        if row.holidays_to and last and row.holidays_to < last:
            raise file.wrong(f"calendar[{row.id}].holidays_to", f">= {last}")
    return rows


def _groups(file: _File, calendars: tuple[Calendar, ...], settings: CentreSettings) -> tuple[Group, ...]:
    """A group that names no target of its own has the centre's."""
    file.only("group")
    rows = file.rows("group", Group)
    usual = {"target_s": settings.answer_within_s, "target_share": settings.service_level_target}
    ids = [row.id for row in rows]
    for row in rows:
        here = f"group[{row.id}]"
        file.among(f"{here}.calendar", [row.calendar], (calendar.id for calendar in calendars))
        file.among(f"{here}.kind", [row.kind], ("skill", "department"))
        file.among(f"{here}.languages", row.languages, LANGUAGES)
        for step in row.overflow:
            file.among(f"{here}.overflow.to", step.to, ids)
            file.among(f"{here}.overflow.tiers", step.tiers, TIERS)
        file.among(f"{here}.tiers", row.tiers, TIERS)
        if not 0 <= row.target_share <= 1:
            raise file.wrong(f"{here}.target_share", "0 … 1")
    by_id = {calendar.id: calendar for calendar in calendars}
    return tuple(
        msgspec.structs.replace(
            row,
            hours=by_id[row.calendar],
            **{name: value for name, value in usual.items() if name not in file.says("group", row.id)},
        )
        for row in rows
    )


def _categories(file: _File, groups: list[str]) -> tuple[Category, ...]:
    file.only("category")
    rows = file.rows("category", Category)
    for row in rows:
        file.among(f"category[{row.id}].group", [row.group], groups)
        file.among(f"category[{row.id}].serves", filter(None, [row.serves]), ("person", "merchant"))
    return rows


def _people(file: _File, groups: list[str]) -> tuple[Agent, ...]:
    file.only("person")
    rows = file.rows("person", Agent)
    logins: set[str] = set()
    known = [row.id for row in rows]
    for row in rows:
        here = f"person[{row.id}]"
        file.among(f"{here}.groups", (*row.groups, *row.second_groups), groups)
        file.among(f"{here}.languages", row.languages, LANGUAGES)
        file.among(f"{here}.level", [str(row.level)], "12345")
        file.among(f"{here}.manager", filter(None, [row.manager]), known)
        if row.login in logins:
            raise file.wrong(f"{here}.login", f"'{row.login}'")
        logins.add(row.login)
    return rows


def _entitlements(file: _File) -> tuple[Entitlement, ...]:
    file.only("entitlement")
    rows = file.rows("entitlement", Entitlement)
    for row in rows:
        file.among(f"entitlement[{row.id}].tiers", row.tiers, TIERS)
    return rows


def _settings(file: _File) -> CentreSettings:
    settings = file.struct(file.table, CentreSettings, "settings")
    _zone(file, "timezone", settings.timezone)
    for name in BOUNDS:
        if right := within(name, getattr(settings, name)):
            raise file.wrong(name, right)
    _supervision(file, settings)
    return settings


def _supervision(file: _File, settings: CentreSettings) -> None:
    """Shares are shares, and broken glass is always looked at."""
    for name in ("review_confidence", "review_error_rate"):
        if not 0 < getattr(settings, name) < 1:
            raise file.wrong(name, "0 < … < 1")
    file.among("review_full", settings.review_full, IN_FULL)
    if Stratum.BREAK_GLASS not in settings.review_full:
        raise file.wrong("review_full", Stratum.BREAK_GLASS.value)
