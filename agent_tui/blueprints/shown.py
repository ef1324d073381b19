"""What a desk shows of the node where a run stands: texts filled, choices, what may be answered."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from agent_tui.blueprints import answers as reading
from agent_tui.blueprints.conditions import Value
from agent_tui.blueprints.facts import VARIABLES, enough
from agent_tui.blueprints.model import Ask, Blueprint, Check, Do, End, HandOver, LookUp, Node, Offer, Send, Texts
from agent_tui.blueprints.template import BLANK, fill, single
from agent_tui.blueprints.walk import Result, Run, current, done_here, given, known, verified, visit
from agent_tui.domain.actions import ACTIONS
from agent_tui.domain.masking import mask_name
from agent_tui.i18n.catalog import say

OWN_NAMES = ("bank.name", "bank.hotline")
"""What the bank calls itself in each language stands in `i18n`, unless the desk is told otherwise."""

NAME = "customer.name"
"""Stands in clear on the desk of whoever verified the caller, and nowhere else."""


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """One node, ready to be painted. Texts are plain; nothing in them is markup."""

    node: str
    kind: str
    title: str
    text: str = ""
    """To be said to the customer (the line of a note)."""
    tip: str = ""
    """For the agent only."""
    must: bool = False
    answered: bool = False
    expect_s: int = 0
    type: str = ""
    """Of an ask: `choice`, `yes_no`, `number`, `money`, `date`, `moment`, `text`."""
    format: str = ""
    private: bool = False
    choices: tuple[tuple[str, str], ...] = ()
    """`(value to answer with, label)`: of a choice, a yes or no, or the outcomes of a node that waits for one."""
    checks: tuple[tuple[str, str], ...] = ()
    """`(id, how to ask it)` of an identity check."""
    need: int = 0
    degree: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    """`(variable, value as said)` of a look-up; the blank where it is not known."""
    product: tuple[str, ...] = ()
    """Kinds of product among which the agent picks the one meant."""
    action: str = ""
    args: dict[str, Value] = {}
    """Arguments of the action, bound."""
    medium: str = ""
    message: str = ""
    to: str = ""
    how: str = ""
    brief_title: str = ""
    brief: str = ""
    offer: str = ""
    category: str = ""
    result: str = ""
    call_back: str = ""
    outcomes: tuple[str, ...] = ()
    answer: Value | None = None
    """What was answered here before going back."""
    done: str = ""
    """The lasting outcome this node already had; advance without an answer goes on with it."""
    blanks: tuple[str, ...] = ()
    """Variables that stand as `____`."""
    number: int = 1
    """How many nodes were shown so far, this one included."""
    ended: bool = False


class Teller:
    """Says variables for one run in one language, and remembers what it could not say."""

    def __init__(self, run: Run, language: str | None = None, *, mask: bool = False) -> None:
        """With `mask` a name in clear and private answers stay hidden: for whatever is kept or travels on."""
        self.language = language or run.language
        self.blanks: list[str] = []
        self._answers = given(run)
        self._facts = known(run)
        self._verified = verified(run)
        self._asks = {node.name: node for node in run.blueprint.nodes if isinstance(node, Ask)}
        self._mask = mask

    def value(self, name: str) -> Value | None:
        """The value of a placeholder: an answer, or a fact that may be told to this caller."""
        head, _, tail = name.partition(".")
        if head == "answer":
            return self._answers.get(tail)
        variable = VARIABLES.get(name)
        if variable is None or not enough(self._verified, variable.needs):
            return None
        return self._facts.get(name)

    def say(self, name: str) -> str | None:
        """How the value of a placeholder is said; None when there is none."""
        value = self.value(name)
        if value is None or value == "":
            return say(f"blueprint.{name}", self.language) if name in OWN_NAMES else None
        ask = self._asks.get(name.removeprefix("answer."))
        if self._mask and name == NAME:
            return mask_name(str(value))
        if ask is None:
            return reading.spoken(value, reading.variable_type(name), self.language)
        if self._mask and ask.private:
            return masked(str(value))
        return reading.spoken(value, ask.type, self.language, labels(ask, self.language))

    def seen(self, name: str) -> str:
        """A fact as the agent sees it, whether or not it may be said to this caller; the blank if unknown."""
        value = self._facts.get(name)
        if value is None or value == "":
            return BLANK
        if self._mask and name == NAME:
            return mask_name(str(value))
        return reading.spoken(value, reading.variable_type(name), self.language)

    def text(self, texts: Texts) -> str:
        """A text in this language (else the first there is), filled."""
        said, blanks = fill(self.template(texts), self.say)
        self.blanks.extend(blanks)
        return said

    def template(self, texts: Texts) -> str:
        """A text in this language, else the first there is."""
        return texts.get(self.language) or next(iter(texts.values()), "")

    def bound(self, template: str) -> Value:
        """The value of an argument: of a single placeholder as it is, else the filled text."""
        name = single(template)
        if name is not None:
            value = self.value(name)
            if value is None:
                self.blanks.append(name)
            return "" if value is None else value
        said, blanks = fill(template, self.say)
        self.blanks.extend(blanks)
        return said


def placeholder(ask: Ask) -> str:
    """The name under which templates say the answer of an ask."""
    return ask.saved if "." in ask.saved else f"answer.{ask.name}"


def masked(text: str) -> str:
    """All but the last four characters hidden; everything of a short text."""
    return "••••" + text[-4:] if len(text) >= 8 else "••••"


def labels(ask: Ask, language: str) -> Mapping[str, str]:
    """Labels of an ask's choices."""
    return {choice.id: choice.texts.get(language) or next(iter(choice.texts.values()), "") for choice in ask.choices}


