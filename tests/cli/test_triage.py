"""`agent-tui triage`: exit codes, one sentence for what is wrong, JSON for programs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Cli

ROWS = [(f"{word} {n}", word) for word in ("alpha", "beta", "gamma") for n in "abcdef"]


@pytest.fixture
def table(tmp_path: Path) -> str:
    file = tmp_path / "texts.csv"
    file.write_text("text,category\n" + "".join(f"{text},{category}\n" for text, category in ROWS), "utf-8")
    return str(file)


def test_a_model_is_learned_and_judged(cli: Cli, table: str, tmp_path: Path) -> None:
    out = str(tmp_path / "m.npz")
    trained = cli("triage", "train", table, "--only-files", "--out", out, "--format", "json")
    assert (trained.code, json.loads(trained.out)["samples"]) == (0, len(ROWS))
    for how in (("--model", out), ("--folds", "3")):
        told = cli("triage", "eval", table, *how, "--format", "json")
        assert (told.code, json.loads(told.out)["accuracy"]["value"]) == (0, 1.0)


@pytest.mark.parametrize("language", ["en", "zh", "ja"])
def test_the_report_is_said_in_the_readers_language(cli: Cli, table: str, language: str) -> None:
    told = cli("triage", "eval", table, "--folds", "2", "--language", language)
    assert told.code == 0
    assert "100.00%" in told.out


def test_the_centres_own_words_are_learned(cli: Cli, tmp_path: Path) -> None:
    told = cli("triage", "train", "--out", str(tmp_path / "m.npz"), "--format", "json")
    found = json.loads(told.out)
    assert (told.code, found["categories"]) == (0, 30)
    assert min(found[f"samples_{language}"] for language in ("zh", "en", "ja")) > 100


@pytest.mark.parametrize(
    ("argv", "code", "said"),
    [
        (("eval", "/nowhere.csv"), 65, "/nowhere.csv"),
        (("eval", "{table}", "--folds", "1"), 2, "--folds"),
        (("eval", "{table}", "--model", "{table}"), 65, "no triage model"),
        (("eval", "{table}", "--sentences", "/nowhere"), 69, "/nowhere"),
        (("train", "--only-files", "--out", "x"), 2, "nothing to learn"),
        (("train", "{table}", "--out", "x", "--database", "/nowhere.db"), 65, "/nowhere.db"),
        (("train", "{table}", "--out", "x", "--demo"), 65, "demo"),
        (("corrections", "--database", "/nowhere.db"), 65, "/nowhere.db"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(
    cli: Cli, table: str, argv: tuple[str, ...], code: int, said: str
) -> None:
    told = cli("triage", *(text.replace("{table}", table) for text in argv))
    assert told.code == code
    assert said in told.err
    assert len(told.err.strip().splitlines()) == 1


def test_without_the_extra_it_says_what_to_install(cli: Cli, table: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "sklearn.svm", None)
    told = cli("triage", "eval", table)
    assert (told.code, "pip install 'agent-tui[triage]'" in told.err) == (69, True)
