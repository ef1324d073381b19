"""`agent-tui admin user totp`: a one-time password as another way to authenticate again. Shown once, kept sealed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent_tui.clock import wall
from agent_tui.errors import UsageError
from agent_tui.i18n.catalog import say

if TYPE_CHECKING:
    from agent_tui.server.database import Database, Tx


def give(db: Database, login: str, issuer: str, language: str) -> int:
    """A new secret for a person who may sign in; an older one no longer counts. UsageError for nobody."""
    from agent_tui.server import totp
    from agent_tui.server.tail import AuditDraft, Tail
    from agent_tui.server.vault import Vault

    secret, vault = totp.new_secret(), Vault.beside(db.path)

    def work(tx: Tx) -> bool:
        account = tx.one("account", login=login)
        if account is None or account["kind"] != "agent":
            return False
        totp.give(tx, vault, login, secret)
        tail = Tail(tx, wall())
        tail.audit(AuditDraft(actor="system:admin", type="SetTotp", outcome="applied", facts={"login": login}))
        tail.close()
        return True

    if not db.write_now(work):
        raise UsageError("authority.totp.nobody", login=login)
    print(say("authority.totp.given", language, login=login))
    print(f"  {totp.shown(secret)}")
    print(f"  {totp.uri(secret, login, issuer)}")
    print(say("authority.totp.once", language))
    return 0
