"""A thing that can be found, prepared once when it arrives: its texts as shown and as folded, and how its names sound."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from agent_tui.search import sound
from agent_tui.search.fold import fold, parts, shown, tokens

TITLE, WORDS, TEXT = "title", "words", "text"
CATEGORY = "\ue003"
"""Before the id of a reason of contact in the index."""
ITSELF = "\ue004"
"""Before the id of the guide itself there."""
PLACES = (TITLE, WORDS, TEXT)


class Field(msgspec.Struct, frozen=True, array_like=True):
    """One text of an entry; words of theirs stand one a line."""

    place: str
    language: str
    text: str
    folded: str
    """Between two line ends, so that a whole title or word is found as one."""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    kind: str
    """`blueprint`, `bulletin`, `article` or `ticket`."""
    id: str
    titles: dict[str, str]
    """Language → title as shown; empty key for a text of no stated language."""
    fields: tuple[Field, ...]
    named: str = ""
    """Titles and words, folded: what has another name is looked for in here."""
    spoken: str = ""
    """`sound.spoken` of titles and words."""
    romaji: tuple[str, ...] = ()
    number: str = ""
    """What it is called on the phone."""
    categories: tuple[str, ...] = ()
    valid_from: float = 0.0
    """Seconds since 1970; 0 for always."""
    valid_to: float = 0.0
    at: float = 0.0
    """When it was published, opened or released, seconds since 1970; 0 when that says nothing."""
    owner: str = ""
    """The department or group it belongs to."""
    urgent: bool = False
    """It asks to be read."""

    def title(self, language: str) -> str:
        """In `language`, else in English, else in the first there is."""
        return self.titles.get(language) or self.titles.get("en") or next(iter(self.titles.values()), "")


def field(place: str, language: str, lines: Sequence[str]) -> Field:
    """A field of some lines."""
    clean = [" ".join(shown(line).split()) for line in lines]
    text = "\n".join(line for line in clean if line)
    return Field(place, language, text, f"\n{fold(text)}\n")


def fields_of(
    titles: Mapping[str, str], words: Mapping[str, Sequence[str]], texts: Mapping[str, Sequence[str]]
) -> tuple[Field, ...]:
    """Fields from texts by language, titles first."""
    made = [field(TITLE, language, [title]) for language, title in titles.items()]
    made += [field(WORDS, language, lines) for language, lines in words.items()]
    made += [field(TEXT, language, lines) for language, lines in texts.items()]
    return tuple(one for one in made if one.text)


def named_of(fields: Sequence[Field]) -> str:
    """Titles and words, folded."""
    return "\n".join(one.folded for one in fields if one.place != TEXT)


def sounds_of(named: str) -> tuple[str, tuple[str, ...]]:
    """(`spoken`, `romaji`) of titles and words."""
    heard = {sound.romaji(run) for run in sound.kana_runs(named)} - {""}
    return sound.spoken(named), tuple(sorted(heard))


FORM = 2
"""Of `columns`. Raised with every change of what they hold, so that desks index their guides anew."""


def columns(entry: Entry) -> tuple[str, str, str, str]:
    """What the index keeps of a guide: tokens of titles, words and texts, and the sounds of titles and words."""
    by_place = {
        place: [token for one in entry.fields if one.place == place for token in tokens(one.folded)]
        for place in PLACES
    }
    by_place[WORDS] += [*map(category_token, entry.categories), guide_token(entry.id)]
    heard = (*sound.pinyin_tokens(entry.named), *sound.initial_tokens(entry.named), *sound.romaji_tokens(entry.named))
    return (
        " ".join(dict.fromkeys(by_place[TITLE])),
        " ".join(dict.fromkeys(by_place[WORDS])),
        " ".join(dict.fromkeys(by_place[TEXT])),
        " ".join(dict.fromkeys(heard)),
    )


def category_token(category: str) -> str:
    """A reason of contact as the index keeps it."""
    return CATEGORY + _plain(category)


def guide_token(id: str) -> str:
    """The id of a guide as the index keeps it."""
    return ITSELF + _plain(id)


def _plain(id: str) -> str:
    return "".join(char for char in id.lower() if char.isalnum())


_JOINED = re.compile(r"[^\W_]+(?:[-'’.&/][^\W_]+)+")
LONGEST_JOINED, MOST_DIGITS = 20, 2


def ticket_tokens(title: str, text: str) -> str:
    """What the index keeps of a ticket: tokens of its texts, words of them that are written without their hyphen too, and
    how its title sounds."""
    named, told = fold(shown(title)), fold(shown(text))
    sounds = [*sound.pinyin_tokens(named), *sound.initial_tokens(named), *sound.romaji_tokens(named)]
    return " ".join(dict.fromkeys([*tokens(named), *tokens(told), *_joined(f"{title}\n{text}"), *sounds]))


def _joined(text: str) -> Iterator[str]:
    """`wifi` for Wi-Fi, `callback` for call-back; numbers are kept elsewhere."""
    for word in _JOINED.findall(shown(text)):
        plain = "".join(parts(fold(word)))
        if len(plain) <= LONGEST_JOINED and plain.isascii() and sum(map(str.isdigit, plain)) <= MOST_DIGITS:
            yield plain
