"""How Chinese and Japanese words sound in Latin letters: pinyin, initials, romaji; and what typed letters may stand for.

Southern Chinese speakers and their input methods do not tell zh from z, ch from c, sh from s, ng from n: both sides
are compared without the difference. Romaji is compared in its regular (Kunrei) spelling, so that `shi` and `si` agree.
"""

from __future__ import annotations

from functools import cache, lru_cache
from itertools import islice, pairwise, product

from agent_tui.search.fold import is_kana, parts, table

PINYIN, INITIALS, ROMAJI = "\ue000", "\ue001", "\ue002"
"""Before a sound in the index, so that it never meets a written word. The tokenizer takes private characters for letters."""
MOST_READINGS = 8
MOST_SPLITS = 3
LONGEST = 40
"""Letters of a word that are still read as sounds."""
LONGEST_SYLLABLE = 6

_KANA = {
    "": "あいうえお", "k": "かきくけこ", "s": "さしすせそ", "t": "たちつてと", "n": "なにぬねの", "h": "はひふへほ",
    "m": "まみむめも", "r": "らりるれろ", "g": "がぎぐげご", "z": "ざじずぜぞ", "d": "だぢづでど", "b": "ばびぶべぼ",
    "p": "ぱぴぷぺぽ",
}  # fmt: skip
_OTHER_KANA = {"や": "ya", "ゆ": "yu", "よ": "yo", "わ": "wa", "を": "o", "ん": "n", "ゔ": "bu", "ー": "", "っ": ""}
_SMALL = {"ゃ": "ya", "ゅ": "yu", "ょ": "yo", "ぁ": "a", "ぃ": "i", "ぅ": "u", "ぇ": "e", "ぉ": "o", "ゎ": "wa"}
_REGULAR = (
    ("shi", "si"), ("sh", "sy"), ("chi", "ti"), ("tch", "ch"), ("ch", "ty"), ("tsu", "tu"), ("fu", "hu"), ("ji", "zi"),
    ("j", "zy"), ("di", "zi"), ("du", "zu"), ("ou", "o"), ("oo", "o"), ("uu", "u"), ("ei", "e"), ("aa", "a"), ("ii", "i"),
    ("nn", "n"), ("mb", "nb"), ("mp", "np"), ("kk", "k"), ("ss", "s"), ("tt", "t"), ("pp", "p"), ("zyy", "zy"),
)  # fmt: skip


def plain_pinyin(letters: str) -> str:
    """Letters without the differences that many speakers do not make."""
    return letters.replace("zh", "z").replace("ch", "c").replace("sh", "s").replace("ng", "n").replace("ü", "v")


@cache
def syllables_of() -> dict[str, tuple[str, ...]]:
    """Character → its syllables, plain."""
    found: dict[str, tuple[str, ...]] = {}
    for line in table("sounds.txt"):
        syllable, _, chars = line.partition(" ")
        plain = plain_pinyin(syllable)
        for char in chars:
            known = found.get(char, ())
            found[char] = known if plain in known else (*known, plain)
    return found


@cache
def _characters_of() -> dict[str, str]:
    """Syllable, plain → every character that may be said so."""
    found: dict[str, str] = {}
    for char, syllables in syllables_of().items():
        for syllable in syllables:
            found[syllable] = found.get(syllable, "") + char
    return found


@lru_cache(maxsize=64)
def characters(sought: str, *, whole: bool) -> frozenset[str]:
    """Those that are said so; where it is not typed to its end, those whose syllable begins so."""
    known = _characters_of()
    if whole:
        return frozenset(known.get(sought, ""))
    return frozenset(char for syllable, chars in known.items() if syllable.startswith(sought) for char in chars)


@cache
def _all_syllables() -> frozenset[str]:
    return frozenset(_characters_of())


@cache
def _beginnings() -> frozenset[str]:
    return frozenset(syllable[:n] for syllable in _all_syllables() for n in range(1, len(syllable) + 1))


@cache
def spellings(letters: str) -> tuple[tuple[str, ...], ...]:
    """Ways to divide letters into syllables, the last perhaps not typed to its end; the fewest syllables first.

    Where a syllable ends is settled before its ending is made plain: 变更 is bian-geng, although `ng` stands in it twice.
    """
    if not letters.isascii() or not letters.isalpha() or len(letters) > LONGEST:
        return ()
    ways: list[list[tuple[str, ...]]] = [[()], *([] for _ in letters)]
    for end in range(1, len(letters) + 1):
        known = _beginnings() if end == len(letters) else _all_syllables()
        for start in range(max(0, end - LONGEST_SYLLABLE), end):
            part = letters[start:end]
            if not part.startswith("ng") and plain_pinyin(part) in known:
                ways[end] += [(*way, part) for way in ways[start][:MOST_SPLITS]]
        ways[end].sort(key=len)
    return tuple(ways[-1][:MOST_SPLITS])


