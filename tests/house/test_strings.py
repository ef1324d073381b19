"""Three languages say the same things, and no text for people stands in code."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from agent_tui.i18n import catalog
from tests.house.source import PROGRAM, modules, name, parsed

HAN = re.compile(r"[぀-ヿ㐀-鿿]")
KEY = re.compile(r"^[a-z_]+(\.[a-z0-9_]+)+$")


def differences(english: dict[str, str], other: dict[str, str], language: str) -> list[str]:
    """Where `other` is not the same schema as English."""
    found = [f"{language}: '{key}' is missing" for key in sorted(english.keys() - other.keys())]
    found += [f"{language}: '{key}' is not in English" for key in sorted(other.keys() - english.keys())]
    for key in sorted(english.keys() & other.keys()):
        want, have = catalog.placeholders(english[key]), catalog.placeholders(other[key])
        if want != have:
            found.append(f"{language}: '{key}' has placeholders {sorted(have)}, English has {sorted(want)}")
        if not other[key].strip():
            found.append(f"{language}: '{key}' is empty")
    return found


@pytest.mark.parametrize("language", ["zh", "ja"])
def test_every_language_says_everything(language: str) -> None:
    assert not differences(catalog.texts("en"), catalog.texts(language), language)


def test_english_holds_no_chinese_and_chinese_is_chinese() -> None:
    strays = [
        key for key, text in catalog.texts("en").items() if HAN.search(text) and not key.startswith("tui.language")
    ]
    assert not strays


def used_keys(text: str) -> set[str]:
    """Message keys given as literals to `msg`, `say`, `Msg`, `Refusal(key=…)` or an error of ours."""
    found = set()
    for node in ast.walk(parsed(text)):
        if not isinstance(node, ast.Call):
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        first = node.args[0] if node.args else None
        candidates = [k.value for k in node.keywords if k.arg == "key"]
        if (
            called in {"msg", "say", "Msg", "Refused", "tr"}
            or called.endswith(("Error", "Error_"))
            or called in ERRORS
        ):
            candidates.append(first) if first is not None else None
        found |= {c.value for c in candidates if isinstance(c, ast.Constant) and isinstance(c.value, str)}
    return {key for key in found if KEY.match(key)}


ERRORS = {"PortBusy", "TerminalUnfit", "NewerDatabase", "StoreLocked", "DiskFull", "Corrupt", "Offline", "BadAnswer"}


def test_every_key_used_in_code_exists() -> None:
    known = catalog.texts("en")
    areas = {key.split(".")[0] for key in known}
    missing = {
        f"{name(path)}: {key}"
        for path in modules()
        for key in used_keys(path.read_text())
        if key not in known and key.split(".")[0] in areas
    }
    assert not missing


def literal_text(path: Path, text: str) -> list[str]:
    """Chinese or Japanese text in string constants of a module that shows things to people; docstrings are not shown."""
    tree = parsed(text)
    doc = {
        id(body[0].value)
        for node in ast.walk(tree)
        if isinstance(body := getattr(node, "body", None), list)
        and body
        and isinstance(body[0], ast.Expr)
        and isinstance(body[0].value, ast.Constant)
    }
    loose = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr) and isinstance(n.value, ast.Constant)}
    return [
        f"{name(path)}:{node.lineno}: {node.value!r}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in doc | loose
        and HAN.search(node.value)
        and len(HAN.findall(node.value)) > 1
    ]


NOT_TEXT = {"agent_tui/tui/text.py": "characters that may not begin or end a line"}
"""Modules whose Chinese or Japanese characters are data and no text for people."""

SPEAKING = [p for p in modules() if p.is_relative_to(PROGRAM / "tui") or p.is_relative_to(PROGRAM / "cli")]
SPEAKING = [p for p in SPEAKING if name(p) not in NOT_TEXT]


@pytest.mark.parametrize("path", SPEAKING, ids=name)
def test_no_text_for_people_stands_in_code(path: Path) -> None:
    assert not literal_text(path, path.read_text())


def test_a_planted_missing_japanese_string_is_found() -> None:
    english = dict(catalog.texts("en"))
    japanese = dict(catalog.texts("ja"))
    gone = sorted(japanese)[0]
    del japanese[gone]
    assert differences(english, japanese, "ja") == [f"ja: '{gone}' is missing"]


def test_a_planted_wrong_placeholder_is_found() -> None:
    assert differences({"a.b": "{n} left"}, {"a.b": "残り{m}"}, "ja") == [
        "ja: 'a.b' has placeholders ['m'], English has ['n']"
    ]


def test_planted_chinese_in_code_is_found() -> None:
    assert literal_text(Path("planted.py"), 'x = "客户"') == ["planted.py:1: '客户'"]


OURS = r"[\u3040-\u30ff\u3400-\u9fff“”「」（）]"
CODE = re.compile(r"`[^`]*`|=delay:|ed25519:|link:|\{column\}:|SHA-256\([^)]*\)")
"""What is typed or read by programs as it stands."""
LATIN_MARKS = re.compile(rf"(?<={OURS})[,;:?()]|[,;:?()](?={OURS})")
"""A comma, colon, bracket or the like of Latin script beside Chinese or Japanese words. The exclamation mark is not among
them: on the desk it is a sign."""


def latin_marks(text: str) -> list[str]:
    return LATIN_MARKS.findall(CODE.sub("", text))


@pytest.mark.parametrize("language", ["zh", "ja"])
def test_chinese_and_japanese_sentences_have_their_own_punctuation(language: str) -> None:
    wrong = {key: text for key, text in catalog.texts(language).items() if latin_marks(text)}
    assert not wrong


@pytest.mark.parametrize(
    "planted", ["客户,您好", "按半小时(当地),未满", "呼损率 {value}%,接近上限", "您好:", "导出(CSV)"]
)
def test_planted_latin_punctuation_is_found(planted: str) -> None:
    assert latin_marks(planted)
