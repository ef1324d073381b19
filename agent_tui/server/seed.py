"""What a database must hold before anybody signs in: the centre, its people, the bundle of the policy."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec
from argon2 import PasswordHasher

from agent_tui.config.centre import Centre
from agent_tui.domain.agent import Agent
from agent_tui.domain.rows import Entity
from agent_tui.server import scope, writing
from agent_tui.server.database import Database, Tx
from agent_tui.server.state import TableState
from agent_tui.server.tail import AuditDraft, Tail, make_head


class NewAccount(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who may sign in: a person of the centre, or a link (`link:<name>`)."""

    login: str
    password: str
    agent_id: str = ""
    """The person; for a link its name, taken from the login when empty."""
    kind: str = "agent"


QUICK = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1)
"""For the made-up people of a demo, whose passwords protect nothing."""


def ensure_head(db: Database) -> None:
    """A new database gets its epoch and the first link of its audit chain."""
    if db.read_now(lambda tx: tx.one("head")) is None:
        db.write_now(make_head)


def publish(tx: Tx, rows: Iterable[Entity], what: str, now: datetime) -> None:
    """Write rows outside any command, with one audit row that says so. Rows that did not change write nothing."""
    entries = writing.put_all(tx, rows, now)
    if not entries:
        return
    tail = Tail(tx, now)
    tail.audit(AuditDraft(actor="system:seed", type=what, outcome="applied", facts={"rows": len(entries)}))
    tail.feed(entries)
    tail.close()


def _person(state: TableState, person: Agent) -> Agent:
    """The person of the file with the present state of the same person in the table."""
    present = state.get(Agent, person.id)
    if present is None:
        return person
    fixed = (
        "login",
        "name",
        "role",
        "level",
        "groups",
        "second_groups",
        "team",
        "manager",
        "languages",
        "certifications",
    )
    changed = {name: getattr(person, name) for name in (*fixed, "active")}
    return msgspec.structs.replace(present, **changed)


def seed_centre(tx: Tx, centre: Centre, now: datetime) -> None:
    """Groups, categories and people as the files say; what people are doing right now stays."""
    state = TableState(tx)
    people = [_person(state, person) for person in centre.people]
    publish(tx, [*centre.groups, *centre.categories, *people], "SeedCentre", now)
    for person in people:
        # A former program may have given them other scopes.
        scope.keep_standing(tx, person, now)


def add_accounts(db: Database, accounts: Iterable[NewAccount], hasher: PasswordHasher | None = None) -> None:
    """Give people and links their passwords, replacing what they had."""
    hashing = hasher or PasswordHasher()
    rows = [
        {
            "login": account.login,
            "agent_id": account.agent_id or account.login.removeprefix("link:"),
            "kind": account.kind,
            "password_hash": hashing.hash(account.password),
        }
        for account in accounts
    ]

    def work(tx: Tx) -> None:
        for row in rows:
            tx.run("account_put", **row)
            tx.run("tries_drop", name=f"login:{row['login']}")

    db.write_now(work)
