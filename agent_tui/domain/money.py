"""Money: integer minor units with a currency. There is no float anywhere."""

from __future__ import annotations

import msgspec

_EXPONENT = {"JPY": 0, "KRW": 0}


class Money(msgspec.Struct, frozen=True, order=True):
    """`minor` units (fen, cents; yen for JPY) of `currency` (ISO 4217)."""

    minor: int
    currency: str = "CNY"

    def __str__(self) -> str:
        digits = _EXPONENT.get(self.currency, 2)
        sign = "-" if self.minor < 0 else ""
        whole, part = divmod(abs(self.minor), 10**digits)
        return f"{sign}{whole:,}" + (f".{part:0{digits}d}" if digits else "")

    def __add__(self, other: Money) -> Money:
        if other.currency != self.currency:
            raise ValueError(f"{self.currency} and {other.currency} do not add up")
        return Money(self.minor + other.minor, self.currency)


def parse(text: str, currency: str = "CNY") -> Money:
    """Read `12`, `12.5`, `1,200.00`, full-width digits too. ValueError says what is wrong, for the form."""
    digits = _EXPONENT.get(currency, 2)
    plain = text.strip().translate(_FULL_WIDTH).replace(",", "")
    whole, _, part = plain.partition(".")
    if not (whole.isascii() and whole.isdigit()) or (part and not (part.isascii() and part.isdigit())):
        raise ValueError("not_a_number")
    if len(part) > digits:
        raise ValueError("too_many_decimals")
    if len(whole) > 12:
        raise ValueError("too_large")
    return Money(int(whole) * 10**digits + int((part or "0").ljust(digits, "0") or "0"), currency)


_FULL_WIDTH = {0xFF10 + n: str(n) for n in range(10)} | {0xFF0E: ".", 0xFF0C: ",", 0x3002: "."}