@cache
def splits(letters: str) -> tuple[tuple[str, ...], ...]:
    """`spellings`, each syllable plain."""
    return tuple(dict.fromkeys(tuple(map(plain_pinyin, way)) for way in spellings(letters)))


def han_runs(folded_text: str) -> list[str]:
    """Runs of characters that have a pinyin."""
    known = syllables_of()
    found = []
    for part in parts(folded_text):
        run = ""
        for char in part:
            if char in known:
                run += char
            elif run:
                found.append(run)
                run = ""
        if run:
            found.append(run)
    return found


def spoken(folded_text: str) -> str:
    """Every reading of every run, one a line, as `|xin|yong|ka|`: syllables looked for are a part of a line."""
    known = syllables_of()
    lines = []
    for run in han_runs(folded_text):
        readings = islice(product(*(known[char] for char in run)), MOST_READINGS)
        lines += [f"|{'|'.join(reading)}|" for reading in readings]
    return "\n".join(lines)


def pinyin_tokens(folded_text: str) -> list[str]:
    """Neighbouring syllables as the index keeps them, in every reading, and each run's last syllable."""
    known = syllables_of()
    found: list[str] = []
    for run in han_runs(folded_text):
        for first, second in pairwise(run):
            found += [f"{PINYIN}{a}{b}" for a in known[first] for b in known[second]]
        found += [PINYIN + last for last in known[run[-1]]]
    return found


def initial_tokens(folded_text: str) -> list[str]:
    """Neighbouring initials as the index keeps them."""
    known = syllables_of()
    found: list[str] = []
    for run in han_runs(folded_text):
        for first, second in pairwise(run):
            found += {f"{INITIALS}{a[0]}{b[0]}" for a in known[first] for b in known[second]}
    return found


@cache
def _romaji() -> dict[str, str]:
    table_ = {char: row + vowel for row, chars in _KANA.items() for char, vowel in zip(chars, "aiueo", strict=True)}
    table_ |= {"ぢ": "zi", "づ": "zu"}
    return table_ | _OTHER_KANA


def romaji(run: str) -> str:
    """Kana (hiragana, as folded) in Latin letters, regular spelling without long vowels."""
    known, text = _romaji(), ""
    for char in run:
        if char in _SMALL:
            small = _SMALL[char]
            text = (text[:-1] + small) if text else small
        else:
            text += known.get(char, "")
    return regular(text)


def regular(letters: str) -> str:
    """Romaji as typed, in the spelling `romaji` has."""
    for old, new in _REGULAR:
        letters = letters.replace(old, new)
    return letters


def kana_runs(folded_text: str) -> list[str]:
    """Runs of two kana and more."""
    found, run = [], ""
    for char in folded_text + " ":
        if is_kana(char):
            run += char
        else:
            if len(run) > 1:
                found.append(run)
            run = ""
    return found


def romaji_tokens(folded_text: str) -> list[str]:
    """Every run of kana as the index keeps its sound."""
    return [ROMAJI + sound for run in kana_runs(folded_text) if (sound := romaji(run))]


def letters_of(word: str) -> tuple[str, ...]:
    """A folded word wholly of kana, or of characters that have a pinyin and Latin letters, in Latin letters; every reading."""
    if all(is_kana(char) for char in word):
        return (romaji(word),)
    known = syllables_of()
    if not all(char in known or (char.isascii() and char.isalpha()) for char in word):
        return ()
    readings = islice(product(*(known.get(char, (char,)) for char in word)), MOST_READINGS)
    return tuple("".join(reading) for reading in readings)


def initials_of(word: str) -> tuple[str, ...]:
    """The initials of a folded word of three and more characters that have a pinyin; every reading."""
    known = syllables_of()
    if len(word) < 3 or not all(char in known for char in word):
        return ()
    readings = islice(product(*(known[char] for char in word)), MOST_READINGS)
    return tuple(dict.fromkeys("".join(syllable[0] for syllable in reading) for reading in readings))


def typed_for(folded_text: str) -> tuple[str, ...]:
    """What somebody types for a title before the input method is on: the letters and the initials of its Chinese runs."""
    runs = [run for run in han_runs(folded_text) if len(run) > 1]
    known = syllables_of()
    initials = tuple("".join(known[char][0][0] for char in run) for run in runs)
    return tuple(dict.fromkeys([*initials, *(letters for run in runs for letters in letters_of(run))]))
