"""Keys of the databases on this machine: where they are kept, and never anywhere by accident.

    keyring   the system's own store, and only one of TRUSTED: the `keyring` package by itself would take a plain-text
              file, or a backend that stores nothing, if such a package is installed
    file      a vault beside the profile's databases, opened by the person's password: Argon2id makes its key (RFC 9106),
              AES-256-GCM seals the keys. After a change of password the old one opens it once more
    plain     a key file, mode 0600, for the demo and for simulation: the people in there are made up

Which one is a setting (`vault.backend`); it is never chosen by itself, since a key that moves is a key that is lost.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import threading
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

import msgspec

from agent_tui.config import paths
from agent_tui.config.lease import erase
from agent_tui.errors import ConfigError, StoreError


class Trusted(NamedTuple):
    """One store of secrets that is believed."""

    module: str
    kind: str
    system: str
    """Where there is one (`sys.platform`)."""


TRUSTED = {
    "secret_service": Trusted("keyring.backends.SecretService", "Keyring", "linux"),
    "macos": Trusted("keyring.backends.macOS", "Keyring", "darwin"),
    "windows": Trusted("keyring.backends.Windows", "WinVaultKeyring", "win32"),
}
"""Backends that keep a secret under the person's login, by what `doctor` calls them."""
BACKENDS = ("file", "keyring")
_SERVICE = "agent-tui"
_NAMES = ("cache", "journal")
_KEY, _DEVICE = 32, 16
_WHOLE = _KEY * len(_NAMES) + _DEVICE
"""Bytes of all keys of a profile and of its device's id."""
ARGON2ID = {"memory_kib": 64 * 1024, "passes": 3, "lanes": 4}
"""The second choice of RFC 9106 §4: 64 MiB, a few tenths of a second on a desk's machine."""
_VAULTS = threading.Lock()
"""Held while a vault is written or destroyed: a wipe comes at any moment, also while a new password is being sealed."""


class Keys:
    """The keys of one profile and the id of its device."""

    def __init__(self, data: bytes, backend: str = "file") -> None:
        self._data = data
        self.backend = backend
        self.device = data[-_DEVICE:].hex()

    def of(self, name: str) -> bytes:
        """The 32 bytes of `cache` or `journal`."""
        at = _NAMES.index(name) * _KEY
        return self._data[at : at + _KEY]

    @property
    def public(self) -> str:
        """Of the key that the device signs with, `ed25519:<hex>`."""
        return f"ed25519:{self._signer().public_key().public_bytes_raw().hex()}"

    def sign(self, text: bytes) -> str:
        """`ed25519:<hex>`, in the name of this device."""
        return f"ed25519:{self._signer().sign(text).hex()}"

    def _signer(self) -> Any:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        seed = hmac.new(self._data, b"agent-tui/device-key", hashlib.sha256).digest()
        return Ed25519PrivateKey.from_private_bytes(seed)


class Found(msgspec.Struct, frozen=True):
    """What became of one trusted backend here."""

    name: str
    usable: bool
    reason: str = ""
    """Why not: kind of the error or what it said; never a secret."""


def open_keys(backend: str, folder: Path, password: str) -> Keys:
    """The keys of a profile from the backend that the settings name; `password` is for `file` only.

    ConfigError for a backend there is not, or one that does not work here; StoreError for a wrong password.
    """
    if backend == "keyring":
        return keyring(folder.name)
    if backend == "file":
        return vault(folder, password)
    raise ConfigError("config.vault_unknown", backend=backend, known=", ".join(BACKENDS))


def plain(folder: Path) -> Keys:
    """Keys of made-up people, unwrapped in a file only its owner may read: for the demo and for simulation."""
    file = folder / "keys"
    if not file.exists():
        paths.write_private(file, os.urandom(_WHOLE))
    data = file.read_bytes()
    if len(data) != _WHOLE:
        raise StoreError("config.vault_damaged", file=str(file))
    return Keys(data)


def destroy(backend: str, folder: Path) -> None:
    """The keys of a profile are gone, whatever else is kept of it: nobody can read its databases any more.

    ConfigError when the keyring refuses; the files are overwritten first.
    """
    with _VAULTS:
        for name in ("lease", "vault.json", "keys"):
            erase(folder / name)
    if backend == "keyring":
        _forget_in_keyring(folder.name)


