"""What the further arguments of an action may look like: text on the wire, of one kind each, and never guessed at."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

MONTH = "month"
DAY = "day"
WORD = "word"
TEXT = "text"
PHONE = "phone"

KINDS: dict[str, str] = {
    "month": MONTH,
    "way": WORD,
    "fee": WORD,
    "until": DAY,
    "mobile": PHONE,
    "transaction": TEXT,
    "level": WORD,
}
"""Argument of `domain.actions` → its kind."""
CHOICES: dict[str, tuple[str, ...]] = {"way": ("email", "sms", "post")}
"""What a form offers to choose from: a statement goes only to what is on record."""
EARLIEST, LATEST = timedelta(hours=-12), timedelta(hours=14)
"""Of the time zones there are: a day is over when it is over in all of them, and has not begun before it has in one."""
_FORMS = {
    MONTH: re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])"),
    DAY: re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"),
    WORD: re.compile(r"[a-z][a-z0-9_]{0,39}"),
    PHONE: re.compile(r"\+?[0-9][0-9 ()-]{5,24}"),
}


def right(name: str, value: str) -> bool:
    """Whether `value` is of the kind of the argument `name`. What was left out is empty, and right here: whether it is
    needed is for the action to say."""
    kind = KINDS[name]
    if not value or kind == TEXT:
        return True
    return _FORMS[kind].fullmatch(value) is not None and (kind != DAY or _is_day(value))


def out_of_time(name: str, value: str, now: datetime) -> str:
    """Key of the sentence that says why a rightly written `value` cannot be meant at `now`: a limit that was over before it
    began, the statement of a month that has not begun. Empty when it can."""
    if not value or KINDS[name] not in (DAY, MONTH):
        return ""
    if KINDS[name] == DAY:
        return "domain.day_over" if date.fromisoformat(value) < (now + EARLIEST).date() else ""
    return "domain.month_to_come" if value > f"{now + LATEST:%Y-%m}" else ""


def wanted_form(name: str) -> str:
    """Key of the sentence that says what the argument must look like; it calls the argument `name`."""
    sentences = {MONTH: "domain.wrong_month", DAY: "domain.wrong_day", PHONE: "domain.mobile_needed"}
    return sentences.get(KINDS[name], "domain.wrong_word")


def _is_day(value: str) -> bool:
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True
