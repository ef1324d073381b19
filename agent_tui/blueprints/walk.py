"""Walking a blueprint with a customer: an immutable run, resumable, that can go back and is honest about effects.

    start ──► advance ──► … ──► an end node
                │  ▲
           back │  │ advance with the same answer, or jump, goes forward over `ahead` again
                ▼  │
             an earlier node

What was really done (an action applied, a caller verified, a message sent) stays done: going back never undoes it
and going forward never does it twice. Back after advance is the same place; `trail` remembers both moves.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from agent_tui.blueprints import answers as reading
from agent_tui.blueprints.conditions import Value, holds
from agent_tui.blueprints.facts import DEGREES, enough
from agent_tui.blueprints.model import Ask, Blueprint, Check, End, LookUp, Node, Note, Offer, Say, node_map
from agent_tui.domain.scrub import scrub
from agent_tui.errors import InputError

LASTING = frozenset({"applied", "awaiting_approval", "passed", "sent", "done", "accepted"})
"""Outcomes that going back does not undo."""
SKIPPED = "skipped"
"""Outcome of an offer that was not made for want of consent; it leads where `declined` leads."""


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome of a check, look-up, action, offer, message or hand-over: the answer to its node."""

    outcome: str
    checks: tuple[str, ...] = ()
    """Ids of what the caller got right, for a check."""
    facts: dict[str, Value] = {}
    """What became known by it, e.g. `ticket.number`."""


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """A node that was left, and how."""

    node: str
    answer: Value | None = None
    language: str = ""
    auto: bool = False
    """Passed by itself: the agent saw nothing."""
    deviation: str = ""
    """Why the agent left the script here."""
    pending: bool = False
    """In `ahead` only: where the agent was before going back, not answered yet."""


class Deviation(msgspec.Struct, frozen=True, kw_only=True):
    node: str
    reason: str
    to: str = ""
    """Where the agent went instead; empty when it was only said differently."""


class Run(msgspec.Struct, frozen=True, kw_only=True):
    blueprint: Blueprint
    language: str
    facts: dict[str, Value]
    node: str
    steps: tuple[Taken, ...] = ()
    ahead: tuple[Taken, ...] = ()
    """Steps gone back over; the first is about `node`."""
    done: dict[str, Result] = {}
    """Lasting results, by node and how often it was passed before (`visit`)."""
    deviations: tuple[Deviation, ...] = ()
    trail: tuple[str, ...] = ()
    """Every move, `advance:greet`, `back:greet`, `language:en`, in order; for the audit."""


# ---- reading a run -----------------------------------------------------------------------------------------------


def current(run: Run) -> Node:
    """The node where it stands."""
    return node_map(run.blueprint)[run.node]


def ended(run: Run) -> bool:
    return isinstance(current(run), End)


def known(run: Run) -> Mapping[str, Value]:
    """Facts given and facts learned from results."""
    found = dict(run.facts)
    for result in run.done.values():
        found.update(result.facts)
    nodes = node_map(run.blueprint)
    for step in run.steps:
        node = nodes[step.node]
        if isinstance(node, Ask) and "." in node.saved and step.answer is not None:
            found[node.saved] = step.answer
    found["contact.verified"] = verified(run)
    return found


def missed(run: Run) -> tuple[str, ...]:
    """Mandatory sentences passed by without being said, which takes a deviation: for the review."""
    nodes = node_map(run.blueprint)
    said = {step.node for step in run.steps if not step.deviation} | {run.node}
    there = {step.node for step in run.steps} | {run.node}
    ends = {node.id for node in run.blueprint.nodes if isinstance(node, End)}
    return tuple(
        id_ for id_, node in nodes.items() if node.must and id_ not in said and there & (set(node.before) or ends)
    )


def verified(run: Run) -> str:
    """The strongest degree to which the caller is verified, before this run or in it."""
    degrees = [str(run.facts.get("contact.verified", "none"))]
    passed = {key.partition(":")[0] for key in run.done}
    degrees += [node.degree for node in run.blueprint.nodes if isinstance(node, Check) and node.id in passed]
    return max((d for d in degrees if d in DEGREES), key=DEGREES.index, default="none")


