"""How well an entry answers a query, and what in it does: pure, explained, the same on every desk.

A piece of the query counts by what it says (rare pairs of characters say more) times where it is found: in a title
more than in a word the owner gave, in that more than in a text; as a phrase more than as scattered pairs; as written
more than by another name, by its sound, or with typing errors forgiven. What fits the contact in hand, is still in force
and recent comes before its equals.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import islice

import msgspec

from agent_tui.search.asked import Piece, Query
from agent_tui.search.entry import TEXT, TITLE, WORDS, Entry, Field
from agent_tui.search.fold import parts
from agent_tui.search.heard import ELSEWHERE, by_sound, spelt
from agent_tui.search.learned import Vote
from agent_tui.search.match import Match, best_of, contained, named

LONELY = 0.3
"""A single character says little beside others."""
TOGETHER = 0.15
"""The whole query stands as one in a title or word."""
NAMED = 0.3
"""Several words of the query are together another name of it; the whole query counts in full, a part as its share."""
POINTED, POINTED_TOO = 0.55, 0.2
"""What the centre's own words for a reason of contact point to: found by itself, and ahead of its equals."""
LEAST = 0.12
"""What answers less is not found."""
LEARNED = 0.5
"""What questions that were answered before say for a guide, beside what else finds it."""
FITS, EXPIRED, URGENT, FRESH = 1.2, 0.4, 1.1, 0.12
DAY_S = 86_400.0
FRESH_DAYS = 45.0
WHOLE_TITLE = 1.0
"""Of a ticket whose whole title was typed: whoever types that means this one, unless a guide is called so too."""
KIND = {"blueprint": 1.03, "bulletin": 1.0, "article": 1.0, "ticket": 0.62}
FAINT = 0.22
"""Of the best score, below which a hit is noise beside it."""
NUMBER, OWN_NUMBER = 3.0, 9.0
"""What a number finds comes before anything, and what bears it before what only mentions it."""


class Sought(msgspec.Struct, frozen=True, kw_only=True):
    """A query with what the index knows about its words, and for whom it is asked."""

    query: Query
    weights: Mapping[str, float] = {}
    """Pair or stem → how much it says; 1 where nothing is known."""
    meant: Mapping[str, tuple[str, ...]] = {}
    """Word nobody wrote → words it may have been meant to be."""
    category: str | None = None
    """Of the contact in hand."""
    pointed: str | None = None
    """The reason of contact that the words point to, as a customer's first words do."""
    pointed_by: tuple[str, ...] = ()
    """Those words."""
    learned: Mapping[str, Vote] = {}
    """Guide → what questions that were answered before say for it."""
    language: str = "zh"
    now: float = 0.0


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """What in an entry answered, as it is shown."""

    how: str
    """`written`, `same`, `near`, `sound`, `initials`, `typo`, `number`, `category` or `asked`."""
    place: str
    language: str
    text: str
    start: int = 0
    end: int = 0
    """Characters of `text` to mark; equal for none."""
    asked: str = ""
    """What was typed for it, where that is something else."""


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    entry: Entry
    score: float
    reasons: tuple[Reason, ...]
    """The best first, at most one for each place."""
    expired: bool = False


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """How well an entry answers, and by what: told as reasons only where it is shown."""

    entry: Entry
    score: float
    matches: Sequence[Match]
    by_number: Reason | None
    pointed: bool
    vote: Vote | None
    expired: bool


def rank(sought: Sought, entries: Sequence[Entry], most: int = 20) -> list[Hit]:
    """The entries that answer, the best first."""
    says = tuple(_says(sought, piece) for piece in sought.query.pieces)
    answers = [answer for entry in entries if (answer := judge(sought, says, entry)) is not None]
    answers.sort(key=lambda answer: (-answer.score, -answer.entry.at, answer.entry.id))
    # Of a blueprint's versions the one in force scores highest.
    once: dict[tuple[str, str], Answer] = {}
    for answer in answers:
        once.setdefault((answer.entry.kind, answer.entry.id), answer)
    loud = (answer for answer in once.values() if answer.score >= answers[0].score * FAINT)
    return [_told(sought, answer) for answer in islice(loud, most)]


def judge(sought: Sought, says: Sequence[float], entry: Entry) -> Answer | None:
    """How well one entry answers; None when it does not. `says` is how much each piece of the query says."""
    by_number = _by_number(sought.query, entry)
    score, matches = _by_words(sought, says, entry)
    heard, how = by_sound(sought.query, entry)
    if heard > score:
        score, matches = heard, [how] if how else []
    pointed = sought.pointed is not None and sought.pointed in entry.categories
    if pointed:
        score = max(score, POINTED) + POINTED_TOO
    if by_number is not None:
        number, _ = by_number
        share = len(number) / len(sought.query.numbers[0])
        score += share * (OWN_NUMBER if _plain(entry.number) == number else NUMBER)
    vote = sought.learned.get(entry.id) if entry.kind != "ticket" else None
    if vote and (vote.alone or score > LEAST):
        score += LEARNED * vote.share
    if score <= LEAST:
        return None
    expired = bool(entry.valid_to) and entry.valid_to <= sought.now
    return Answer(
        entry=entry,
        score=score * _standing(entry, sought, expired),
        matches=matches,
        by_number=by_number[1] if by_number else None,
        pointed=pointed,
        vote=vote,
        expired=expired,
    )


