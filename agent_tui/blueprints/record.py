"""What was seen of a walk: kept node by node while it goes on, and printed again from the pinned version.

Only what stood in the blanks is kept, since the rest is the blueprint's own wording. A name in clear and a private
answer are kept masked: they were for the eyes of that moment (product rule 6). Everything else is kept as it was said.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from agent_tui.blueprints.model import Ask, Blueprint, HandOver, LookUp, Node, Send, Texts, node_map
from agent_tui.blueprints.shown import Shown, Teller, painted, placeholder, shown
from agent_tui.blueprints.template import BLANK, names
from agent_tui.blueprints.walk import Run, current, ended, missed
from agent_tui.domain.walk import MOST_SEEN, Seen, Walk

VISIBLE = tuple(name for name in Shown.__struct_fields__ if name not in ("answer", "args", "call_back"))
"""Fields of `Shown` that a desk paints; the others prepare what comes next."""


class Notebook(msgspec.Struct, frozen=True, kw_only=True):
    """What was seen so far of one run."""

    began: datetime
    """Business time."""
    seen: tuple[Seen, ...] = ()
    moves: int = 0
    """How many moves of the run are in it."""
    steps: int = 0
    """How many nodes were left when the last of them was made."""
    deviations: int = 0


def note(book: Notebook, run: Run, at: float, house: str) -> Notebook:
    """The notebook with what the screen shows of `run` now, `at` seconds after the first sight. The same sight again adds
    nothing."""
    move = run.trail[-1].partition(":")[0] if len(run.trail) > book.moves else "learn"
    strayed = run.deviations[-1].reason if len(run.deviations) > book.deviations else ""
    seen = _left(book.seen, run, move, strayed)
    now = sight(run, at, move, house)
    if not (seen and book.steps == len(run.steps) and _same(seen[-1], now)) and len(seen) < MOST_SEEN:
        seen = (*seen, now)
    return Notebook(
        began=book.began, seen=seen, moves=len(run.trail), steps=len(run.steps), deviations=len(run.deviations)
    )


def _left(seen: tuple[Seen, ...], run: Run, move: str, strayed: str) -> tuple[Seen, ...]:
    """The sights, the last one with how it was answered or why the agent left the script there."""
    if not seen or not (move == "advance" or strayed):
        return seen
    last = seen[-1]
    answer = _answer(run, last.node) if move == "advance" else last.answer
    reasons = "\n".join(filter(None, (last.deviation, strayed)))
    return (*seen[:-1], msgspec.structs.replace(last, answer=answer, deviation=reasons))


def _same(last: Seen, now: Seen) -> bool:
    """Whether the last sight is still what stands there."""
    return all(getattr(last, name) == getattr(now, name) for name in _CONTENT)


_CONTENT = ("node", "language", "house", "said", "noted", "found", "blanks", "number", "done")


def _answer(run: Run, id_: str) -> str:
    """The answer to the node just left, as it is said; the outcome of what was done."""
    step = next((step for step in reversed(run.steps) if step.node == id_ and not step.auto), None)
    if step is None or step.answer is None:
        return ""
    node = node_map(run.blueprint)[id_]
    if isinstance(node, Ask):
        return Teller(run, step.language, mask=True).say(placeholder(node)) or ""
    return str(step.answer)


def sight(run: Run, at: float, move: str, house: str) -> Seen:
    """The present node as it stands on the screen."""
    node, now = current(run), shown(run, house)
    teller, own = Teller(run, mask=True), Teller(run, house, mask=True)
    facts = tuple(name for name, _ in now.facts) if isinstance(node, LookUp) else ()
    return Seen(
        at_ms=round(at * 1000),
        node=node.id,
        move=move,
        language=run.language,
        house=own.language,
        said=_values(teller, *_spoken(node)),
        noted=_values(own, node.tip, *_written(node)),
        found={name: value for name in facts if (value := teller.seen(name)) != BLANK},
        blanks=now.blanks,
        number=now.number,
        done=now.done,
    )


def _spoken(node: Node) -> tuple[Texts, ...]:
    return (node.texts, node.message) if isinstance(node, Send) else (node.texts,)


def _written(node: Node) -> tuple[Texts, ...]:
    return (node.title, node.brief) if isinstance(node, HandOver) else ()


def _values(teller: Teller, *texts: Texts) -> dict[str, str]:
    wanted = [name for each in texts for name in names(teller.template(each))]
    return {name: value for name in wanted if (value := teller.say(name))}


def closed(book: Notebook, run: Run, at: float, *, draft: bool = False) -> Walk | None:
    """The record to be sent when the run is put away; None when nothing was seen."""
    if not book.seen:
        return None
    return Walk(
        blueprint=run.blueprint.key,
        began=book.began,
        seen=book.seen,
        lasted_ms=max(round(at * 1000), book.seen[-1].at_ms),
        ended=ended(run),
        draft=draft,
        missed=missed(run),
    )


# ---- printing it again -------------------------------------------------------------------------------------------


class Recorded(Teller):
    """Says what was said then."""

    def __init__(self, language: str, said: dict[str, str], found: dict[str, str]) -> None:
        self.language = language
        self.blanks: list[str] = []
        self._said, self._found = said, found

    def say(self, name: str) -> str | None:
        return self._said.get(name)

    def seen(self, name: str) -> str:
        return self._found.get(name, BLANK)

    def bound(self, template: str) -> str:
        """Arguments are not painted."""
        return ""


def reprint(walk: Walk, blueprint: Blueprint) -> tuple[Shown, ...]:
    """Every node of the walk as it stood on the screen. KeyError when the blueprint is not the one that was walked."""
    nodes = node_map(blueprint)
    if walk.blueprint != blueprint.key:
        raise KeyError(walk.blueprint)
    return tuple(_again(blueprint, nodes[seen.node], seen) for seen in walk.seen)


def _again(blueprint: Blueprint, node: Node, seen: Seen) -> Shown:
    then = painted(
        blueprint, node, Recorded(seen.language, seen.said, seen.found), Recorded(seen.house, seen.noted, {})
    )
    return msgspec.structs.replace(then, number=seen.number, done=seen.done, blanks=seen.blanks)
