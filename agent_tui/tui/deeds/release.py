"""Governance of service blueprints by keys: what waits for a second person, what is new in it, release or turn down.

What is released is what was read: the digest of the text that stood on the screen goes with the command.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from agent_tui.desk.commands import BY_ID
from agent_tui.desk.release_views import Releases, ReleaseView
from agent_tui.desk.views import Categories, Groups
from agent_tui.domain.centre import Bundle
from agent_tui.domain.commands import Command, ReleaseBlueprint, RetireBlueprint
from agent_tui.domain.release import Release
from agent_tui.errors import AgentTuiError, Offline
from agent_tui.i18n.catalog import say
from agent_tui.tui.authenticate import always
from agent_tui.tui.dialogs.approval import LivePick
from agent_tui.tui.dialogs.confirm import Confirm
from agent_tui.tui.dialogs.fields import Field
from agent_tui.tui.dialogs.form import Form
from agent_tui.tui.dialogs.pick import Item
from agent_tui.tui.dialogs.release import ReleasePage
from agent_tui.tui.panes.release_lines import DIGEST_SHOWN, Reading, entry, own, title
from agent_tui.tui.perform import send
from agent_tui.tui.screens.station import Station


async def releases(station: Station) -> None:
    """The list; from it one version after another, until nobody wants to read more."""
    words = station.words
    while _views(station):
        picked = LivePick(
            words, station.painter, own(words, "list"), lambda: _items(station), own(words, "keys.list")
        )
        chosen = await station.ask(picked)
        if chosen is None:
            return
        await _open(station, chosen)
    station.say(own(words, "none"), "muted")


def _views(station: Station) -> tuple[ReleaseView, ...]:
    return station.door.view(Releases())


def _items(station: Station) -> Sequence[Item[str]]:
    return [entry(station.words, view) for view in _views(station)]


def _one(station: Station, id: str) -> ReleaseView | None:
    return next((view for view in _views(station) if view.release.id == id), None)


async def _open(station: Station, id: str) -> None:
    """Read one; the server is asked for its wording, since a proposal is on no desk."""
    view, words = _one(station, id), station.words
    if view is None:
        return
    try:
        new = await station.door.wording(id)
        old = await station.door.wording(view.before) if view.before else None
    except Offline:
        station.say(words("said.unreachable"), "warn")
        return
    except AgentTuiError as error:
        station.say(say(error.key, words.language, **error.args_), "warn")
        return
    reading = await asyncio.to_thread(_read, view.release, new, old, words.language, _known(station))
    chosen = await station.ask(ReleasePage(words, station.painter, lambda: _one(station, id), reading))
    if chosen == "release":
        await _release(station, view)
    elif chosen == "retire":
        await _retire(station, view)


def _known(station: Station) -> object:
    from agent_tui.blueprints.known import of_centre

    return of_centre(station.door.view(Groups()), station.door.view(Categories()), BY_ID)


def _read(row: Release, new: Bundle, old: Bundle | None, language: str, known: object) -> Reading:
    """The wording, checked against the digest that was proposed, linted, and compared with the version before it."""
    from agent_tui import canon
    from agent_tui.blueprints.diff import diff
    from agent_tui.blueprints.known import Known
    from agent_tui.blueprints.lint import lint
    from agent_tui.blueprints.model import load
    from agent_tui.blueprints.told import show, told
    from agent_tui.i18n.catalog import render

    blueprint = load(new.text)
    before = load(old.text) if old else None
    # Number and change note of the new version stand above the changes already.
    differ = diff(before, blueprint) if before else ()
    changes = [one for one in differ if (one.place, one.field) not in (("head", "version"), ("head", "change"))]
    text = told(changes, language) if before else show(blueprint, language, language)
    findings = lint(blueprint, known if isinstance(known, Known) else None)
    return Reading(
        true=canon.digest(new.text.encode()) == row.digest,
        against=before.key if before else "",
        changes=len(changes),
        text=tuple(line for each in text for line in each.split("\n")),
        findings=tuple(render(found.message, language) for found in findings),
        nodes=len(blueprint.nodes),
    )


async def _release(station: Station, view: ReleaseView) -> None:
    """Once confirmed, with the digest of what was read."""
    words, row = station.words, view.release
    digest = f"{row.digest[: row.digest.find(':') + 1 + DIGEST_SHOWN]}…"
    asked = [
        (
            own(
                words,
                f"release.{'at_once' if view.holds else 'ask'}",
                what=_what(station, view),
                first=row.valid_from,
            ),
            "strong",
        ),
        (own(words, "release.digest", digest=digest), "muted"),
    ]
    if view.before:
        asked.append((own(words, "release.follows", release=view.before), "muted"))
    if await station.ask(Confirm(words, station.painter, own(words, "release.title"), asked)):
        await _sent(station, ReleaseBlueprint(release_id=row.id, digest=row.digest), "release", view)


async def _retire(station: Station, view: ReleaseView) -> None:
    """With a reason, which is journalled as it is typed."""
    words, row = station.words, view.release
    doing, key = "turn_down" if view.waits else "retire", f"release:{row.id}"
    field = Field(
        name="text", kind="area", label=own(words, f"{doing}.reason"), required=True,
        value=station.door.draft(key), draft=key,
    )  # fmt: skip
    said = [(own(words, f"{doing}.hint", what=_what(station, view)), "muted")]
    form = Form(
        words, station.painter, own(words, f"{doing}.title"), [field], live=always(said), keep=station.door.keep_draft
    )
    values = await station.ask(form)
    if values is not None:
        command = RetireBlueprint(release_id=row.id, reason=values["text"])
        await _sent(station, command, doing, view, key)


def _what(station: Station, view: ReleaseView) -> str:
    return f"{title(station.words, view)} v{view.release.number}"


async def _sent(station: Station, command: Command, doing: str, view: ReleaseView, key: str = "") -> None:
    label = f"{own(station.words, f'{doing}.title')} {_what(station, view)}"
    outcome = await send(station, command, label, quiet=True)
    if outcome is None or outcome.outcome != "applied":
        return
    if key:
        station.door.drop_draft(key)
    station.say(own(station.words, f"{doing}.done", what=_what(station, view)), "ok")
