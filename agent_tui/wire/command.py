"""A command on its way: envelope there, outcome back."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

from agent_tui.domain.commands import Command


class Intent(msgspec.Struct, frozen=True, kw_only=True):
    """When and how it was decided, as intervals: the client's wall clock decides nothing."""

    age_ms: int = 0
    """Milliseconds between the key and this sending, on the monotonic clock."""
    offline: bool = False
    """Decided while the server was out of reach."""
    withdrawn: bool = False
    """Too late to be done now: say what became of it, and if nothing did, never do it, whatever is still on its way."""


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """Body of POST /v1/commands. The header Idempotency-Key repeats `id`, If-Match repeats `if_match`."""

    id: str
    """UUIDv7 made once, on disk before the first send, never made anew."""
    command: Command
    if_match: int | None = None
    """Version of the target the person saw; None where it does not matter."""
    intent: Intent = Intent()


MAX_BATCH = 20
"""Commands in one batch at most."""


class Queued(Envelope, frozen=True, kw_only=True):
    """A command among others: what `Envelope` says, and what it comes after."""

    lane: Annotated[str, msgspec.Meta(max_length=200)] = ""
    """Commands of one lane are tried in their order: after one of which nothing is kept, those behind it are not tried.
    Without a lane it stands in nobody's way, and nobody in its."""


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """Body of POST /v1/commands/batch: the oldest first, each under its own id, once."""

    commands: Annotated[tuple[Queued, ...], msgspec.Meta(max_length=MAX_BATCH)]


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    audit_seq: int
    audit_hash: str


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a command; byte for byte the same when asked again with the same id."""

    id: str
    outcome: str
    """`applied`, `refused`, `awaiting_approval`, `conflict`, `expired`."""
    feed_seq: int = 0
    version: int | None = None
    receipt: Receipt | None = None
    value: str | None = None
    """The revealed field; only in the first answer, never stored."""
    expires_s: int | None = None
    """Seconds after which a revealed value must be gone from the screen."""
    problem: str = ""
    """Name of the problem that said no; set where the answer is read, a server sends the problem itself."""
    needs_level: int | None = None
    """The level that could do or approve it, from that problem."""


class StatusRequest(msgspec.Struct, frozen=True, kw_only=True):
    ids: tuple[str, ...]


class StatusAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Outcomes the server knows; an id that is missing was never committed."""

    outcomes: tuple[Outcome, ...]
    at: datetime


class Result(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What POST /v1/commands would have answered to one command of a batch; one of `outcome` and `problem` is there."""

    id: str
    status: int
    """As the answer's own."""
    replayed: bool = False
    """It was known already, and said again."""
    outcome: msgspec.Raw = msgspec.Raw(b"null")
    """`Outcome`, byte for byte."""
    problem: msgspec.Raw = msgspec.Raw(b"null")
    """`Problem`, byte for byte."""


class BatchAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One result for each command of the batch, in its order."""

    results: tuple[Result, ...]
