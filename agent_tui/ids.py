"""Identifiers: opaque strings with a type, UUIDv7 makers, and short ticket numbers people can read out.

UUIDv7: RFC 9562 section 5.7. The check digit of a ticket number is ISO 7064 MOD 11-10 over its digits.
"""

from __future__ import annotations

import re
import secrets
import time
import unicodedata
import uuid
from contextlib import suppress
from datetime import date
from typing import NewType

AgentId = NewType("AgentId", str)
ContactId = NewType("ContactId", str)
CustomerId = NewType("CustomerId", str)
TicketId = NewType("TicketId", str)
NoteId = NewType("NoteId", str)
GroupId = NewType("GroupId", str)
CommandId = NewType("CommandId", str)
DeviceId = NewType("DeviceId", str)

_last_ms = 0
_last_rand = 0


def uuid7() -> str:
    """A new UUIDv7 as text; ids made by one process sort in the order they were made."""
    global _last_ms, _last_rand
    ms = time.time_ns() // 1_000_000
    if ms <= _last_ms:
        ms = _last_ms
        _last_rand += 1 + secrets.randbelow(1 << 20)
    else:
        _last_rand = secrets.randbits(73)
    _last_ms = ms
    rand = _last_rand & ((1 << 74) - 1)
    value = (ms << 80) | (0x7 << 76) | ((rand >> 62) << 64) | (0b10 << 62) | (rand & ((1 << 62) - 1))
    return str(uuid.UUID(int=value))


def derived(namespace: str, *parts: str) -> str:
    """A deterministic id (UUIDv5) so that a system command repeated after a takeover is the same command."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "agent-tui:" + "/".join((namespace, *parts))))


def command_id() -> CommandId:
    return CommandId(uuid7())


def uuid7_ms(value: str) -> int:
    """Milliseconds since 1970 in a UUIDv7."""
    return uuid.UUID(value).int >> 80


def _check_digit(digits: str) -> str:
    p = 10
    for ch in digits:
        s = (p + int(ch)) % 10 or 10
        p = (s * 2) % 11
    return str((11 - p) % 10)


def ticket_number(day: str, n: int) -> str:
    """`yymmdd` + running number + check digit, e.g. `261122-0042-7`."""
    digits = f"{day}{n:04d}"
    return f"{day}-{n:04d}-{_check_digit(digits)}"


def ticket_number_ok(text: str) -> bool:
    """Whether a ticket number read out or typed carries the right check digit."""
    digits = text.replace("-", "")
    return len(digits) >= 11 and digits.isdigit() and _check_digit(digits[:-1]) == digits[-1]


_DASH = "[-‐‑‒–—−ー]"
"""What keyboards and input methods make of a dash; full-width ones are folded before."""
_TYPED = re.compile(rf"(?<![0-9A-Za-z])(\d{{6}}){_DASH}(\d{{4,}}){_DASH}(\d)(?![0-9A-Za-z])", re.ASCII)
_RUN_TOGETHER = re.compile(r"(?<![0-9A-Za-z])(\d{6})(\d{4})(\d)(?![0-9A-Za-z])", re.ASCII)
_FIRST_YEAR = 20
"""Of the century. Phone numbers of eleven digits begin with 0 or 1 and are never taken for a ticket's."""


def misheard_ticket_number(text: str) -> str | None:
    """The first number in what people typed that has a ticket number's form and a wrong check digit, with its dashes.

    Without dashes only what begins with a day counts as one: orders have numbers of eleven digits too.
    """
    plain = unicodedata.normalize("NFKC", text)
    found = [*_TYPED.findall(plain), *(parts for parts in _RUN_TOGETHER.findall(plain) if _is_day(parts[0]))]
    numbers = ("-".join(parts) for parts in found)
    return next((number for number in numbers if not ticket_number_ok(number)), None)


def _is_day(digits: str) -> bool:
    with suppress(ValueError):
        return int(digits[:2]) >= _FIRST_YEAR and bool(date.fromisoformat(f"20{digits}"))
    return False
