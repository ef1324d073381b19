"""`agent-tui admin user totp`: a one-time password as another way to authenticate again. Shown once, kept sealed. Also
while the server runs: nobody closes the desks because one person has a new telephone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent_tui.cli.where import is_there
from agent_tui.clock import wall
from agent_tui.errors import ConfigError, UsageError
from agent_tui.i18n.catalog import say
from agent_tui.server.place import Where, shown

if TYPE_CHECKING:
    from agent_tui.server.database import Tx


def give(database: Where, login: str, issuer: str, language: str) -> int:
    """A new secret for a person who may sign in; an older one no longer counts. UsageError for nobody."""
    from agent_tui.server import totp
    from agent_tui.server.database import write_apart
    from agent_tui.server.tail import AuditDraft, Tail
    from agent_tui.server.vault import Vault

    if not is_there(database):
        raise ConfigError("cli.admin.no_database", file=shown(database))
    secret, vault = totp.new_secret(), Vault.beside(database)

    def work(tx: Tx) -> bool:
        account = tx.one("account", login=login)
        if account is None or account["kind"] != "agent":
            return False
        totp.give(tx, vault, login, secret)
        tail = Tail(tx, wall())
        tail.audit(AuditDraft(actor="system:admin", type="SetTotp", outcome="applied", facts={"login": login}))
        tail.close()
        return True

    if not write_apart(database, work):
        raise UsageError("authority.totp.nobody", login=login)
    print(say("authority.totp.given", language, login=login))
    print(f"  {totp.shown(secret)}")
    print(f"  {totp.uri(secret, login, issuer)}")
    print(say("authority.totp.once", language))
    return 0
