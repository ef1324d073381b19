"""A recorded walk as text: what the agent saw, word for word, with when, how they came there and what was answered."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from agent_tui.blueprints.model import Blueprint
from agent_tui.blueprints.record import reprint
from agent_tui.blueprints.shown import Shown
from agent_tui.domain.walk import Seen, Walk
from agent_tui.i18n.catalog import say


class Printer(msgspec.Struct, frozen=True):
    """Says things in the reader's language, with the centre's clock."""

    language: str
    zone: ZoneInfo

    def say(self, name: str, **args: object) -> str:
        return say(f"release.walk.{name}", self.language, **args)

    def fact(self, name: str) -> str:
        """A fact of a look-up, as the desk calls it."""
        return say(f"tui.variable.{name.replace('.', '_')}", self.language)


def walk_lines(walk: Walk, blueprint: Blueprint | None, contact_id: str, agent: str, words: Printer) -> Iterator[str]:
    """The whole walk; `blueprint` is the version it is pinned to, None where no release ever had its wording."""
    began = walk.began.astimezone(words.zone)
    title = blueprint.title(words.language) if blueprint else ""
    at = f"{began:%Y-%m-%d %H:%M:%S}"
    yield words.say("head", release=walk.blueprint, title=title, contact=contact_id, agent=agent, began=at)
    if blueprint is None:
        yield words.say("draft")
    else:
        for seen, now in zip(walk.seen, reprint(walk, blueprint), strict=True):
            yield from _sight(seen, now, began, words)
    for node in walk.missed:
        yield words.say("missed", node=node)
    yield words.say("ended" if walk.ended else "stopped", seconds=f"{walk.lasted_ms / 1000:.0f}")
    yield ""


def _sight(seen: Seen, now: Shown, began: datetime, words: Printer) -> Iterator[str]:
    at = began + timedelta(milliseconds=seen.at_ms)
    marks = [words.say(f"move.{seen.move}")] if seen.move not in ("start", "advance") else []
    marks += [words.say("must")] if now.must else []
    kind = say(f"blueprint.kind.{now.kind}", words.language)
    yield ""
    yield "  ".join([f"{at:%H:%M:%S}", f"{now.number}", kind, seen.node, f"[{seen.language}]", *marks])
    parts = (
        ("", now.text),
        ("message", now.message),
        ("title", now.brief_title),
        ("brief", now.brief),
        ("tip", now.tip),
    )
    for name, text in parts:
        lead = f"({words.say(name)}) " if name else ""
        yield from (f"    {lead}{line}" for line in text.split("\n") if text)
    yield from _details(now, words)
    if seen.answer:
        outcome = seen.answer in now.outcomes
        said = say(f"blueprint.outcome.{seen.answer}", words.language) if outcome else seen.answer
        yield f"    > {said}"
    for reason in filter(None, seen.deviation.split("\n")):
        yield f"    ! {words.say('deviation', reason=reason)}"


def _details(now: Shown, words: Printer) -> Iterator[str]:
    yield from (f"    [{n}] {label}" for n, (_, label) in enumerate(now.checks, 1))
    if now.type:
        yield from (f"    [{n}] {label}" for n, (_, label) in enumerate(now.choices, 1))
    yield from (f"    {words.fact(name)}: {value}" for name, value in now.facts)
    if now.action:
        yield f"    {say(f'command.action.{now.action}.label', words.language)}"
