"""How personal data is masked; the one home of it. Total: any text in, at most what is said here out.

Each mask may be masked again and stays the same, so a row that was masked once may pass here twice. Lengths are not told
beyond four characters.
"""

from __future__ import annotations

import re
import unicodedata

from agent_tui.domain.contact import Channel
from agent_tui.domain.text import digits_of, fold

DOT = "•"
HIDDEN = DOT * 4

_COMPOUND = (
    "欧阳太史端木上官司马东方独孤南宫万俟闻人夏侯诸葛尉迟公羊赫连澹台皇甫宗政濮阳公冶太叔申屠公孙慕容仲孙钟离长孙宇文司徒鲜于司空令狐百里呼延"
    "东郭南门轩辕西门歐陽司馬東方獨孤南宮聞人諸葛尉遲赫連澹臺濮陽公孫仲孫鍾離長孫鮮于東郭南門軒轅西門"
)
COMPOUND_SURNAMES = frozenset(_COMPOUND[at : at + 2] for at in range(0, len(_COMPOUND), 2))
"""Surnames of two characters (百家姓 and their traditional forms)."""

_COUNTRY_CODES = (
    "852",
    "853",
    "886",
    "1",
    "7",
    "81",
    "82",
    "86",
    "33",
    "44",
    "49",
    "60",
    "61",
    "62",
    "65",
    "66",
    "84",
)
_PHONE = re.compile(rf"(?:\+\d{{1,3}} ?)?\d{{0,3}}{HIDDEN}(?:\d{{4}})?")
_EMAIL = re.compile(rf"\w?{DOT}{{2}}@([a-z0-9-]+(?:\.[a-z0-9-]+)+|{DOT}{{2}})")
_DOMAIN = re.compile(r"[a-z0-9-]{1,30}(?:\.[a-z0-9-]{1,20}){1,4}")
_CARD = re.compile(rf"{HIDDEN}(?: \d{{4}})?")
_ID = re.compile(rf"{HIDDEN}(?:[0-9A-Z]{{4}})?")
_HAN = "[\u4e00-\u9fffぁ-ゖァ-ヺー々]"
_DISTRICT = re.compile(
    f"(?:(?:北京|上海|天津|重庆|重慶)市?|東京都|北海道|(?:京都|大阪)府|{_HAN}{{2,3}}県"
    f"|(?:{_HAN}{{2,6}}?(?:省|自治区|自治區|特别行政区))?(?:{_HAN}{{2,6}}?(?:市|自治州|地区|盟))?)"
    f"(?:{_HAN}{{1,5}}?市)?(?:{_HAN}{{1,5}}?(?<![小社园園校厂廠景])(?:区|區|县|縣|旗|郡))?"
)


def _far_east(ch: str) -> bool:
    return unicodedata.name(ch, "").startswith(("CJK", "HIRAGANA", "KATAKANA", "HANGUL"))


def _dots(count: int) -> str:
    return DOT * max(1, min(count, 4))


def _word(word: str) -> str:
    if word.strip(DOT) == "" and len(word) <= 4:
        return word
    return (word[0] if word[0].isalpha() else DOT) + _dots(len(word) - 1)


def _far_east_name(words: list[str]) -> str:
    first = words[0]
    if len(words) > 1 and len(first) <= 3 and first.isalpha():
        # A space parts family name from given name in Japanese.
        return f"{first} {_dots(len(words[1]))}"
    if len(first) == 1:
        return DOT
    kept = 2 if first[:2] in COMPOUND_SURNAMES and len(first) > 2 else 1
    shown = first[:kept] if first[:kept].isalpha() else DOT
    return shown + _dots(len(first) - kept)


def mask_name(text: str) -> str:
    """`张伟` → `张•`, `欧阳娜娜` → `欧阳••`, `佐藤 健` → `佐藤 •`, `John Smith` → `J••• S••••`.

    Shown at most: a family name of up to three characters where it stands apart, else its first character or the
    compound surname; of Latin names the initials of the first four words.
    """
    clean = "".join(
        ch for ch in unicodedata.normalize("NFC", text) if unicodedata.category(ch)[0] != "C" or ch == "\t"
    )
    words = clean.split()
    if not words:
        return ""
    if any(_far_east(ch) for ch in words[0][:20]):
        return _far_east_name(words)
    return " ".join(_word(word) for word in words[:4])


def mask_phone(text: str) -> str:
    """`13812345678` → `138••••5678`, `+819012345678` → `+81••••5678`, a fixed line → `••••5678`.

    At least four digits are always hidden; fewer than eight digits are hidden altogether.
    """
    plain = fold(text).strip()
    if not plain or _PHONE.fullmatch(plain):
        return plain
    digits = digits_of(plain)
    if plain.startswith("+") and len(digits) >= 10:
        code = next((c for c in _COUNTRY_CODES if digits.startswith(c)), "")
        return f"+{code}{HIDDEN}{digits[-4:]}" if code else HIDDEN + digits[-4:]
    if len(digits) == 11 and digits.startswith(("1", "070", "080", "090")):
        return digits[:3] + HIDDEN + digits[-4:]
    return HIDDEN + (digits[-4:] if len(digits) >= 8 else "")


def mask_id_number(text: str) -> str:
    """The last four: `••••123X`; fewer than eight characters are hidden altogether."""
    plain = fold(text).strip().upper()
    if not plain or _ID.fullmatch(plain):
        return plain
    kept = "".join(ch for ch in plain if ch.isascii() and ch.isalnum())
    return HIDDEN + (kept[-4:] if len(kept) >= 8 else "")


def mask_email(text: str) -> str:
    """`david@126.com` → `d••@126.com`; what is no address is hidden altogether."""
    plain = fold(text).strip().lower()
    if not plain or _EMAIL.fullmatch(plain) or plain == HIDDEN:
        return plain
    local, at, domain = plain.rpartition("@")
    if not at:
        return HIDDEN
    first = local[0] if len(local) > 1 and local[0].isascii() and local[0].isalpha() else ""
    return f"{first}{DOT}{DOT}@{domain if _DOMAIN.fullmatch(domain) else DOT * 2}"


def mask_address(text: str) -> str:
    """To the district: `浙江省杭州市西湖区文三路1号` → `浙江省杭州市西湖区••••`; what names none is hidden altogether."""
    plain = fold(text).strip()
    if not plain:
        return ""
    known = _DISTRICT.match(plain)
    return (known.group() if known else "") + HIDDEN


def mask_card(text: str) -> str:
    """The last four: `•••• 1234`; fewer than eight digits are hidden altogether."""
    plain = fold(text).strip()
    if not plain or _CARD.fullmatch(plain):
        return plain
    digits = digits_of(plain)
    return f"{HIDDEN} {digits[-4:]}" if len(digits) >= 8 else HIDDEN


def mask_caller(channel: Channel, text: str) -> str:
    """What a channel showed of the caller. A terminal's number is not personal and stands in full."""
    if channel is Channel.ALARM:
        return "".join(ch for ch in text if ch.isprintable())[:40]
    if channel is Channel.EMAIL or "@" in text:
        return mask_email(text)
    return mask_phone(text)
