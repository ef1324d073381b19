"""Card numbers and secrets never get through, and nothing else is touched."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_tui.domain.scrub import luhn, scrub

FULL_WIDTH = {ord(str(n)): chr(0xFF10 + n) for n in range(10)}


def with_check_digit(digits: str) -> str:
    return next(digits + str(n) for n in range(10) if luhn(digits + str(n)))


CARDS = st.text("0123456789", min_size=12, max_size=18).map(with_check_digit)


@pytest.mark.parametrize(
    ("text", "kept", "found"),
    [
        ("卡 4111 1111 1111 1111", "卡 ████ ████ ████ ████", ("card_number",)),
        ("4111-1111-1111-1111 123", "████-████-████-████ 123", ("card_number",)),
        ("４１１１１１１１１１１１１１１１", "█" * 16, ("card_number",)),
        ("4111\u200b111111111111", "████\u200b████████████", ("card_number",)),
        ("CVV2: 123", "CVV2: ███", ("security_code",)),
        ("cvc 0099", "cvc ████", ("security_code",)),
        ("安全码后三位是 456", "安全码后三位是 ███", ("security_code",)),
        ("密码是１２３４５６", "密码是██████", ("secret",)),
        ("my PIN is 1 2 3 4", "my PIN is █ █ █ █", ("secret",)),
        ("口令：8888", "口令：████", ("secret",)),
        ("暗証番号は1234です", "暗証番号は████です", ("secret",)),
        ("パスワード「9876」", "パスワード「████」", ("secret",)),
        ("密码123456 卡4111111111111111", "密码██████ 卡████████████████", ("card_number", "secret")),
    ],
)
def test_what_is_blacked_out(text: str, kept: str, found: tuple[str, ...]) -> None:
    scrubbed = scrub(text)
    assert scrubbed.text == kept
    assert scrubbed.found == found


@pytest.mark.parametrize(
    "text",
    [
        "工单 260302-0001-7",
        "13812345678",
        "密码输错3次",
        "shipping 12345",
        "4111 1111 1111 1112",
        "金额 1,200.00",
        "尾号 1234",
        "2026-03-02 10:00",
        "",
    ],
)
def test_what_stays(text: str) -> None:
    assert scrub(text).text == text
    assert scrub(text).found == ()


@given(CARDS, st.sampled_from(["", " ", "-", " - ", "\u3000", "."]), st.booleans())
def test_every_card_number_is_found_however_it_is_typed(card: str, gap: str, wide: bool) -> None:
    typed = gap.join(card[at : at + 4] for at in range(0, len(card), 4))
    scrubbed = scrub(f"号{typed.translate(FULL_WIDTH) if wide else typed}。")
    assert not any(ch.isdigit() for ch in scrubbed.text)
    assert scrubbed.found == ("card_number",)


@given(
    st.sampled_from(
        ["CVV", "cvv2", "CVC", "安全码", "密码", "PIN", "pin", "口令", "暗証番号", "パスワード", "password"]
    ),
    st.sampled_from(["", " ", ":", "：", " is ", "是", "は", " = "]),
    st.text("0123456789", min_size=3, max_size=8),
)
def test_every_secret_after_its_word_is_found(word: str, gap: str, digits: str) -> None:
    scrubbed = scrub(f"x {word}{gap or ' '}{digits} y")
    assert digits not in scrubbed.text
    assert scrubbed.found


@given(st.text(st.characters(codec="utf-8") | st.sampled_from("0123456789 -密码cvvpin"), max_size=80))
def test_scrubbing_twice_is_scrubbing_once(text: str) -> None:
    once = scrub(text)
    assert scrub(once.text).text == once.text
    assert scrub(once.text).found == ()


@given(st.text())
def test_only_digits_change(text: str) -> None:
    scrubbed = scrub(text).text
    assert len(scrubbed) == len(text)
    assert all(new == old or new == "█" for new, old in zip(scrubbed, text, strict=True))
