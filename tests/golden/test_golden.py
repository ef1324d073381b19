"""Golden questions, as agents type them: the right answer is among the first three in 95 of 100, in each language."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from agent_tui.desk import lexicon
from agent_tui.search.lexicon import Lexicon
from agent_tui.store.cache import Cache
from agent_tui.store.open import open_cache
from tests.golden.shelf import fill, missed, search

HERE = Path(__file__).parent
LEAST_ASKED, LEAST_FOUND = 150, 0.95


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cache]:
    opened = open_cache(tmp_path_factory.mktemp("shelf") / "cache.db", b"k" * 32)
    fill(opened)
    yield opened
    opened.close()


@pytest.mark.parametrize("language", ["zh", "en", "ja"])
@pytest.mark.parametrize("asked_by", ["", "strangers."])
def test_the_right_answer_is_among_the_first_three(cache: Cache, asked_by: str, language: str) -> None:
    wrong, asked = missed(cache, HERE / f"{asked_by}{language}.txt", language)
    assert asked >= LEAST_ASKED
    assert 1 - len(wrong) / asked >= LEAST_FOUND, "\n".join(wrong)


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
