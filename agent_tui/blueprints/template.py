"""Texts with `{placeholders}`: found and filled by scanning. What is filled in is never looked at again.

`{{` and `}}` stand for braces. A placeholder without a value becomes a visible blank, so that a sentence can
always be said and never shows a bare `{name}`.
"""

from __future__ import annotations

from collections.abc import Callable

BLANK = "____"


class BadTemplate(ValueError):
    """A brace without its partner, or something between braces that is no name; `at` is its offset in the text."""

    def __init__(self, at: int) -> None:
        super().__init__(at)
        self.at = at


def _named(text: str) -> bool:
    return bool(text) and all(part.replace("_", "a").isalnum() and part.isascii() for part in text.split("."))


def parts(text: str) -> tuple[tuple[str, str | None], ...]:
    """`(literal before, placeholder after it or None)`, in order. BadTemplate if it is none."""
    found: list[tuple[str, str | None]] = []
    literal: list[str] = []
    at = 0
    while at < len(text):
        ch = text[at]
        if ch in "{}" and text[at : at + 2] == ch * 2:
            literal.append(ch)
            at += 2
        elif ch == "{":
            end = text.find("}", at)
            if end < 0 or not _named(text[at + 1 : end]):
                raise BadTemplate(at)
            found.append(("".join(literal), text[at + 1 : end]))
            literal.clear()
            at = end + 1
        elif ch == "}":
            raise BadTemplate(at)
        else:
            literal.append(ch)
            at += 1
    return (*found, ("".join(literal), None))


def names(text: str) -> tuple[str, ...]:
    """Placeholders in a template, in order."""
    return tuple(name for _, name in parts(text) if name)


def single(text: str) -> str | None:
    """The placeholder, if the template is nothing else."""
    match parts(text):
        case (("", str() as name), ("", None)):
            return name
    return None


def fill(text: str, say: Callable[[str], str | None]) -> tuple[str, tuple[str, ...]]:
    """The text with each placeholder said, and the names for which `say` had nothing (now `____`)."""
    out: list[str] = []
    blanks: list[str] = []
    for literal, name in parts(text):
        out.append(literal)
        if name is not None:
            value = say(name)
            if not value:
                blanks.append(name)
            out.append(value or BLANK)
    return "".join(out), tuple(blanks)
