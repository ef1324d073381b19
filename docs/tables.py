"""Writes `agent_tui/search/tables/`: which characters count as the same, and how they sound. `python -m docs.tables`.

The desk reads these small files instead of OpenCC's and pypinyin's dictionaries, which take most of a second to load.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "agent_tui" / "search" / "tables"
HAN = [chr(code) for code in range(0x4E00, 0xA000)]
ALSO = {"账": "帐"}
"""Two simplified characters for one word, both in daily use."""
LEAST_SHARE, LEAST_TIMES = 0.08, 3
"""A second reading of a character counts from this share and number of the phrases it stands in."""


def folds() -> str:
    """Line by line: a simplified character, then the traditional and Japanese ones that count as the same."""
    from opencc import OpenCC

    from_japanese, simplify = OpenCC("jp2t"), OpenCC("t2s")
    same: dict[str, list[str]] = defaultdict(list)
    for char in HAN:
        plain = simplify.convert(from_japanese.convert(char))
        if len(plain) == 1 and plain != char:
            same[plain].append(char)
    for plain, other in ALSO.items():
        same[plain] += [other, *same.pop(other, [])]
    return "".join(f"{plain}{''.join(others)}\n" for plain, others in sorted(same.items()))


def sounds() -> str:
    """Line by line: a syllable, then the characters of GB 2312 that may be read so."""
    from pypinyin.constants import PHRASES_DICT, PINYIN_DICT
    from pypinyin.contrib.tone_convert import to_normal

    read: dict[str, Counter[str]] = defaultdict(Counter)
    for phrase, readings in PHRASES_DICT.items():
        if len(readings) == len(phrase):
            for char, reading in zip(phrase, readings, strict=True):
                read[char][to_normal(reading[0])] += 1
    spoken: dict[str, list[str]] = defaultdict(list)
    for char in HAN:
        if not _modern(char) or ord(char) not in PINYIN_DICT:
            continue
        counted, total = read[char], read[char].total()
        usual = [s for s, times in counted.items() if times >= max(LEAST_TIMES, total * LEAST_SHARE)]
        for syllable in usual or [to_normal(PINYIN_DICT[ord(char)].split(",")[0])]:
            spoken[syllable].append(char)
    return "".join(f"{syllable} {''.join(chars)}\n" for syllable, chars in sorted(spoken.items()))


def _modern(char: str) -> bool:
    try:
        char.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / "folds.txt").write_text(folds(), encoding="utf-8")
    (FOLDER / "sounds.txt").write_text(sounds(), encoding="utf-8")


if __name__ == "__main__":
    main()
