"""Requests for a co-sign as lines: in a list, and as the page that is read before signing. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from agent_tui.desk.views import ApprovalView, DayLimit
from agent_tui.domain.agent import Agent, AgentState
from agent_tui.domain.approval import Approval, ApprovalState, Signature
from agent_tui.i18n.catalog import say
from agent_tui.tui.line import EMPTY, Line, Piece, folded, piece
from agent_tui.tui.text import width as cells_of
from agent_tui.tui.words import Words, speaking

own = speaking("cosign")

MARKS = {
    ApprovalState.PROPOSED: ("~", "warn"),
    ApprovalState.EXECUTED: ("+", "ok"),
    ApprovalState.REJECTED: ("x", "bad"),
    ApprovalState.WITHDRAWN: ("-", "muted"),
    ApprovalState.EXPIRED: ("x", "bad"),
    ApprovalState.STALE: ("x", "bad"),
    ApprovalState.FAILED: ("x", "bad"),
}
CODED = {"level": "complaint_level", "way": "way"}
"""Argument whose value is a code → table of `tui` that has a word for it."""
NAMED = 3
"""Colleagues named in a sentence; the others are counted."""


def what(words: Words, approval: Approval) -> str:
    """The act in a few words: action, level of the complaint, amount, customer (masked)."""
    amount = f"{words.money(approval.amount_minor)} {approval.currency}" if approval.amount_minor else ""
    label = f"{words.label(f'action.{approval.action}')} {words.of('complaint_level', approval.complaint_level)}"
    line = own(words, "line", action=label, amount=amount, customer=approval.customer_name)
    return " ".join(line.split())


def people(words: Words, count: int) -> str:
    return own(words, "people", count=count)


def online(words: Words, able: Sequence[Agent]) -> str:
    """Who could sign and is at their desk: how many, and the first names."""
    here = [agent.name for agent in able if agent.here]
    if not here:
        return own(words, "nobody_online")
    names = words("comma").join(here[:NAMED]) + (own(words, "more") if len(here) > NAMED else "")
    return own(words, "online", count=len(here), names=names)


def whereabouts(words: Words, agent: Agent) -> str:
    """The state of a person; of one who is on no queue but at a screen, that."""
    if agent.signed_in and agent.state is AgentState.LOGGED_OFF:
        return own(words, "at_screen")
    return words.of("state", agent.state)


def left(words: Words, view: ApprovalView) -> str:
    return own(words, "left", span=words.span(view.left_s))


def entry(words: Words, view: ApprovalView) -> tuple[str, str]:
    """One line of the list: what it is, and from whom, how long still, or how it ended."""
    approval = view.approval
    mark, _ = ("!", "warn") if view.part == "sign" else MARKS[approval.state]
    label = f"{mark} {own(words, f'part.{view.part}')}  {what(words, approval)}"
    signed = own(words, "signed_of", signed=len(approval.signed), people=approval.people)
    several = f"{signed}  " if approval.people > 1 else ""
    who = own(words, "you") if view.mine else f"{approval.maker_name} L{approval.maker_level}"
    if approval.open:
        return label, f"{left(words, view)}  {several}{who}  {words.reason(approval.action, approval.reason)}"
    ended = own(words, f"state.{approval.state.value}")
    at = words.clock(approval.closed_at, seconds=False)
    return label, "  ".join(filter(None, (ended, at, why(words, approval), who)))


def why(words: Words, approval: Approval) -> str:
    """Why it ended otherwise than executed, in a sentence; empty when there is nothing to say."""
    refused = next((s for s in reversed(approval.signatures) if s.decision == "refuse"), None)
    if approval.state is ApprovalState.REJECTED and refused is not None:
        return own(words, "refused_by", name=refused.name, reason=refused.reason)
    if approval.outcome and approval.state is not ApprovalState.WITHDRAWN:
        return say(approval.outcome, words.language, **approval.outcome_args)
    return ""


class ApprovalText:
    """The page of one request for a width: what matters for the decision first, the signed text below."""

    def __init__(self, words: Words, width: int) -> None:
        self.words, self.width = words, width
        labels = (
            "what",
            "customer",
            "maker",
            "lent",
            "reason",
            "needs",
            "limits",
            "rules",
            "payload",
            "hash",
            "version",
            "editors",
        )
        self._label = max(cells_of(own(words, f"page.{name}")) for name in labels) + 3

    def lines(self, view: ApprovalView, able: Sequence[Agent]) -> list[Line]:
        approval = view.approval
        lines = [EMPTY]
        if approval.kind == "break_glass":
            lines += folded(own(self.words, "page.glass"), self.width, "warn", ((" ! ", "warn"),))
        lines += self._state(view)
        lines += self._row("what", self._act(approval), "strong")
        lines += self._row("customer", self._customer(approval))
        lines += self._row("maker", f"{approval.maker_name}  L{approval.maker_level}")
        lines += self._row("lent", self._lent(approval), "warn")
        lines += self._row("reason", self.words.reason(approval.action, approval.reason), "strong")
        if view.editors:
            names = self.words("comma").join(view.editors)
            lines += self._row("editors", own(self.words, "page.editors_value", names=names), "warn")
        lines += self._needs(view, able)
        lines += self._limits(view)
        for sentence in approval.sentences:
            lines += self._row("rules", self.words.sentence(sentence), "warn")
        return [*lines, EMPTY, *self._signed(view), EMPTY]

    def _row(self, name: str, text: str, role: str = "text") -> list[Line]:
        if not text:
            return []
        label: Piece = piece(f" {own(self.words, f'page.{name}')}", "accent")
        gap = " " * max(self._label - cells_of(label[0]), 1)
        return folded(text, self.width, role, (label, (gap, "text")))

    def _lent(self, approval: Approval) -> str:
        """Whose authority the maker acts with where it is not their own."""
        if not approval.lender_name:
            return ""
        until = self.words.day(approval.lent_until)
        return own(self.words, "page.lent_value", name=approval.lender_name, until=until)

    def _state(self, view: ApprovalView) -> list[Line]:
        approval, words = view.approval, self.words
        mark, role = MARKS[approval.state]
        text = f"{mark} {own(words, f'state.{approval.state.value}')}"
        if approval.open:
            late = "bad" if view.left_s < 120 else "warn"
            return self._row("state", f"{text}  {left(words, view)}", late if view.part != "watched" else role)
        at = words.clock(approval.closed_at)
        return self._row("state", f"{text}  {at}  {why(words, approval)}", role)

    def _act(self, approval: Approval) -> str:
        amount = f"{self.words.money(approval.amount_minor)} {approval.currency}" if approval.amount_minor else ""
        kind, _, number = approval.product.partition(" ")
        product = f"{self.words.of('product', kind)} {number}" if approval.product else ""
        label = self.words.label(f"action.{approval.action}")
        level = self.words.of("complaint_level", approval.complaint_level)
        return "  ".join(filter(None, (label, amount, product, approval.complaint, level)))

    def _customer(self, approval: Approval) -> str:
        words = self.words
        marked = own(words, "page.sensitivity", value=words.of("sensitivity", approval.sensitivity))
        parts = (
            approval.customer_name,
            words.of("tier", approval.tier),
            words.of("verified", approval.verified),
            marked if approval.sensitivity else "",
        )
        return "  ".join(filter(None, parts))

    def _needs(self, view: ApprovalView, able: Sequence[Agent]) -> list[Line]:
        approval, words = view.approval, self.words
        count = people(words, approval.people)
        needs = own(words, "page.needs_value", level=approval.level, people=count, signed=len(approval.signed))
        lines = self._row("needs", needs)
        if view.delegation is not None:
            until = words.day(view.delegation.valid_to)
            under = own(
                words,
                "page.under_value",
                name=view.delegation.grantor_name,
                level=view.delegation.max_level,
                until=until,
            )
            lines += self._row("under", under, "warn")
        elif view.cannot is not None and approval.open:
            role = "muted" if view.mine else "bad"
            lines += folded(own(words, "page.cannot", why=words.msg(view.cannot)), self.width, role, ((" - ", role),))
        if approval.open and view.part != "sign":
            lines += self._row("online", online(words, able), "muted")
        for given in approval.signatures:
            lines += self._row("signatures", self._signature(given, approval))
        return lines

    def _signature(self, given: Signature, approval: Approval) -> str:
        words = self.words
        decision = own(words, f"page.decision_{given.decision}")
        old = "" if given.payload_hash == approval.payload_hash else own(words, "page.old_signature")
        at = words.clock(given.at)
        return "  ".join(filter(None, (f"{given.name} L{given.level}", decision, at, given.reason, old)))

    def _limits(self, view: ApprovalView) -> list[Line]:
        approval, money = view.approval, self.words.money
        if approval.amount_minor is None:
            return []
        if view.limits:
            return self._days(view, approval.amount_minor)
        used, total = money(approval.used_minor), money(approval.used_minor + approval.amount_minor)
        if approval.limit_minor is None:
            return self._row("limits", own(self.words, "page.limits_none", used=used, total=total))
        limit = money(approval.limit_minor)
        return self._row("limits", own(self.words, "page.limits_value", limit=limit, used=used, total=total))

    def _days(self, view: ApprovalView, amount_minor: int) -> list[Line]:
        """The sums of the day that it counts in, each with what bounds it."""
        limit = view.approval.limit_minor
        alone = own(self.words, "page.limits_alone", limit=self.words.money(limit)) if limit is not None else ""
        lines = self._row("limits", alone)
        for day in view.limits:
            if day.used_minor or day.limit_minor is not None or day.whose == "mine":
                said, over = self._day(day, 0 if day.whose == "mine" else amount_minor)
                label = () if lines else (piece(f" {own(self.words, 'page.limits')}", "accent"),)
                gap = " " * (self._label - sum(cells_of(text) for text, _ in label))
                lines += folded(said, self.width, "warn" if over else "text", (*label, (gap, "text")))
        return lines

    def _day(self, day: DayLimit, amount_minor: int) -> tuple[str, bool]:
        """One sum in words, and whether it passes what bounds it."""
        words, money = self.words, self.words.money
        total = day.used_minor + amount_minor
        ends = "open" if day.limit_minor is None else "limited"
        given = {"used": money(day.used_minor), "limit": money(day.limit_minor)}
        if day.whose == "mine":
            alone = money(day.alone_minor) or own(words, "page.any_sum")
            return own(words, f"page.mine_{ends}", alone=alone, **given), False
        whose = own(words, f"whose.{day.whose}")
        said = own(words, f"page.day_{ends}", whose=whose, total=money(total), **given)
        return said, day.limit_minor is not None and total > day.limit_minor

    def _signed(self, view: ApprovalView) -> list[Line]:
        approval, words = view.approval, self.words
        key = "page.hash_true" if view.true else "page.hash_false"
        role = "ok" if view.true else "bad"
        lines = self._row("hash", own(words, key, short=view.short_hash), role)
        lines += self._row("version", self._version(approval))
        lines.append((piece(f" {own(words, 'page.payload')}", "accent"),))
        for name, value in view.payload:
            label = payload_name(words, name)
            lines += folded(
                payload_value(words, name, value),
                self.width,
                "text",
                (("   ", "text"), piece(f"{label}  ", "muted")),
                indent=5,
            )
        lines += folded(approval.payload_hash, self.width, "muted", (("   ", "text"),))
        if approval.revision:
            lines += self._row("policy", f"{approval.revision}  {' '.join(approval.rules)}", "muted")
        return lines

    def _version(self, approval: Approval) -> str:
        return own(self.words, "page.version_value", target=approval.target, version=approval.target_version)


def payload_value(words: Words, name: str, value: str) -> str:
    """One part of the signed text: a code with its word before it."""
    plain = name.rpartition(".")[2]
    word = words.label(f"action.{value}") if name == "action" else words.known(CODED.get(plain, ""), value)
    return f"{word} ({value})" if word else value


def payload_name(words: Words, name: str) -> str:
    """The name of one part of the signed text; a part we have no name for keeps its own."""
    plain = name.rpartition(".")[2]
    said = own(words, f"payload.{plain}")
    return name if said == f"cosign.payload.{plain}" else said
