"""What agents saw of blueprints in one contact, out of the commands that recorded it, with the versions they were pinned
to. What was known of an erased customer is gone here too."""

from __future__ import annotations

import msgspec

from agent_tui.blueprints.model import Blueprint, load
from agent_tui.domain.agent import Agent
from agent_tui.domain.centre import Bundle
from agent_tui.domain.commands import RecordWalk, WrapUpContact, decode
from agent_tui.domain.contact import Contact
from agent_tui.domain.release import bundle_id
from agent_tui.domain.walk import Walk
from agent_tui.server.database import Tx
from agent_tui.server.state import TableState
from agent_tui.server.vault import Vault


class Walked(msgspec.Struct, frozen=True, kw_only=True):
    """One recorded walk; `blueprint` is None for a draft, whose wording no release ever had."""

    agent_id: str
    agent: str
    walk: Walk
    blueprint: Blueprint | None


class Account(msgspec.Struct, frozen=True, kw_only=True):
    contact: Contact
    walks: tuple[Walked, ...]
    erased: int = 0
    """Records whose content was destroyed with the customer's key."""


def of_contact(tx: Tx, vault: Vault, contact_id: str) -> Account | None:
    """Everything recorded of a contact, in the order of the ledger; None where there is no such contact."""
    state = TableState(tx)
    contact = state.get(Contact, contact_id)
    if contact is None:
        return None
    found: list[Walked] = []
    erased = 0
    for row in tx.all("walks_of", contact_id=contact_id):
        sealed = bytes(row["args"] or b"")
        if not sealed:
            erased += 1
            continue
        maker = row["maker"].partition(":")[2] or row["maker"]
        found += [_walked(state, maker, walk) for walk in _walks(vault.open_command(row["id"], sealed))]
    return Account(contact=contact, walks=tuple(found), erased=erased)


def _walks(body: bytes) -> tuple[Walk, ...]:
    command = decode(body)
    if isinstance(command, WrapUpContact):
        return command.walks
    return (command.walk,) if isinstance(command, RecordWalk) else ()


def _walked(state: TableState, agent_id: str, walk: Walk) -> Walked:
    agent = state.get(Agent, agent_id)
    bundle = None if walk.draft else state.get(Bundle, bundle_id(walk.blueprint))
    return Walked(
        agent_id=agent_id,
        agent=agent.name if agent else agent_id,
        walk=walk,
        blueprint=load(bundle.text) if bundle else None,
    )
