"""What surely holds wherever a walk stands: the graph of a blueprint, and facts gathered along every way to a node.

For each node the intersection over all ways from the start of what was gained on them: facts looked up, asked or
tested, answers given, the degree to which the caller was verified, the question answered, the sentences said.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from agent_tui.blueprints.conditions import All, Condition, Test
from agent_tui.blueprints.facts import ALWAYS, OF_VERIFIED
from agent_tui.blueprints.model import Ask, Blueprint, Branch, Check, End, HandOver, LookUp, Node, node_map

ANSWERED = "question answered"


def successors(blueprint: Blueprint) -> dict[str, tuple[str, ...]]:
    """Node → nodes it may lead to, each once, in order."""
    return {node.id: tuple(dict.fromkeys(branch.to for branch in node.branches)) for node in blueprint.nodes}


def reachable(graph: Mapping[str, Iterable[str]], start: str) -> frozenset[str]:
    """Nodes some way from `start` comes to."""
    seen, ahead = {start}, [start]
    while ahead:
        for to in graph[ahead.pop()]:
            if to not in seen:
                seen.add(to)
                ahead.append(to)
    return frozenset(seen)


def ending(blueprint: Blueprint) -> frozenset[str]:
    """Nodes from which some end can be reached."""
    before: dict[str, list[str]] = {node.id: [] for node in blueprint.nodes}
    for id_, targets in successors(blueprint).items():
        for to in targets:
            before[to].append(id_)
    found: set[str] = set()
    for node in blueprint.nodes:
        if isinstance(node, End):
            found |= reachable(before, node.id)
    return frozenset(found)


def on_loop(blueprint: Blueprint, node: str) -> bool:
    """Whether some way leads from the node back to it."""
    graph = successors(blueprint)
    return any(node in reachable(graph, to) for to in graph[node])


def held(blueprint: Blueprint) -> dict[str, frozenset[str]]:
    """Reachable node → what surely holds on arrival: names of facts, `answer.x`, `verified:basic`, `said:node`…"""
    nodes = node_map(blueprint)
    found: dict[str, frozenset[str]] = {blueprint.start: ALWAYS}
    ahead = [blueprint.start]
    while ahead:
        node = nodes[ahead.pop()]
        for branch in node.branches:
            arriving = found[node.id] | gained(node, branch)
            before = found.get(branch.to)
            now = arriving if before is None else before & arriving
            if now != before:
                found[branch.to] = now
                ahead.append(branch.to)
    return found


def gained(node: Node, branch: Branch) -> frozenset[str]:
    """What leaving a node by a branch makes sure."""
    gains = {f"said:{node.id}"} | ({ANSWERED} if node.answered else set())
    if isinstance(node, Ask):
        gains.add(node.saved if "." in node.saved else f"answer.{node.name}")
    outcome = _own_outcome(node, branch)
    if isinstance(node, LookUp) and outcome == "found":
        gains.update(node.facts)
        gains |= {"product.kind"} if node.product else set()
    if isinstance(node, Check) and outcome == "passed":
        gains |= OF_VERIFIED | {"verified:basic", f"verified:{node.degree}"}
    if isinstance(node, HandOver) and outcome == "done":
        gains.add(f"handed:{node.id}")
    return frozenset(gains | (_tested(branch.when) if branch.when else set()))


def _own_outcome(node: Node, branch: Branch) -> object:
    when = branch.when
    if isinstance(when, Test) and when.source == "answer" and when.name == node.name and len(when.values) == 1:
        return when.values[0]
    return None


def _tested(condition: Condition) -> set[str]:
    """Facts that must be known for the condition to hold."""
    if isinstance(condition, All):
        return {name for part in condition.parts for name in _tested(part)}
    if not isinstance(condition, Test) or (condition.operator == "known" and condition.values[0] is False):
        return set()
    if condition.source == "answer":
        return {f"answer.{condition.name}"}
    known = {condition.name}
    if condition.name == "contact.verified" and condition.operator == "is":
        known |= {f"verified:{condition.values[0]}"} | (
            {"verified:basic"} if condition.values[0] == "full" else set()
        )
    return known


def shortest(blueprint: Blueprint, to: str) -> tuple[str, ...]:
    """A shortest way from the start to a node, both included; empty if there is none."""
    graph = successors(blueprint)
    ways: dict[str, tuple[str, ...]] = {blueprint.start: (blueprint.start,)}
    ahead = [blueprint.start]
    for node in ahead:
        for after in graph[node]:
            if after not in ways:
                ways[after] = (*ways[node], after)
                ahead.append(after)
    return ways.get(to, ())
