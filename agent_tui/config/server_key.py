"""Whose signature a desk believes: the key of its server, kept at first sight or named by an administrator.

The rules of authority and the scripts come signed. A desk that took the key from the same answer as what it signs would
believe whoever stands in for the server; so the first key it meets is kept in the profile, and no other is gone by
until somebody names one who knows it from elsewhere (`--server-key`, `desk.server_key`).
"""

from __future__ import annotations

import re
from pathlib import Path

from agent_tui.config.paths import write_private
from agent_tui.errors import ConfigError, UsageError

FILE = "server.key"
_FORM = re.compile(r"ed25519:[0-9a-f]{64}")
_SHORT = 16


def check(key: str) -> str:
    """The key. UsageError for what is none."""
    if not _FORM.fullmatch(key):
        raise UsageError("config.server_key", given=short(key) or "-")
    return key


def short(key: str) -> str:
    """Its first digits, enough to tell two apart on the phone."""
    return key.partition(":")[2][:_SHORT] or key[:_SHORT]


class Pin:
    """The key that one profile goes by."""

    def __init__(self, folder: Path, named: str = "") -> None:
        """`folder` is the profile's. `named`: an administrator's word, which takes the place of what was kept."""
        self._file = folder / FILE
        self._named = named

    def key(self) -> str:
        """Empty before the first sight of a server. ConfigError for a file that is damaged: it was once kept, so that the
        next server that comes along may not take its place."""
        if self._named:
            return self._named
        try:
            kept = self._file.read_text(encoding="ascii").strip()
        except FileNotFoundError:
            return ""
        except (OSError, UnicodeDecodeError):
            kept = ""
        if not _FORM.fullmatch(kept):
            raise ConfigError("config.server_key_damaged", path=str(self._file))
        return kept

    def meet(self, told: str) -> str:
        """The key to go by when the server says that its is `told`; kept from now on. ConfigError as of `key`."""
        going_by = self.key() or told
        if going_by and (not self._file.exists() or self._named):
            write_private(self._file, f"{going_by}\n".encode("ascii"))
        return going_by
