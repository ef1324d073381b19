"""The coach's lines: the task, what counts and how far it is, afterwards the score with its reasons. Pure.

Before the end nothing here says what would be right: only how far the trainee has come.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import msgspec

from agent_tui.blueprints.model import Blueprint
from agent_tui.i18n.catalog import say
from agent_tui.i18n.message import Msg
from agent_tui.sim.coach import ScoreLine
from agent_tui.sim.runner import Result
from agent_tui.sim.scenario import Rubric, Scenario
from agent_tui.tui.line import EMPTY, Line, cell, folded, piece
from agent_tui.tui.text import clean, cut
from agent_tui.tui.words import Words, speaking

own = speaking("train")

PARTS = ("category", "verification", "action", "sentences", "path", "time", "nothing_lost")
LABEL_CELLS = 16
NODE_CELLS = 24
_BLANK = re.compile(r"\{[^{}]*\}")
_SENTENCE_END = re.compile(r"[\n\u3002\uff01\uff1f!?]|\.\s")


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """How far a training contact is, as the desk sees it."""

    degree: str = "none"
    sent: int = 0
    """Messages to the customer."""
    steps: int | None = None
    """Nodes of the blueprint so far; None when none is open."""
    took_s: float | None = None
    """Business seconds since it was answered; None before."""
    closed: bool = False


def counted(rubric: Rubric) -> dict[str, int]:
    """Part → points, for the parts that count in this scenario."""
    left_out = {
        "verification": rubric.degree == "none",
        "action": rubric.action is None and not rubric.forbidden,
        "sentences": not rubric.sentences,
        "path": not rubric.nodes,
    }
    points = {part: int(getattr(rubric.points, part)) for part in PARTS}
    return {part: worth for part, worth in points.items() if worth and not left_out.get(part, False)}


def stars(difficulty: int) -> str:
    """`**.` for the second of three degrees."""
    return "*" * difficulty + "." * (3 - difficulty)


class CoachText:
    """The coach's page for one scenario. `names` are those of categories, by id."""

    def __init__(
        self,
        words: Words,
        scenario: Scenario,
        seed: int,
        names: Mapping[str, str],
        blueprints: Sequence[Blueprint] = (),
    ) -> None:
        self.words, self.scenario, self.seed, self.names = words, scenario, seed, names
        self._blueprint = next((b for b in blueprints if b.id == scenario.rubric.blueprint), None)

    # ---- before the end ------------------------------------------------------------------------------------------

    def running(self, progress: Progress, width: int) -> list[Line]:
        """The task and what counts, with how far each part is."""
        counts = counted(self.scenario.rubric)
        lines = [EMPTY, self._head("coach.brief")]
        lines += self._fold(self.scenario.brief.say(self.words.language), width)
        lines += [EMPTY, self._head("coach.parts", max=sum(counts.values()))]
        lines += [line for part, worth in counts.items() for line in self._part(part, worth, progress, width)]
        note = "coach.going" if progress.took_s is not None else "coach.start"
        return [*lines, EMPTY, *self._fold(own(self.words, note), width, "accent")]

    def _part(self, part: str, worth: int, progress: Progress, width: int) -> list[Line]:
        points = own(self.words, "coach.worth", points=worth)
        first = (
            ("   ", "text"),
            cell(self._part_name(part), LABEL_CELLS, "strong"),
            cell(points, 7, "muted", "right"),
        )
        return folded(self._so_far(part, progress), width - 1, "text", (*first, ("  ", "text")))

    def _so_far(self, part: str, progress: Progress) -> str:
        words, target = self.words, self.words.span(self.scenario.rubric.handle_s)
        match part:
            case "category":
                return own(words, "progress.category_done" if progress.closed else "progress.category")
            case "verification":
                return own(words, "progress.verification", degree=words.of("verified", progress.degree))
            case "sentences":
                return own(words, "progress.sentences", count=progress.sent)
            case "path" if progress.steps is not None:
                return own(words, "progress.path", count=progress.steps)
            case "path":
                return own(words, "progress.path_none")
            case "time" if progress.took_s is not None:
                return own(words, "progress.time", took=words.span(progress.took_s), target=target)
            case "time":
                return own(words, "progress.time_none", target=target)
        return own(words, f"progress.{part}")

    # ---- after it ------------------------------------------------------------------------------------------------

    def scored(self, result: Result, width: int) -> list[Line]:
        """Points of the most there are, a reason for each part, and what would have been right."""
        score = result.score
        role = "ok" if score.share >= 0.8 else "warn" if score.share >= 0.6 else "bad"
        total = own(self.words, "coach.score", points=score.points, max=score.max, share=f"{score.share:.0%}")
        lines: list[Line] = [EMPTY, ((" ", "text"), piece(total, role))]
        lines.append(
            ((" ", "text"), piece(own(self.words, "coach.by", seed=result.seed, events=result.events), "muted"))
        )
        lines.append(EMPTY)
        for line in score.lines:
            lines += self._reason(line, width)
        lines += [EMPTY, self._head("coach.right")]
        for sentence in self.right():
            lines += folded(sentence, width - 1, "text", (("   - ", "muted"),))
        return lines

    def _reason(self, line: ScoreLine, width: int) -> list[Line]:
        mark, role = ("+", "ok") if line.points == line.max else ("x", "bad") if line.points == 0 else ("!", "warn")
        first = (
            (f" {mark} ", role),
            cell(self._part_name(line.part), LABEL_CELLS, "strong"),
            cell(f"{line.points}/{line.max}", 7, role, "right"),
            ("  ", "text"),
        )
        return folded(self.why(line.why), width - 1, "text", first)

    def right(self) -> list[str]:
        """What would have been right, a sentence for each part that counts."""
        rubric, words = self.scenario.rubric, self.words
        results = "/".join(words.of("result", result) for result in rubric.results)
        found = [own(words, "right.category", category=self._category(rubric.category), results=results)]
        if rubric.degree == "none":
            found.append(own(words, "right.no_verification"))
        else:
            found.append(own(words, "right.verification", degree=words.of("verified", rubric.degree)))
        found.append(self._right_action(rubric))
        if rubric.forbidden:
            actions = words("comma").join(self._action(id) for id in rubric.forbidden)
            found.append(own(words, "right.forbidden", actions=actions))
        for sentence in rubric.sentences:
            found.append(own(words, "right.sentence", name=sentence.name.say(words.language), words=sentence.any[0]))
        if rubric.nodes and rubric.blueprint:
            nodes = " > ".join(self._node(id) for id in rubric.nodes)
            found.append(own(words, "right.path", blueprint=self._title(rubric.blueprint), nodes=nodes))
        found.append(own(words, "right.time", target=words.span(rubric.handle_s)))
        return found

    def _right_action(self, rubric: Rubric) -> str:
        action = rubric.action
        if action is None:
            return own(self.words, "right.no_action")
        name = self._action(action.id)
        if action.max_minor is None:
            return own(self.words, "right.action", action=name)
        return own(self.words, "right.action_max", action=name, amount=self.words.money(action.max_minor))

    def why(self, reason: Msg) -> str:
        """A reason of the coach with ids said as people know them."""
        category = "category" in reason.key
        args: dict[str, str | int | float] = {}
        for name, value in reason.args.items():
            text = str(value)
            if name in ("given", "right"):
                args[name] = self._category(text) if category else self._results(text)
            elif name in ("action", "what"):
                args[name] = self._action(text)
            elif name == "degree":
                args[name] = self.words.of("verified", text)
            elif name == "nodes":
                args[name] = self.words("comma").join(self._node(id) for id in text.split(", "))
            else:
                args[name] = value
        return self.words.msg(Msg(reason.key, args))

    # ---- names ---------------------------------------------------------------------------------------------------

    def _head(self, key: str, **args: object) -> Line:
        return ((" ", "text"), piece(own(self.words, key, **args), "accent"))

    def _fold(self, text: str, width: int, role: str = "text") -> list[Line]:
        return folded(text, width - 1, role, (("   ", "text"),))

    def _part_name(self, part: str) -> str:
        return own(self.words, f"part.{part}")

    def _category(self, id: str) -> str:
        return self.names.get(id, id)

    def _results(self, ids: str) -> str:
        return "/".join(self.words.of("result", id) for id in ids.split(", "))

    def _action(self, id: str) -> str:
        key = f"command.action.{id}.label"
        said = say(key, self.words.language)
        return id if said == key else said

    def _title(self, id: str) -> str:
        return self._blueprint.title(self.words.language) if self._blueprint else id

    def _node(self, id: str) -> str:
        """The beginning of what stands in a node, which says more than its id."""
        step = next((n for n in self._blueprint.nodes if n.id == id), None) if self._blueprint else None
        text = (step.texts.get(self.words.language) or "") if step else ""
        first = _SENTENCE_END.split(clean(_BLANK.sub("…", text)).strip())[0]
        return cut(first, NODE_CELLS) if first else id
