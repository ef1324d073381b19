"""The actions pane's lines: what I may do for this customer, with my limit, or the reason why not. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from agent_tui.desk.commands import ACTION_LETTERS
from agent_tui.desk.views import ActionRow
from agent_tui.i18n.catalog import say
from agent_tui.policy.decision import Allow, AllowWithReason, Decision, Deny, NeedsCosign, Reason, StepUp
from agent_tui.tui import marks
from agent_tui.tui.line import Line, Piece, cell, crop, piece
from agent_tui.tui.words import Words

_LABEL = {"zh": 14, "ja": 20, "en": 22}


def reasons_of(decision: Decision) -> tuple[Reason, ...]:
    """The rules that decided; none for a plain allow."""
    return () if isinstance(decision, Allow) else decision.reasons


def allowed(row: ActionRow) -> bool:
    """Whether pressing the key leads somewhere now."""
    return not row.offline and not isinstance(row.decision, Deny)


def why(row: ActionRow, words: Words) -> str:
    """The sentence beside a greyed action, or what an allowed one will ask for."""
    if row.offline:
        return words("not.offline_action")
    for reason in reasons_of(row.decision):
        sentence = words.sentence(reason.sentences)
        if sentence:
            return sentence
    return words("no_rule") if isinstance(row.decision, Deny) else ""


class ActionText:
    """Paints actions for a width."""

    def __init__(self, words: Words, here: Mapping[int, int] = {}, unconfirmed: Mapping[str, str] = {}) -> None:
        """`here`: level → how many who could sign at it are at their desks now. `unconfirmed`: action → how one stands
        that the server has not confirmed yet."""
        self.words, self.here, self.unconfirmed = words, here, unconfirmed
        self.label = _LABEL.get(words.language, 22)

    def lines(self, rows: Sequence[ActionRow], width: int) -> list[Line]:
        """One line for each action, in the order given."""
        return [self._line(row, width) for row in rows]

    def _line(self, row: ActionRow, width: int) -> Line:
        free = allowed(row)
        letter = ACTION_LETTERS.get(row.action, " ")
        label = self.words.label(f"action.{row.action}")
        head = (
            (f" {letter} ", "key" if free else "muted"),
            self._mark(row, free),
            cell(label, min(self.label, max(width - 5, 1)), "text" if free else "muted"),
        )
        line: Line = head
        for part in self._parts(row, free):
            line = (*line, (" ", "text"), part)
        return crop(line, width)

    def _mark(self, row: ActionRow, free: bool) -> Piece:
        state = self.unconfirmed.get(row.action)
        if state is not None:
            mark, role = marks.PENDING.get(state, ("~", "warn"))
            return (f"{mark} ", role)
        return ("  " if free else "- ", "muted")

    def _parts(self, row: ActionRow, free: bool) -> list[Piece]:
        state = self.unconfirmed.get(row.action)
        parts = [] if state is None else [piece(self.words.of("pending", state), "warn")]
        if not free:
            return [*parts, piece(why(row, self.words), "muted"), *self._used(row)]
        if row.limit_minor is not None:
            parts.append(piece(self.words("limit", amount=self.words.money(row.limit_minor)), "accent"))
        if row.lent is not None:
            parts.append(piece(self._lent(row), "accent"))
        asks = self._asks(row.decision)
        if asks:
            parts.append(piece(asks, "warn"))
        return [*parts, *self._used(row)]

    def _lent(self, row: ActionRow) -> str:
        """How far lent authority reaches."""
        if row.lent is None or row.lent.most_minor is None:
            return say("cosign.lend.pane_any", self.words.language)
        return say("cosign.lend.pane", self.words.language, amount=self.words.money(row.lent.most_minor))

    def _used(self, row: ActionRow) -> list[tuple[str, str]]:
        """What is used of today; with the time when that was so, once the server is out of reach."""
        if not row.used_minor or (not allowed(row) and row.as_of is None):
            return []
        said = self.words("used", amount=self.words.money(row.used_minor))
        if row.as_of is not None:
            said = f"{said} {self.words('as_of', at=self.words.clock(row.as_of, seconds=False))}"
        return [piece(said, "muted")]

    def _asks(self, decision: Decision) -> str:
        match decision:
            case AllowWithReason():
                return self.words("asks.reason")
            case StepUp():
                return self.words("asks.step_up")
            case NeedsCosign(level=level, people=people):
                asks = self.words("asks.cosign", level=level, people=people)
                if level not in self.here:
                    return asks
                key = "cosign.here" if self.here[level] else "cosign.nobody_online"
                return f"{asks}  {say(key, self.words.language, count=self.here[level])}"
        return ""
