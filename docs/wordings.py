"""The page of wordings: which text every shipped blueprint had under which number. Lines are added, never changed:
a database that has `card_loss@2` is only offered another wording of it under another number."""

from __future__ import annotations

import re
from pathlib import Path

from agent_tui import canon
from agent_tui.blueprints.model import Blueprint, dump
from agent_tui.blueprints.parse import parse

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "wordings.md"
_HEAD = """\
# Wordings that were shipped

Every version of every service blueprint that came with the program, with the digest of what it says. `make docs` adds
a line for a new version and changes none: a wording that differs under the same number would never reach a bank that
already has that number. Change the words, then raise `version` and say in `change` what is new.

| blueprint | digest | what is new |
| --- | --- | --- |
"""
_LINE = re.compile(r"^\| `(?P<key>[^`]+)` \| `(?P<digest>[^`]+)` \|", re.MULTILINE)


def shipped() -> list[Blueprint]:
    """The blueprints that come with the program, by file name."""
    files = sorted((ROOT / "scripts" / "blueprints").glob("*.yaml"))
    return [parse(file.read_text("utf-8"), file.name) for file in files]


def digest(blueprint: Blueprint) -> str:
    """What a server compares a file with when it starts."""
    return canon.digest(dump(blueprint))


def recorded(page: str) -> dict[str, str]:
    """`id@version` → digest, as a page says."""
    return {found["key"]: found["digest"] for found in _LINE.finditer(page)}


def page(former: str | None = None) -> str:
    """The page with what is shipped now. `former` is the page as it was, whose lines stay as they are."""
    before = former if former is not None else PAGE.read_text("utf-8") if PAGE.exists() else ""
    lines = {found["key"]: _whole(before, found.start()) for found in _LINE.finditer(before)}
    for blueprint in shipped():
        told = blueprint.change.replace("|", "\\|")
        lines.setdefault(blueprint.key, f"| `{blueprint.key}` | `{digest(blueprint)}` | {told} |")
    return _HEAD + "".join(f"{lines[key]}\n" for key in sorted(lines, key=_order))


def _whole(text: str, start: int) -> str:
    return text[start:].partition("\n")[0]


def _order(key: str) -> tuple[str, int]:
    id, _, number = key.partition("@")
    return id, int(number)
