"""The customer as the desk may hold it: everything that identifies a person is masked in these fields.

Clear values live on the server only, encrypted per customer (`Secret` names them); `domain.masking` makes the
masked forms.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec


class Tier(StrEnum):
    STANDARD = "standard"
    GOLD = "gold"
    PLATINUM = "platinum"
    VIP = "vip"

    @property
    def rank(self) -> int:
        """0 (standard) to 3 (vip)."""
        return ("standard", "gold", "platinum", "vip").index(self.value)


class Secret(StrEnum):
    """Fields that may be revealed one at a time, with a purpose, for 60 s. There is none for CVV, PIN or password."""

    NAME = "name"
    PHONE = "phone"
    ID_NUMBER = "id_number"
    EMAIL = "email"
    ADDRESS = "address"


class Product(msgspec.Struct, frozen=True, kw_only=True):
    """A card, account, merchant contract or terminal of a customer."""

    id: str
    kind: str
    """`credit_card`, `debit_card`, `account`, `merchant`, `terminal`, `loan`."""
    number: str = ""
    """Masked: the last four at most; terminal numbers are not personal and stand in full."""
    status: str = "normal"
    """`normal`, `blocked`, `lost`, `frozen`, `locked`, `closed`."""
    facts: dict[str, str | int] = {}
    """E.g. `limit_minor`, `billing_day`, `due_day`, `annual_fee_minor`, `model`, `site`."""


class Customer(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    kind: str = "person"
    """`person` or `merchant`."""
    name: str
    """Masked: `张•`; a merchant's name stands in full."""
    tier: Tier = Tier.STANDARD
    language: str = "zh"
    phone: str = ""
    id_number: str = ""
    email: str = ""
    address: str = ""
    since: str = ""
    """Year and month the relation began, `2014-03`."""
    entitlements: tuple[str, ...] = ()
    """VIP services: `green_channel`, `secretary`, `road_rescue`, `lounge`, `insurance`…"""
    sensitivity: str | None = None
    """Sensitive customer (敏感客户): a short mark such as `complaint_history`, `media`, `vulnerable`."""
    frozen: bool = False
    marketing_consent: bool = False
    products: tuple[Product, ...] = ()
    satisfaction: tuple[int, ...] = ()
    """The latest answers to the survey, newest last."""
    updated_at: datetime | None = None
    version: int = 0
