"""Key → may → confirm, reason, step-up or form → submit → say what happened.

Deeds live in `deeds/`, one module for each group of the registry, loaded when first used. A deed is a coroutine that
takes the screen.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

from agent_tui.desk.door import NotSubmitted, Submitted
from agent_tui.desk.views import PendingWork
from agent_tui.domain.commands import Command
from agent_tui.tui.ahead import ahead
from agent_tui.tui.facts import Facts, why_not
from agent_tui.wire.command import Outcome

if TYPE_CHECKING:
    from agent_tui.domain.rows import Entity
    from agent_tui.tui.screens.station import Station

Deed = Callable[[Any], Awaitable[None]]

ROOMS: dict[str, str] = {
    "contact": "agent_tui.tui.deeds.contact",
    "ticket": "agent_tui.tui.deeds.ticket",
    "state": "agent_tui.tui.deeds.state",
    "text": "agent_tui.tui.deeds.writing",
    "blueprint": "agent_tui.tui.deeds.blueprint",
    "knowledge": "agent_tui.tui.deeds.knowledge",
    "action": "agent_tui.tui.deeds.action",
    "cosign": "agent_tui.tui.deeds.cosign",
    "review": "agent_tui.tui.deeds.review",
    "view": "agent_tui.tui.deeds.view",
    "desk": "agent_tui.tui.deeds.desk",
    "monitor": "agent_tui.tui.deeds.monitor",
    "train": "agent_tui.tui.deeds.train",
}
"""Group of the registry → the module whose `DEEDS` does its commands."""

SETTLE_S = 8.0
"""Real seconds a deed waits for its outcome before it says that it is on its way."""
LATE_S = 120.0
"""And how long afterwards the outcome is still told in the line of what happened; the journal keeps it anyway."""


def deed(command: str) -> Deed | None:
    """The coroutine that does a command of the registry."""
    room = ROOMS.get(command.partition(".")[0])
    deeds: Mapping[str, Deed] = import_module(room).DEEDS if room else {}
    return deeds.get(command)


async def perform(station: Station, command: str) -> None:
    """Do a command, or say why not."""
    if command in station.busy:
        return
    facts: Facts | None = getattr(station, "facts", None)
    why = why_not(command, facts) if facts is not None else None
    if why is not None:
        station.say(station.words.msg(why), "warn")
        station.app.bell()
        return
    doing = deed(command)
    if doing is None:
        return
    station.busy.add(command)
    try:
        await doing(station)
    finally:
        station.busy.discard(command)


async def send(
    station: Station, command: Command, what: str, *, quiet: bool = False, seen: Entity | None = None
) -> Outcome | None:
    """Submit a command and say what became of it. None if it waits in the journal or is not known yet; what was not
    even accepted here comes back as refused. `seen`: the row that an edit was decided on, as it stood on the screen;
    when somebody was quicker, the person sees what they did and decides again."""
    return await follow(station, station.door.submit(command, seen=seen), what, quiet=quiet)


async def follow(
    station: Station, submitted: Submitted | NotSubmitted, what: str, *, quiet: bool = False
) -> Outcome | None:
    """Say what became of a command that was submitted, as `send` does."""
    words, door = station.words, station.door
    if isinstance(submitted, NotSubmitted):
        station.say(words("said.refused", what=what, why=_because(station, submitted)), "bad")
        station.app.bell()
        return Outcome(id="", outcome="refused")
    if submitted.offline:
        station.say(words("said.kept", what=what), "warn")
        return None
    station.say(words("said.on_its_way", what=what), "muted")
    ahead(station.app).settle()
    outcome = await door.settle(submitted.id, SETTLE_S)
    if outcome is not None and outcome.problem == "step-up-required":
        if not await _again(station, outcome, what):
            return outcome
        outcome = await door.settle(submitted.id, SETTLE_S)
    if outcome is not None and outcome.outcome == "conflict":
        from agent_tui.tui.deeds.conflict import meet

        met = await meet(station, outcome.id, what)
        if met.again is not None:
            return await follow(station, met.again, what, quiet=quiet)
        if met.left:
            return outcome
    if outcome is not None:
        _tell(station, outcome, what, quiet)
    else:
        station.run_worker(_tell_late(station, submitted.id, what), group="late")
    return outcome


async def _tell_late(station: Station, command_id: str, what: str) -> None:
    """What became of it after all: the line must not go on saying that it is on its way."""
    outcome = await station.door.settle(command_id, LATE_S)
    if outcome is not None and station.is_mounted:
        _tell(station, outcome, what, quiet=False)


async def _again(station: Station, refused: Outcome, what: str) -> bool:
    """Send the same command again once its maker has authenticated; dropped when they do not."""
    from agent_tui.tui.authenticate import authenticate
    from agent_tui.tui.panes.approval_lines import own

    if not await authenticate(station):
        station.door.dismiss(refused.id)
        station.say(own(station.words, "not_authenticated", what=what), "warn")
        return False
    station.say(station.words("said.on_its_way", what=what), "muted")
    station.door.again(refused.id)
    return True


def _because(station: Station, refused: NotSubmitted) -> str:
    sentences = [station.words.sentence(reason) for reason in refused.reasons]
    return " ".join(filter(None, sentences)) or station.words.msg(refused.why)


def _tell(station: Station, outcome: Outcome, what: str, quiet: bool) -> None:
    words = station.words
    match outcome.outcome:
        case "applied":
            station.say("" if quiet else words("said.done", what=what), "ok")
        case "awaiting_approval":
            station.say(words("said.approval", what=what), "warn")
        case "expired":
            station.say(words("said.expired", what=what), "bad")
        case other:
            key = "said.conflict" if other == "conflict" else "said.refused"
            station.say(words(key, what=what, why=refusal(station, outcome.id)), "bad")
            station.app.bell()


def stands(outcome: Outcome | None) -> bool:
    """Whether what was typed is safe elsewhere: applied, waiting for a co-sign, or in the journal."""
    return outcome is None or outcome.outcome in ("applied", "awaiting_approval")


def refusal(station: Station, command_id: str) -> str:
    """The sentence of the rule that refused a command, in the reader's language."""
    work = station.door.view(PendingWork())
    found = next((item for item in work if item.id == command_id), None)
    if found is None:
        return ""
    return " ".join(filter(None, (station.words.sentence(reason) for reason in found.reasons)))
