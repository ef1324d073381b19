"""What an id may look like. Ids stand in clear in rows, audit and logs, so none may look like a number or an address that
belongs to a person: a phone, ID or card number, a mail address."""

from __future__ import annotations

import re

from agent_tui.domain.scrub import CARD, luhn, scrub

_FORM = re.compile(r"[\w.:@#/|~-]{0,200}", re.ASCII)
_MACHINE_MADE = re.compile(r"[a-z0-9-]+:[0-9a-f]{64}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""A digest or a UUID: one in a few hundred has digits in a row that could be those of a card."""
_SEP = r"[.:/|~@#_-]?"
_PERSONAL = (
    re.compile(r"[0-9]{11,}[Xx]?"),
    re.compile(rf"(?:.*[^0-9])?(?:(?:00)?86{_SEP})?1[3-9][0-9]{_SEP}[0-9]{{4}}{_SEP}[0-9]{{4}}(?:[^0-9].*)?"),
    re.compile(
        r"(?:.*[^0-9])?[0-9]{6}(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx](?:[^0-9].*)?"
    ),
    re.compile(r".*[\w.-]@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}"),
)
"""Nothing but digits, as many as a phone number has at least; a mobile number; an identity card's number with its date of
birth (GB 11643); a mail address."""
_CARD = re.compile(
    rf"(?<![0-9])(?:[0-9]{{13,19}}|[0-9]{{4}}(?:{_SEP}[0-9]{{4}}){{2,3}}(?:{_SEP}[0-9]{{1,3}})?)(?![0-9])"
)


def fit(text: str) -> bool:
    """Whether `text` may be an id. What programs make, digests and UUIDs, is taken whatever digits it has."""
    if _FORM.fullmatch(text) is None:
        return False
    typed = _MACHINE_MADE.sub("", text)
    if any(form.fullmatch(typed) for form in _PERSONAL):
        return False
    if set(scrub(typed).found) - {CARD}:
        return False
    return not any(luhn(re.sub(r"[^0-9]", "", found[0])) for found in _CARD.finditer(typed))
