"""A robot colleague's walk through a blueprint: node by node as at a desk, with what each node does, and its record.

Seconds are business seconds of the walk's own clock, which `go` moves on; whoever waits for them is outside, so that
the living floor and the morning played beforehand walk alike.
"""

from __future__ import annotations

import random
from datetime import datetime

import msgspec

from agent_tui.blueprints.conditions import Value
from agent_tui.blueprints.model import Blueprint, Check, Do, HandOver, Node, Say, node_map
from agent_tui.blueprints.record import Notebook, closed, note
from agent_tui.blueprints.run import Filled, Run, command, current, deviate, ended, filled, shown, start
from agent_tui.domain.actions import ACTIONS
from agent_tui.domain.commands import Command, PerformAction
from agent_tui.domain.contact import Contact
from agent_tui.domain.walk import Walk
from agent_tui.errors import InputError
from agent_tui.sim.rehearsal import Errand, Rehearsed, imagined, rehearse, step

SPREAD = 0.35
"""Of the logarithm of a stay against what its author expected."""
HURRY = (0.35, 1.5)
"""How far a colleague hurries or takes time to come out with the talk."""
FILLED = 0.8
"""Share of the talk that the walk is meant to take."""
STRAYS, LEAPS = 0.012, 0.25
"""Share of nodes said in other words than the script's, and of those the share that is left out altogether."""
LEAVES = 0.006
"""Share of nodes at which a blueprint is put away unfinished."""
SHORTEST_S = 2.0
SAID = ("say", "ask", "check", "offer")
"""Kinds of node with words for the customer."""


class Opening(msgspec.Struct, frozen=True, kw_only=True):
    """What a walk begins with."""

    contact: Contact
    facts: dict[str, Value]
    house: str
    """The colleague's own language."""
    errand: Errand
    reasons: tuple[str, ...]
    """Why colleagues leave the script, as they write it."""
    talk_s: float
    """How long the customer will talk."""
    began: datetime
    """Business time."""


class Guided:
    """One blueprint lying open at one robot's desk."""

    def __init__(self, blueprint: Blueprint, opening: Opening, rng: random.Random, *, mistaken: bool = False) -> None:
        """`mistaken`: triage was wrong; it is put away as soon as that is heard."""
        self._opening, self._rng = opening, rng
        low, high = HURRY
        language, time = opening.contact.language, opening.talk_s * FILLED
        errand = msgspec.structs.replace(opening.errand, patience_s=time / low)
        self._way: Rehearsed = rehearse(blueprint, opening.facts, language, errand, rng)
        self.run: Run = start(blueprint, opening.facts, language)
        self.at = 0.0
        """Seconds since it was opened."""
        self._hurry = min(high, max(low, time / max(1, self._way.expect_s)))
        self._left = False
        self._nodes_left = rng.randint(1, 2) if mistaken else None
        self._book = note(Notebook(began=opening.began), self.run, 0.0, opening.house)

    @property
    def over(self) -> bool:
        """Nothing more will be walked."""
        return self._left or ended(self.run)

    def stay(self) -> float:
        """Seconds until the present node is left."""
        usual = current(self.run).expect_s * self._hurry
        return max(SHORTEST_S, usual * self._rng.lognormvariate(0.0, SPREAD))

    def written(self) -> tuple[str, bool]:
        """What is written to the customer at the present node, and whether it waits for an answer. Nothing where nothing
        is said, or where a blank would be sent."""
        now = shown(self.run)
        if now.blanks or now.kind not in SAID:
            return "", False
        return "\n".join((now.text, *(label for _, label in now.checks[: now.need]))), now.kind != "say"

    def asked(self) -> Command | None:
        """What the present node has to be sent for before it can be left; None where nothing has."""
        node, contact = current(self.run), self._opening.contact
        if isinstance(node, HandOver) and node.how != "work_order":
            return None
        if self._wanting(node) or (isinstance(node, Check) and not self._opening.errand.known):
            return None
        right = node.checks[: node.need] if isinstance(node, Check) else ()
        sent = command(
            self.run, contact_id=contact.id, customer_id=contact.customer_id, checks=right, desk=self._opening.house
        )
        return self._meant(sent) if isinstance(sent, PerformAction) else sent

    def _meant(self, action: PerformAction) -> PerformAction:
        """The action on the product and for the amount that the talk is about."""
        errand = self._opening.errand
        if action.action != errand.action:
            return action
        return msgspec.structs.replace(
            action,
            product_id=action.product_id or errand.product_id,
            amount_minor=action.amount_minor if errand.amount_minor is None else errand.amount_minor,
        )

    def _wanting(self, node: Node) -> bool:
        """Whether the action of a node is about a product that the customer does not have."""
        kinds = ACTIONS[node.action].product if isinstance(node, Do) and node.action in ACTIONS else ()
        return bool(kinds) and not any(product.kind in kinds for product in self._opening.errand.products)

    def go(self, seconds: float, outcome: str | None = None) -> None:
        """On from the present node, `seconds` after it came; `outcome` of what it asked to be sent: `applied`,
        `awaiting_approval` or anything else."""
        self.at += seconds
        node = current(self.run)
        try:
            if self._leaves(node):
                self._left = True
                return
            if (
                outcome is None
                and not node.outcomes
                and self._rng.random() < STRAYS
                and self._strays_to_another(node)
            ):
                return
            self._note(step(self.run, self._value(node, outcome), self._opening.errand))
        except InputError:
            # An answer that the blueprint does not take, or facts that lead nowhere: a colleague would put it away.
            self._left = True

    def _value(self, node: Node, outcome: str | None) -> Value | None:
        if outcome is None:
            foreseen = self._way.answers.get(node.id)
            if isinstance(node, Do | HandOver):
                return node.outcomes[-1]
            return imagined(node, self._opening.errand, self._rng) if foreseen is None else foreseen
        if isinstance(node, Do):
            return outcome if outcome in node.outcomes else "refused"
        return node.outcomes[0 if outcome == "applied" else -1]

    def _leaves(self, node: Node) -> bool:
        if self._nodes_left is not None:
            self._nodes_left -= 1
            return self._nodes_left < 0
        return len(self.run.steps) > 1 and not isinstance(node, Do) and self._rng.random() < LEAVES

    def _strays_to_another(self, node: Node) -> bool:
        """Leave the script with a reason: say it otherwise, or (True) leave out the one node that comes next."""
        if not self._opening.reasons:
            return False
        reason, nodes = self._rng.choice(self._opening.reasons), node_map(self.run.blueprint)
        following = nodes[node.branches[0].to] if len(node.branches) == 1 else node
        leaps = isinstance(following, Say) and len(following.branches) == 1 and self._rng.random() < LEAPS
        self._note(deviate(self.run, reason, following.branches[0].to if leaps else None))
        return leaps

    def _note(self, run: Run) -> None:
        self.run = run
        self._book = note(self._book, run, self.at, self._opening.house)

    def filled(self) -> Filled:
        """What it gives the wrap-up."""
        return filled(self.run, self._opening.house)

    def walk(self) -> Walk | None:
        """The record of it, as a desk would send it."""
        return closed(self._book, self.run, self.at)
