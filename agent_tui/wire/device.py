"""Devices: how long one may keep what it shows, what it holds unsent, and when it must forget everything."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

from agent_tui import canon

MAX_KINDS = 20
MAX_BOXES = 50
"""Boxes in one request."""

DeviceId = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Sealed = Annotated[bytes, msgspec.Meta(max_length=16 * 1024)]
Kind = Annotated[str, msgspec.Meta(max_length=60)]
Key = Annotated[str, msgspec.Meta(max_length=200)]
Moment = Annotated[str, msgspec.Meta(max_length=40)]
Count = Annotated[int, msgspec.Meta(ge=0, le=10_000)]


class LeaseRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Body of POST /v1/device/lease; the device is the one the session was opened on."""

    unsent: Count = 0
    """Commands on the desk that are not settled: the supervisor sees how many."""
    since: datetime | None = None
    """When the oldest of them was made, by the centre's clock."""
    kinds: Annotated[tuple[Kind, ...], msgspec.Meta(max_length=MAX_KINDS)] = ()
    """Their types, each once, the oldest first."""
    key: Key = ""
    """Public key of the device, `ed25519:<hex>`, with which it will sign that it has forgotten everything. The first one
    that a device shows counts."""


class Lease(msgspec.Struct, frozen=True, kw_only=True):
    left_s: int
    """Real seconds from now for which the device may keep its cache without asking again."""
    escrow_key: str
    """Public key for boxes, `x25519:<hex>`."""


class Device(msgspec.Struct, frozen=True, kw_only=True):
    """A device as administrators see it."""

    id: str
    login: str
    """Who signed in there last."""
    seen_at: str
    """RFC 3339, real time."""
    unsent: int = 0
    revoked_at: str = ""
    wiped_at: str = ""
    """When the device said that it had forgotten everything; empty while it has not."""

    signed: bool = False
    """It said so under its own key."""


class DeviceOrder(msgspec.Struct, frozen=True, kw_only=True):
    """Body of POST /v1/device/wipe."""

    device: DeviceId


class WipedReport(msgspec.Struct, frozen=True, kw_only=True):
    """Body of POST /v1/device/wiped: the device has forgotten everything."""

    device: DeviceId
    at: Moment = ""
    """RFC 3339, when it was done, by the device's clock."""
    signature: Key = ""
    """`ed25519:<hex>` over `text`; asked of every device that has shown a key."""

    def text(self) -> bytes:
        """What is signed."""
        return b"agent-tui/wiped/1\n" + canon.canonical({"device": self.device, "at": self.at})


class EscrowRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Body of POST /v1/escrow."""

    boxes: Annotated[tuple[Sealed, ...], msgspec.Meta(max_length=MAX_BOXES)]


class EscrowResult(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one box, in the order given."""

    id: str
    """Of the command inside; empty when the box cannot be opened."""
    outcome: str
    """That of the command; `unreadable` for a box of another server or a damaged one."""


class EscrowAnswer(msgspec.Struct, frozen=True, kw_only=True):
    results: tuple[EscrowResult, ...]
