"""The key that signs checkpoints and the policy: Ed25519, in a file of its own beside the database; its public half lies next to it.

<database>.signing       the private key, 32 bytes, mode 0600
<database>.signing.pub   `ed25519:<hex>`, to be handed to whoever verifies
"""

from __future__ import annotations

from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from agent_tui.domain.centre import Bundle
from agent_tui.errors import Corrupt
from agent_tui.server import at_rest
from agent_tui.server.place import Where, beside
from agent_tui.wire import signed


class Signer:
    """Signs; the private key never leaves it."""

    def __init__(self, private: bytes) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(private)
        self.key = signed.named(self._private.public_key().public_bytes_raw())

    @classmethod
    def beside(cls, database: Where) -> Signer:
        """The signer of a database; its key is made the first time. Corrupt when the file holds no key."""
        database = beside(database)
        path = private_path(database)
        try:
            signer = cls(at_rest.make_once(path))
        except ValueError:
            raise Corrupt("audit.error.signing_key", path=str(path)) from None
        public_path(database).write_text(signer.key + "\n", encoding="ascii")
        return signer

    def bundle(self, bundle: Bundle) -> Bundle:
        """The bundle with its signature."""
        return msgspec.structs.replace(bundle, signature=self.sign(signed.text_of(bundle)))

    def sign(self, data: bytes) -> str:
        """`ed25519:<hex>`."""
        return signed.named(self._private.sign(data))


def private_path(database: Path) -> Path:
    """Where its private key lies."""
    return database.with_name(database.name + ".signing")


def public_path(database: Path) -> Path:
    """Where the public key of a database's signer lies."""
    return database.with_name(database.name + ".signing.pub")
