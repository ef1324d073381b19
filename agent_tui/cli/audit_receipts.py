"""Receipts of desks: read from a profile's encrypted journal, or from a file that was written from one.

A receipt is the link that the server told a desk when it accepted a command. Desks keep them for 35 days, so that seven
hundred machines witness every row.
"""

from __future__ import annotations

import getpass
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from agent_tui.errors import InputError, StoreError

Receipt = tuple[int, str]
"""Row of the audit and its link."""


def read(files: Iterable[Path]) -> Iterator[Receipt]:
    """The receipts of journals (`*.db`) and of files with a JSON object a line. InputError, StoreError."""
    for file in files:
        if not file.is_file():
            raise StoreError("server.error.no_database", path=str(file))
        yield from _of_journal(file) if file.suffix == ".db" else _of_lines(file)


def _of_lines(file: Path) -> Iterator[Receipt]:
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        try:
            told = json.loads(line)
            yield int(told["seq"]), str(told["hash"])
        except (ValueError, KeyError, TypeError):
            raise InputError("audit.error.no_receipts", path=str(file), line=number) from None


def _of_journal(file: Path) -> Iterator[Receipt]:
    from agent_tui.store.open import open_journal

    journal = open_journal(file, _key(file.parent))
    try:
        for _, _, _, seq, link in journal.receipts():
            if seq and link:
                yield int(seq), str(link)
    finally:
        journal.close()


def _key(folder: Path) -> bytes:
    """The key of a journal: that of a demo's seat, of the profile's vault, or of the system's keyring."""
    from agent_tui.config import secrets

    if (folder / "keys").is_file():
        return secrets.plain(folder).of("journal")
    if (folder / "vault.json").is_file():
        if not sys.stdin.isatty():
            raise StoreError("audit.error.no_profile_key", path=str(folder / "journal.db"))
        return secrets.vault(folder, getpass.getpass(f"{folder.name}: ")).of("journal")
    return secrets.keyring(folder.name).of("journal")


def write(journal: Path, file: Path) -> int:
    """Write the receipts of one journal, a JSON object a line: `{"seq": 7, "hash": "sha256:…"}`."""
    lines = [json.dumps({"seq": seq, "hash": link}) + "\n" for seq, link in read([journal])]
    try:
        file.write_text("".join(lines), encoding="ascii")
    except OSError as error:
        raise StoreError("audit.error.cannot_write", path=str(file), reason=error.strerror) from None
    return 0
