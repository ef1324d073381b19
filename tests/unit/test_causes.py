"""What the readers of JSON, TOML and rules really say is said in every language, with the place it names."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import cedarpy
import msgspec
import pytest

from agent_tui.i18n.catalog import LANGUAGES, say

ENGLISH = (
    "Expected",
    "expected",
    "Invalid",
    "Object",
    "malformed",
    "policy `",
    "Cannot",
    "unrecognized",
    "unexpected",
)


class Given(msgspec.Struct, forbid_unknown_fields=True):
    a: Annotated[int, msgspec.Meta(ge=0, le=5)]
    b: Annotated[str, msgspec.Meta(max_length=3, pattern="x")] = "x"
    c: tuple[int, ...] = ()


def from_json(text: str) -> str:
    with pytest.raises(msgspec.DecodeError) as told:
        msgspec.json.decode(text, type=Given)
    return str(told.value)


def from_toml(text: str) -> str:
    with pytest.raises(tomllib.TOMLDecodeError) as told:
        tomllib.loads(text)
    return str(told.value)


def from_rules(text: str) -> str:
    try:
        cedarpy.policies_to_json_str(text)
    except ValueError as error:
        return str(error)
    schema = Path(__file__).parents[2] / "scripts/policy/schema.cedarschema"
    return str(cedarpy.validate_policies(text, schema.read_text(encoding="utf-8")).errors[0].error)


JSON = (
    '{"a":9}', '{"a":-1}', '{"a":"x"}', '{"a":null}', "{}", '{"a":1,"z":2}', '{"a":1,"b":"abcd"}', '{"a":1,"b":"y"}',
    '{"a":1,"c":["x"]}', '{"a"', '{"a":}', "[1]",
)  # fmt: skip
TOML = ("a = ", "a b", "a = 1\na = 2", "[x", 'a = "x', 'a = "\x01"', "[a]\n[a]", "a = 1 2")
FEE = 'forbid (principal, action == Action::"waive_fee", resource) '
RULES = (
    "permit (principal, action, resource", "permit principal;", FEE + "when { context.foo > 1 };",
    FEE + "when { principal.foo > 1 };", FEE + 'when { principal.level == "x" };',
    'forbid (principal, action == Action::"waive_fees", resource);', "forbid (principal is Agnt, action, resource);",
)  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("source", "text"),
    [*((from_json, t) for t in JSON), *((from_toml, t) for t in TOML), *((from_rules, t) for t in RULES)],
)
def test_no_english_of_a_reader_stands_in_a_sentence(source: Callable[[str], str], text: str, language: str) -> None:
    said = say("policy.not_cedar", language, file="f", reason=source(text))
    assert not [word for word in ENGLISH if word in said], said
    assert "error." not in said and "{" not in said and "`" not in said


def test_the_place_is_kept() -> None:
    assert "a: it may be 5 at most" in say("policy.not_cedar", "en", file="f", reason=from_json('{"a":9}'))
    assert "c[0]" in say("policy.not_cedar", "zh", file="f", reason=from_json('{"a":1,"c":["x"]}'))
    assert "第 2 行第 3 列" in say("policy.not_cedar", "zh", file="f", reason=from_toml("[a]\n[a]"))


@pytest.mark.parametrize("text", ["客户要求", "a reason in somebody's words", "", "Expected more of you"])
def test_other_words_stay_as_they_are(text: str) -> None:
    assert say("policy.not_cedar", "en", file="f", reason=text).endswith(f"{text}.")
