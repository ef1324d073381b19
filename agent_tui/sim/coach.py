"""Scores a training contact. A pure function of the log of what happened and the rubric; every line says why.

The log is made of `domain.effects.Event`s: those of the ledger (`ContactEstablished`, `ContactClosed`…) and, where
the ledger has none, what the runner saw in the feed: `CallerVerified`, `MessageSent`, `MessageReceived`. Times are
business time, so on a virtual clock the same keys give the same score.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from agent_tui.domain.effects import Event
from agent_tui.i18n.message import Msg, msg
from agent_tui.sim.scenario import Rubric, Sentence

DEGREES = ("none", "basic", "full")


class ScoreLine(msgspec.Struct, frozen=True, kw_only=True):
    part: str
    """`category verification action sentences path time nothing_lost`; its name is the text `sim.part.<part>`."""
    points: int
    max: int
    why: Msg


class Score(msgspec.Struct, frozen=True, kw_only=True):
    points: int
    max: int
    lines: tuple[ScoreLine, ...]

    @property
    def share(self) -> float:
        """Points over the most that could be had, 0 to 1."""
        return self.points / self.max if self.max else 0.0


def score(log: Sequence[Event], rubric: Rubric, language: str = "zh") -> Score:
    """Points, the most that could be had, and a line for each part. `language` names sentences and nothing else."""
    parts = (
        _category(log, rubric),
        _verification(log, rubric),
        _action(log, rubric),
        _sentences(log, rubric, language),
        _path(log, rubric),
        _time(log, rubric),
        _nothing_lost(log, rubric),
    )
    lines = tuple(line for line in parts if line is not None and line.max > 0)
    return Score(points=sum(line.points for line in lines), max=sum(line.max for line in lines), lines=lines)


def _line(part: str, most: int, share: float, why: Msg) -> ScoreLine:
    return ScoreLine(part=part, points=round(most * share), max=most, why=why)


def _all(log: Iterable[Event], *names: str) -> list[Event]:
    return [event for event in log if event.name in names]


def _closed(log: Iterable[Event]) -> Event | None:
    found = _all(log, "ContactClosed")
    return found[-1] if found else None


def _category(log: Sequence[Event], rubric: Rubric) -> ScoreLine:
    """Category right: most of the points; result right: the rest."""
    most, closed = rubric.points.category, _closed(log)
    if closed is None:
        return _line("category", most, 0.0, msg("sim.why.not_closed"))
    category, result = str(closed.data.get("category") or ""), str(closed.data.get("result") or "")
    if category != rubric.category:
        return _line("category", most, 0.0, msg("sim.why.category_wrong", given=category, right=rubric.category))
    if result not in rubric.results:
        return _line(
            "category", most, 0.7, msg("sim.why.result_wrong", given=result, right=", ".join(rubric.results))
        )
    return _line("category", most, 1.0, msg("sim.why.category_right", given=category))


def _telling(log: Sequence[Event], rubric: Rubric) -> int | None:
    """Place in the log of the first thing that needed the verification: an action, a reveal, disclosing words."""
    for at, event in enumerate(log):
        if event.name in ("ActionPerformed", "FieldRevealed"):
            return at
        if event.name == "MessageSent" and _says(event, rubric.disclosing):
            return at
    return None


def _says(event: Event, words: Iterable[str]) -> bool:
    text = str(event.data.get("text") or "").casefold()
    return any(word.casefold() in text for word in words)


def _verified_at(log: Sequence[Event], degree: str) -> int | None:
    for at, event in enumerate(log):
        if event.name == "CallerVerified" and _rank(str(event.data.get("degree"))) >= _rank(degree):
            return at
    return None


def _rank(degree: str) -> int:
    return DEGREES.index(degree) if degree in DEGREES else 0


def _verification(log: Sequence[Event], rubric: Rubric) -> ScoreLine | None:
    most = rubric.points.verification
    if rubric.degree == "none":
        return None
    verified, telling = _verified_at(log, rubric.degree), _telling(log, rubric)
    if telling is not None and (verified is None or verified > telling):
        return _line("verification", most, 0.0, msg("sim.why.told_unverified", what=_what(log[telling])))
    if verified is None:
        return _line("verification", most, 0.0, msg("sim.why.not_verified", degree=rubric.degree))
    return _line("verification", most, 1.0, msg("sim.why.verified_first", degree=rubric.degree))


def _what(event: Event) -> str:
    """What was done, in a word: the action's id, the field's, or the first words said."""
    return str(event.data.get("action") or event.data.get("field") or str(event.data.get("text") or "")[:24])


def _action(log: Sequence[Event], rubric: Rubric) -> ScoreLine | None:
    """The right action, within its amount; a forbidden one costs everything, a refused attempt a quarter."""
    most, right = rubric.points.action, rubric.action
    done = _all(log, "ActionPerformed")
    wrong = next((e for e in done if e.data.get("action") in rubric.forbidden), None)
    if wrong is not None:
        return _line("action", most, 0.0, msg("sim.why.action_forbidden", action=_what(wrong)))
    if right is None:
        return _line("action", most, 1.0, msg("sim.why.no_action_needed")) if rubric.forbidden else None
    mine = [event for event in done if event.data.get("action") == right.id]
    if not mine:
        return _line("action", most, 0.0, msg("sim.why.action_missing", action=right.id))
    amount = max(int(event.data.get("amount_minor") or 0) for event in mine)
    if right.max_minor is not None and amount > right.max_minor:
        return _line("action", most, 0.3, msg("sim.why.action_too_much", action=right.id, amount=amount))
    refused = len(_all(log, "ActionRefused"))
    if refused:
        share = max(0.25, 1.0 - 0.25 * refused)
        return _line("action", most, share, msg("sim.why.action_after_refusals", action=right.id, refused=refused))
    return _line("action", most, 1.0, msg("sim.why.action_right", action=right.id))


def _sentences(log: Sequence[Event], rubric: Rubric, language: str) -> ScoreLine | None:
    if not rubric.sentences:
        return None
    sent = _all(log, "MessageSent")
    missing = [s for s in rubric.sentences if not any(_says(event, s.any) for event in sent)]
    share = 1 - len(missing) / len(rubric.sentences)
    why = (
        msg("sim.why.sentences_missing", names=_names(missing, language))
        if missing
        else msg("sim.why.sentences_said")
    )
    return _line("sentences", rubric.points.sentences, share, why)


def _names(sentences: Iterable[Sentence], language: str) -> str:
    return " · ".join(sentence.name.say(language) for sentence in sentences)


def _path(log: Sequence[Event], rubric: Rubric) -> ScoreLine | None:
    """How much of the required nodes was visited in their order (longest common subsequence)."""
    if not rubric.nodes:
        return None
    closed = _closed(log)
    walked = [step.partition("#")[2] or step for step in str(closed.data.get("path") or "").split()] if closed else []
    share = _common(walked, rubric.nodes) / len(rubric.nodes)
    missing = [node for node in rubric.nodes if node not in walked]
    if share == 1.0:
        return _line("path", rubric.points.path, 1.0, msg("sim.why.path_right"))
    names = ", ".join(missing) if missing else ", ".join(rubric.nodes)
    return _line("path", rubric.points.path, share, msg("sim.why.path_left", nodes=names))


def _common(walked: Sequence[str], wanted: Sequence[str]) -> int:
    """Length of the longest common subsequence."""
    row = [0] * (len(wanted) + 1)
    for step in walked:
        before = 0
        for at, want in enumerate(wanted, 1):
            before, row[at] = row[at], before + 1 if step == want else max(row[at], row[at - 1])
    return row[-1]


def _time(log: Sequence[Event], rubric: Rubric) -> ScoreLine:
    """Full points up to `handle_s` from answer to closing, none from twice that on, straight between."""
    most = rubric.points.time
    start, closed = _all(log, "ContactEstablished"), _closed(log)
    if not start or closed is None:
        return _line("time", most, 0.0, msg("sim.why.not_closed"))
    took = (closed.at - start[0].at).total_seconds()
    share = min(1.0, max(0.0, 2.0 - took / rubric.handle_s))
    return _line("time", most, share, msg("sim.why.time", took=round(took), target=round(rubric.handle_s)))


def _nothing_lost(log: Sequence[Event], rubric: Rubric) -> ScoreLine:
    """The customer did not give up, the contact was wrapped up, and every promised work order is there."""
    most, closed = rubric.points.nothing_lost, _closed(log)
    if _all(log, "ContactAbandoned"):
        return _line("nothing_lost", most, 0.0, msg("sim.why.customer_left"))
    if closed is None:
        return _line("nothing_lost", most, 0.0, msg("sim.why.not_closed"))
    promised = closed.data.get("result") in ("ticket", "callback")
    if promised and not (_all(log, "TicketOpened")):
        return _line("nothing_lost", most, 0.0, msg("sim.why.promise_without_ticket"))
    return _line("nothing_lost", most, 1.0, msg("sim.why.nothing_lost"))
