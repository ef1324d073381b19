"""Answers to asks: read as people type them, checked, and said again in a language.

Digits, points, colons and dashes may be full width, as an input method leaves them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta

from agent_tui.blueprints.conditions import Value
from agent_tui.blueprints.facts import VARIABLES
from agent_tui.blueprints.model import Ask
from agent_tui.domain.money import Money
from agent_tui.domain.money import parse as parse_money
from agent_tui.domain.scrub import scrub
from agent_tui.errors import InputError
from agent_tui.i18n.catalog import say

TYPES = ("choice", "yes_no", "number", "money", "date", "moment", "text")
LIMITED = ("number", "money", "date", "moment", "text")
"""Types that take `low` and `high`."""

_YES = {"y", "yes", "1", "true", "是", "对", "好", "はい", "ok"}
_NO = {"n", "no", "2", "0", "false", "否", "不", "不是", "いいえ"}
_HALF = {0xFF01 + n: chr(0x21 + n) for n in range(94)} | {0x3000: " ", 0x3002: ".", 0xFF0E: "."}


_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")


def _digits(text: str, least: int, most: int) -> bool:
    return text.isascii() and text.isdigit() and least <= len(text) <= most


FORMATS: dict[str, Callable[[str], bool]] = {
    "any": lambda text: True,
    "digits": lambda text: _digits(text, 1, 32),
    "phone": lambda text: _digits(text.lstrip("+").replace("-", "").replace(" ", ""), 7, 15),
    "card_tail": lambda text: _digits(text, 4, 4),
    "terminal": lambda text: text.isascii() and text.isalnum() and 8 <= len(text) <= 15,
    "merchant": lambda text: _digits(text, 8, 15),
    "month": lambda text: _MONTH.fullmatch(text) is not None,
    "email": lambda text: text.count("@") == 1 and "." in text.partition("@")[2] and " " not in text,
}
"""How a text answer may look."""


def read(ask: Ask, raw: Value | None, today: str = "") -> Value:
    """The checked answer to `ask`. InputError with a key under `blueprint.answer` says what would be right."""
    if ask.type == "yes_no":
        return _yes_no(raw)
    if ask.type == "choice":
        return _choice(ask, raw)
    if isinstance(raw, bool):
        raise InputError(f"blueprint.answer.{ask.type}" if ask.type != "text" else "blueprint.answer.empty")
    text = str("" if raw is None else raw).strip()
    if not text:
        raise InputError("blueprint.answer.empty")
    if ask.type == "text":
        return _text(ask, text)
    text = text.translate(_HALF)
    match ask.type:
        case "number":
            return _within(ask, raw if isinstance(raw, int) else _number(text))
        case "money":
            return _within(ask, raw if isinstance(raw, int) else _money(text))
        case "date":
            return _day(ask, text, today)
        case _:
            return _moment(ask, text, today)


def _yes_no(raw: Value | None) -> bool:
    if isinstance(raw, bool):
        return raw
    text = str(raw or "").strip().translate(_HALF).lower()
    if text in _YES:
        return True
    if text in _NO:
        return False
    raise InputError("blueprint.answer.yes_no")


def _choice(ask: Ask, raw: Value | None) -> str:
    """By id, or by its number on the screen."""
    ids = [choice.id for choice in ask.choices]
    text = str("" if raw is None else raw).strip().translate(_HALF)
    if text in ids:
        return text
    if _digits(text, 1, 3) and 1 <= int(text) <= len(ids):
        return ids[int(text) - 1]
    raise InputError("blueprint.answer.choice", count=len(ids))


def _text(ask: Ask, text: str) -> str:
    least, most = ask.low or 1, ask.high or 500
    if not least <= len(text) <= most:
        raise InputError("blueprint.answer.length", low=least, high=most)
    if ask.format == "any":
        if scrub(text).found:
            raise InputError("blueprint.answer.card")
        return text
    half = text.translate(_HALF)
    # A newer centre may have formats that this program does not know: it takes them as they are typed.
    if not FORMATS.get(ask.format, FORMATS["any"])(half):
        raise InputError(f"blueprint.answer.format.{ask.format}")
    return half


def _number(text: str) -> int:
    plain = text.replace(",", "")
    if not _digits(plain.removeprefix("-"), 1, 12):
        raise InputError("blueprint.answer.number")
    return int(plain)


def _money(text: str) -> int:
    try:
        return parse_money(text).minor
    except ValueError:
        raise InputError("blueprint.answer.money") from None


def _within(ask: Ask, value: Value) -> int:
    number = int(value)
    low, high = ask.low, ask.high
    if (low is not None and number < low) or (high is not None and number > high):
        shown: Callable[[int], str] = (lambda n: str(Money(n))) if ask.type == "money" else str
        key = "blueprint.answer.least" if high is None else "blueprint.answer.most" if low is None else ""
        raise InputError(key or "blueprint.answer.range", low=shown(low or 0), high=shown(high or 0))
    return number


def _parse_day(text: str, today: str) -> date | None:
    plain = text.replace("/", "-").replace(".", "-")
    if _digits(plain, 8, 8):
        plain = f"{plain[:4]}-{plain[4:6]}-{plain[6:]}"
    pieces = plain.split("-")
    if len(pieces) == 2 and today:
        pieces = [today[:4], *pieces]
    if len(pieces) != 3 or not all(_digits(piece, 1, 4) for piece in pieces):
        return None
    try:
        return date(*(int(piece) for piece in pieces))
    except ValueError:
        return None


def _day(ask: Ask, text: str, today: str) -> str:
    day = _parse_day(text, today)
    if day is None:
        raise InputError("blueprint.answer.date")
    _near(ask, day, today)
    return day.isoformat()


def _near(ask: Ask, day: date, today: str) -> None:
    """`low` and `high` of a date count days from today; without a known today nothing is judged."""
    if not today or (ask.low is None and ask.high is None):
        return
    base = date.fromisoformat(today)
    first = base + timedelta(days=ask.low) if ask.low is not None else date.min
    last = base + timedelta(days=ask.high) if ask.high is not None else date.max
    if not first <= day <= last:
        raise InputError("blueprint.answer.date_range", low=first.isoformat(), high=last.isoformat())


def _moment(ask: Ask, text: str, today: str) -> str:
    day_text, _, clock = text.replace("T", " ").rpartition(" ")
    day = _parse_day(day_text.strip() or today, today)
    hour, _, minute = clock.partition(":")
    if day is None or not (_digits(hour, 1, 2) and _digits(minute, 2, 2) and int(hour) < 24 and int(minute) < 60):
        raise InputError("blueprint.answer.moment")
    _near(ask, day, today)
    return datetime(day.year, day.month, day.day, int(hour), int(minute)).isoformat(timespec="minutes")  # noqa: DTZ001


def spoken(value: Value, type_: str, language: str, choices: Mapping[str, str] | None = None) -> str:
    """How a value is said: a choice by its label, a date as people write it, money with its decimals."""
    if choices and isinstance(value, str) and value in choices:
        return choices[value]
    if isinstance(value, bool):
        return say("blueprint.yes" if value else "blueprint.no", language)
    if type_ == "money" and isinstance(value, int):
        return str(Money(value))
    if type_ in ("date", "moment") and isinstance(value, str):
        return _spoken_day(value, language)
    if type_ == "word":
        key = f"blueprint.word.{value}"
        said = say(key, language)
        return str(value) if said == key else said
    return str(value)


def _spoken_day(value: str, language: str) -> str:
    day, _, clock = value.partition("T")
    try:
        parsed = date.fromisoformat(day)
    except ValueError:
        return value
    month = say(f"blueprint.month.{parsed.month}", language)
    said = say("blueprint.date", language, year=parsed.year, month=month, day=parsed.day)
    return f"{said} {clock}" if clock else said


def variable_type(name: str) -> str:
    """The type of a declared variable, `text` of any other."""
    variable = VARIABLES.get(name)
    return variable.type if variable else "text"
