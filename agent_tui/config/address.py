"""Addresses of servers: which are on this machine, and which a password may travel to."""

from __future__ import annotations

from urllib.parse import urlsplit

from agent_tui.errors import UsageError

LOOPBACK = ("127.0.0.1", "localhost", "::1")
"""Hosts that are this machine, as a URL names them."""


def check(url: str, *, plain: bool = False) -> str:
    """`url`, if it can be the address of a server. UsageError otherwise, and for a server on another machine without
    TLS unless `plain` says that the line is protected."""
    try:
        parts = urlsplit(url)
        right = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        right = False
    if not right:
        raise UsageError("tui.start.bad_url", url=url)
    if parts.scheme == "http" and parts.hostname not in LOOPBACK and not plain:
        raise UsageError("tui.start.plain_url", url=url)
    return url
