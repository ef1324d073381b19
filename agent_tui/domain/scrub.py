"""What must never be kept is blacked out before anything is stored: card numbers and secrets (product rule 6).

A card number is 13 to 19 digits, in groups or not, whose Luhn sum (ISO/IEC 7812-1 annex B) is right. A secret is three
or more digits that follow a word such as CVV, PIN or 密码. Digits become █; the rest of the text stays as it was typed.
"""

from __future__ import annotations

import re

import msgspec

from agent_tui.domain.text import fold

BLOCK = "█"
CARD, CODE, SECRET = "card_number", "security_code", "secret"
"""What can be found; `domain.found.<name>` says it."""

_GAP = "[ \\t\u00a0\u2000-\u200f\u2010-\u2015\u202f\u2060\u2212\u3000\ufeff\u00ad.·•-]{0,3}"
_RUN = re.compile(rf"[0-9](?:{_GAP}[0-9])*")
_GROUP = re.compile("[0-9]+")
_FILL = (
    "(?:[\\s:=,'\"()\\[\\]<>/\u3000\u2000-\u200f\u2010-\u2015\u2060\ufeff，、：＝「」『』（）【】《》“”‘’.·•_-]"
    "|是|为|為|就|叫|的|了|码|碼|号|號|数字|數字|[后後末]?[三四六]位|は|が|の|を|も|です|コード|番号|番號"
    "|\\b(?:is|was|are|code|number|no|num|the|my|it|to|digits?)\\b){0,10}"
)
_WORDS = {
    CODE: "(?<![a-z])(?:cvv2?|cvc2?|cvn2?|csc)(?![a-z])|安全码|安全碼|セキュリティコード|security code",
    SECRET: (
        "(?<![a-z])(?:pin|otp|pwd|passwd|password|passcode)(?![a-z])|密码|密碼|口令|验证码|驗證碼|动态码"
        "|暗証番号|暗證番號|パスワード"
    ),
}
_SECRETS = tuple(
    (name, re.compile(rf"(?:{words}){_FILL}([0-9](?:{_GAP}[0-9]){{2,}})", re.IGNORECASE))
    for name, words in _WORDS.items()
)


class Scrubbed(msgspec.Struct, frozen=True):
    """The text that may be kept, and what was blacked out in it (empty when nothing was)."""

    text: str
    found: tuple[str, ...] = ()


def luhn(digits: str) -> bool:
    """Whether the last of `digits` (ASCII) is the check digit of those before it."""
    total = 0
    for place, ch in enumerate(reversed(digits)):
        n = int(ch) * (1 + place % 2)
        total += n - 9 if n > 9 else n
    return total % 10 == 0


def _cards(plain: str) -> list[tuple[int, int]]:
    """Spans of whole groups of digits that together look like a card number."""
    spans = []
    for run in _RUN.finditer(plain):
        groups = [m.span() for m in _GROUP.finditer(plain, *run.span())]
        for first in range(len(groups)):
            digits = ""
            for start, end in groups[first : first + 19]:
                digits += plain[start:end]
                if len(digits) > 19:
                    break
                if len(digits) >= 13 and luhn(digits):
                    spans.append((groups[first][0], end))
    return spans


def _black(text: str, plain: str, spans: list[tuple[int, int]]) -> str:
    out = list(text)
    for start, end in spans:
        for place in range(start, end):
            if plain[place].isascii() and plain[place].isdigit():
                out[place] = BLOCK
    return "".join(out)


def scrub(text: str) -> Scrubbed:
    """`text` with card numbers and secrets blacked out. Total: any text in; scrubbing twice changes nothing more."""
    found: list[str] = []
    while True:
        plain = fold(text)
        spans = {CARD: _cards(plain)}
        spans |= {name: [m.span(1) for m in pattern.finditer(plain)] for name, pattern in _SECRETS}
        if not any(spans.values()):
            return Scrubbed(text, tuple(found))
        found += [name for name, places in spans.items() if places and name not in found]
        text = _black(text, plain, [place for places in spans.values() for place in places])
