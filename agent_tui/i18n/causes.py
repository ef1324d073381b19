"""What readers of JSON, TOML and rules say in English, said in the reader's language by kind: `Expected int, got str`
becomes `should be a whole number, not text`. What is not known here stays as it was."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

Say = Callable[..., str]
_ORDER = {"<=": "most", "<": "below", ">=": "least", ">": "above"}
_KINDS = frozenset({"int", "str", "float", "bool", "array", "object", "null", "datetime", "date"})
_PATTERNS = (
    (r"Expected `(?P<right>\w+)(?: \| null)?`, got `(?P<given>\w+)`", "kind"),
    (r"Expected `\w+` of length (?P<order><=|>=|<|>) (?P<n>\d+)", "length"),
    (r"Expected `\w+` (?P<order><=|>=|<|>) (?P<n>-?[\d.]+)", "bound"),
    (r"Expected `str` matching regex '(?P<what>.*)'", "pattern"),
    (r"Object missing required field `(?P<what>.*)`", "missing"),
    (r"Object contains unknown field `(?P<what>.*)`", "unknown"),
    (r"Invalid value", "no_value"),
    (r"Invalid (?:enum )?value '?(?P<what>.*?)'?", "value"),
    (r"Invalid RFC3339 encoded \w+", "moment"),
    (r"Input data was truncated", "cut"),
    (r"JSON is malformed: .* \(byte (?P<n>\d+)\)", "json"),
    (r"Expected '=' after a key in a key/value pair", "equals"),
    (r"Cannot overwrite a value|Cannot declare .* twice|Duplicate inline table key .*", "twice"),
    (r"Unterminated string", "quote"),
    (r"Unclosed (?:array|inline table)|Expected '\]' at the end of a table declaration", "bracket"),
    (r"Illegal character .*", "character"),
    (r"Expected newline or end of document after a statement|Invalid statement", "statement"),
    (r"unexpected token `(?P<what>.*)`", "token"),
    (r"unexpected end of input", "end"),
    (r"for policy `\w+`, attribute `(?P<what>.*)` in context for .* not found", "no_fact"),
    (r"for policy `\w+`, attribute `(?P<what>.*)` on entity type `\w+` not found", "no_fact"),
    (r"for policy `\w+`, unrecognized action `Action::\"(?P<what>.*)\"`", "no_action"),
    (r"for policy `\w+`, unrecognized entity type `(?P<what>.*)`", "no_type"),
    (r"(?:for policy `\w+`, )?(?:the types \w+ and \w+ are not compatible|unexpected type: .*)", "types"),
)
"""English sentence → message `error.cause.*`."""
_PLACE = re.compile(r"(?P<cause>.*?)(?: - at `\$(?P<path>.*)`| \(at line (?P<line>\d+), column (?P<column>\d+)\))?")


@cache
def _compiled() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(pattern), key) for pattern, key in _PATTERNS)


def in_words(text: str, say: Say) -> str:
    """`text` said by `say` (key and arguments → sentence), with the place it names; itself when it is no known cause."""
    found = _PLACE.fullmatch(text.replace(" (at end of document)", ""))
    if found is None:
        return text
    said = _cause(found["cause"], say)
    if said is None:
        return text
    if found["line"]:
        return say("error.cause.at_line", cause=said, line=found["line"], column=found["column"])
    path = (found["path"] or "").lstrip(".")
    return say("error.cause.at_field", cause=said, field=path) if path else said


def _cause(text: str, say: Say) -> str | None:
    for pattern, key in _compiled():
        found = pattern.fullmatch(text)
        if found is not None:
            args = {name: value for name, value in found.groupdict().items() if value is not None}
            for name in {"right", "given"} & args.keys():
                args[name] = say(f"error.kind.{args[name]}") if args[name] in _KINDS else args[name]
            order = args.pop("order", None)
            return say(f"error.cause.{key}_{_ORDER[order]}" if order else f"error.cause.{key}", **args)
    return None
