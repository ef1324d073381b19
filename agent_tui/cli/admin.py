"""`agent-tui admin`: the first administrator of a server, further people and links, and their passwords.

These work on the database itself, so the server must not be running; the kinds in modules of their own, and one-time
passwords, also beside it.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from agent_tui.cli import (
    admin_backup,
    admin_devices,
    admin_erase,
    admin_key,
    admin_knowledge,
    admin_policy,
    admin_revoke,
)
from agent_tui.cli.kinds import add_kinds
from agent_tui.cli.where import add_database, is_there, resolve
from agent_tui.clock import wall
from agent_tui.config import data, passwords, paths
from agent_tui.config.centre import Centre
from agent_tui.config.centre import load as load_centre
from agent_tui.config.load import load as load_settings
from agent_tui.domain.agent import Role
from agent_tui.errors import ConfigError, UsageError
from agent_tui.i18n.catalog import say
from agent_tui.server.place import Where, beside, shown

if TYPE_CHECKING:
    from agent_tui.server.database import Database, Tx


class Apart(Protocol):
    """A kind in a module of its own."""

    def add_arguments(self, parser: argparse.ArgumentParser, language: str) -> None: ...

    def run(self, args: argparse.Namespace, language: str) -> int: ...


LEAST_LENGTH = 10
"""Characters of a password."""
LINK = "link:"
_APART: dict[str, Apart] = {
    "erase": admin_erase,
    "policy": admin_policy,
    "key": admin_key,
    "revoke": admin_revoke,
    "bulletin": admin_knowledge.BULLETIN,
    "article": admin_knowledge.ARTICLE,
    "devices": admin_devices.DEVICES,
    "wipe": admin_devices.WIPE,
    "escrow": admin_devices.ESCROW,
    "backup": admin_backup.BACKUP,
    "restore": admin_backup.RESTORE,
}
"""Kinds that work beside a running server, in modules of their own."""
_FOR_EVER = "9999"
"""Later than any moment, as moments are written in the database."""


def add_arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """`init`, `user` (add or change one), `users` (list); and those beside a running server: `erase` (forget a
    customer), `policy` (put rules in force), `key` (what they are
    signed with), `revoke` (end sessions), `bulletin` and `article` (publish), `devices`,
    `wipe` and `escrow` (what people work on), `backup` and `restore` (the whole ledger)."""
    helps = {name: f"cli.admin.{name}" for name in ("init", "user", "users")}
    apart = {
        "erase": "audit.erase.help",
        "policy": "cli.admin.policy",
        "key": "cli.admin.key",
        "revoke": "cli.admin.revoke",
        "bulletin": "knowledge.cli.bulletin",
        "article": "knowledge.cli.article",
        "devices": "vault.cli.devices",
        "wipe": "vault.cli.wipe",
        "escrow": "vault.cli.escrow",
        "backup": "server.cli.backup",
        "restore": "server.cli.restore",
    }
    kinds = add_kinds(parser, language, {**helps, **apart})
    for name, module in _APART.items():
        module.add_arguments(kinds.pop(name), language)
    for name, part in kinds.items():
        add_database(part, say("cli.admin.database", language), language)
        part.add_argument("--centre", type=Path, metavar="FOLDER", help=say("cli.admin.centre", language))
        if name == "users":
            continue
        if name == "user":
            help_ = f"{say('cli.admin.add', language)} · {say('authority.totp.verb', language)}"
            part.add_argument("verb", choices=("add", "totp"), metavar="add|totp", help=help_)
        part.add_argument(
            "login",
            nargs="?" if name == "init" else None,
            metavar="LOGIN",
            help=say(f"cli.admin.login_{name}", language),
        )
        source = part.add_mutually_exclusive_group()
        source.add_argument(
            "--password-file", type=Path, metavar="FILE", help=say("cli.admin.password_file", language)
        )
        source.add_argument("--password-fd", type=int, metavar="N", help=say("cli.admin.password_fd", language))


def run(args: argparse.Namespace, language: str) -> int:
    """0 when done. StoreLocked while a server runs on the database; UsageError for a person there is not."""
    if args.what in _APART:
        return _APART[args.what].run(args, language)
    kept = load_settings({"server.centre": _text(args.centre)}).server
    centre = load_centre(Path(kept.centre).expanduser() if kept.centre else data.folder("scripts/centre"))
    database = resolve(args.database, args.keys)
    if args.what == "users":
        return _with(database, lambda db: _list(db, centre, language), make=False)
    if args.what == "init":
        return _init(args, centre, database, language)
    return _user(args, centre, database, language)


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)


def _with(database: Where, work: Callable[[Database], int], *, make: bool) -> int:
    """Do `work` on the open database."""
    from agent_tui.server.database import Database

    if not make and not is_there(database):
        raise ConfigError("cli.admin.no_database", file=shown(database))
    if not beside(database).parent.is_dir():
        paths.private(beside(database).parent)
    db = Database(database)
    try:
        return work(db)
    finally:
        db.close()


# ---- the verbs ---------------------------------------------------------------------------------------------------


def _init(args: argparse.Namespace, centre: Centre, database: Where, language: str) -> int:
    administrators = [person for person in centre.people if person.role is Role.ADMINISTRATOR and person.active]
    if not administrators:
        raise ConfigError("cli.admin.no_administrator")
    login = args.login or administrators[0].login
    if login not in [person.login for person in administrators]:
        raise UsageError("cli.admin.not_administrator", login=login, known=", ".join(p.login for p in administrators))

    def work(db: Database) -> int:
        from agent_tui.server import seed

        seed.ensure_head(db)
        if any(row["login"] in {p.login for p in administrators} for row in _accounts(db)):
            raise UsageError("cli.admin.already", login=login, file=shown(database))
        password = _password(args, login, language)
        db.write_now(lambda tx: seed.seed_centre(tx, centre, wall()))
        _give(db, login, password, centre)
        print(say("cli.admin.made", language, login=login, file=shown(database)))
        print(say("cli.admin.next", language))
        return 0

    return _with(database, work, make=True)


def _user(args: argparse.Namespace, centre: Centre, database: Where, language: str) -> int:
    logins = [person.login for person in centre.people if person.active]
    if args.login not in logins and not args.login.startswith(LINK):
        near = get_close_matches(args.login, logins, 1)
        key = "cli.admin.no_person_near" if near else "cli.admin.no_person"
        raise UsageError(key, login=args.login, near=near[0] if near else "")

    if args.verb == "totp":
        from agent_tui.cli import admin_totp

        issuer = centre.settings.name.say("en")
        return admin_totp.give(database, args.login, issuer, language)

    def work(db: Database) -> int:
        from agent_tui.server import seed

        seed.ensure_head(db)
        known = args.login in [row["login"] for row in _accounts(db)]
        password = _password(args, args.login, language)
        db.write_now(lambda tx: seed.seed_centre(tx, centre, wall()))
        _give(db, args.login, password, centre)
        print(say("cli.admin.changed" if known else "cli.admin.added", language, login=args.login))
        return 0

    return _with(database, work, make=False)


def _list(db: Database, centre: Centre, language: str) -> int:
    people = {person.login: person for person in centre.people}
    for row in _accounts(db):
        person = people.get(row["login"])
        who = f"{person.name}  {person.role}  L{person.level}" if person else say("cli.admin.a_link", language)
        print(f"{row['login']:24}{who}")
    return 0


def _accounts(db: Database) -> list[dict[str, str]]:
    return [dict(row) for row in db.read_now(lambda tx: tx.all("accounts"))]


def _give(db: Database, login: str, password: str, centre: Centre) -> None:
    """The account with its password, and a row of the audit that says so without it."""
    from agent_tui.server import seed
    from agent_tui.server.tail import AuditDraft, Tail

    person = next((one.id for one in centre.people if one.login == login), "")
    kind = "link" if login.startswith(LINK) else "agent"
    seed.add_accounts(db, [seed.NewAccount(login=login, password=password, agent_id=person, kind=kind)])

    def record(tx: Tx) -> None:
        # Whoever is still signed in from before the server stopped signs in again: a new password ends old sessions.
        tx.run("tokens_trim", before=_FOR_EVER)
        tail = Tail(tx, wall())
        tail.audit(AuditDraft(actor="system:admin", type="SetPassword", outcome="applied", facts={"login": login}))
        tail.close()

    db.write_now(record)


# ---- the password ------------------------------------------------------------------------------------------------


def _password(args: argparse.Namespace, login: str, language: str) -> str:
    """From where it was told to come; UsageError for one that is too short or no secret."""
    if args.password_file is not None:
        password = passwords.from_file(args.password_file)
    elif args.password_fd is not None:
        password = passwords.from_descriptor(args.password_fd)
    else:
        password = _typed(login, language)
    if len(password) < LEAST_LENGTH:
        raise UsageError("cli.admin.too_short", least=LEAST_LENGTH)
    if login.lower() in password.lower() or len(set(password)) < 4:
        raise UsageError("cli.admin.too_plain")
    return password


def _typed(login: str, language: str) -> str:
    prompts = say("cli.admin.ask", language, login=login, least=LEAST_LENGTH), say("cli.admin.ask_again", language)
    password, again = passwords.typed(*prompts)
    if again != password:
        raise UsageError("cli.admin.differ")
    return password
