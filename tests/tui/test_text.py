"""User text is shown as text: nothing in it acts on the terminal, is parsed, or breaks the grid."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from agent_tui.tui import text

BOMBS = (
    "[/x]",
    "[@click=app.quit]x[/]",
    "\x1b]0;pwned\x07\x1b[2J",
    "\x9b31m",
    "\u202eabc\u202c\u200f",
    "a\u200bb\u200d\ufeffc",
    "王" * 10_000,
    "x" * 10_000,
    "\U000e0041tag",
    "line\r\nline\rline",
)
anything = st.text(max_size=300) | st.sampled_from(BOMBS)


@given(anything)
def test_nothing_that_a_terminal_acts_on_is_left(value: str) -> None:
    left = text.clean(value)
    assert not [c for c in left if c != "\n" and unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")]
    assert text.clean(left) == left


@given(anything)
def test_literal_is_the_text_and_carries_no_style(value: str) -> None:
    content = text.literal(value)
    assert content.plain == text.clean(value)
    assert not content.spans


@given(anything, st.integers(0, 120))
def test_fit_is_exactly_as_wide_as_asked(value: str, cells: int) -> None:
    for align in ("left", "right"):
        assert cell_len(text.fit(text.one_line(value), cells, align)) == cells


@given(anything, st.integers(2, 100))
def test_folding_keeps_every_character_but_white_space(value: str, cells: int) -> None:
    lines = text.fold_cjk(value, cells)
    assert all(cell_len(line) <= cells for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.clean(value).split())


@given(st.text(alphabet="银行卡号，。、「」（）张三abc12", max_size=200), st.integers(8, 40))
def test_no_line_begins_with_a_closing_mark_where_a_break_was_possible(value: str, cells: int) -> None:
    lines = text.fold_cjk(value, cells)
    for before, after in pairwise(lines):
        if after and after[0] in text.NOT_AT_START:
            # Only when the whole line before offers no place to break.
            assert not any(text._may_break(a, b) for a, b in pairwise(before))


def test_chinese_after_an_english_word_stays_on_its_line() -> None:
    assert text.fold_cjk("POS 机无法连接，请先检查网线。", 16) == ["POS 机无法连接，", "请先检查网线。"]


def test_full_stop_does_not_start_a_line() -> None:
    assert text.fold_cjk("请出示身份证。", 12)[1][0] != "。"


@pytest.mark.parametrize("bomb", BOMBS)
def test_one_line_is_one_line(bomb: str) -> None:
    assert "\n" not in text.one_line(bomb)
