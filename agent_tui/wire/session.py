"""Signing in and out."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

SIMULATION = "simulation"
"""The banner of a training server."""


Name = Annotated[str, msgspec.Meta(max_length=200)]
Secret = Annotated[str, msgspec.Meta(max_length=1000)]
"""Bounded: whoever has not signed in yet can make the server keep no more than this."""


class SignIn(msgspec.Struct, frozen=True, kw_only=True):
    login: Name
    password: Secret
    device_id: Name
    client_version: Name = ""


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """The caller as the server knows them; the token is opaque and short-lived."""

    token: str
    expires_s: int
    """Real seconds the token lives; renew at half of it."""
    agent_id: str
    login: str
    name: str
    role: str
    level: int
    groups: tuple[str, ...]
    epoch: str
    at: datetime
    speed: float = 1.0
    timezone: str = "Asia/Shanghai"
    """The centre's: its days bound limits, its clock is what rules about time of day look at."""
    signing_key: str = ""
    """`ed25519:<hex>`: bundles of policy are trusted by this key."""
    break_glass_level: int = 3
    """The least level of both people who break the glass, as the centre has it."""
    step_up_s: int = 300
    """How long an authentication counts, in real seconds."""
    banner: str = ""
    """`simulation` on a training server; the desk must then look different."""


class StepUpRequest(msgspec.Struct, frozen=True, kw_only=True):
    """The password again, or a code of the person's authenticator (RFC 6238)."""

    password: str = ""
    code: str = ""


class FoundCustomer(msgspec.Struct, frozen=True, kw_only=True):
    """A hit of the customer search: masked, with the reason of the hit."""

    customer_id: str
    name: str
    tier: str
    phone: str = ""
    """Masked to its tail, to tell people of one masked name apart."""
    matched: str
    """`name`, `pinyin`, `initials`, `phone_tail`, `card_tail`, `id_tail`, `merchant`, `terminal`."""
