"""What the audit knows about a person: a keyed hash in the chain, the content beside it under their own key, and the
end of both when the key is destroyed. The chain itself stays as it was and still verifies."""

from __future__ import annotations

from datetime import datetime

import msgspec

from agent_tui import canon
from agent_tui.domain.approval import Approval
from agent_tui.domain.commands import act_in
from agent_tui.domain.contact import Contact, Thread
from agent_tui.domain.customer import Customer
from agent_tui.domain.review import Review
from agent_tui.domain.rows import Entity
from agent_tui.domain.ticket import Note, Ticket
from agent_tui.policy.decision import SubjectFacts
from agent_tui.server import writing
from agent_tui.server.database import Tx
from agent_tui.server.forgotten import ERASED
from agent_tui.server.state import TableState
from agent_tui.server.tail import AuditDraft, Tail
from agent_tui.server.vault import Vault
from agent_tui.wire.command import Envelope


def customer_of(tx: Tx, envelope: Envelope) -> str | None:
    """Whom a command is about: the customer it names, or that of its contact or ticket."""
    about = act_in(envelope.command)
    named: str | None = getattr(about, "customer_id", None)
    if named:
        return named
    state = TableState(tx)
    contact = state.get(Contact, getattr(about, "contact_id", None) or "")
    ticket = state.get(Ticket, getattr(about, "ticket_id", None) or "")
    return (contact.customer_id if contact else None) or (ticket.customer_id if ticket else None)


def protect(
    tx: Tx, vault: Vault, draft: AuditDraft, envelope: Envelope, subject: SubjectFacts | None = None
) -> AuditDraft:
    """The draft with what was asked, and what the policy was told of the customer, committed to: under the customer's
    own key where there is a customer. About nobody, what the policy was told stands in the clear."""
    said = msgspec.to_builtins(envelope.command)
    customer_id = draft.customer_id or customer_of(tx, envelope)
    if subject is not None:
        said = {"command": said, "subject": msgspec.to_builtins(subject)}
        if not customer_id:
            draft = msgspec.structs.replace(draft, facts={**draft.facts, "subject": said["subject"]})
    content = canon.canonical(_exact(said))
    kept = vault.keep_for(tx, customer_id, content) if customer_id else None
    if kept is None:
        return msgspec.structs.replace(
            draft, customer_id=customer_id, facts={**draft.facts, "args": vault.commitment(content)}
        )
    commitment, sealed = kept
    return msgspec.structs.replace(
        draft, customer_id=customer_id, facts={**draft.facts, "args": commitment}, sealed=sealed
    )


def _exact(value: object) -> object:
    """Floats as text: canonical JSON has none."""
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, dict):
        return {name: _exact(one) for name, one in value.items()}
    return [_exact(one) for one in value] if isinstance(value, list | tuple) else value


# ---- forgetting --------------------------------------------------------------------------------------------------


def _without(row: Entity) -> Entity:
    """A row with everything personal taken out; what is counted stays."""
    match row:
        case Customer():
            return msgspec.structs.replace(
                row, name=ERASED, phone="", id_number="", email="", address="", products=(), satisfaction=()
            )
        case Thread():
            messages = tuple(msgspec.structs.replace(one, text=ERASED) for one in row.messages)
            return msgspec.structs.replace(row, messages=messages)
        case Note():
            return msgspec.structs.replace(row, text=ERASED)
        case Ticket():
            answer = ERASED if row.answer else ""
            return msgspec.structs.replace(row, name=ERASED, title=ERASED, text=ERASED, answer=answer)
        case Contact():
            return msgspec.structs.replace(row, caller="", name=ERASED, subject="", guess_words=())
        case Approval():
            return msgspec.structs.replace(row, customer_name=ERASED, reason=ERASED)
        case Review():
            steps = tuple(msgspec.structs.replace(one, text=ERASED) for one in row.follow_ups)
            return msgspec.structs.replace(
                row, product="", args=(), reason=ERASED, text=ERASED, answer=ERASED, follow_ups=steps
            )
        case _:
            return row


class _Request(msgspec.Struct):
    """As much of what a link was asked as says about which contact."""

    contact_id: str


def _forget_requests(tx: Tx, contacts: set[str]) -> None:
    """Links were told what to say to them. The database cannot read it: what it holds is sealed."""
    found = [row["seq"] for row in tx.each("requests_all") if _REQUEST.decode(row["body"]).contact_id in contacts]
    tx.many("request_blank", [{"seq": seq} for seq in found])


_REQUEST = msgspec.json.Decoder(_Request)


def erase(tx: Tx, customer_id: str, now: datetime, by: str) -> int:
    """Destroy a customer's key and whatever was kept of them outside the chain. Returns how many rows lost something;
    -1 when there is no such customer."""
    state = TableState(tx)
    customer = state.get(Customer, customer_id)
    if customer is None:
        return -1
    rows: list[Entity] = [customer]
    for kind in (Contact, Thread, Note, Ticket, Approval, Review):
        rows += state.find(kind, customer_id=customer_id)
    entries = writing.put_all(tx, [_without(row) for row in rows], now)
    for statement in ("secrets_drop", "search_drop", "key_drop", "args_drop", "errands_drop"):
        tx.run(statement, customer_id=customer_id)
    _forget_requests(tx, {row.id for row in rows if isinstance(row, Contact)})
    tail = Tail(tx, now)
    facts: dict[str, object] = {"by": by, "rows": len(entries)}
    draft = AuditDraft(
        actor="system:admin", type="EraseCustomer", outcome="applied", customer_id=customer_id, facts=facts
    )
    tail.audit(draft)
    tail.feed(entries)
    tail.close()
    return len(entries)
