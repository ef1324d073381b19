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


class ServerSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Table `[server]`, for `agent-tui serve`."""

    database: str = ""
    """Path of the database; empty means `server.db` in the data folder."""
    host: str = "127.0.0.1"
    port: Port = 8420
    """0 takes a free one."""
    centre: str = ""
    """Folder that describes the centre; empty means the one in force (`config.data`)."""
    policy: str = ""
    """Folder of the policy; empty means the one in force."""


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
