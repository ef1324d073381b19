"""How blueprints are used, counted from the events of walks: how often, where people leave, where agents stray from the
script, and how long it takes against what its author expected. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from statistics import median

import msgspec

from agent_tui.blueprints.model import Blueprint, End, node_map
from agent_tui.domain.effects import Event

NAME = "BlueprintWalked"


class NodeUse(msgspec.Struct, frozen=True, kw_only=True):
    """One node over all walks."""

    node: str
    seen: int
    stopped: int
    """Walks that were left here without reaching an end."""
    strayed: int
    """How often an agent left the script here."""
    seconds: float
    """Median of a stay."""
    expected: int | None
    """What its author expected; None where the version is not known."""

    @property
    def drop_off(self) -> float:
        """Share of the stays at which the walk ended for want of going on."""
        return self.stopped / self.seen if self.seen else 0.0


class Use(msgspec.Struct, frozen=True, kw_only=True):
    """One version over all walks."""

    blueprint: str
    """`id@version`."""
    walks: int
    ended: int
    contacts: int
    agents: int
    deviations: int
    missed: int
    """Mandatory sentences left unsaid."""
    seconds: float
    """Median of a walk."""
    expected: float | None
    """Median of what the nodes walked through should have taken."""
    languages: dict[str, int]
    nodes: tuple[NodeUse, ...]

    @property
    def completed(self) -> float:
        """Share that reached an end."""
        return self.ended / self.walks if self.walks else 0.0


class _Stay(msgspec.Struct, frozen=True):
    node: str
    seconds: float
    left: str


def _stays(event: Event) -> list[_Stay]:
    found = []
    for part in str(event.data.get("nodes", "")).split():
        node, seconds, left = part.rsplit("/", 2)
        found.append(_Stay(node, float(seconds), left))
    return found


def stats(events: Iterable[Event], known: Mapping[str, Blueprint]) -> tuple[Use, ...]:
    """The use of each version, the most used first; drafts are not counted. `known`: `id@version` → its wording."""
    by_version: defaultdict[str, list[Event]] = defaultdict(list)
    for event in events:
        if event.name == NAME and not event.data.get("draft"):
            by_version[f"{event.data['blueprint']}@{event.data['number']}"].append(event)
    uses = [_use(key, walks, known.get(key)) for key, walks in by_version.items()]
    return tuple(sorted(uses, key=lambda use: (-use.walks, use.blueprint)))


def _use(key: str, walks: list[Event], blueprint: Blueprint | None) -> Use:
    stays = [_stays(event) for event in walks]
    expected = {node.id: node.expect_s for node in blueprint.nodes if not isinstance(node, End)} if blueprint else {}
    planned = [sum(expected.get(stay.node, 0) for stay in one) for one in stays]
    return Use(
        blueprint=key,
        walks=len(walks),
        ended=sum(bool(event.data.get("ended")) for event in walks),
        contacts=len({event.contact_id for event in walks}),
        agents=len({event.agent_id for event in walks}),
        deviations=sum(int(event.data.get("deviations") or 0) for event in walks),
        missed=sum(len(str(event.data.get("missed") or "").split()) for event in walks),
        seconds=median(float(event.data.get("seconds") or 0) for event in walks),
        expected=median(planned) if blueprint else None,
        languages=dict(Counter(str(event.data.get("language", "")) for event in walks).most_common()),
        nodes=_nodes(stays, blueprint),
    )


def _nodes(stays: list[list[_Stay]], blueprint: Blueprint | None) -> tuple[NodeUse, ...]:
    """In the author's order; nodes nobody saw are left out."""
    by_node: defaultdict[str, list[_Stay]] = defaultdict(list)
    for one in stays:
        for stay in one:
            by_node[stay.node].append(stay)
    nodes = node_map(blueprint) if blueprint else {}
    order = {id_: n for n, id_ in enumerate(nodes)}
    return tuple(
        NodeUse(
            node=id_,
            seen=len(found),
            stopped=sum(stay.left == "stopped" for stay in found),
            strayed=sum(stay.left == "deviate" for stay in found),
            seconds=median(stay.seconds for stay in found),
            expected=nodes[id_].expect_s if id_ in nodes else None,
        )
        for id_, found in sorted(by_node.items(), key=lambda item: order.get(item[0], len(order)))
    )
