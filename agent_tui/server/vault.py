"""Clear values of customers: AES-GCM under one key per customer, each wrapped by the key file beside the database.

To forget a customer, their key is destroyed; the audit chain, which holds commitments only, stays whole.
"""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from agent_tui import canon
from agent_tui.errors import Corrupt
from agent_tui.server import at_rest
from agent_tui.server.database import Tx
from agent_tui.server.place import Where, beside

_NONCE = 12


def _derive(root: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"agent-tui/" + purpose).derive(root)


def _seal(key: bytes, clear: bytes, bound_to: str) -> bytes:
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, clear, bound_to.encode())


def _open(key: bytes, sealed: bytes, bound_to: str) -> bytes:
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], bound_to.encode())
    except InvalidTag:
        raise Corrupt("server.error.wrong_key") from None


class Vault:
    """Encrypts, decrypts and makes search tokens; the root key never leaves it."""

    def __init__(self, root: bytes) -> None:
        self._wrap = _derive(root, b"wrap")
        self._search = _derive(root, b"search")
        self._commit = _derive(root, b"commit")
        self._command = _derive(root, b"command")
        self._keys: dict[bytes, bytes] = {}
        """Wrapped → key, so that a key that was destroyed is not found here either."""

    @classmethod
    def beside(cls, database: Where) -> Vault:
        """The vault of a database: reads `<database>.key`, made with mode 0600 the first time."""
        return cls(at_rest.root_key(beside(database)))

    def _key(self, tx: Tx, customer_id: str, *, make: bool) -> bytes | None:
        wrapped = tx.value("customer_key", customer_id=customer_id)
        if wrapped in self._keys:
            return self._keys[wrapped]
        if wrapped is not None:
            key = _open(self._wrap, wrapped, customer_id)
        elif make:
            key = AESGCM.generate_key(256)
            tx.run("customer_key_add", customer_id=customer_id, wrapped=_seal(self._wrap, key, customer_id))
            return key  # cached only once it was read back: this transaction may still roll back
        else:
            return None
        self._keys[wrapped] = key
        return key

    def put(self, tx: Tx, customer_id: str, field: str, clear: str) -> None:
        """Keep one clear value."""
        key = self._key(tx, customer_id, make=True)
        assert key is not None
        sealed = _seal(key, clear.encode(), f"{customer_id}/{field}")
        tx.run("secret_put", customer_id=customer_id, field=field, ciphertext=sealed)

    def get(self, tx: Tx, customer_id: str, field: str) -> str | None:
        """One clear value, None if there is none."""
        sealed = tx.value("secret", customer_id=customer_id, field=field)
        key = self._key(tx, customer_id, make=False)
        if sealed is None or key is None:
            return None
        return _open(key, sealed, f"{customer_id}/{field}").decode()

    def token(self, kind: str, form: str) -> str:
        """The keyed hash under which a form of a name or number is found; the form cannot be read back."""
        return canon.keyed(self._search, f"{kind}:{form}".encode())

    def commitment(self, data: bytes) -> str:
        """What the audit keeps in place of content."""
        return canon.keyed(self._commit, data)

    def keep_for(self, tx: Tx, customer_id: str, content: bytes) -> tuple[str, bytes] | None:
        """(commitment, ciphertext) of content about a customer, both under keys that end with the customer's own; None
        when there is no key."""
        key = self._key(tx, customer_id, make=False)
        if key is None:
            return None
        commitment = canon.keyed(_derive(key, b"commit"), content)
        return commitment, _seal(_derive(key, b"audit"), content, f"{customer_id}/{commitment}")

    def read_kept(self, tx: Tx, customer_id: str, commitment: str, sealed: bytes) -> bytes | None:
        """The content again; None once the customer's key is gone. Corrupt when it is not what was committed to."""
        key = self._key(tx, customer_id, make=False)
        if key is None:
            return None
        content = _open(_derive(key, b"audit"), sealed, f"{customer_id}/{commitment}")
        if canon.keyed(_derive(key, b"commit"), content) != commitment:
            raise Corrupt("server.error.wrong_key")
        return content

    def seal_command(self, command_id: str, body: bytes) -> bytes:
        return _seal(self._command, body, command_id)

    def open_command(self, command_id: str, sealed: bytes) -> bytes:
        return _open(self._command, sealed, command_id)
