"""Golden questions, as agents type them: the right answer is among the first three in 95 of 100, in each language."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from agent_tui.config import data
from agent_tui.desk import lexicon
from agent_tui.search.learned import NOTHING_LEARNED
from agent_tui.search.lexicon import Lexicon
from agent_tui.store.cache import Cache
from agent_tui.store.open import open_cache
from tests.golden.shelf import fill, missed, search

HERE = Path(__file__).parent
LEAST_FOUND = 0.95
FEW = 5
"""Of how many questions asked before one is tried."""
LEAST_TOLD = 0.9
"""Of sentences that no saying and no question asked before was written for."""
LEAST_ROUNDABOUT = 0.8
"""Of those that avoid the words of the guides besides."""


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cache]:
    opened = open_cache(tmp_path_factory.mktemp("shelf") / "cache.db", b"k" * 32)
    fill(opened)
    yield opened
    opened.close()


@pytest.mark.parametrize("language", ["zh", "en", "ja"])
@pytest.mark.parametrize(
    ("asked_by", "least"), [("", 300), ("everyday-held.", 120), ("plain-held.", 70), ("held-out-2.", 150)]
)
def test_the_right_answer_is_among_the_first_three(cache: Cache, asked_by: str, least: int, language: str) -> None:
    wrong, asked = missed(cache, HERE / f"{asked_by}{language}.txt", language)
    assert asked >= least
    assert 1 - len(wrong) / asked >= LEAST_FOUND, "\n".join(wrong)


@pytest.mark.parametrize("language", ["zh", "en", "ja"])
@pytest.mark.parametrize("asked_by", ["told-held.", "held-out."])
def test_situations_told_in_sentences_are_found_nine_times_in_ten(cache: Cache, asked_by: str, language: str) -> None:
    wrong, asked = missed(cache, HERE / f"{asked_by}{language}.txt", language)
    assert asked > 50
    assert 1 - len(wrong) / asked >= LEAST_TOLD, f"{len(wrong)} of {asked}"


@pytest.mark.parametrize("language", ["zh", "en", "ja"])
def test_situations_told_without_the_words_of_the_guides_are_found_four_times_in_five(
    cache: Cache, language: str
) -> None:
    wrong, asked = missed(cache, HERE / f"roundabout-held.{language}.txt", language)
    assert asked > 30
    assert 1 - len(wrong) / asked >= LEAST_ROUNDABOUT, f"{len(wrong)} of {asked}"


@pytest.mark.parametrize("language", ["zh", "en", "ja"])
def test_what_was_asked_before_is_found_again(cache: Cache, language: str) -> None:
    asked = tomllib.loads((data.shipped("scripts/search") / f"asked.{language}.toml").read_text("utf-8"))["asked"]
    found = [
        not set(ids.split(",")).isdisjoint(hit.id for hit in search(cache, typed, language)[:3])
        for ids, questions in asked.items()
        for typed in questions[::FEW]
    ]
    assert len(found) > 150 and sum(found) / len(found) >= 0.98


def test_every_question_asked_before_leads_to_a_guide(cache: Cache) -> None:
    known = {id for (id,) in cache.connection.execute("SELECT id FROM row")}
    guides = {guide for one in lexicon.shipped().learned.speaks.values() for guide, _ in one}
    assert len(guides) > 30 and guides <= {id.removeprefix("blueprint:") for id in known}


@pytest.mark.parametrize("language", ["zh", "en", "ja"])
def test_without_what_was_asked_before_fewer_situations_would_be_found(
    cache: Cache, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    file = HERE / f"told-held.{language}.txt"
    wrong = len(missed(cache, file, language)[0])
    without = msgspec.structs.replace(lexicon.shipped(), learned=NOTHING_LEARNED)
    monkeypatch.setattr(lexicon, "shipped", lambda: without)
    wrong_without = len(missed(cache, file, language)[0])
    assert wrong_without > wrong


def test_every_saying_leads_to_a_guide(cache: Cache) -> None:
    from agent_tui.store import index

    guides = [entry for n in range(1, 200) if (entry := index.entry(cache, n)) is not None]
    called = "\n".join(guide.named for guide in guides)
    lost = [means for means in lexicon.shipped().sayings.meanings if not any(name in called for name in means)]
    assert guides and not lost, lost


@pytest.mark.parametrize(
    "typed",
    ["火锅店推荐", "红烧肉怎么做", "北京明天下雨吗", "weather", "football", "asdfgh", "明日の天気"],
)
def test_what_no_guide_is_about_finds_nothing(cache: Cache, typed: str) -> None:
    assert search(cache, typed) == ()


@pytest.mark.parametrize(
    ("typed", "id", "how"),
    [("卦失", "card_loss", "sound"), ("gua失", "card_loss", "sound"), ("jiqimeizhi", "pos_terminal", "sound"),
     ("卡不晓得掉哪了", "card_loss", "same"), ("gsjh", "contact_data", "initials")],
)  # fmt: skip
def test_input_methods_and_speech_are_recognised_and_said(cache: Cache, typed: str, id: str, how: str) -> None:
    first = next(hit for hit in search(cache, typed)[:3] if hit.id == id)
    assert any(reason.how == how for reason in first.reasons), first.reasons


def test_one_syllable_beside_characters_says_nothing_by_itself(cache: Cache) -> None:
    """Some character of every guide is said `shi`."""
    assert "pos_terminal" in [hit.id for hit in search(cache, "交易超shi")[:3]]
    assert not any(reason.how == "sound" for hit in search(cache, "交易超shi") for reason in hit.reasons)


def test_without_the_reviewed_words_the_right_answer_would_be_missed(
    cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lexicon, "shipped", Lexicon)
    wrong, asked = missed(cache, HERE / "ja.txt", "ja")
    assert 1 - len(wrong) / asked < LEAST_FOUND


@pytest.mark.parametrize(
    ("typed", "how", "marked"),
    [
        ("挂失", "written", "挂失"),
        ("掛失", "written", "挂失"),
        ("gua shi", "sound", "挂失"),
        ("gs", "initials", "挂失"),
        ("ｐｏｓ", "written", "POS"),
        ("口挂", "same", "挂失"),
    ],
)
def test_the_reason_says_what_matched_and_where(cache: Cache, typed: str, how: str, marked: str) -> None:
    reasons = search(cache, typed)[0].reasons
    assert any(r.how == how and r.text[r.start : r.end] == marked for r in reasons), reasons


def test_a_typing_error_is_forgiven_and_said(cache: Cache) -> None:
    first = search(cache, "dispuet", "en")[0]
    assert first.id == "dispute" and first.reasons[0].how == "typo"


def test_what_fits_the_contact_comes_first(cache: Cache) -> None:
    from agent_tui.domain.contact import Contact
    from agent_tui.store.write import put_rows
    from tests import eg

    contact: Contact = eg.contact("k-fee", category="annual_fee")
    put_rows(cache, [contact])
    assert search(cache, "手续费", contact_id="k-fee")[0].id in ("annual-fee", "fee_waiver", "cancel-card")


def test_nothing_typed_and_nonsense_find_nothing(cache: Cache) -> None:
    for typed in ("", "  ", "。。", "qqqqqqqq", '"" *', "%_'\\", "\x00\x1b[31m"):
        assert search(cache, typed) == (), typed
