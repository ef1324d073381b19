"""Sealed boxes: anybody with the server's public key can close one, only the server can open it.

    box = "asb1" · ephemeral public key (32) · AES-256-GCM(HKDF-SHA-256(X25519), nonce 0, content)

The key is used for one box only, so the nonce is fixed; both public keys are bound into it. (RFC 7748, 5869, 5116.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from agent_tui.domain.commands import Command

if TYPE_CHECKING:  # boxes are rare, and its library is heavy
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

ALGORITHM = "x25519"
MAGIC = b"asb1"
_NONCE = bytes(12)


class Content(msgspec.Struct, frozen=True, kw_only=True):
    """A command on its way in a box: what its maker decided, and who and where they were."""

    id: str
    agent_id: str
    device: str
    command: Command
    if_match: int | None = None
    made_ms: int
    """Real milliseconds since 1970, by the desk's clock."""


def named(key: bytes) -> str:
    return f"{ALGORITHM}:{key.hex()}"


def key_bytes(text: str) -> bytes:
    """ValueError for another algorithm, or what is no key."""
    algorithm, _, digits = text.partition(":")
    found = bytes.fromhex(digits)
    if algorithm != ALGORITHM or len(found) != 32:
        raise ValueError(algorithm)
    return found


def seal(public: bytes, content: bytes) -> bytes:
    """A box that only the owner of `public` (32 bytes) opens."""
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

    once = X25519PrivateKey.generate()
    mine = once.public_key().public_bytes_raw()
    shared = once.exchange(X25519PublicKey.from_public_bytes(public))
    return MAGIC + mine + _cipher(shared, mine, public).encrypt(_NONCE, content, MAGIC)


def unseal(private: bytes, box: bytes) -> bytes:
    """What is in a box. ValueError when it was closed for another key or is damaged."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

    theirs = box[len(MAGIC) : len(MAGIC) + 32]
    if not box.startswith(MAGIC) or len(theirs) != 32:
        raise ValueError("no box")
    own = X25519PrivateKey.from_private_bytes(private)
    shared = own.exchange(X25519PublicKey.from_public_bytes(theirs))
    cipher = _cipher(shared, theirs, own.public_key().public_bytes_raw())
    try:
        return bytes(cipher.decrypt(_NONCE, box[len(MAGIC) + 32 :], MAGIC))
    except InvalidTag:
        raise ValueError("closed for another key, or damaged") from None


def _cipher(shared: bytes, once: bytes, public: bytes) -> AESGCM:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    made = HKDF(algorithm=SHA256(), length=32, salt=once + public, info=b"agent-tui/box").derive(shared)
    return AESGCM(made)