def visit(run: Run) -> str:
    """The key of this visit to the present node: going back comes to the same visit, going round to a new one."""
    before = sum(step.node == run.node for step in run.steps)
    return f"{run.node}:{before + 1}"


def done_here(run: Run) -> Result | None:
    """What was already done on this visit, before going back."""
    return run.done.get(visit(run))


def given(run: Run) -> dict[str, Value]:
    """Answers by name, the latest of each."""
    nodes = node_map(run.blueprint)
    return {nodes[step.node].name: step.answer for step in run.steps if step.answer is not None}


def path(run: Run) -> tuple[str, ...]:
    """`id@version#node` of every node shown on the way here, in order."""
    seen = [step.node for step in run.steps if not step.auto]
    return tuple(f"{run.blueprint.key}#{node}" for node in (*seen, run.node))


def visited(run: Run) -> tuple[str, ...]:
    """Nodes one may jump to, in order of the way, the present one among them."""
    order = [step.node for step in (*run.steps, Taken(node=run.node), *run.ahead) if not step.auto]
    return tuple(dict.fromkeys(order))


def place(run: Run) -> tuple[str, tuple[Taken, ...], str]:
    """Where a run stands, without the memory of how often one went back: equal places show the same."""
    return run.node, run.steps, run.language


# ---- moving ------------------------------------------------------------------------------------------------------


def start(blueprint: Blueprint, facts: Mapping[str, Value], language: str) -> Run:
    """A run at the first node. A language the blueprint lacks becomes its first."""
    spoken = language if language in blueprint.languages else blueprint.languages[0]
    begun = Run(
        blueprint=blueprint,
        language=spoken,
        facts=dict(facts),
        node=blueprint.start,
        trail=(f"start:{blueprint.start}",),
    )
    return _pass_silent(begun)


def advance(run: Run, answer: Value | Result | None = None) -> Run:
    """One node on. InputError says what is wrong with the answer; the run stays as it was."""
    node = current(run)
    if isinstance(node, End):
        raise InputError("blueprint.run.ended")
    value, done = _accept(run, node, answer)
    return _pass_silent(_leave_node(msgspec.structs.replace(run, done=done), node, value))


def back(run: Run) -> Run:
    """To the node shown before; at the first node the run itself."""
    shown = [index for index, step in enumerate(run.steps) if not step.auto]
    return _rewind(run, shown[-1], "back") if shown else run


def jump(run: Run, node: str) -> Run:
    """To a node already visited, back or forward again. InputError for any other."""
    if node == run.node:
        return run
    before = [index for index, step in enumerate(run.steps) if step.node == node and not step.auto]
    if before:
        return _rewind(run, before[-1], "jump")
    after = [index for index, step in enumerate(run.ahead) if step.node == node and not step.auto]
    if not after:
        raise InputError("blueprint.run.not_visited", node=node)
    index = after[0]
    return msgspec.structs.replace(
        run,
        node=node,
        steps=run.steps + run.ahead[:index],
        ahead=() if run.ahead[index].pending else run.ahead[index:],
        trail=(*run.trail, f"jump:{node}"),
    )


def deviate(run: Run, reason: str, to: str | None = None) -> Run:
    """Leave the script, with a reason: to any node of it, or (without `to`) stay and only record it.

    InputError without a reason or for an unknown node.
    """
    if not reason.strip():
        raise InputError("blueprint.run.reason")
    if to is not None and to not in node_map(run.blueprint):
        raise InputError("blueprint.run.no_node", node=to)
    kept = scrub(reason.strip()).text
    noted = msgspec.structs.replace(
        run,
        deviations=(*run.deviations, Deviation(node=run.node, reason=kept, to=to or "")),
        trail=(*run.trail, f"deviate:{to or run.node}"),
    )
    if to is None:
        return noted
    step = Taken(node=run.node, language=run.language, deviation=kept)
    return _pass_silent(msgspec.structs.replace(noted, node=to, steps=(*run.steps, step), ahead=()))


def speak(run: Run, language: str) -> Run:
    """Go on in another language. InputError where the blueprint lacks it."""
    if language not in run.blueprint.languages:
        raise InputError("blueprint.run.language", language=language)
    if language == run.language:
        return run
    return msgspec.structs.replace(run, language=language, trail=(*run.trail, f"language:{language}"))


