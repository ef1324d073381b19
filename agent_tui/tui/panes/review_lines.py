"""Acts that are looked at afterwards as lines: how far the centre is, one line for each act, and the page of one with
what happened. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from agent_tui.desk.review_views import CaseView, Followed, ReviewBoard, ReviewView
from agent_tui.domain.review import Review, ReviewState, Sample, Stratum, Tally
from agent_tui.i18n.catalog import say
from agent_tui.metrics.sampling import size
from agent_tui.tui.line import EMPTY, Line, Piece, cell, crop, folded, joined, piece
from agent_tui.tui.panes.approval_lines import payload_name
from agent_tui.tui.text import width as cells_of
from agent_tui.tui.words import Words, speaking

own = speaking("review.screen")

GAP: Piece = ("  ", "text")
SEED_SHOWN = 24
"""Characters of a seed in the heading; its page shows all of it."""
WIDE = 100
LATE_S = 86_400.0
"""What is due within a day is warned of."""


def of(words: Words, table: str, value: str) -> str:
    """The word for a stratum, a finding, what it leads to, or a state."""
    return say(f"review.{table}.{value}", words.language)


def reasons(words: Words, review: Review) -> str:
    """Every reason why an act is looked at."""
    named = review.strata or (review.stratum,)
    return words("comma").join(of(words, "stratum", one) for one in named)


def act(words: Words, review: Review) -> str:
    """What was done, in a few words; the kind of the command for what is no business action."""
    label = words.label(f"action.{review.action}")
    if label.startswith("command.action."):
        label = say(f"audit.act.{review.action}", words.language)
    return review.action if label.startswith("audit.act.") else label


def amount(words: Words, review: Review) -> str:
    return f"{words.money(review.amount_minor)} {review.currency}" if review.amount_minor else ""


# ---- the heading -----------------------------------------------------------------------------------------------------


def share(part: int, of_: int) -> str:
    """`8 / 41 = 19.5 %`: a share never stands without what it was made of."""
    return f"{part} / {of_}" + (f" = {part / of_:.1%}" if of_ else "")


def rate(words: Words, tally: Tally) -> str:
    """The error rate of a random sample with its 95 % interval."""
    if not tally.reviewed:
        return own(words, "rate_none")
    low, high = tally.interval
    counted = share(tally.errors, tally.reviewed)
    return own(words, "rate", share=counted, low=f"{low:.1%}", high=f"{high:.1%}")


def head(board: ReviewBoard, words: Words, width: int) -> list[Line]:
    """How many wait, how far the centre is, what the random part says of all the rest, and by which draw."""
    counts = [
        (piece(own(words, "judge", count=board.judge), "strong" if board.judge else "ok"),),
        (piece(own(words, "late", count=board.late), "bad"),) if board.late else EMPTY,
        (piece(own(words, "to_follow", count=board.follow), "warn"),) if board.follow else EMPTY,
        (piece(own(words, "waiting", count=board.waiting), "muted"),) if board.waiting else EMPTY,
    ]
    whole, random = board.whole, board.tallies.get(Stratum.RANDOM, Tally())
    second = board.tallies.get(Stratum.SECOND, Tally())
    far: list[Line] = [
        (piece(own(words, "coverage", share=share(whole.reviewed, whole.drawn))),),
        (piece(rate(words, random)),),
        (piece(own(words, "second", share=share(second.errors, second.reviewed))),) if second.drawn else EMPTY,
    ]
    lines = [_indented(joined(counts, GAP, width - 1))]
    lines += _wrapped(far, width)
    return [*lines, _indented(crop((piece(drawn(words, board.sample, short=True), "muted"),), width - 1))]


def _indented(line: Line) -> Line:
    return ((" ", "text"), *line)


def _wrapped(parts: Sequence[Line], width: int) -> list[Line]:
    """On one line if they fit, else each on its own."""
    parts = [part for part in parts if part]
    whole = joined(parts, GAP, 10_000)
    if sum(cells_of(text) for text, _ in whole) < width:
        return [_indented(whole)]
    return [_indented(crop(part, width - 1)) for part in parts]


def drawn(words: Words, sample: Sample | None, *, short: bool = False) -> str:
    """By which draw: day, checkpoint, seed."""
    if sample is None:
        return own(words, "no_sample")
    seed = sample.seed if not short else f"{sample.seed[:SEED_SHOWN]}…"
    return own(words, "sample", day=sample.day, n=sample.checkpoint, seed=seed)


def seed_page(words: Words, sample: Sample | None, width: int) -> list[Line]:
    """The published seed, the rule of the draw, and the command with which anybody draws it again."""
    if sample is None:
        return folded(own(words, "no_sample"), width, "muted", ((" ", "text"),))
    lines: list[Line] = [EMPTY]
    for text, role in (
        (own(words, "seed.day", day=sample.day, after=sample.after + 1, size=sample.size), "strong"),
        (own(words, "seed.published", n=sample.checkpoint), "text"),
        (sample.seed, "accent"),
        (own(words, "seed.again"), "text"),
        (f"agent-tui review sample --day {sample.day}", "key"),
        (own(words, "seed.full"), "text"),
        (_rule(words, sample), "text"),
        (own(words, "seed.meaning"), "muted"),
    ):
        lines += [*folded(text, width, role, ((" ", "text"),)), EMPTY]
    return lines


def _rule(words: Words, sample: Sample) -> str:
    confidence, error_rate = float(sample.confidence or 0), float(sample.error_rate or 0)
    if not confidence or not error_rate:
        return own(words, "seed.rank")
    wanted = size(confidence, error_rate)
    return own(words, "seed.rule", wanted=wanted, confidence=f"{confidence:.0%}", error_rate=f"{error_rate:.1%}")


# ---- the list --------------------------------------------------------------------------------------------------------


def _columns(width: int) -> tuple[int, ...]:
    """Cells for when, why, what, amount, who; the customer has what is left."""
    return (16, 27, 24, 14, 16) if width >= WIDE else (14, 17, 16, 10, 10)


def list_head(words: Words, width: int) -> Line:
    """The names of the columns."""
    when, why, what, money, who = _columns(width)
    names = ("when", "why", "what", "amount", "who", "customer")
    cells = [own(words, f"column.{name}") for name in names]
    sizes = (when, why, what, money, who)
    line: list[Piece] = [("   ", "muted")]
    for text, cell_width in zip(cells, sizes, strict=False):
        line += [cell(text, cell_width, "muted", "right" if text == cells[3] else "left"), (" ", "muted")]
    return crop((*line, piece(cells[-1], "muted")), width)


def row(view: ReviewView, words: Words, width: int) -> Line:
    """One act: until when, why, what, how much, by whom, for whom."""
    when, why, what, money, who = _columns(width)
    mark, text, role = state(view, words)
    review = view.review
    ink = "muted" if view.part in ("others", "closed") else "text"
    maker = f"{review.maker_name or review.maker_id} L{review.level}"
    line = (
        (f" {mark} ", role),
        cell(text, when, role),
        (" ", ink),
        cell(reasons(words, review), why, ink),
        (" ", ink),
        cell(act(words, review), what, ink),
        (" ", ink),
        cell(words.money(review.amount_minor), money, ink, "right"),
        (" ", ink),
        cell(maker, who, ink),
        (" ", ink),
        piece(view.customer, ink),
    )
    return crop(line, width)


def state(view: ReviewView, words: Words) -> tuple[str, str, str]:
    """Mark, word and ink: how long there is still, or how far it is."""
    review = view.review
    if view.part == "closed":
        return "-", of(words, "finding", review.finding or "none"), "muted"
    if review.state is not ReviewState.OPEN:
        if view.part == "others":
            return "-", of(words, "state", review.state), "muted"
        answered = review.answered_at is not None
        return (
            ("+", own(words, "answered"), "accent") if answered else ("~", of(words, "state", review.state), "warn")
        )
    if view.part == "others":
        return "-", own(words, "not_mine"), "muted"
    left = view.left_s if view.left_s is not None else 0.0
    if left < 0:
        return "!", own(words, "over", span=words.span(-left)), "bad"
    soon = left < LATE_S
    return "!" if soon else ".", own(words, "left", span=words.span(left)), "warn" if soon else "text"


# ---- one act ---------------------------------------------------------------------------------------------------------


class CaseText:
    """The page of one act for a width: what was done and why it is looked at first, what was signed below."""

    def __init__(self, words: Words, width: int, *, mine: bool = False) -> None:
        """`mine`: its maker reads it."""
        self.words, self.width, self.mine = words, width, mine
        names = ("act", "maker", "reason", "signed", "limits", "contact", "after", "finding", "followed", "why")
        self._label = max(cells_of(own(words, f"page.{name}")) for name in names) + 3

    def lines(self, case: CaseView) -> list[Line]:
        review = case.view.review
        found = self._finding(case)
        happened = [*self._act(case), *self._approved(case), *self._limits(review), *self._contact(case)]
        body = [*found, *self._why(case), *happened] if found else [*self._why(case), *happened]
        return [EMPTY, *body, *self._after(case), EMPTY, *self._proof(case), EMPTY]

    def _row(self, name: str, text: str, role: str = "text") -> list[Line]:
        if not text:
            return []
        label: Piece = piece(f" {own(self.words, f'page.{name}')}" if name else "", "accent")
        gap = " " * max(self._label - cells_of(label[0]), 1)
        return folded(text, self.width, role, (label, (gap, "text")))

    def _parts(self, *parts: str) -> str:
        return "  ".join(filter(None, parts))

    def _why(self, case: CaseView) -> list[Line]:
        review, words = case.view.review, self.words
        lines = self._row("why", reasons(words, review), "strong")
        explained = [own(words, f"because.{one}") for one in review.strata or (review.stratum,)]
        for text in explained:
            lines += self._row("", text, "muted")
        if review.due_at is not None and review.state is ReviewState.OPEN:
            _, left, role = state(case.view, words)
            lines += self._row("due", self._parts(words.day(review.due_at), left), role)
        if case.view.cannot is not None and not self.mine and review.state is not ReviewState.CLOSED:
            lines += folded(words.msg(case.view.cannot), self.width, "warn", ((" - ", "warn"),))
        return lines

    def _act(self, case: CaseView) -> list[Line]:
        review, words = case.view.review, self.words
        kind, _, number = review.product.partition(" ")
        product = f"{words.of('product', kind)} {number}" if review.product else ""
        lines = self._row("act", self._parts(act(words, review), amount(words, review), product), "strong")
        lines += self._row("args", words("comma").join(self._arg(name, value) for name, value in review.args))
        lines += self._row("customer", self._customer(case))
        at = words.day(review.acted_at)
        maker = f"{review.maker_name or review.maker_id}  L{review.level}"
        lines += self._row("maker", self._parts(maker, review.team, at))
        return lines + self._row("reason", words.reason(review.action, review.reason))

    def _arg(self, name: str, value: str) -> str:
        label = payload_name(self.words, name)
        shown = self.words.of("secret", value) if name == "field" else value
        return f"{label} {shown}"

    def _customer(self, case: CaseView) -> str:
        customer, words = case.customer, self.words
        if customer is None:
            return case.approval.customer_name if case.approval else ""
        mark = customer.sensitivity or ""
        return self._parts(
            customer.name, words.of("tier", customer.tier), words.of("sensitivity", mark) if mark else ""
        )

    def _approved(self, case: CaseView) -> list[Line]:
        review, words = case.view.review, self.words
        lines: list[Line] = []
        for given in case.approval.signatures if case.approval else ():
            decision = say(f"cosign.page.decision_{given.decision}", words.language)
            lines += self._row(
                "signed", self._parts(f"{given.name} L{given.level}", decision, words.clock(given.at), given.reason)
            )
        if not lines and review.checkers:
            lines = self._row("signed", words("comma").join(case.names.get(one, one) for one in review.checkers))
        if review.approved_in_s is not None:
            lines += self._row("", own(words, "page.approved_in", seconds=f"{review.approved_in_s:.1f}"), "warn")
        return lines

    def _limits(self, review: Review) -> list[Line]:
        words = self.words
        if review.amount_minor is None:
            return self._row("rules", self._rules(review), "muted")
        limit = words.money(review.limit_minor) if review.limit_minor is not None else own(words, "page.no_limit")
        whose = zip(("maker", "customer", "team"), review.day_minor, strict=True)
        used = [own(words, f"used.{name}", sum=words.money(sum_)) for name, sum_ in whose if sum_ is not None]
        said = own(words, "page.used", limit=limit, used=words("comma").join(used))
        return [*self._row("limits", said), *self._row("rules", self._rules(review), "muted")]

    def _rules(self, review: Review) -> str:
        verdict = own(self.words, f"verdict.{review.verdict}") if review.verdict else ""
        return self._parts(verdict, self.words("comma").join(review.rules))

    def _contact(self, case: CaseView) -> list[Line]:
        contact, words = case.contact, self.words
        if contact is None:
            return self._row("contact", own(words, "page.no_contact"), "muted")
        told = self._parts(
            words.of("channel", contact.channel),
            words.clock(contact.offered_at),
            words.of("verified", contact.verified),
            contact.subject,
        )
        path = own(words, "page.path", id=contact.blueprint) if contact.blueprint else own(words, "page.no_path")
        return [*self._row("contact", told), *self._row("blueprint", path, "text" if contact.blueprint else "muted")]

    def _after(self, case: CaseView) -> list[Line]:
        if not case.after:
            return self._row("after", own(self.words, "page.nothing_after"), "warn")
        lines: list[Line] = []
        for at, one in enumerate(case.after):
            lines += self._row("after" if at == 0 else "", self._followed(one, case))
        return lines

    def _followed(self, one: Followed, case: CaseView) -> str:
        words = self.words
        text = one.text
        if one.kind == "act":
            text = self._parts(words.label(f"action.{one.text}"), words.money(one.amount_minor))
        elif one.kind == "closed":
            text = words.of("result", one.text)
        kind = own(words, f"after.{one.kind}")
        return self._parts(words.clock(one.at), kind, case.names.get(one.who, one.who), text)

    def _finding(self, case: CaseView) -> list[Line]:
        review, words = case.view.review, self.words
        if review.finding is None:
            return []
        role = "bad" if review.told else "ok"
        kind = of(words, "kind", review.kind) if review.kind else ""
        by = case.names.get(review.reviewer_id or "", review.reviewer_id or "")
        found = self._parts(of(words, "finding", review.finding), kind, by, words.day(review.done_at))
        lines = [*self._row("finding", found, role), *self._row("", review.text, "strong")]
        lines += self._row("state", of(words, "state", review.state))
        if review.answered_at is not None:
            answer = review.answer or own(words, "page.read")
            lines += self._row("answer", self._parts(review.maker_name, words.day(review.answered_at), answer))
        elif review.told:
            lines += self._row("answer", own(words, "page.you" if self.mine else "page.unanswered"), "warn")
        for step in review.follow_ups:
            lines += self._row(
                "followed", self._parts(case.names.get(step.by, step.by), words.day(step.at), step.text)
            )
        return [*lines, EMPTY]

    def _proof(self, case: CaseView) -> list[Line]:
        """Where it stands in the audit and in which draw, and exactly what was signed."""
        review, words = case.view.review, self.words
        place = own(words, "page.audit_row", seq=review.audit_seq)
        by = drawn(words, case.sample, short=True) if case.sample else own(words, "page.at_once")
        lines = self._row("audit", self._parts(place, by), "muted")
        if review.revision:
            lines += self._row("policy", review.revision, "muted")
        if not case.payload or case.approval is None:
            return lines
        for sentence in case.approval.sentences:
            lines += self._row("", words.sentence(sentence), "muted")
        lines.append((piece(f" {say('cosign.page.payload', words.language)}", "accent"),))
        for name, value in case.payload:
            label = payload_name(words, name)
            lines += folded(value, self.width, "text", (("   ", "text"), piece(f"{label}  ", "muted")), indent=5)
        return [*lines, *folded(case.approval.payload_hash, self.width, "muted", (("   ", "text"),))]


def entry(words: Words, review: Review) -> tuple[str, str]:
    """A finding in the list of the person it is about: what it says, and about what."""
    asks = review.answered_at is None and review.state is not ReviewState.CLOSED
    mark = "!" if asks else "-" if review.state is ReviewState.CLOSED else "+"
    kind = of(words, "kind", review.kind) if review.kind else ""
    label = f"{mark} {of(words, 'finding', review.finding or 'none')}  {kind}"
    said = own(words, "to_answer") if asks else of(words, "state", review.state)
    return label, "  ".join(
        filter(None, (said, words.day(review.acted_at), act(words, review), amount(words, review), review.text))
    )
