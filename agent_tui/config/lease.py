"""The lease of a cache: how long this device may keep what the server showed it, and the half of the key that goes.

The key of the cache is made of two halves: one is kept with the keys of the profile (`secrets`), the other lies in the
file `lease`. When the lease is over, or the device is wiped, that file goes, and nobody can read the cache any more:
not with the password either. Times are of the wall clock; a clock that was put back ends the lease, since nobody can
say how long it has lasted.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from pathlib import Path

import msgspec

from agent_tui.clock import wall
from agent_tui.config import paths

_HALF = 32
BACK_S = 120.0
"""A clock may be corrected by this much; a lease granted later than that from now on was granted by another clock."""


class _Kept(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The file `lease`; bytes travel as base64."""

    half: bytes
    granted: float
    until: float
    tag: bytes
    """Proof that whoever wrote it had the keys of the profile."""


def _mix(key: bytes, purpose: bytes, *parts: bytes) -> bytes:
    return hmac.new(key, b"agent-tui/" + purpose + b"\0" + b"\0".join(parts), hashlib.sha256).digest()


class Lease:
    """Of one profile. `until` is 0 before the first grant: there is nothing in the cache to protect then."""

    def __init__(self, folder: Path, kept_half: bytes) -> None:
        """`kept_half`: the 32 bytes that the profile's keys hold for the cache."""
        self._file = folder / "lease"
        self._own = kept_half
        self.granted = self.until = 0.0
        self.lasts_s = 0.0
        """What was granted last, real seconds; known also once it is over."""
        self._half = os.urandom(_HALF)
        self._ended = False
        self.ran_out = False
        """The one that was found on disk was over: what it had let this device keep is gone."""
        self.fresh = not self._take_up()
        """Nothing was there to go on with: an older cache cannot be read."""

    def key(self) -> bytes:
        """The 32 bytes that open the cache for as long as the lease lasts."""
        return _mix(self._own, b"cache", self._half)

    def left_s(self) -> float:
        """Real seconds until it is over; 0 when it is, or was never granted."""
        now = wall().timestamp()
        return max(0.0, self.until - now) if now >= self.granted - BACK_S else 0.0

    @property
    def over(self) -> bool:
        """It was granted once and has run out."""
        return self.until > 0 and self.left_s() <= 0

    def grant(self, seconds: float) -> None:
        """The server allows another `seconds` from now. On disk when this returns. OSError. Nothing after `end`: the
        answer to a renewal may still be under way when the device is wiped."""
        if self._ended:
            return
        self.granted = wall().timestamp()
        self.until = self.granted + seconds
        self.lasts_s = seconds
        kept = _Kept(half=self._half, granted=self.granted, until=self.until, tag=self._tag())
        paths.write_private(self._file, msgspec.json.encode(kept))

    def drop(self) -> None:
        """The half is overwritten and gone, here and on disk; `key` is a new one that opens nothing there was."""
        erase(self._file)
        self._half = os.urandom(_HALF)
        self.granted = self.until = 0.0

    def end(self) -> None:
        """Dropped for good: this device keeps nothing any more."""
        self._ended = True
        self.drop()

    def _tag(self) -> bytes:
        said = repr((self.granted, self.until)).encode()
        return _mix(self._own, b"lease", self._half, said)

    def _take_up(self) -> bool:
        """Go on with the lease on disk, if there is one that still lasts; anything else is dropped."""
        try:
            kept = msgspec.json.decode(self._file.read_bytes(), type=_Kept)
        except (OSError, msgspec.DecodeError):
            erase(self._file)
            return False
        new, self._half, self.granted, self.until = self._half, kept.half, kept.granted, kept.until
        if hmac.compare_digest(self._tag(), kept.tag):
            self.lasts_s = kept.until - kept.granted
            if not self.over:
                return True
            self.ran_out = True
        erase(self._file)
        self._half, self.granted, self.until = new, 0.0, 0.0
        return False


def erase(file: Path) -> None:
    """Overwrite a small file, then remove it. Nothing happens where there is none."""
    try:
        with file.open("r+b") as old:
            old.write(os.urandom(max(1, file.stat().st_size)))
            old.flush()
            os.fsync(old.fileno())
    except FileNotFoundError:
        return
    file.unlink(missing_ok=True)
