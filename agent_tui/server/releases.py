"""Blueprints on the server: an author's file read and linted before it is proposed, and those that came with the
program or lie in the site's own folder taken in at the start.

A blueprint the centre never had comes into force with its file: nobody is there yet who could release it. A later
version of it in a file is only proposed; a second person releases it, as with any other.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TypeAlias
from zoneinfo import ZoneInfo

import msgspec

from agent_tui import canon
from agent_tui.blueprints.known import of_centre
from agent_tui.blueprints.lint import lint
from agent_tui.blueprints.model import Blueprint, dump
from agent_tui.blueprints.parse import BrokenBlueprint, parse
from agent_tui.domain.centre import Bundle, Category, Group
from agent_tui.domain.effects import Effects, Refusal
from agent_tui.domain.release import Proposal, Release, ReleaseState
from agent_tui.domain.release_commands import ProposeBlueprint
from agent_tui.domain.release_rules import IN_USE, PROPOSAL, proposed, wording_of
from agent_tui.domain.rows import Entity
from agent_tui.server import seed
from agent_tui.server.database import Tx
from agent_tui.server.state import TableState

FILES = "system:files"
"""Author and releaser of what came as a file with the program."""
Sign: TypeAlias = Callable[[Bundle], Bundle]
_LOG = logging.getLogger(__name__)


def proposal_of(blueprint: Blueprint, timezone: str) -> Proposal:
    """What is proposed with a blueprint. Its own word about its state does not count; the centre's does."""
    text = dump(msgspec.structs.replace(blueprint, state="released")).decode()
    zone = ZoneInfo(timezone)
    return Proposal(
        blueprint=blueprint.id,
        number=blueprint.version,
        titles=blueprint.titles,
        owner=blueprint.owner,
        change=blueprint.change,
        valid_from=blueprint.valid_from,
        valid_to=blueprint.valid_to,
        wording=text,
        digest=canon.digest(text.encode()),
        begins=_midnight(blueprint.valid_from, zone),
        ends=_midnight(blueprint.valid_to, zone, timedelta(days=1)),
    )


def _midnight(day: str, zone: ZoneInfo, later: timedelta = timedelta()) -> datetime:
    return datetime.combine(date.fromisoformat(day) + later, time(), zone).astimezone(ZoneInfo("UTC"))


def read(tx: Tx, command: ProposeBlueprint, timezone: str) -> ProposeBlueprint | Refusal:
    """The command with what stands in its file, or the first thing wrong with it."""
    try:
        blueprint = parse(command.source, command.file or "blueprint.yaml")
    except BrokenBlueprint as broken:
        return Refusal(key=broken.key, args=_plain(broken.args_))
    state = TableState(tx)
    findings = lint(blueprint, of_centre(state.find(Group), state.find(Category)))
    if findings:
        first = findings[0].message
        return Refusal(key=first.key, args=_plain(first.args))
    return msgspec.structs.replace(command, proposal=proposal_of(blueprint, timezone))


def _plain(args: Mapping[str, object]) -> dict[str, str | int]:
    return {name: value if isinstance(value, int) else str(value) for name, value in args.items()}


def signed(effects: Effects, sign: Sign | None) -> Effects:
    """The effects with the server's name under every bundle among them."""
    if sign is None:
        return effects
    puts = tuple(sign(put) if isinstance(put, Bundle) else put for put in effects.puts)
    return msgspec.structs.replace(effects, puts=puts)


# ---- files -------------------------------------------------------------------------------------------------------


def read_files(folder: Path) -> list[Blueprint]:
    """The blueprints of a folder that are no drafts. InputError names file, line and reason: none is taken half."""
    found = (parse(file.read_text("utf-8"), file.name) for file in sorted(folder.glob("*.yaml")))
    return [blueprint for blueprint in found if blueprint.state == "released"]


def take_in(tx: Tx, blueprints: Iterable[Blueprint], timezone: str, now: datetime, sign: Sign) -> None:
    """Rows for what is new among the files. A released wording is never changed under its number."""
    rows: list[Entity] = []
    state = TableState(tx)
    for blueprint in blueprints:
        proposal = proposal_of(blueprint, timezone)
        known = {release.number: release for release in state.find(Release, parent_id=blueprint.id)}
        same = known.get(proposal.number)
        if same is None and proposal.number > max(known, default=0):
            row, bundle = _rows(proposal, now, new=not known)
            rows += (row, sign(bundle))
        elif same is not None and same.digest != proposal.digest:
            _LOG.warning("%s: the file differs from what was released; give it a higher version", proposal.key)
    seed.publish(tx, rows, "SeedBlueprints", now)


def _rows(proposal: Proposal, now: datetime, *, new: bool) -> tuple[Release, Bundle]:
    row = proposed(proposal, FILES, now)
    if not new:
        return row, wording_of(proposal, PROPOSAL)
    released = msgspec.structs.replace(row, state=ReleaseState.RELEASED, releaser_id=FILES, released_at=now)
    return released, wording_of(proposal, IN_USE)
