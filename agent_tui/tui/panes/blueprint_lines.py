"""The blueprint pane's lines: what to say, ask or do now, the way here, and what may be answered. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from agent_tui.tui.line import EMPTY, Line, Piece, folded, piece
from agent_tui.tui.words import Words

if TYPE_CHECKING:
    from agent_tui.blueprints.shown import Shown

_ROLE = {"say": "say", "ask": "ask", "check": "ask", "do": "do", "send": "do", "hand_over": "do", "offer": "say"}
INDENT = 2


class BlueprintText:
    """Paints the node where a run stands."""

    def __init__(self, words: Words, width: int) -> None:
        self.words, self.width = words, width

    def node(self, shown: Shown, checked: Sequence[str] = (), answer: str = "") -> list[Line]:
        """The present node. `checked` are the identity checks marked as right, `answer` what is being typed."""
        role = _ROLE.get(shown.kind, "text")
        lines: list[Line] = [self._head(shown, role), EMPTY]
        lines += self._body(shown, role)
        lines += self._details(shown)
        if shown.tip:
            lines += [EMPTY, *self._fold(shown.tip, "muted", ((f"({self.words('tip')}) ", "muted"),))]
        lines += self._answers(shown, checked, answer)
        if shown.blanks:
            lines += [EMPTY, *self._fold(self.words("blanks"), "warn", (("! ", "warn"),))]
        return lines

    def _head(self, shown: Shown, role: str) -> Line:
        must: tuple[Piece, ...] = (("  ", "text"), piece("! " + self.words("must"), "warn")) if shown.must else ()
        done: tuple[Piece, ...] = (
            (("  ", "text"), piece("+ " + self.words("done_before"), "ok")) if shown.done else ()
        )
        count = piece(self.words("step", number=shown.number), "muted")
        return ((" ", "text"), piece(self.words.of("node", shown.kind), role), ("  ", "text"), count, *must, *done)

    def _body(self, shown: Shown, role: str) -> list[Line]:
        return [line for text in shown.text.split("\n") for line in self._fold(text, role)] if shown.text else []

    def _fold(self, text: str, role: str, first: Line = ()) -> list[Line]:
        lead = ((" " * INDENT, role),)
        return folded(text, self.width - 1, role, (*lead, *first))

    def _labelled(self, label: str, text: str, role: str) -> list[Line]:
        return self._fold(text, role, ((self.words.labelled(label, ""), "muted"),))

    def _details(self, shown: Shown) -> list[Line]:
        lines: list[Line] = []
        if shown.message:
            lines += [EMPTY, *self._labelled(self.words.of("medium", shown.medium), shown.message, "say")]
        if shown.brief:
            lines += [EMPTY, *self._labelled(self.words("brief"), shown.brief, "text")]
        for name, value in shown.facts:
            lines += self._labelled(self.words.of("variable", name.replace(".", "_")), value, "strong")
        if shown.action:
            lines.append(((" " * INDENT, "text"), piece("> " + self.words.label(f"action.{shown.action}"), "do")))
        return lines

    def _answers(self, shown: Shown, checked: Sequence[str], answer: str) -> list[Line]:
        lines: list[Line] = []
        for at, (id, label) in enumerate(shown.checks, 1):
            right = id in checked
            mark: Piece = ("[x] ", "ok") if right else ("[ ] ", "muted")
            lines += self._choice(at, label, mark)
        if shown.checks:
            return [EMPTY, *lines, self._need(shown, checked)]
        if shown.kind != "do" and not (shown.kind == "look_up" and not shown.choices):
            for at, (id, label) in enumerate(shown.choices, 1):
                lines += self._choice(at, label, ("* ", "ok") if id == _chosen(shown) else ("", "text"))
        if shown.type and not shown.choices and answer:
            lines.append(((" " * INDENT, "text"), ("> ", "key"), piece(answer, "field")))
        elif shown.type and shown.answer is not None:
            lines += self._fold(self._before(shown), "muted")
        return [EMPTY, *lines] if lines else []

    def _before(self, shown: Shown) -> str:
        """What was answered here before going back; what is private stays hidden."""
        # A desk that has no blueprint open yet does without.
        from agent_tui.blueprints.answers import spoken
        from agent_tui.blueprints.shown import masked

        said = "" if shown.answer is None else spoken(shown.answer, shown.type, self.words.language)
        label = next((text for id, text in shown.choices if id == _chosen(shown)), said)
        return self.words("answered_before", answer=masked(said) if shown.private else label)

    def _choice(self, at: int, label: str, mark: Piece) -> list[Line]:
        key = f" {at} " if at < 10 else "   "
        return folded(label, self.width - 1, "text", (((" " * INDENT), "text"), (key, "key"), (" ", "text"), mark))

    def _need(self, shown: Shown, checked: Sequence[str]) -> Line:
        enough = len(checked) >= shown.need
        text = self.words(
            "need_checks", right=len(checked), need=shown.need, degree=self.words.of("verified", shown.degree)
        )
        return ((" " * INDENT, "text"), piece(("+ " if enough else ". ") + text, "ok" if enough else "warn"))


def _chosen(shown: Shown) -> str:
    """The choice taken here before going back; empty where none was."""
    return {True: "yes", False: "no"}[shown.answer] if isinstance(shown.answer, bool) else str(shown.answer or "")
