"""Signed bundles: what exactly is signed, and whether a signature is good. Every key and signature names its algorithm.

`cryptography` is imported only where something is signed or checked, which no first paint waits for.
"""

from __future__ import annotations

import msgspec

from agent_tui import canon
from agent_tui.domain.centre import Bundle

ALGORITHM = "ed25519"
_PURPOSE = b"agent-tui/bundle/1\n"
"""Begins what is signed, so that a signature for another purpose never fits."""


def named(data: bytes) -> str:
    """`ed25519:<hex>`."""
    return f"{ALGORITHM}:{data.hex()}"


def _bytes(text: str) -> bytes:
    """ValueError for another algorithm or what is no hex."""
    algorithm, _, digits = text.partition(":")
    if algorithm != ALGORITHM:
        raise ValueError(algorithm)
    found = bytes.fromhex(digits)
    if found.hex() != digits:  # one signature, one spelling
        raise ValueError(digits)
    return found


def good(key: str, signature: str, data: bytes) -> bool:
    """Whether `signature` over `data` is that of `key`; False for anything unreadable."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(_bytes(key)).verify(_bytes(signature), data)
    except (ValueError, InvalidSignature):
        return False
    return True


def text_of(bundle: Bundle) -> bytes:
    """What is signed: which bundle it is, and the digest of its text."""
    return _PURPOSE + canon.canonical({"id": bundle.id, "kind": bundle.kind, "revision": bundle.revision})


def trusted(bundle: Bundle, key: str) -> bool:
    """Whether the text is the one that the holder of `key` signed as this very bundle."""
    if not key or canon.digest(bundle.text.encode()) != bundle.revision:
        return False
    return good(key, bundle.signature, text_of(bundle))


def sign(bundle: Bundle, private: bytes) -> tuple[Bundle, str]:
    """The bundle signed with a private key of 32 bytes, and the public key that shows it."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.from_private_bytes(private)
    signature = named(key.sign(text_of(bundle)))
    return msgspec.structs.replace(bundle, signature=signature), named(key.public_key().public_bytes_raw())