def _told(sought: Sought, answer: Answer) -> Hit:
    """An answer with its reasons, the best first."""
    reasons = _reasons(sought.query, answer.matches, sought.language)
    if answer.by_number:
        reasons = (answer.by_number, *reasons)
    if answer.pointed:
        told = Reason(how="category", place=WORDS, language=sought.language, text=" ".join(sought.pointed_by))
        outdone = any(match.score > POINTED for match in answer.matches)
        reasons = (*reasons, told) if outdone else (told, *reasons)
    if answer.vote:
        signs = " ".join(answer.vote.signs)
        reasons = (*reasons, Reason(how="asked", place=WORDS, language=sought.language, text=signs))
    return Hit(entry=answer.entry, score=answer.score, reasons=reasons, expired=answer.expired)


def _standing(entry: Entry, sought: Sought, expired: bool) -> float:
    """What speaks for an entry before any word of it is read."""
    factor = KIND.get(entry.kind, 1.0)
    if entry.kind == "ticket" and _is_title(sought.query, entry):
        factor = WHOLE_TITLE
    if sought.category and sought.category in entry.categories:
        factor *= FITS
    if expired or entry.valid_from > sought.now:
        factor *= EXPIRED
    if entry.urgent:
        factor *= URGENT
    if entry.at and entry.kind in ("bulletin", "ticket"):
        days = max(sought.now - entry.at, 0.0) / DAY_S
        factor *= 1.0 + FRESH * max(0.0, 1.0 - days / FRESH_DAYS)
    return factor


def _is_title(query: Query, entry: Entry) -> bool:
    """Whether all that was typed is all of its title."""
    return any(one.place == TITLE and " ".join(parts(one.folded)) == query.text for one in entry.fields)


# ---- by what is written and by number --------------------------------------------------------------------------------


def _says(sought: Sought, piece: Piece) -> float:
    """How much a piece of the query says, wherever it is found."""
    weight = sum(sought.weights.get(gram, 1.0) for gram in piece.grams)
    return weight * LONELY if len(piece.text) == 1 else weight


def _by_words(sought: Sought, says: Sequence[float], entry: Entry) -> tuple[float, list[Match]]:
    query, matches = sought.query, []
    total, reached = sum(says), 0.0
    others, together = named(query.concepts, entry, sought.language)
    heard = spelt(query, entry)
    inside = contained(query.pieces, query.text, entry, sought.weights, sought.language)
    for at, piece in enumerate(query.pieces):
        best, places = best_of(piece, entry, sought.weights, sought.meant, sought.language)
        for other in (inside.get(at), others.get(at) or heard.get(at)):
            if other is not None and (best is None or other.score > best.score):
                best = other
        if best is None:
            continue
        reached += says[at] * (best.score + ELSEWHERE * max(places - 1, 0))
        matches.append(best)
    if not total:
        return 0.0, []
    score = reached / total + NAMED * together / len(query.pieces)
    if len(query.pieces) > 1 and any(query.text in one.folded for one in entry.fields if one.place != TEXT):
        score += TOGETHER
    return score, matches


def _by_number(query: Query, entry: Entry) -> tuple[str, Reason] | None:
    """The longest number of the query that it bears or holds."""
    plain = _plain(entry.number) if query.numbers else ""
    for number in query.numbers:
        if plain and (plain.startswith(number) or plain.endswith(number)):
            return number, Reason(how="number", place=TITLE, language="", text=entry.number)
        for one in entry.fields:
            at = _divided(number).search(one.folded)
            if at is not None:
                return number, _marked(one, at.start(), at.end())
    return None


def _marked(one: Field, start: int, end: int) -> Reason:
    """A number where it stands: folded texts have a line end before them."""
    return Reason(how="number", place=one.place, language=one.language, text=one.text, start=start - 1, end=end - 1)


@lru_cache(maxsize=64)
def _divided(number: str) -> re.Pattern[str]:
    """A number, whatever divides its parts in a folded text."""
    return re.compile(" ?".join(number))


def _plain(number: str) -> str:
    """As a query keeps numbers."""
    return "".join(char for char in number.lower() if char.isalnum())


def _reasons(query: Query, matches: Sequence[Match], language: str) -> tuple[Reason, ...]:
    """What answered, for people: the best of each place."""
    found: dict[tuple[str, str], Reason] = {}
    for match in sorted(matches, key=lambda match: (-match.score, match.field.language != language)):
        one = match.field
        line = one.text.rfind("\n", 0, match.start - 1) + 1
        until = one.text.find("\n", line)
        text = one.text[line : until if until >= 0 else len(one.text)]
        start = match.start - 1 - line
        reason = Reason(
            how=match.how,
            place=one.place,
            language=one.language,
            text=text,
            start=start,
            end=start + match.end - match.start,
            asked=query.as_typed(match.asked) if match.how != "written" else "",
        )
        found.setdefault((one.place, text), reason)
    return tuple(found.values())[:3]
