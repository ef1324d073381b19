"""One desk per profile: an OS lock on a file, gone with the process that held it."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from agent_tui.errors import StoreLocked


class ProfileLock:
    """Held from `take` to `release`, or until the process ends in whatever way."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._fd = -1

    def take(self) -> ProfileLock:
        """StoreLocked, with the number of the other process, when another desk has this profile open."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        fd = os.open(self._folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            other = os.pread(fd, 16, 0).decode(errors="replace").strip() or "?"
            os.close(fd)
            raise StoreLocked("desk.store.in_use", folder=str(self._folder), pid=other) from None
        os.ftruncate(fd, 0)
        os.pwrite(fd, str(os.getpid()).encode(), 0)
        self._fd = fd
        return self

    def release(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1
