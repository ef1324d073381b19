"""Folders of a run of tests, storms or measurements, and what a run that was killed left of them: removed at the next
start, and only where the process that made them is gone.

Whoever makes a folder holds a lock in it for as long as it lives, however it ends. A lock says more than a process
number, which may be another program's by now, or of another container.
"""

from __future__ import annotations

import atexit
import fcntl
import os
import shutil
import tempfile
import time
from pathlib import Path

OWNER = ".owner"
"""The file in a folder that its process holds locked."""
MARKED_S = 3600.0
"""A folder without that file is somebody's who is just making it, unless it is older than this."""

_held: dict[Path, int] = {}
"""Folder → descriptor of the lock in it; closed with the process."""
_swept: set[tuple[str, Path]] = set()
"""Where this process has looked already."""


def _drop_all(maker: int) -> None:
    """At the end of the process that made them, not of a copy of it."""
    if os.getpid() == maker:
        for folder in tuple(_held):
            drop(folder)


atexit.register(_drop_all, os.getpid())


def own(prefix: str, base: str | None = None) -> Path:
    """A new folder of this process in `base` (the system's for temporary files); what dead ones left there under this
    prefix goes."""
    place = Path(base or tempfile.gettempdir())
    if (prefix, place) not in _swept:
        _swept.add((prefix, place))
        sweep(prefix, place)
    made = Path(tempfile.mkdtemp(prefix=prefix, dir=place))
    lock = os.open(made / OWNER, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)
    _held[made] = lock
    return made


def drop(folder: Path) -> None:
    """It is needed no more."""
    lock = _held.pop(folder, None)
    shutil.rmtree(folder, ignore_errors=True)
    if lock is not None:
        os.close(lock)


def sweep(prefix: str, place: Path) -> list[Path]:
    """Remove the folders that nobody holds; those that are removed."""
    gone = [path for path in place.glob(f"{prefix}*") if path not in _held and _abandoned(path)]
    for path in gone:
        shutil.rmtree(path, ignore_errors=True)
    return gone


def _abandoned(folder: Path) -> bool:
    try:
        lock = os.open(folder / OWNER, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return _age_s(folder) > MARKED_S
    except OSError:
        return False  # another person's
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    finally:
        os.close(lock)
    return True


def _age_s(folder: Path) -> float:
    try:
        return time.time() - folder.stat().st_mtime
    except OSError:
        return 0.0
