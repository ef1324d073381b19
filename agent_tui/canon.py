"""Canonical JSON (RFC 8785, for the values we allow) and hashes that name their algorithm.

Numbers are integers within 2**53: money is minor units, times are text. A float is refused, so that the
number formatting rules of RFC 8785 section 3.2.2.3 are never needed.
"""

from __future__ import annotations

import hashlib
import hmac
import json

ALGORITHM = "sha256"
_MAX_INT = 2**53


class NoCanonicalForm(ValueError):
    """A number that readers of JSON would not agree on."""


def _check(value: object) -> None:
    if value is None or isinstance(value, str | bool):
        return
    if isinstance(value, int):
        if abs(value) > _MAX_INT:
            raise NoCanonicalForm(f"integer {value} does not survive JSON; send it as text")
        return
    if isinstance(value, list | tuple):
        for item in value:
            _check(item)
        return
    if isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str):
                raise TypeError(f"object key {key!r} is not text")
            _check(item)
        return
    raise TypeError(f"{type(value).__name__} has no canonical form here")


def _sorted(value: object) -> object:
    if isinstance(value, dict):
        # RFC 8785 section 3.2.3 sorts by UTF-16 code units.
        return {k: _sorted(value[k]) for k in sorted(value, key=lambda k: k.encode("utf-16-be"))}
    if isinstance(value, list | tuple):
        return [_sorted(item) for item in value]
    return value


def canonical(value: object) -> bytes:
    """The one byte sequence of `value` (None, bool, int, str, list, dict). TypeError for anything else,
    NoCanonicalForm for an integer beyond 2**53."""
    _check(value)
    return json.dumps(_sorted(value), ensure_ascii=False, separators=(",", ":")).encode()


def digest(data: bytes) -> str:
    """`sha256:<hex>` of `data`; the algorithm id lets SM3 follow later."""
    return f"{ALGORITHM}:{hashlib.sha256(data).hexdigest()}"


def fingerprint(value: object) -> str:
    """The digest of the canonical form of `value`."""
    return digest(canonical(value))


def keyed(key: bytes, data: bytes) -> str:
    """`hmac-sha256:<hex>`; the keyed-hash token by which a person is found without storing the name in clear."""
    return f"hmac-{ALGORITHM}:{hmac.new(key, data, hashlib.sha256).hexdigest()}"


def chain(previous: str, payload: bytes) -> str:
    """The next link of a hash chain: sha256(0x00 || previous || payload)."""
    return digest(b"\x00" + previous.encode() + payload)
