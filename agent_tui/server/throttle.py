"""How often somebody may try to sign in: by login, known here or not, and by the address they come from.

Guessing at one login is slowed down after `free_tries` failures, guessing at many from one address after many more, since
a whole centre may come from one. A waiting time begins at `block_s` and doubles with each failure up to `longest_block_s`
(`terms`). Who waits costs no hashing, and the audit one row for each waiting time.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from datetime import datetime, timedelta

from agent_tui.clock import wall
from agent_tui.domain.rows import stamp
from agent_tui.server.database import Tx
from agent_tui.server.terms import Terms
from agent_tui.server.vault import Vault

FORGOTTEN = timedelta(hours=1)
"""Failures count until nothing failed for so long."""
_NETWORK_BITS = 64
"""Of an IPv6 address: whoever has one has all of them with the same beginning."""


def of_login(tx: Tx, vault: Vault, login: str) -> str:
    """Under which name failures at a login are counted. What nobody signs in with may be a password typed into the
    wrong field, so it is kept as a keyed hash."""
    if tx.one("account", login=login) is not None:
        return f"login:{login}"
    return f"nobody:{vault.commitment(login.encode())}"


def of_address(address: str) -> str:
    """Under which name failures from an address are counted."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return f"address:{address[:64]}"
    if found.version == 6:
        return f"address:{ipaddress.ip_network((found, _NETWORK_BITS), strict=False).network_address}"
    return f"address:{found}"


def free(name: str, terms: Terms) -> int:
    """Failures that cost no waiting."""
    return terms.free_tries_from_address if name.startswith("address:") else terms.free_tries


def waits(tx: Tx, names: Iterable[str]) -> tuple[str, float] | None:
    """(name, real seconds) of the longest time that must still be waited; None when nothing must be."""
    now = wall()
    found = []
    for name in names:
        row = tx.one("tries", name=name)
        if row is not None and row["blocked_until"]:
            found.append((name, (datetime.fromisoformat(row["blocked_until"]) - now).total_seconds()))
    longest = max(found, key=lambda one: one[1], default=None)
    return longest if longest is not None and longest[1] > 0 else None


def failed(tx: Tx, name: str, terms: Terms) -> None:
    """One more failure; from a number on the next must wait."""
    row = tx.one("tries", name=name)
    now = wall()
    before = row["failures"] if row and datetime.fromisoformat(row["last_at"]) > now - FORGOTTEN else 0
    over = before + 1 - free(name, terms)
    block_s = min(terms.longest_block_s, terms.block_s * 2 ** min(over, 16))
    until = now + timedelta(seconds=block_s) if over >= 0 else None
    tx.run(
        "tries_put",
        name=name,
        failures=before + 1,
        last_at=stamp(now),
        blocked_until=stamp(until) if until else None,
    )


def forget(tx: Tx, name: str) -> None:
    """The right password was given."""
    tx.run("tries_drop", name=name)


def told(tx: Tx, name: str) -> bool:
    """Whether this waiting time stands in the audit already."""
    row = tx.one("tries", name=name)
    return row is None or bool(row["told"])


def trim(tx: Tx, terms: Terms) -> None:
    """Forget what is over."""
    tx.run("tries_trim", before=stamp(wall() - FORGOTTEN - timedelta(seconds=terms.longest_block_s)))
