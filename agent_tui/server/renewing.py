"""Another key for signing: what the former one had signed is signed anew, and nothing else is.

The new key lies beside the old one before anything is signed with it, and takes its place only after the rows are
committed: whoever is stopped in between goes on by asking again. Checkpoints of the audit keep the key they were signed
with; desks go by the new one once it is named to them.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import msgspec

from agent_tui.domain.centre import Bundle
from agent_tui.errors import Corrupt
from agent_tui.server import at_rest, writing
from agent_tui.server.database import Database, Tx
from agent_tui.server.place import Where, beside
from agent_tui.server.signing import Signer, private_path, public_path
from agent_tui.server.state import TableState
from agent_tui.server.tail import AuditDraft, Tail
from agent_tui.wire.signed import trusted


class Renewed(msgspec.Struct, frozen=True, kw_only=True):
    """What became of it."""

    former: str
    key: str
    signed: int
    """Bundles that carry the new signature."""
    refused: tuple[str, ...]
    """Ids of those that neither key had signed: they stay as they are, and no desk goes by them."""


def renew(database: Where, now: datetime, by: str) -> Renewed:
    """Make a new key and sign everything with it. StoreLocked while a server has the (SQLite) database open; of several
    on PostgreSQL all must have ended. `by` is who did it."""
    private = private_path(beside(database))
    coming = private.with_name(private.name + ".new")
    db = Database(database)
    try:
        former = Signer.beside(database)
        signer = _signer(coming)
        done = db.write_now(lambda tx: _sign_anew(tx, former, signer, now, by))
    finally:
        db.close()
    private.replace(private.with_name(private.name + ".former"))
    coming.replace(private)
    public_path(beside(database)).write_text(signer.key + "\n", encoding="ascii")
    return done


def _signer(path: Path) -> Signer:
    try:
        return Signer(at_rest.make_once(path))
    except ValueError:
        raise Corrupt("audit.error.signing_key", path=str(path)) from None


def _sign_anew(tx: Tx, former: Signer, signer: Signer, now: datetime, by: str) -> Renewed:
    rows = TableState(tx).find(Bundle)
    good = [row for row in rows if trusted(row, former.key) or trusted(row, signer.key)]
    refused = tuple(sorted({row.id for row in rows} - {row.id for row in good}))
    entries = writing.put_all(tx, [signer.bundle(row) for row in good], now)
    done = Renewed(former=former.key, key=signer.key, signed=len(good), refused=refused)
    tail = Tail(tx, now)
    facts: dict[str, object] = {**msgspec.structs.asdict(done), "refused": list(refused), "by": by}
    tail.audit(AuditDraft(actor="system:admin", type="RenewKey", outcome="applied", facts=facts))
    tail.feed(entries)
    tail.close()
    return done
