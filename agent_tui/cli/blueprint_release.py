"""`agent-tui blueprint propose | release | retire | list`: from an author's file to what every desk says.

A second person releases; the server sees to it. What is released is what was read: the digest goes with the command.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Awaitable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from agent_tui.blueprints.diff import diff
from agent_tui.blueprints.model import Blueprint, load
from agent_tui.blueprints.told import show, told
from agent_tui.cli import signed_in
from agent_tui.domain.release import Release, ReleaseState
from agent_tui.domain.release_commands import ProposeBlueprint, ReleaseBlueprint, RetireBlueprint
from agent_tui.errors import UsageError
from agent_tui.i18n.catalog import say

if TYPE_CHECKING:
    from agent_tui.client.api import Api

VERBS = ("propose", "release", "retire", "list")


def add_arguments(kinds: dict[str, argparse.ArgumentParser], language: str) -> None:
    """The four verbs, each of somebody who signs in."""

    def text(name: str) -> str:
        return say(f"release.cli.{name}", language)

    kinds["propose"].add_argument("file", metavar="FILE", type=Path, help=text("file"))
    for name in ("release", "retire"):
        kinds[name].add_argument("release", metavar="ID@VERSION", help=text("which"))
    kinds["release"].add_argument("--yes", action="store_true", help=text("yes"))
    kinds["retire"].add_argument("--reason", metavar="TEXT", required=True, help=text("reason"))
    kinds["list"].add_argument("--state", choices=tuple(ReleaseState), help=text("state"))
    kinds["list"].add_argument("--format", choices=("text", "json"), default="text", help=text("format"))
    for name in VERBS:
        signed_in.add_arguments(kinds[name], language)


def run(args: argparse.Namespace, language: str) -> int:
    """0 when it was done; Refused says why not."""
    verbs = {"propose": propose, "release": release, "retire": retire, "list": every}
    return verbs[args.what](args, language)


def propose(args: argparse.Namespace, language: str) -> int:
    """The file is read and linted here first, so that everything wrong is named at once."""
    from agent_tui.cli.blueprint import FINDINGS, lint_files, read

    blueprint = read(args.file)
    if lint_files([args.file], language):
        return FINDINGS
    source = args.file.read_text("utf-8-sig")

    async def work(api: Api, _: object) -> None:
        await signed_in.submit(api, ProposeBlueprint(source=source, file=args.file.name), language)

    signed_in.run(args, language, work)
    print(say("release.cli.proposed", language, release=blueprint.key))
    return 0


def release(args: argparse.Namespace, language: str) -> int:
    """Show what changes against the version in use, ask, and release exactly that."""

    async def work(api: Api, _: object) -> bool:
        row = await _one(api, args.release)
        wording = await _wording(api, row.id)
        await _show(api, row, wording, language)
        if not (args.yes or _agreed(language)):
            return False
        await signed_in.submit(api, ReleaseBlueprint(release_id=row.id, digest=row.digest), language)
        return True

    done = signed_in.run(args, language, work)
    print(say("release.cli.released" if done else "release.cli.left", language, release=args.release))
    return 0 if done else 1


async def _show(api: Api, row: Release, wording: Blueprint, language: str) -> None:
    before = await _in_use(api, row)
    print(_head(row, language))
    if before is None:
        print("\n".join(line.rstrip("\n") for line in show(wording, language, language)))
        return
    print(say("release.cli.against", language, release=before.key))
    print("\n".join(told(diff(before, wording), language)))


async def _in_use(api: Api, row: Release) -> Blueprint | None:
    """The version that it would follow."""
    from agent_tui.client import endpoints

    others = [
        other
        for other in await endpoints.releases(api)
        if other.blueprint == row.blueprint and other.state is ReleaseState.RELEASED and other.number < row.number
    ]
    return await _wording(api, max(others, key=lambda other: other.number).id) if others else None


def _agreed(language: str) -> bool:
    if not sys.stdin.isatty():
        raise UsageError("release.cli.say_yes")
    agreed = say("release.cli.agree", language).split()
    return input(say("release.cli.ask", language)).strip().lower() in agreed


def retire(args: argparse.Namespace, language: str) -> int:
    """Out of use; contacts that are pinned to it go on with it."""

    async def work(api: Api, _: object) -> None:
        await signed_in.submit(api, RetireBlueprint(release_id=args.release, reason=args.reason), language)

    signed_in.run(args, language, work)
    print(say("release.cli.retired", language, release=args.release))
    return 0


def every(args: argparse.Namespace, language: str) -> int:
    """All versions, the state of each and who did what."""
    from agent_tui.client import endpoints

    def work(api: Api, _: object) -> Awaitable[tuple[Release, ...]]:
        return endpoints.releases(api)

    rows = [row for row in signed_in.run(args, language, work) if args.state in (None, row.state)]
    if args.format == "json":
        print(json.dumps([msgspec.to_builtins(row) for row in rows], ensure_ascii=False, indent=1))
        return 0
    for row in rows:
        print(_head(row, language))
    if not rows:
        print(say("release.cli.none", language))
    return 0


def _head(row: Release, language: str) -> str:
    """One line: which, its state, its days, who wrote it, who released it, and what is new."""
    title = row.titles.get(language) or next(iter(row.titles.values()), "")
    who: dict[str, Any] = {
        "author": row.author_id,
        "releaser": row.releaser_id or "-",
        "first": row.valid_from,
        "last": row.valid_to,
        "state": say(f"release.state.{row.state}", language),
        "change": row.reason or row.change,
    }
    return say("release.cli.line", language, release=f"{row.id:26}", title=title, **who)


async def _one(api: Api, id: str) -> Release:
    from agent_tui.blueprints.schema import nearest
    from agent_tui.client import endpoints

    known: Sequence[Release] = await endpoints.releases(api)
    found = next((row for row in known if row.id == id), None)
    if found is None:
        raise UsageError("release.cli.no_release", release=id, near=nearest(id, [row.id for row in known]))
    return found


async def _wording(api: Api, id: str) -> Blueprint:
    from agent_tui.client import endpoints

    return load((await endpoints.wording(api, id)).text)
