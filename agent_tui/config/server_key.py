"""Whose signature a desk believes: the key of its server, kept at first sight or named by an administrator.

The rules of authority and the scripts come signed. A desk that took the key from the same answer as what it signs would
believe whoever stands in for the server; so the first key it meets is kept in the profile, and no other is gone by
until somebody names one who knows it from elsewhere (`--server-key`, `desk.server_key`).
"""

from __future__ import annotations

import re
from pathlib import Path

from agent_tui.errors import UsageError

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
        """Empty before the first sight of a server, or when the file is damaged."""
        if self._named:
            return self._named
        try:
            kept = self._file.read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError):
            return ""
        return kept if _FORM.fullmatch(kept) else ""

    def meet(self, told: str) -> str:
        """The key to go by when the server says that its is `told`; kept from now on."""
        going_by = self.key() or told
        if going_by and (not self._file.exists() or self._named):
            self._file.write_text(going_by + "\n", encoding="ascii")
        return going_by
