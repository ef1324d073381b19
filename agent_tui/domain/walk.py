"""A walk through a blueprint as it was seen: node by node, with what stood in the blanks, in which language and when.

With the version that the walk is pinned to, every sentence can be printed again word for word.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

MOVES = ("start", "advance", "back", "jump", "deviate", "language", "learn")
"""How somebody came to a node; `language` and `learn` change what stands there without leaving it."""
MOST_SEEN = 400
"""Sights of one walk that are kept."""


class Seen(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One node as it stood on the screen."""

    at_ms: int
    """Milliseconds since the walk began, on the monotonic clock."""
    node: str
    move: str
    language: str
    """Spoken to the customer."""
    house: str
    """Of what is meant for the agent: hints, work orders."""
    said: dict[str, str] = {}
    """Placeholder → as it was said to the customer; a blank is not in it."""
    noted: dict[str, str] = {}
    """Placeholder → as it was written for the agent."""
    found: dict[str, str] = {}
    """Fact of a look-up → as it was shown."""
    blanks: tuple[str, ...] = ()
    """What stood as `____`."""
    number: int = 1
    """How many nodes were shown so far, this one included."""
    done: str = ""
    """The lasting outcome it already had."""
    answer: str = ""
    """What was answered here, as it is said; the outcome of what was done."""
    deviation: str = ""
    """Why the agent left the script here."""


class Walk(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    blueprint: str
    """`id@version`."""
    began: datetime
    """Business time as the desk reckoned it; for people to read, it decides nothing."""
    seen: tuple[Seen, ...]
    lasted_ms: int
    """From the first sight to the end of the record."""
    ended: bool = False
    """An end node was reached."""
    draft: bool = False
    """Walked in an author's draft, which is no released version."""
    missed: tuple[str, ...] = ()
    """Mandatory sentences that a deviation left unsaid."""
