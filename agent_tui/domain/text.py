"""Reading digits and separators as people type them: full-width, other scripts, invisible characters between."""

from __future__ import annotations

import unicodedata


def fold(text: str) -> str:
    """`text` with every decimal digit as ASCII, character for character: positions do not move."""
    return "".join(ch if ch.isascii() else _folded(ch) for ch in text)


def _folded(ch: str) -> str:
    digit = unicodedata.digit(ch, None)
    if digit is not None:
        return str(digit)
    wide = ord(ch) - 0xFEE0
    return chr(wide) if 0x21 <= wide <= 0x7E else ch


def digits_of(text: str) -> str:
    """The digits of `text` in order, as ASCII."""
    return "".join(ch for ch in fold(text) if ch.isascii() and ch.isdigit())
