"""Errors on the wire: RFC 9457 problem details, content type application/problem+json."""

from __future__ import annotations

import msgspec

from agent_tui.domain.centre import Edit

BASE = "https://agent-tui.example/problems/"
CONTENT_TYPE = "application/problem+json"

RETRY = frozenset({"slow-down", "unavailable", "not-tried"})
"""Problems after which the same command is sent again under the same id."""


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    type: str
    """BASE + one of: bad-request, not-signed-in, bad-credentials, step-up-required, not-permitted, device-revoked, limit-exceeded,
    refused, not-found, version-conflict, key-reused, cursor-too-old, command-expired,
    client-too-old, slow-down, not-tried, unavailable, internal."""
    title: str
    status: int
    detail: str = ""
    key: str = ""
    """Message key, so that the desk can say it in the reader's language."""
    args: dict[str, str | int] = {}
    reasons: tuple[dict[str, str], ...] = ()
    """Sentences of the rules that decided: language → text."""
    needs_level: int | None = None
    limit_minor: int | None = None
    current: int | None = None
    """Version of the row as it is now, with version-conflict."""
    edits: tuple[Edit, ...] = ()
    """Who changed that row since the version that was seen, the latest first, with version-conflict."""
    command_id: str | None = None
    retry_after_s: float | None = None

    @property
    def name(self) -> str:
        return self.type.removeprefix(BASE)


def problem(name: str, status: int, title: str, **more: object) -> Problem:
    return msgspec.convert({"type": BASE + name, "status": status, "title": title, **more}, Problem)
