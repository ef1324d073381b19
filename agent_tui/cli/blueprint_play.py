"""Walk a blueprint alone in the terminal, line by line; in a pipe the lines of the input are the answers."""

from __future__ import annotations

from typing import TextIO

from agent_tui.blueprints import run as running
from agent_tui.blueprints.conditions import Value
from agent_tui.blueprints.facts import VARIABLES, examples
from agent_tui.blueprints.model import Blueprint
from agent_tui.blueprints.run import Result, Run, Shown
from agent_tui.errors import InputError
from agent_tui.i18n.catalog import LANGUAGES, say

ITSELF = "="
"""Before an answer that would be taken for a key: `=b` answers `b`."""
LEFT = 65
"""Exit code when it was left before an end."""


def play(blueprint: Blueprint, spoken: str, language: str, given: TextIO, out: TextIO) -> int:
    """0 at an end node, 65 when it was left before. `b` goes back, `j 2` to a step one has been at, `l` changes the
    language, `q` leaves; `=b` answers `b`."""
    return Play(blueprint, spoken, language, given, out).go()


class Play:
    """One walk; everything written goes to `out`."""

    def __init__(self, blueprint: Blueprint, spoken: str, language: str, given: TextIO, out: TextIO) -> None:
        self.run: Run = running.start(blueprint, _facts(), spoken)
        self.language = language
        self.given = given
        self.out = out

    def go(self) -> int:
        self._write(self._say("keys"))
        while True:
            now = running.shown(self.run)
            self._show(now)
            if now.ended:
                return self._end(now)
            line = self._ask(now)
            if line is None or line == "q":
                self._write(self._say("stopped", node=now.node))
                return LEFT
            self._step(now, line)

    def _say(self, name: str, **args: object) -> str:
        return say(f"blueprint.cli.{name}", self.language, **args)

    def _write(self, text: str, end: str = "\n") -> None:
        self.out.write(text + end)
        self.out.flush()

    def _step(self, now: Shown, line: str) -> None:
        try:
            if line.startswith(ITSELF):
                self.run = running.advance(self.run, self._answer(now, line.removeprefix(ITSELF)))
            elif line == "b":
                self.run = running.back(self.run)
            elif line == "j" or line.startswith("j "):
                self.run = running.jump(self.run, self._visited(line[1:].strip()))
            elif line == "l":
                self.run = running.speak(self.run, _next_language(self.run))
            else:
                self.run = running.advance(self.run, self._answer(now, line))
        except InputError as error:
            self._write(say(error.key, self.language, **error.args_))

    def _visited(self, word: str) -> str:
        """The node of a step by its number or name; InputError naming the steps one can go to."""
        nodes = running.visited(self.run)
        if word.isdecimal() and 0 < int(word) <= len(nodes):
            return nodes[int(word) - 1]
        if word in nodes:
            return word
        steps = "  ".join(f"{number} {node}" for number, node in enumerate(nodes, 1))
        raise InputError("blueprint.cli.where", steps=steps)

    def _answer(self, now: Shown, line: str) -> Value | Result | None:
        if now.kind == "check":
            return self._checked(now, line)
        if now.outcomes:
            return Result(outcome=_outcome(now, line), facts={"ticket.number": str(examples()["ticket.number"])})
        return line if now.kind == "ask" else None

    def _checked(self, now: Shown, line: str) -> Result:
        """A slip of the finger fails nobody: only 0 or numbers of what was asked count."""
        words = line.split()
        if not words or not all(word.isdecimal() and int(word) <= len(now.checks) for word in words):
            raise InputError("blueprint.cli.no_check", count=len(now.checks))
        right = dict.fromkeys(now.checks[int(word) - 1][0] for word in words if int(word))
        return Result(outcome="passed" if len(right) >= now.need else "failed", checks=tuple(right))

    def _show(self, now: Shown) -> None:
        kind = say(f"blueprint.kind.{now.kind}", self.language)
        must = f" · {self._say('must')}" if now.must else ""
        self._write("\n" + self._say("step", number=now.number, kind=kind, seconds=now.expect_s) + must)
        for line in now.text.split("\n") if now.text else ():
            self._write(f"  {line}")
        if now.tip:
            self._write("  " + self._say("tip", text=now.tip))
        for name, value in now.facts:
            self._write(f"  {name} = {value}")
        self._show_deed(now)
        listed = now.checks or now.choices
        for number, (_, label) in enumerate(listed, 1):
            self._write(f"  {number} {label}")

    def _show_deed(self, now: Shown) -> None:
        if now.action:
            self._write("  " + self._say("will_do", action=now.action, args=_pairs(now)))
        if now.message:
            self._write("  " + self._say("will_send", medium=now.medium, text=now.message))
        if now.to:
            self._write("  " + self._say("will_hand", to=now.to, title=now.brief_title))

    def _ask(self, now: Shown) -> str | None:
        prompt = "ask_next"
        if now.kind == "check":
            prompt = "ask_checks"
        elif now.choices:
            prompt = "ask_choice"
        elif now.kind == "ask":
            prompt = "ask_answer"
        self._write(self._say(prompt, count=len(now.choices)), end="")
        line = self.given.readline()
        if not self.given.isatty():
            # What a person types ends its line; what comes out of a pipe nobody sees.
            self._write(line.strip())
        return line.strip() if line else None

    def _end(self, now: Shown) -> int:
        done = running.filled(self.run, self.language)
        if done.note:
            self._write(self._say("note", text=done.note))
        self._write(self._say("ended", category=now.category, result=now.result))
        nodes = " → ".join(place.partition("#")[2] for place in done.path)
        self._write(self._say("path", count=len(done.path), path=nodes))
        return 0


def _facts() -> dict[str, Value]:
    """Examples of everything, the caller not verified yet and today's date."""
    from agent_tui.clock import wall

    known = {name: value for name, value in examples().items() if not name.startswith("bank.")}
    return {**known, "contact.verified": "none", "time.today": wall().date().isoformat()}


def _outcome(now: Shown, line: str) -> str:
    """By number or by name; an empty line takes the first. InputError for anything else."""
    if not line:
        return now.outcomes[0]
    if line.isdecimal() and 0 < int(line) <= len(now.outcomes):
        return now.outcomes[int(line) - 1]
    if line in now.outcomes:
        return line
    raise InputError("blueprint.answer.choice", count=len(now.outcomes))


def _pairs(now: Shown) -> str:
    return " ".join(f"{name}={value}" for name, value in now.args.items() if name not in VARIABLES)


def _next_language(run: Run) -> str:
    order = [language for language in LANGUAGES if language in run.blueprint.languages]
    return order[(order.index(run.language) + 1) % len(order)]
