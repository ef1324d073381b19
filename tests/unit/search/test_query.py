"""What was typed, read: names known, empty words out, numbers kept."""

from __future__ import annotations

import pytest

from agent_tui.desk import lexicon
from agent_tui.search.lexicon import Lexicon
from agent_tui.search.query import read

WORDS = Lexicon.of(
    [["挂失", "丢卡", "lost card", "ふんしつ"], ["没纸", "缺纸"]], ["怎么办", "了", "を", "な", "how", "do", "i"]
)


def meant(typed: str) -> list[str]:
    return [piece.text for piece in read(typed, WORDS).pieces]


def test_a_known_name_is_a_piece_of_its_own() -> None:
    assert meant("刷卡机没纸怎么办") == ["刷卡机", "没纸"]


def test_empty_words_go_unless_nothing_else_was_typed() -> None:
    assert meant("how do i dispute") == ["dispute"]
    assert meant("怎么办") == ["怎么办"]


def test_a_particle_goes_only_where_it_can_be_one() -> None:
    assert meant("カードを") == ["かーど"]
    assert meant("なくす") == ["なくす"]


def test_another_name_is_known_in_any_language_and_by_its_sound() -> None:
    for typed in ("丢卡", "lost card", "funshitsu", "diuka"):
        assert any("挂失" in concept.others for concept in read(typed, WORDS).concepts), typed


def test_numbers_lose_their_hyphens() -> None:
    assert read("260302-0001-3", WORDS).numbers == ("26030200013",)
    assert read("T0012345", WORDS).numbers == ("t0012345",)
    assert read("12", WORDS).numbers == ()


def test_the_shipped_words_are_lists_of_words() -> None:
    shipped = lexicon.shipped()
    assert len(shipped.same) > 40 and len(shipped.empty) > 100


def test_a_name_is_known_in_its_other_english_forms() -> None:
    words = Lexicon.of([["late fee", "滞纳金"], ["sticker", "贴纸"]], [])
    assert read("late fees ", words).concepts[0].others == ("late fee", "滞纳金")
    assert "贴纸" in read("stickers ", words).concepts[0].others


def test_a_known_name_is_recognised_with_a_typing_error_but_not_while_it_is_typed() -> None:
    words = Lexicon.of([["callback", "回电"]], [])
    (concept,) = read("calback", words).concepts
    assert concept.how == "typo" and "回电" in concept.others
    assert read("callb", words).concepts == ()


def test_what_sounds_exactly_so_comes_before_what_begins_so() -> None:
    words = Lexicon.of([["验证码", "otp"], ["验证码给了", "scam"]], [])
    assert [concept.others[1] for concept in read("yanzhengma", words).concepts] == ["otp"]
    assert len(read("yanzheng", words).concepts) == 2


def test_a_name_is_known_with_other_characters_between_its_own_if_nothing_else_is() -> None:
    words = Lexicon.of([["卡没了", "挂失"], ["锁卡", "止付"]], [])
    assert "挂失" in read("卡弄没了", words).concepts[0].others
    assert "止付" in read("把卡锁住", words).concepts[0].others
    assert read("卡没", words).concepts == ()


@pytest.mark.parametrize("typed", ["biangeng 手机", "bian geng 手机", "手机 bian geng", "bian geng", "手机biangeng"])
def test_a_name_is_known_by_its_sound_beside_characters_and_divided_too(typed: str) -> None:
    words = Lexicon.of([["变更", "修改"]], [])
    found = [one for one in read(typed, words).concepts if "修改" in one.others]
    assert found and {(one.how, one.name.replace(" ", "")) for one in found} == {("sound", "biangeng")}
