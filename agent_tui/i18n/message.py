"""What rules and services return instead of text."""

from __future__ import annotations

import msgspec


class Msg(msgspec.Struct, frozen=True):
    """A message key (`area.name`) and what fills it; the `tui` and the `cli` say it in the reader's language."""

    key: str
    args: dict[str, str | int | float] = {}


def msg(key: str, **args: str | int | float) -> Msg:
    return Msg(key, args)
