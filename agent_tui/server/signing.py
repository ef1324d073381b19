"""The key that signs checkpoints: Ed25519, in a file of its own beside the database; its public half lies next to it.

<database>.signing       the private key, 32 bytes, mode 0600
<database>.signing.pub   `ed25519:<hex>`, to be handed to whoever verifies
"""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from agent_tui.errors import Corrupt

ALGORITHM = "ed25519"


def _named(data: bytes) -> str:
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
    try:
        Ed25519PublicKey.from_public_bytes(_bytes(key)).verify(_bytes(signature), data)
    except (ValueError, InvalidSignature):
        return False
    return True


class Signer:
    """Signs; the private key never leaves it."""

    def __init__(self, private: bytes) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(private)
        self.key = _named(self._private.public_key().public_bytes_raw())

    @classmethod
    def beside(cls, database: Path) -> Signer:
        """The signer of a database; its key is made the first time. Corrupt when the file holds no key."""
        path = database.with_name(database.name + ".signing")
        if not path.exists():
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(os.urandom(32))
        try:
            signer = cls(path.read_bytes())
        except ValueError:
            raise Corrupt("audit.error.signing_key", path=str(path)) from None
        public_path(database).write_text(signer.key + "\n", encoding="ascii")
        return signer

    def sign(self, data: bytes) -> str:
        """`ed25519:<hex>`."""
        return _named(self._private.sign(data))


def public_path(database: Path) -> Path:
    """Where the public key of a database's signer lies."""
    return database.with_name(database.name + ".signing.pub")
