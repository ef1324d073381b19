"""A ticket is found however a person puts it: in another order, by sound, mistyped, divided; and while they are typing."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent_tui.desk import lexicon
from agent_tui.search.lexicon import Lexicon
from agent_tui.store import find_tickets, index
from agent_tui.store.cache import Cache
from agent_tui.store.open import open_cache
from agent_tui.store.write import put_rows
from tests import eg
from tests.golden.shelf import search

TITLES = {
    "settle": ("结算未到账", "终端 T0012345 已核对"),
    "paper": ("POS机打印卡纸", "订单号 OR-1037-771037 待核实"),
    "secure": ("3DS验证失败", ""),
    "eaten": ("信用卡被ATM吞了", ""),
    "rude": ("投诉:坐席态度差", "terminal T-0077001"),
    "wifi": ("Wi-Fi terminal offline", ""),
    "refund": ("Refund not received from merchant", ""),
    "lounge": ("Lounge access refused at Heathrow", ""),
    "server": ("サーバーエラー", ""),
    "login": ("アプリにログインできない", ""),
    "change": ("手机号变更失败", "参考号 88112233"),
}
NUMBER = "260302-0001-3"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cache]:
    """Some tickets, and no guide."""
    opened = open_cache(tmp_path_factory.mktemp("tickets") / "cache.db", b"k" * 32)
    rows = [
        eg.ticket(id, title=title, text=text, number=NUMBER if id == "settle" else f"260301-00{n:02}-0")
        for n, (id, (title, text)) in enumerate(TITLES.items(), 10)
    ]
    put_rows(opened, rows)
    while index.step(opened, 1.0):
        pass
    yield opened
    opened.close()


def found(desk: Cache, typed: str, language: str = "zh") -> list[str]:
    return [hit.id for hit in search(desk, typed, language)]


def test_by_the_sound_of_words_that_no_list_knows(desk: Cache) -> None:
    for typed in ("yanzhengshibai", "yan zheng shi bai", "yanzheng", "yanz", "yzsb", "yzs", "biangengshibai"):
        assert {"secure", "change"} & set(found(desk, typed)), typed
    assert found(desk, "apuri") == ["login"]


@pytest.mark.parametrize("typed", ["态度zuoxi", "zuoxi态度", "坐席 taidu", "坐席 tai du", "坐席 tai", "坐席 t"])
def test_half_in_characters_and_half_by_sound(desk: Cache, typed: str) -> None:
    assert found(desk, typed) == ["rude"]


@pytest.mark.parametrize(("typed", "id"), [("卡纸打印", "paper"), ("失败验证", "secure"), ("态度坐席", "rude")])
def test_words_run_together_in_another_order(desk: Cache, typed: str, id: str) -> None:
    assert id in found(desk, typed)


def test_with_a_character_of_the_same_sound(desk: Cache) -> None:
    assert found(desk, "坐席太度") == ["rude"] and found(desk, "做席态度") == ["rude"]


@pytest.mark.parametrize("typed", ["サーバエラー", "サーバエラ", "ｻｰﾊﾞｰｴﾗｰ", "さーばー えらー"])
def test_with_or_without_the_mark_of_a_long_vowel(desk: Cache, typed: str) -> None:
    assert found(desk, typed, "ja") == ["server"]


@pytest.mark.parametrize(
    ("typed", "id"),
    [("refnud", "refund"), ("recieved ", "refund"), ("mercant refund", "refund"), ("hethrow", "lounge"),
     ("loungeaccess", "lounge"), ("wifi", "wifi"), ("wi-fi offline", "wifi"), ("wi fi", "wifi"), ("offlne", "wifi")],
)  # fmt: skip
def test_mistyped_run_together_and_divided(desk: Cache, typed: str, id: str) -> None:
    assert found(desk, typed, "en") == [id]


@pytest.mark.parametrize("typed", ["3DS", "3ds", "ATM", "吞了", "ＡＴＭ吞了"])
def test_a_short_word_by_itself(desk: Cache, typed: str) -> None:
    assert found(desk, typed)[:1] in (["secure"], ["eaten"])


@pytest.mark.parametrize(
    ("typed", "id"),
    [("260302 0001 3", "settle"), ("No.260302-0001-3", "settle"), ("工单260302-0001-3进度", "settle"), ("260302/0001/3", "settle"),
     ("ticket#260302-0001-3", "settle"), ("２６０３０２－０００１－３", "settle"), ("T001 2345", "settle"), ("t-0012345", "settle"),
     ("OR1037771037", "paper"), ("OR-1037", "paper"), ("1037-77", "paper"), ("order or 1037 771037", "paper"),
     ("T0077001", "rude"), ("0077001", "rude"), ("参考号88112233", "change")],
)  # fmt: skip
def test_numbers_however_they_are_divided(desk: Cache, typed: str, id: str) -> None:
    assert found(desk, typed)[:1] == [id]


def test_a_word_that_no_ticket_holds_takes_nothing_away(desk: Cache) -> None:
    assert found(desk, "坐席态度 大阪府") == ["rude"] and found(desk, "大阪府 神户市") == []
    assert "refund" not in found(desk, "refund offline", "en"), "what some hold is asked for"


@st.composite
def _typing(draw: st.DrawFn) -> tuple[str, str]:
    """(a ticket, two of its words in any order)."""
    words = {
        "settle": ("结算", "到账"),
        "rude": ("坐席", "态度", "投诉"),
        "refund": ("refund", "received", "merchant"),
    }
    id = draw(st.sampled_from(sorted(words)))
    one, other = draw(st.permutations(words[id]))[:2]
    return id, f"{one}{draw(st.sampled_from([' ', ', ', ' / ']))}{other}"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(_typing())
def test_beginning_a_second_word_takes_no_hit_away(desk: Cache, typing: tuple[str, str]) -> None:
    id, typed = typing
    first = next(at for at, char in enumerate(typed) if not char.isalnum())
    assert all(id in found(desk, typed[:end]) for end in range(first, len(typed) + 1))


@pytest.mark.parametrize("id", sorted(TITLES))
def test_its_whole_title_finds_it_among_the_first_three(desk: Cache, id: str) -> None:
    assert id in found(desk, TITLES[id][0])[:1]


def test_without_the_looser_ways_none_of_these_would_be_found(desk: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(find_tickets, "_loosely", lambda *_, **__: [])
    monkeypatch.setattr(find_tickets, "_whole", lambda *_, **__: iter(()))
    for typed in ("yzsb", "态度zuoxi", "失败验证", "坐席太度", "refnud", "坐席态度 大阪府"):
        assert found(desk, typed) == [], typed


def test_among_a_million_what_means_reading_every_beginning_is_left_out(
    desk: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert found(desk, "tai") == ["rude"] and found(desk, "hethrow", "en") == ["lounge"]
    monkeypatch.setattr(find_tickets, "MOST_ROWS", 1)
    assert found(desk, "tai") == [] and found(desk, "hethrow", "en") == []
    assert found(desk, "yanzheng") == ["secure"]


def test_no_word_of_a_list_is_needed(desk: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    bare = msgspec.structs.replace(Lexicon(), names=frozenset())
    monkeypatch.setattr(lexicon, "shipped", lambda: bare)
    for id, (title, _) in TITLES.items():
        assert found(desk, title)[:1] == [id]
