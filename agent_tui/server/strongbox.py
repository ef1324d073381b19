"""The key that opens what desks sealed for this server: X25519, in a file of its own beside the database."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from agent_tui.errors import Corrupt
from agent_tui.wire.sealed import Content, named, unseal

_content = msgspec.json.Decoder(Content)


class Strongbox:
    """Opens boxes; the private key never leaves it."""

    def __init__(self, private: bytes) -> None:
        own = X25519PrivateKey.from_private_bytes(private)
        self._private = private
        self.key = named(own.public_key().public_bytes_raw())

    @classmethod
    def beside(cls, database: Path) -> Strongbox:
        """The one of a database: `<database>.escrow`, made with mode 0600 the first time. Corrupt if it holds no key."""
        path = database.with_name(database.name + ".escrow")
        if not path.exists():
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(os.urandom(32))
        try:
            return cls(path.read_bytes())
        except ValueError:
            raise Corrupt("vault.error.escrow_key", path=str(path)) from None

    def open(self, box: bytes) -> Content | None:
        """The command in a box; None when it was not closed for this server, or is damaged."""
        try:
            return _content.decode(unseal(self._private, box))
        except (ValueError, msgspec.DecodeError):
            return None
