"""Who uses a desk and where its files are: one profile per person."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from agent_tui.config.model import TlsSettings

if TYPE_CHECKING:
    from httpx import AsyncBaseTransport

    from agent_tui.client.api import Proof
    from agent_tui.config.lease import Lease
    from agent_tui.config.server_key import Pin


class Profile(msgspec.Struct, kw_only=True):
    name: str
    folder: Path
    """Holds `cache.db`, `journal.db` and the lock."""
    url: str
    login: str
    device_id: str
    language: str = "zh"
    key: Callable[[str], bytes]
    """`cache` or `journal` → its 32 bytes."""
    policy: Path | None = None
    """Folder of the policy, for as long as the feed has brought none."""
    client_version: str = ""
    simulation: bool = False
    """For training: it opens no files of live work and follows no server without the simulation's banner."""
    lease: Lease | None = None
    """How long the cache may be kept without the server; None where it does not end."""
    forget: Callable[[], None] = lambda: None
    """Erases the keys for good."""
    pin: Pin | None = None
    """The key whose signature is believed; None goes by whatever key the server names, as in the demo and in training."""
    proof: Proof | None = None
    """With what this device signs in its own name; None where nobody wipes it, as in training."""
    tls: TlsSettings = TlsSettings()
    """Whom the desk believes over https, and what it shows of itself."""
    transport: Callable[[], AsyncBaseTransport] | None = None
    """How bytes travel, where it is not the network."""
