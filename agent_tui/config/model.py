"""Settings of one person on one machine: frozen, complete, with the defaults written here and nowhere else."""

from __future__ import annotations

from typing import Annotated

import msgspec

Port = Annotated[int, msgspec.Meta(ge=0, le=65535)]


class DeskSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Table `[desk]`."""

    theme: str = "dark"
    """Name of a theme file, without its ending."""
    profile: str = "default"
    """Which of the person's profiles a desk opens when none is named."""
    drafts: str = ""
    """Folder of an author's blueprint drafts, shown at this desk only; empty for none."""
    server_key: str = ""
    """`ed25519:<hex>`, the key that signs this server's rules; empty keeps the first one that a profile meets."""
    lock_minutes: Annotated[int, msgspec.Meta(ge=1, le=15)] = 15
    """A desk that nobody touches for so long is locked; 15 at most (PCI DSS 8.2.8)."""


class ServerSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Table `[server]`, for `agent-tui serve`."""

    database: str = ""
    """Path of the database, or the URL of one on PostgreSQL; empty means `server.db` in the data folder."""
    keys: str = ""
    """Folder of the key files of a database on PostgreSQL; empty means the data folder."""
    host: str = "127.0.0.1"
    port: Port = 8420
    """0 takes a free one."""
    centre: str = ""
    """Folder that describes the centre; empty means the one in force (`config.data`)."""
    policy: str = ""
    """Folder of the policy; empty means the one in force."""
    tls_cert: str = ""
    """File of the certificate chain (PEM); empty serves without TLS, for this machine or behind a proxy that has it."""
    tls_key: str = ""
    """File of its key; empty means that it stands in the certificate's file."""
    tls_client_ca: str = ""
    """File of the authorities whose certificates desks must show; empty asks for none."""
    proxies: str = ""
    """Addresses of proxies, comma between, whose word about where a request comes from is believed."""
    requests_per_s: Annotated[float, msgspec.Meta(ge=0)] = 50.0
    """Requests a second that one session may send in the long run; 0 sets no limit."""
    body_kib: Annotated[int, msgspec.Meta(ge=16, le=65_536)] = 256
    """The largest request, in KiB."""


class TlsSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Table `[tls]`, for a desk whose server is behind https."""

    ca: str = ""
    """File of the authorities (PEM) that may speak for the server; empty means those of the system."""
    cert: str = ""
    """File of the certificate this desk shows, where the server asks for one."""
    key: str = ""
    """File of its key; empty means that it stands in the certificate's file."""
    plain: bool = False
    """Whether a server on another machine may be used without TLS, because the line is protected otherwise."""


class VaultSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Table `[vault]`: where keys of this machine's databases are kept."""

    backend: str = "file"
    """`keyring` (the system's own, if it is one we trust) or `file` (a vault under a passphrase). Never chosen by
    itself: a key must not move to another place because a package was installed."""


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    language: str | None = None
    """`zh`, `en` or `ja`; None follows the locale."""
    desk: DeskSettings = DeskSettings()
    server: ServerSettings = ServerSettings()
    vault: VaultSettings = VaultSettings()
    tls: TlsSettings = TlsSettings()