def shown(run: Run, desk: str | None = None) -> Shown:
    """What to show where the run stands. What is meant for the house (tips, outcomes, work orders) is in the language of the
    `desk`, if given; what is said to the customer is in the run's."""
    now = painted(run.blueprint, current(run), Teller(run), Teller(run, desk, mask=True))
    return msgspec.structs.replace(
        now,
        answer=_before(run),
        done=before.outcome if (before := done_here(run)) else "",
        number=1 + sum(not step.auto for step in run.steps),
    )


def painted(blueprint: Blueprint, node: Node, teller: Teller, own: Teller) -> Shown:
    """A node as `teller` says it to the customer, and `own` to the agent."""
    base = Shown(
        node=node.id,
        kind=node.kind,
        title=blueprint.title(teller.language),
        text=teller.text(node.texts),
        tip=own.text(node.tip),
        must=node.must,
        answered=node.answered,
        expect_s=node.expect_s,
        choices=_choices(node, teller.language, own.language),
        outcomes=node.outcomes,
        ended=isinstance(node, End),
    )
    full = msgspec.structs.replace(base, **_own(node, teller, own))
    return msgspec.structs.replace(full, blanks=tuple(dict.fromkeys([*teller.blanks, *own.blanks])))


def _before(run: Run) -> Value | None:
    return run.ahead[0].answer if run.ahead and not run.ahead[0].pending else None


def _choices(node: Node, language: str, desk: str) -> tuple[tuple[str, str], ...]:
    if isinstance(node, Ask):
        if node.type == "yes_no":
            return (("yes", say("blueprint.yes", language)), ("no", say("blueprint.no", language)))
        return tuple(labels(node, language).items())
    return tuple((outcome, say(f"blueprint.outcome.{outcome}", desk)) for outcome in node.outcomes)


def _own(node: Node, teller: Teller, own: Teller) -> dict[str, object]:
    """The fields that only this kind of node has."""
    match node:
        case Ask():
            return {"type": node.type, "format": node.format, "private": node.private}
        case Check():
            asked = tuple((id_, say(f"blueprint.check.{id_}", teller.language)) for id_ in node.checks)
            return {"checks": asked, "need": node.need, "degree": node.degree}
        case LookUp():
            return {
                "facts": tuple((name, teller.seen(name)) for name in node.facts if name != "product.id"),
                "product": node.product,
            }
        case Do():
            return {"action": node.action, "args": _args(node, teller, own)}
        case Offer():
            return {"offer": node.product}
        case Send():
            return {"medium": node.medium, "message": teller.text(node.message)}
        case HandOver():
            return {
                "to": node.to,
                "how": node.how,
                "brief_title": own.text(node.title),
                "brief": own.text(node.brief),
            }
        case End():
            call_back = str(teller.bound(node.call_back)) if node.call_back else ""
            return {"category": node.category, "result": node.result, "call_back": call_back}
    return {}


def _args(node: Do, teller: Teller, own: Teller) -> dict[str, Value]:
    """Bound values; a reason that the action takes in words is what the choice says, not its id."""
    args = {name: teller.bound(value) for name, value in node.args.items()}
    known = ACTIONS.get(node.action)
    if args.get("reason") and known is not None and not known.reasons:
        args["reason"] = own.text({own.language: node.args["reason"]})
    return args


def transcript(run: Run) -> tuple[tuple[str, str], ...]:
    """`(node, text)` of everything shown on the way here, each in its language and with what was done by then; for
    reprinting. Facts are those the run holds."""
    lines = []
    done: dict[str, Result] = {}
    for index, step in enumerate(run.steps):
        then = msgspec.structs.replace(
            run, node=step.node, steps=run.steps[:index], language=step.language, done=done
        )
        if not step.auto:
            lines.append((step.node, shown(then).text))
        result = run.done.get(visit(then))
        done = done if result is None else {**done, visit(then): result}
    return (*lines, (run.node, shown(run).text))
