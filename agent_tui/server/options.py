"""How a server is started."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import msgspec

from agent_tui.clock import Clock, ManualClock, ScaledClock, SystemClock, wall
from agent_tui.server.place import Where

DEFAULT_PORT = 8420
BODY_KIB = 256


class ServerOptions(msgspec.Struct, frozen=True, kw_only=True):
    database: Where
    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    """0 takes a free one."""
    clock: str = "system"
    """`system`, `scaled` (from `clock_start`, `clock_speed` times as fast) or `manual` (moved by PUT /v1/clock)."""
    clock_start: datetime | None = None
    clock_speed: float = 1.0
    centre: Path | None = None
    """Folder of the centre's TOML files; None for what ships with the program."""
    policy: Path | None = None
    """Folder of policy files; None for what ships with the program."""
    blueprints: Path | None = None
    triage: Path | None = None
    """Model file of a trained triage; None counts words."""
    triage_sure: float = 0.4
    """0 to 1: what the model is less sure of is left to the words."""
    triage_sentences: Path | None = None
    """Folder of the sentence weights the model was trained with; None for the installed package."""
    tls_cert: str = ""
    """File of the certificate chain; empty serves without TLS."""
    tls_key: str = ""
    tls_client_ca: str = ""
    """File of the authorities whose certificates desks must show; empty asks for none."""
    proxies: str = ""
    """Addresses whose word about where a request comes from is believed; nobody's when empty."""
    simulation: bool = False
    """A training server: sessions carry the banner, the desk looks different."""
    checkpoints: Path | None = None
    """File to which signed checkpoints of the audit are appended, for another department to keep."""
    siem: Path | None = None
    """File to which one line for each audit row is appended."""
    review_every_minutes: int = 0
    """Business minutes between two draws for post-hoc supervision; 0 draws once the day has closed."""
    faults: tuple[str, ...] = ()
    """What goes wrong in the embedded simulators of other systems, as `ports.faults` reads it."""
    requests_per_s: float = 50.0
    """Requests a second that one session may send in the long run; 0 sets no limit."""
    body_kib: int = BODY_KIB
    """The largest request, in KiB."""
    jobs: bool = True
    """Whether router, figures and workers run."""


def make_clock(options: ServerOptions) -> Clock:
    """The business clock asked for."""
    if options.clock == "system":
        return SystemClock()
    start = options.clock_start or wall()
    return ManualClock(start) if options.clock == "manual" else ScaledClock(start, options.clock_speed)
