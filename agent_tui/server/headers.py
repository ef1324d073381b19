"""Headers of every answer, errors included: nothing is kept by a cache, guessed, framed or run by a browser."""

from __future__ import annotations

from litestar.types import Message, Scope

ALWAYS = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
_CACHE = (b"cache-control", b"no-store")
_TLS = (b"strict-transport-security", b"max-age=31536000")


async def add(message: Message, scope: Scope) -> None:
    """Before the head of an answer is sent."""
    if message["type"] != "http.response.start":
        return
    headers = list(message.get("headers", ()))
    present = {name.lower() for name, _ in headers}
    wanted = [*ALWAYS, _CACHE, *([_TLS] if scope["scheme"] == "https" else [])]
    message["headers"] = [*headers, *(pair for pair in wanted if pair[0] not in present)]
