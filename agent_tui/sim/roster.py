"""Who signs in for a shift of robots, and how busy it is."""

from __future__ import annotations

import msgspec


class Logins(msgspec.Struct, frozen=True, kw_only=True):
    """Login and password of the observer, the link, each colleague, supervisors who only sign, and people of departments,
    who see to work orders."""

    observer: tuple[str, str]
    link: tuple[str, str]
    colleagues: tuple[tuple[str, str], ...]
    signers: tuple[tuple[str, str], ...] = ()
    clerks: tuple[tuple[str, str], ...] = ()


class Floorful(msgspec.Struct, frozen=True, kw_only=True):
    """How busy it is."""

    seed: int = 1
    peak_per_hour: float = 200.0
    """Arrivals an hour when the curve of the day is at its top."""
    flat: bool = False
    """The same rate all day instead of the curve."""
    zone: str = "Asia/Shanghai"
    last_seq: int = 0
    """Requests of the link up to this number were answered before."""