# ---- the vault file ----------------------------------------------------------------------------------------------


class _Vault(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`vault.json`; bytes travel as base64."""

    kdf: Literal["argon2id"]
    memory_kib: Annotated[int, msgspec.Meta(ge=8, le=2**20)]
    passes: Annotated[int, msgspec.Meta(ge=1, le=50)]
    lanes: Annotated[int, msgspec.Meta(ge=1, le=64)]
    salt: bytes
    nonce: bytes
    sealed: bytes


def vault(folder: Path, password: str) -> Keys:
    """The keys of a profile, made when there are none. StoreError when the password does not open them."""
    file = folder / "vault.json"
    if file.exists():
        return Keys(_open(_read(file), password))
    data = os.urandom(_WHOLE)
    paths.write_private(file, _sealed(data, password))
    return Keys(data)


def reseal(folder: Path, keys: Keys, password: str) -> None:
    """From now on the vault opens with `password`: the person's new one, once the server accepted it. Keys that were
    destroyed meanwhile stay destroyed."""
    file = folder / "vault.json"
    sealed = _sealed(keys._data, password)
    with _VAULTS:
        if file.exists():
            paths.write_private(file, sealed)


def _sealed(data: bytes, password: str) -> bytes:
    salt, nonce = os.urandom(16), os.urandom(12)
    made = _Vault(kdf="argon2id", **ARGON2ID, salt=salt, nonce=nonce, sealed=b"")
    sealed = _lock(made, password).encrypt(nonce, data, _SERVICE.encode())
    return msgspec.json.encode(msgspec.structs.replace(made, sealed=sealed))


def _read(file: Path) -> _Vault:
    try:
        return msgspec.json.decode(file.read_bytes(), type=_Vault)
    except (msgspec.DecodeError, OSError):
        raise StoreError("config.vault_damaged", file=str(file)) from None


def _lock(made: _Vault, password: str) -> Any:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

    made_by = Argon2id(
        salt=made.salt, length=32, iterations=made.passes, lanes=made.lanes, memory_cost=made.memory_kib
    )
    return AESGCM(made_by.derive(password.encode()))


def _open(made: _Vault, password: str) -> bytes:
    from cryptography.exceptions import InvalidTag

    try:
        return bytes(_lock(made, password).decrypt(made.nonce, made.sealed, _SERVICE.encode()))
    except InvalidTag:
        raise StoreError("tui.start.vault_closed") from None


# ---- the system's keyring ----------------------------------------------------------------------------------------


def trusted_backends() -> tuple[Found, ...]:
    """Every backend of the allow-list, usable here or why not. Imports `keyring` (a quarter of a second)."""
    return tuple(_probe(name) for name in TRUSTED)


def _probe(name: str) -> Found:
    trusted = TRUSTED[name]
    try:
        # `priority` raises where the backend cannot work: no D-Bus, another system.
        usable = float(getattr(import_module(trusted.module), trusted.kind).priority) > 0
    except Exception as error:
        return Found(name, False, str(error).splitlines()[0] if str(error) else type(error).__name__)
    return Found(name, usable)


def _backend() -> Any:
    for found in trusted_backends():
        if found.usable:
            trusted = TRUSTED[found.name]
            return getattr(import_module(trusted.module), trusted.kind)()
    raise ConfigError("config.vault_no_keyring", known=", ".join(TRUSTED))


def keyring(profile: str) -> Keys:
    """The keys of a profile from the system's keyring, made when there are none. ConfigError when it refuses."""
    backend = _backend()
    from keyring.errors import KeyringError

    try:
        kept = backend.get_password(_SERVICE, profile)
        if kept is None:
            kept = os.urandom(_WHOLE).hex()
            backend.set_password(_SERVICE, profile, kept)
    except KeyringError as error:
        raise ConfigError("config.vault_keyring_refused", reason=type(error).__name__) from None
    return Keys(bytes.fromhex(kept), "keyring")


def _forget_in_keyring(profile: str) -> None:
    backend = _backend()
    from keyring.errors import KeyringError, PasswordDeleteError

    try:
        backend.delete_password(_SERVICE, profile)
    except PasswordDeleteError:
        return
    except KeyringError as error:
        raise ConfigError("config.vault_keyring_refused", reason=type(error).__name__) from None