def learn(run: Run, facts: Mapping[str, Value]) -> Run:
    """The same place with more known, e.g. the clear name after the caller was verified, or the product meant."""
    return msgspec.structs.replace(run, facts={**run.facts, **facts})


def _accept(run: Run, node: Node, answer: Value | Result | None) -> tuple[Value | None, dict[str, Result]]:
    """The value that stands for the answer, and what is done afterwards."""
    if isinstance(node, Say | Note):
        return None, run.done
    if isinstance(node, Ask):
        raw = answer.outcome if isinstance(answer, Result) else answer
        return reading.read(node, raw, str(run.facts.get("time.today", ""))), run.done
    result = _result(run, node, answer)
    if result.outcome in LASTING:
        return result.outcome, {**run.done, visit(run): result}
    return result.outcome, {key: kept for key, kept in run.done.items() if key != visit(run)}


def _result(run: Run, node: Node, answer: Value | Result | None) -> Result:
    before = done_here(run)
    if answer is None:
        return before or _by_itself(run, node)
    result = answer if isinstance(answer, Result) else Result(outcome=str(answer))
    if result.outcome not in node.outcomes:
        raise InputError("blueprint.run.outcome", outcome=result.outcome, known=", ".join(node.outcomes))
    if before is not None and before.outcome != "awaiting_approval":
        if result.outcome != before.outcome:
            raise InputError("blueprint.run.already", outcome=before.outcome)
        return before
    if isinstance(node, Check) and result.outcome == "passed":
        right = set(result.checks) & set(node.checks)
        if len(right) < node.need:
            raise InputError("blueprint.run.checks", need=node.need, right=len(right))
    if isinstance(node, LookUp) and result.outcome == "found" and _unknown(run, node):
        raise InputError("blueprint.run.unknown", facts=", ".join(_unknown(run, node)))
    return result


def _unknown(run: Run, node: LookUp) -> tuple[str, ...]:
    facts = known(run)
    return tuple(name for name in node.facts if facts.get(name, "") == "")


def _by_itself(run: Run, node: Node) -> Result:
    if isinstance(node, LookUp):
        return Result(outcome="not_found" if _unknown(run, node) else "found")
    raise InputError("blueprint.run.awaits", kind=node.kind)


def _leave_node(run: Run, node: Node, value: Value | None, *, auto: bool = False) -> Run:
    step = Taken(node=node.id, answer=value, language=run.language, auto=auto)
    moved = msgspec.structs.replace(run, steps=(*run.steps, step))
    to = _target(moved, node)
    ahead = run.ahead
    if ahead and (ahead[0].answer != value or ahead[0].pending or len(ahead) < 2 or ahead[1].node != to):
        ahead = ()
    ahead = ahead[1:]
    if len(ahead) == 1 and ahead[0].pending:
        ahead = ()
    return msgspec.structs.replace(
        moved, node=to, ahead=ahead, trail=run.trail if auto else (*run.trail, f"advance:{node.id}")
    )


def _target(run: Run, node: Node) -> str:
    answers, facts = given(run), known(run)
    if isinstance(node, Offer) and answers.get(node.name) == SKIPPED:
        answers[node.name] = "declined"
    for branch in node.branches:
        if branch.when is None or holds(branch.when, answers, facts):
            return branch.to
    raise InputError("blueprint.run.no_way", node=node.id)


def _silent(run: Run, node: Node) -> str | None:
    """The outcome of a node that needs nobody: already verified, or no consent to offers."""
    if isinstance(node, Check) and enough(verified(run), node.degree):
        return "passed"
    if isinstance(node, Offer) and run.facts.get("customer.marketing_consent") is not True:
        return SKIPPED
    return None


def _pass_silent(run: Run) -> Run:
    for _ in run.blueprint.nodes:
        node = current(run)
        outcome = _silent(run, node)
        if outcome is None:
            break
        run = _leave_node(run, node, outcome, auto=True)
    return run


def _rewind(run: Run, index: int, move: str) -> Run:
    node = run.steps[index].node
    ahead = run.ahead or (Taken(node=run.node, pending=True),)
    return msgspec.structs.replace(
        run,
        node=node,
        steps=run.steps[:index],
        ahead=run.steps[index:] + ahead,
        trail=(*run.trail, f"{move}:{node}"),
    )
