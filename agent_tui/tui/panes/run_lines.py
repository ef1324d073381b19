"""Around the node of a run: what its end proposes and what else lies open, what is wrong with an author's drafts. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from agent_tui.tui.line import EMPTY, Line, folded, piece
from agent_tui.tui.words import Words

if TYPE_CHECKING:
    from agent_tui.blueprints.shown import Shown
    from agent_tui.tui.drafts import News


def closing(shown: Shown, words: Words, category: str, others: Sequence[str], key: str) -> Shown:
    """An end node with what it proposes for the wrap-up, and the titles of blueprints that were left before their end.

    `category`: the name of the category proposed; `key`: turns to another blueprint.
    """
    said = [words("end_proposes", category=category or shown.category, result=words.of("result", shown.result))]
    if others:
        said.append(words("end_others", titles=words("comma").join(others), key=key))
    return msgspec.structs.replace(shown, text="\n".join(said))


def trouble(wrong: Sequence[News], words: Words, width: int) -> list[Line]:
    """Files whose last save was not taken, or that the linter complains of; they stand there until they are right."""
    lines: list[Line] = []
    for news in wrong:
        text = words("drafts.found" if news.blueprint else "drafts.kept", why=news.why)
        lines += folded(text, width - 1, "warn", ((" ", "text"), piece("! ", "warn")), 1)
    return [*lines, EMPTY] if lines else []
