"""What comes in from channels: clear numbers become masked forms and a found customer before any rule sees them."""

from __future__ import annotations

import msgspec

from agent_tui.domain.commands import Command, OfferNew, ReceiveMessage
from agent_tui.domain.contact import Channel
from agent_tui.domain.masking import mask_email, mask_phone
from agent_tui.domain.scrub import scrub
from agent_tui.domain.triage import Guess
from agent_tui.server.database import Tx
from agent_tui.server.vault import Vault


def plain_number(text: str) -> str:
    """Digits only, without the country code of the centre, so that one number has one form."""
    digits = "".join(ch for ch in text if ch.isdecimal())
    digits = "".join(str(int(ch)) for ch in digits)
    return digits[2:] if len(digits) == 13 and digits.startswith("86") else digits


def masked_caller(channel: Channel, caller: str) -> str:
    """What lists may show of a caller's address."""
    if channel == Channel.ALARM or "•" in caller:
        return caller
    if "@" in caller:
        return mask_email(caller)
    return mask_phone(caller) if plain_number(caller) else scrub(caller).text


def _one(tx: Tx, vault: Vault, kind: str, form: str) -> str | None:
    """The customer of a form that only one customer has."""
    found = tx.all("search_one", token=vault.token(kind, form), kind=kind) if form else []
    return found[0]["customer_id"] if len(found) == 1 else None


def find_customer(tx: Tx, vault: Vault, offer: OfferNew) -> str | None:
    """Who is calling, by terminal, mail address or full number; None when nobody or several have it."""
    by_terminal = _one(tx, vault, "terminal", (offer.terminal_id or "").lower())
    if by_terminal is not None:
        return by_terminal
    if "@" in offer.caller:
        return _one(tx, vault, "email", offer.caller.strip().lower())
    return _one(tx, vault, "phone", plain_number(offer.caller))


def admit(tx: Tx, vault: Vault, command: Command, guess: Guess | None = None) -> Command:
    """The command as the rules and the tables may hold it; a guess of its category is the server's alone."""
    if isinstance(command, OfferNew):
        customer_id = command.customer_id or find_customer(tx, vault, command)
        caller = masked_caller(command.channel, command.caller)
        clean = scrub(command.text).text
        return msgspec.structs.replace(command, caller=caller, customer_id=customer_id, text=clean, guess=guess)
    if isinstance(command, ReceiveMessage):
        return msgspec.structs.replace(command, text=scrub(command.text).text)
    return command
