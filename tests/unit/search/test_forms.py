"""Folding, sounds and typing errors: laws that hold for any text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_tui.search import sound, typo
from agent_tui.search.fold import fold, folded, pairs, parts, shown, stem, tokens
from docs import tables

WORDS = st.text(st.sampled_from("abcdefg"), min_size=1, max_size=9)


@given(st.text())
def test_folding_keeps_the_length_of_what_is_shown_and_changes_nothing_twice(text: str) -> None:
    visible = shown(text)
    assert len(fold(visible)) == len(visible)
    assert fold(shown(fold(visible))) == fold(visible)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("掛失", "挂失"),
        ("ＰＯＳ", "pos"),
        ("カード", "かーど"),
        ("ｶｰﾄﾞ", "カード"),
        ("帳單", "账单"),
        ("続ける", "續ける"),
        ("Café", "cafe"),
    ],
)
def test_the_same_in_two_ways_of_writing(one: str, other: str) -> None:
    assert folded(one) == folded(other)


@pytest.mark.parametrize("name", ["folds", "sounds"])
def test_the_tables_are_what_the_libraries_say(name: str) -> None:
    assert (tables.FOLDER / f"{name}.txt").read_text("utf-8") == getattr(tables, name)()


def test_two_characters_are_a_token_and_so_is_the_last_one() -> None:
    assert tokens(folded("信用卡 POS机")) == ["信用", "用卡", "卡", "pos", "机"]
    assert pairs("卡") == ["卡"]
    assert parts(folded("POS机没纸!")) == ["pos", "机没纸"]


@pytest.mark.parametrize(
    ("typed", "syllables"),
    [("guashi", ("gua", "si")), ("xinyongka", ("xin", "yon", "ka")), ("guas", ("gua", "s")), ("xqz", None)],
)
def test_letters_are_read_as_syllables(typed: str, syllables: tuple[str, ...] | None) -> None:
    ways = sound.splits(typed)
    assert (syllables in ways) if syllables else not ways


@pytest.mark.parametrize(
    ("typed", "syllables"),
    [("biangeng", ("bian", "gen")), ("qiangoudan", ("qian", "gou", "dan")), ("zhuanrengong", ("zuan", "ren", "gon"))],
)
def test_a_syllable_may_end_in_n_before_one_that_begins_with_g(typed: str, syllables: tuple[str, ...]) -> None:
    assert sound.splits(typed)[0] == syllables


@given(st.lists(st.sampled_from(sorted(sound.syllables_of())), min_size=1, max_size=5))
def test_every_word_is_among_the_characters_that_its_letters_may_stand_for(chars: list[str]) -> None:
    spelt = "".join(sound.syllables_of()[char][0] for char in chars)
    assert all("".join(way) == spelt for way in sound.spellings(spelt)) and sound.spellings(spelt)


def test_a_character_with_two_readings_is_found_by_both() -> None:
    spoken = sound.spoken(folded("还款"))
    assert "|huan|kuan|" in spoken and "|hai|kuan|" in spoken


@pytest.mark.parametrize(
    ("kana", "typed"),
    [("ふんしつ", "funshitsu"), ("ねんかいひ", "nenkaihi"), ("ちょう", "chou"), ("カード", "kaado")],
)
def test_kana_sounds_as_people_type_it(kana: str, typed: str) -> None:
    assert sound.romaji(folded(kana)) == sound.regular(typed)


@given(WORDS, WORDS)
def test_distance_is_symmetric_and_zero_only_for_the_same(a: str, b: str) -> None:
    assert typo.distance(a, b, 9) == typo.distance(b, a, 9)
    assert (typo.distance(a, b, 9) == 0) == (a == b)


@given(WORDS, st.integers(0, 8))
def test_one_swap_is_one_error(word: str, at: int) -> None:
    at = at % max(len(word) - 1, 1)
    swapped = word[:at] + word[at : at + 2][::-1] + word[at + 2 :]
    assert typo.distance(word, swapped, 2) <= 1


def test_only_near_words_were_meant() -> None:
    known = [(word, typo.letters(word)) for word in ("dispute", "deposit", "settlement", "fee")]
    assert typo.meant("dispuet", known) == ("dispute",)
    assert typo.meant("setlement", known) == ("settlement",)
    assert typo.meant("fe", known) == ()


def test_forms_of_a_word_share_a_stem() -> None:
    assert {stem(word) for word in ("dispute", "disputes", "disputed", "disputing")} == {"disput"}
