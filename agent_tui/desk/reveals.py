"""What stands in clear on this desk: one field for 60 s, a verified caller's name until the contact ends.

In memory only. Values are kept in byte arrays that are overwritten when they go; Python cannot promise more.
"""

from __future__ import annotations

from agent_tui.clock import monotonic
from agent_tui.desk.views import Reveal

SHOWN_S = 60.0


class _Clear:
    def __init__(self, customer_id: str, field: str, value: str, until: float) -> None:
        self.customer_id, self.field, self.until = customer_id, field, until
        self._bytes = bytearray(value.encode())

    def read(self) -> str:
        return self._bytes.decode()

    def wipe(self) -> None:
        for index in range(len(self._bytes)):
            self._bytes[index] = 0


class Reveals:
    """Everything in clear now."""

    def __init__(self) -> None:
        self._fields: list[_Clear] = []
        self._names: dict[str, _Clear] = {}

    def show(self, customer_id: str, field: str, value: str, seconds: float = SHOWN_S) -> None:
        """Show a field for `seconds`, at most 60; a second reveal of the same field replaces the first."""
        self._drop([c for c in self._fields if (c.customer_id, c.field) == (customer_id, field)])
        self._fields.append(_Clear(customer_id, field, value, monotonic() + min(seconds, SHOWN_S)))

    def know_name(self, contact_id: str, customer_id: str, name: str) -> None:
        """The caller of this contact is verified: their name stands in clear until it ends."""
        self.end_contact(contact_id)
        self._names[contact_id] = _Clear(customer_id, "name", name, float("inf"))

    def end_contact(self, contact_id: str) -> None:
        known = self._names.pop(contact_id, None)
        if known:
            known.wipe()

    def contacts(self) -> tuple[str, ...]:
        """Contacts whose caller's name is known."""
        return tuple(self._names)

    def name_of_contact(self, contact_id: str) -> str | None:
        known = self._names.get(contact_id)
        return known.read() if known else None

    def name_of_customer(self, customer_id: str) -> str | None:
        return next((k.read() for k in self._names.values() if k.customer_id == customer_id), None)

    def now(self) -> tuple[Reveal, ...]:
        """Fields in clear, after those whose time is over were overwritten."""
        moment = monotonic()
        self._drop([c for c in self._fields if c.until <= moment])
        return tuple(
            Reveal(customer_id=c.customer_id, field=c.field, value=c.read(), left_s=c.until - moment)
            for c in self._fields
        )

    def wipe(self) -> None:
        """Idle lock, sign-out or end: nothing stands in clear any more."""
        self._drop(list(self._fields))
        for contact_id in self.contacts():
            self.end_contact(contact_id)

    def _drop(self, gone: list[_Clear]) -> None:
        for clear in gone:
            clear.wipe()
            self._fields.remove(clear)
