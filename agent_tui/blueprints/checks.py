"""What a caller may be asked to show who they are. Ids are recorded, the answers never are.

None of them is a secret of the card: there is no CVV, PIN or password among them (product rule 6). How each is
asked stands in `i18n` (`blueprint.check.<id>`).
"""

from __future__ import annotations

import msgspec


class Check(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    of: str
    """`person`, `merchant` or `both`."""
    strong: bool = False
    """Known to hardly anybody but the customer; a full verification asks for at least one."""


CHECKS: dict[str, Check] = {
    check.id: check
    for check in (
        Check(id="name", of="person"),
        Check(id="id_tail", of="person"),
        Check(id="birth_date", of="person"),
        Check(id="mobile_tail", of="both"),
        Check(id="card_tail", of="person"),
        Check(id="billing_address", of="person", strong=True),
        Check(id="credit_limit", of="person", strong=True),
        Check(id="last_transaction", of="person", strong=True),
        Check(id="last_payment", of="person", strong=True),
        Check(id="one_time_code", of="both", strong=True),
        Check(id="merchant_name", of="merchant"),
        Check(id="merchant_number", of="merchant"),
        Check(id="terminal_number", of="merchant"),
        Check(id="legal_person", of="merchant"),
        Check(id="settlement_tail", of="merchant", strong=True),
        Check(id="last_settlement", of="merchant", strong=True),
    )
}
