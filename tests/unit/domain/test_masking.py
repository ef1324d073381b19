"""Any text in, at most what the mask allows out."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_tui.domain.contact import Channel
from agent_tui.domain.masking import (
    mask_address,
    mask_caller,
    mask_card,
    mask_email,
    mask_id_number,
    mask_name,
    mask_phone,
)
from agent_tui.domain.text import digits_of

MASKS: tuple[Callable[[str], str], ...] = (
    mask_name,
    mask_phone,
    mask_id_number,
    mask_email,
    mask_address,
    mask_card,
)
HAN = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF)


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("张伟", "张•"),
        ("张晓明", "张••"),
        ("欧阳娜娜", "欧阳••"),
        ("歐陽菲菲", "歐陽••"),
        ("欧阳", "欧•"),
        ("张", "•"),
        ("佐藤 健", "佐藤 •"),
        ("佐藤　健太", "佐藤 ••"),
        ("さとう けん", "さとう ••"),
        ("John Smith", "J••• S••••"),
        ("Ann-Marie O'Neil", "A•••• O••••"),
        ("J", "J•"),
        ("买买提·吐尔逊", "买••••"),
        ("[/x]", "••••"),
        ("", ""),
        ("   ", ""),
    ],
)
def test_names(name: str, masked: str) -> None:
    assert mask_name(name) == masked


@pytest.mark.parametrize(
    ("phone", "masked"),
    [
        ("13812345678", "138••••5678"),
        ("138 1234 5678", "138••••5678"),
        ("１３８１２３４５６７８", "138••••5678"),
        ("+81 90-1234-5678", "+81••••5678"),
        ("+8613812345678", "+86••••5678"),
        ("090-1234-5678", "090••••5678"),
        ("010-65551234", "••••1234"),
        ("95595", "••••"),
        ("withheld", "••••"),
        ("", ""),
    ],
)
def test_phones(phone: str, masked: str) -> None:
    assert mask_phone(phone) == masked


@pytest.mark.parametrize(
    ("address", "masked"),
    [
        ("浙江省杭州市西湖区文三路1号", "浙江省杭州市西湖区••••"),
        ("北京朝阳区建国路88号", "北京朝阳区••••"),
        ("上海市浦东新区世纪大道1号", "上海市浦东新区••••"),
        ("広東省", "広東省••••"),
        ("東京都千代田区丸の内1-1", "東京都千代田区••••"),
        ("幸福小区3号楼", "••••"),
        ("1 Main Street, Springfield", "••••"),
        ("", ""),
    ],
)
def test_addresses_to_the_district(address: str, masked: str) -> None:
    assert mask_address(address) == masked


def test_other_masks() -> None:
    assert mask_id_number("11010519491231002x") == "••••002X"
    assert mask_id_number("1234567") == "••••"
    assert mask_email("David.Li@126.com") == "d••@126.com"
    assert mask_email("d@126.com") == "••@126.com"
    assert mask_email("no address") == "••••"
    assert mask_email("a@b c.com") == "••@••"
    assert mask_card("6222 0212 3456 7890") == "•••• 7890"


def test_the_caller_is_masked_by_what_the_channel_shows() -> None:
    assert mask_caller(Channel.PHONE, "13812345678") == "138••••5678"
    assert mask_caller(Channel.EMAIL, "david@126.com") == "d••@126.com"
    assert mask_caller(Channel.ALARM, "POS-90017") == "POS-90017"


@given(st.text(max_size=60))
def test_masking_twice_is_masking_once(text: str) -> None:
    for mask in MASKS:
        assert mask(mask(text)) == mask(text)


@given(st.text())
def test_masks_are_short_and_printable(text: str) -> None:
    for mask in MASKS:
        shown = mask(text)
        assert len(shown) <= 130
        assert all(unicodedata.category(ch)[0] != "C" for ch in mask_name(text))


@given(st.text(st.characters(categories=["Nd"]), min_size=1, max_size=40))
def test_at_least_four_digits_stay_hidden(digits: str) -> None:
    for mask in (mask_phone, mask_card, mask_id_number):
        assert len(digits_of(mask(digits))) <= max(0, len(digits) - 4)
    assert not digits_of(mask_name(digits))


@given(HAN, st.text(HAN, min_size=1, max_size=8))
def test_of_a_chinese_name_only_the_surname_shows(surname: str, given_name: str) -> None:
    masked = mask_name(surname + given_name)
    shown = masked.rstrip("•")
    assert (surname + given_name).startswith(shown)
    assert len(shown) <= 2
    assert masked.endswith("•")


@given(st.text(st.sampled_from("abcdefghij"), min_size=2, max_size=12), st.text("klmnop", min_size=2, max_size=12))
def test_of_a_latin_name_only_initials_show(first: str, last: str) -> None:
    masked = mask_name(f"{first} {last}")
    assert masked.replace("•", "") == f"{first[0]} {last[0]}"


@given(st.text("abcdefgh0123456789._", min_size=1, max_size=20))
def test_of_a_mail_address_one_letter_shows(local: str) -> None:
    shown = mask_email(f"{local}@example.com").partition("@")[0]
    assert len(shown.replace("•", "")) <= 1


@given(st.text())
def test_an_address_shows_no_number(text: str) -> None:
    assert not digits_of(mask_address(text))
