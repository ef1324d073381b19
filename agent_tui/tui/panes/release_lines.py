"""A version of a service blueprint on its way, as lines: who wrote it, what is new, what the linter says, and every
difference from the version in use, or all of it where there is none. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from agent_tui.desk.release_views import ReleaseView
from agent_tui.domain.release import ReleaseState
from agent_tui.i18n.catalog import say
from agent_tui.tui.dialogs.pick import Item
from agent_tui.tui.line import EMPTY, Line, folded, piece
from agent_tui.tui.text import width as cells_of
from agent_tui.tui.words import Words, speaking

own = speaking("release.screen")

LABELS = ("about", "author", "releaser", "retired", "valid", "change", "lint", "digest")
DIGEST_SHOWN = 16
"""Characters of a digest in a question; its page shows all of it."""
_INK = {"+": "ok", "-": "bad", "~": "accent"}


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What was read of a wording, in the reader's language."""

    true: bool
    """The text is the one whose digest was proposed."""
    against: str
    """`id@version` it was compared with; empty where it is the first, and its whole text is in `text`."""
    changes: int
    text: tuple[str, ...]
    findings: tuple[str, ...]
    nodes: int


def state(words: Words, view: ReleaseView) -> str:
    if view.superseded and view.release.state is ReleaseState.RELEASED:
        return own(words, "superseded")
    return say(f"release.state.{view.release.state}", words.language)


def title(words: Words, view: ReleaseView) -> str:
    titles = view.release.titles
    return titles.get(words.language) or next(iter(titles.values()), view.release.blueprint)


def entry(words: Words, view: ReleaseView) -> Item[str]:
    """One line of the list: its state, which it is, who wrote it and why."""
    row = view.release
    mark = "! " if view.waits else "  "
    who = view.author or own(words, "files")
    told = row.reason or row.change
    day = words.day(row.proposed_at)
    return Item(
        row.id, f"{mark}{state(words, view)} {title(words, view)} v{row.number}", f"{who} {day} {told}", words=row.id
    )


class ReleaseText:
    """The page for a width."""

    def __init__(self, words: Words, width: int) -> None:
        self.words, self.width = words, width
        self._label = max(cells_of(own(words, f"page.{name}")) for name in LABELS) + 3

    def lines(self, view: ReleaseView, read: Reading | None) -> list[Line]:
        """`read`: None while the wording is still asked for."""
        row, words = view.release, self.words
        about = f"{title(words, view)}  {row.id}  {state(words, view)}"
        head = [
            *self._row("about", about, "strong"),
            *self._row("author", self._who(view.author, words.day(row.proposed_at))),
            *self._row("releaser", self._who(view.releaser, words.day(row.released_at)) if row.released_at else ""),
            *self._row("retired", self._retired(view), "warn"),
            *self._row("valid", own(words, "page.span", first=row.valid_from, last=row.valid_to)),
            *self._row("change", row.change),
        ]
        if view.waits and view.cannot is not None:
            head += folded(words.msg(view.cannot), self.width, "warn", ((" - ", "warn"),))
        return [
            EMPTY,
            *head,
            *(self._read(row.digest, read) if read else self._row("lint", own(words, "page.asking"))),
        ]

    def _row(self, name: str, text: str, role: str = "text") -> list[Line]:
        if not text:
            return []
        label = piece(f" {own(self.words, f'page.{name}')}", "accent")
        gap = " " * max(self._label - cells_of(label[0]), 1)
        return folded(text, self.width, role, (label, (gap, "text")))

    def _who(self, name: str, at: str) -> str:
        return f"{name or own(self.words, 'files')}  {at}"

    def _retired(self, view: ReleaseView) -> str:
        row = view.release
        if row.state is not ReleaseState.RETIRED:
            return ""
        return f"{self._who(view.retirer, self.words.day(row.retired_at))}  {row.reason}"

    def _read(self, digest: str, read: Reading) -> list[Line]:
        words = self.words
        if not read.true:
            return self._row("digest", own(words, "page.false"), "bad")
        if read.findings:
            told = [*self._row("lint", own(words, "page.findings", count=len(read.findings)), "bad")]
            told += [line for one in read.findings for line in folded(one, self.width, "bad", (("   ! ", "bad"),))]
        else:
            told = self._row("lint", own(words, "page.clean", nodes=read.nodes), "ok")
        key = "page.against" if read.against else "page.first"
        compared = own(words, key, release=read.against, count=read.changes)
        body = [line for text in read.text for line in self._text(text, marked=bool(read.against))]
        said = (piece(f" {compared}", "strong"),)
        return [*told, EMPTY, said, *body, EMPTY, *self._row("digest", digest, "muted"), EMPTY]

    def _text(self, text: str, *, marked: bool) -> Sequence[Line]:
        """Folded to the page with its indent; what is new and what goes have their own ink as well as their sign."""
        plain = text.lstrip(" ")
        if not plain:
            return [EMPTY]
        indent = " " * (1 + len(text) - len(plain))
        role = _INK.get(plain[:1], "text") if marked else ("text" if len(indent) > 1 else "accent")
        return folded(plain, self.width, role, ((indent, "text"),))
