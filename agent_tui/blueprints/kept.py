"""A run that was left, as text for the journal, and the same run again when the agent comes back.

Private facts (a clear name, a masked card) are not in the text; whoever resumes gives them again.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from agent_tui.blueprints.conditions import Value
from agent_tui.blueprints.facts import VARIABLES
from agent_tui.blueprints.model import Blueprint, node_map
from agent_tui.blueprints.walk import Deviation, Result, Run, Taken
from agent_tui.errors import InputError


class Left(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is written: everything but the blueprint itself and private facts."""

    blueprint: str
    """`id@version`; the version stays pinned."""
    language: str
    facts: dict[str, Value]
    node: str
    steps: tuple[Taken, ...] = ()
    ahead: tuple[Taken, ...] = ()
    done: dict[str, Result] = {}
    deviations: tuple[Deviation, ...] = ()
    trail: tuple[str, ...] = ()


_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(Left)


def _open(facts: Mapping[str, Value]) -> dict[str, Value]:
    return {name: value for name, value in facts.items() if name not in VARIABLES or not VARIABLES[name].private}


def leave(run: Run) -> str:
    """The run as text, to be kept under a draft's key."""
    return _ENCODER.encode(
        Left(
            blueprint=run.blueprint.key,
            language=run.language,
            facts=_open(run.facts),
            node=run.node,
            steps=run.steps,
            ahead=run.ahead,
            done=run.done,
            deviations=run.deviations,
            trail=run.trail,
        )
    ).decode()


def pinned(text: str) -> str:
    """`id@version` of a run that was left. InputError if the text is none."""
    return _read(text).blueprint


def resume(text: str, blueprint: Blueprint, facts: Mapping[str, Value]) -> Run:
    """The run again, with today's facts over those it kept. InputError if the text is none or of another version."""
    left = _read(text)
    nodes = node_map(blueprint)
    places = {left.node, *(step.node for step in (*left.steps, *left.ahead))}
    if left.blueprint != blueprint.key or not places <= nodes.keys():
        raise InputError("blueprint.run.other_version", left=left.blueprint, here=blueprint.key)
    return Run(
        blueprint=blueprint,
        language=left.language,
        facts={**left.facts, **facts},
        node=left.node,
        steps=left.steps,
        ahead=left.ahead,
        done=left.done,
        deviations=left.deviations,
        trail=left.trail,
    )


def _read(text: str) -> Left:
    try:
        return _DECODER.decode(text)
    except msgspec.DecodeError as error:
        raise InputError("blueprint.run.unreadable", reason=str(error)) from error
