"""A policy that cannot be trusted stops everything: each way to break one is planted and found, by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent_tui.domain.actions import ACTIONS
from agent_tui.errors import PolicyError
from agent_tui.i18n.catalog import LANGUAGES, say
from agent_tui.policy.ask import ask
from agent_tui.policy.load import SCHEMA, bundle, load, rule_set
from tests.unit.policy.cases import FOLDER, WHEN, facts, shipped, text, with_rules

NOTES = '@id("planted") @basis("b") @zh("z") @en("e") @ja("j") '
FORBID = 'forbid (principal, action == Action::"waive_fee", resource)'

BROKEN = {
    "policy.not_cedar": NOTES + "forbid (principal, action",
    "policy.invalid": NOTES + FORBID + " when { context.amonut > 5 };",
    "policy.twins": NOTES.replace("planted", "fee-above-L2") + FORBID + ";",
    "policy.no_id": NOTES.replace('@id("planted")', "") + FORBID + ";",
    "policy.annotation_unknown": NOTES + '@approver("3") ' + FORBID + ";",
    "policy.no_basis": NOTES.replace('@basis("b")', "") + FORBID + ";",
    "policy.no_approver": NOTES + '@outcome("cosign") ' + FORBID + ";",
    "policy.no_sentence": NOTES.replace('@ja("j")', "") + FORBID + ";",
    "policy.placeholder": NOTES.replace('"z"', '"{limits}"') + FORBID + ";",
    "policy.sentences_differ": NOTES.replace('"z"', '"{limit}"') + FORBID + ";",
    "policy.template": NOTES + 'forbid (principal == ?principal, action == Action::"waive_fee", resource);',
}


@pytest.mark.parametrize("key", BROKEN)
def test_a_planted_fault_is_found_and_named(key: str) -> None:
    with pytest.raises(PolicyError) as caught:
        load(with_rules(BROKEN[key]), WHEN)
    assert caught.value.key == key
    for language in LANGUAGES:
        said = say(caught.value.key, language, **caught.value.args_)
        assert "99-planted.cedar" in said
        assert "{" not in said.replace("{limits}", "").replace("{…}", "")


@pytest.mark.parametrize(
    "note", ['@outcome("maybe")', '@approver_level("9")', '@people("0")', '@from("2027-01-01")', '@to("tomorrow")']
)
def test_an_annotation_of_the_wrong_kind_is_found(note: str) -> None:
    with pytest.raises(PolicyError) as caught:
        load(with_rules(f"{NOTES}{note} {FORBID};"), WHEN)
    assert caught.value.key == "policy.annotation"


def test_an_action_nothing_permits_is_found() -> None:
    lonely = text().replace('Action::"query_balance", Action::"reveal_field", ', "", 1)
    with pytest.raises(PolicyError) as caught:
        load(lonely, WHEN)
    assert caught.value.key == "policy.uncovered"


def test_a_schema_that_lost_a_fact_is_found() -> None:
    with pytest.raises(PolicyError) as caught:
        load(text().replace("approvals: Long,", ""), WHEN)
    assert caught.value.key == "policy.invalid"


def test_a_schema_with_a_fact_we_never_send_is_found() -> None:
    with pytest.raises(PolicyError) as caught:
        load(text().replace("approvals: Long,", "approvals: Long, mood: String,"), WHEN)
    assert caught.value.key == "policy.schema_differs"


@pytest.mark.parametrize("missing", [SCHEMA, "*.cedar"])
def test_an_incomplete_folder_is_refused(tmp_path: Path, missing: str) -> None:
    for file in FOLDER.iterdir():
        if not file.match(missing):
            (tmp_path / file.name).write_bytes(file.read_bytes())
    with pytest.raises(PolicyError):
        load(tmp_path, WHEN)


def test_text_that_is_no_bundle_is_refused() -> None:
    for wrong in ("", "permit (principal, action, resource);", "// file: x.cedar\n"):
        with pytest.raises(PolicyError):
            load(wrong, WHEN)


def test_folder_and_bundle_are_the_same_policy() -> None:
    again = load(bundle(FOLDER), WHEN)
    assert again.revision == shipped().revision
    assert again.rules == shipped().rules


def test_one_changed_letter_is_another_revision() -> None:
    assert load(text().replace("> 5000 ", "> 5001 "), WHEN).revision != shipped().revision


@pytest.mark.parametrize("action", ACTIONS)
def test_the_rules_kept_for_one_action_answer_as_all_rules_do(action: str) -> None:
    import cedarpy

    everything = cedarpy.PolicySet.from_str("\n".join(f.read_text("utf-8") for f in sorted(FOLDER.glob("*.cedar"))))
    for level in (1, 2, 3, 4, 5):
        for change in ({}, {"verified": "none"}, {"online": False}, {"frozen": True}, {"product_status": "lost"}):
            asked = facts(action, level, **change)
            own, full = ask(shipped(), asked), ask(shipped(), asked, everything)
            later = {"limit-cap-standard-2027"}
            assert own.allowed == full.allowed
            assert len(own.rules) == len(full.rules) or later & set(shipped().rules)


def test_a_rule_about_other_actions_is_not_asked() -> None:
    rule = shipped().rules["fee-above-L2"]
    assert not ask(shipped(), facts("block_card"), rule_set([rule], "block_card")).rules
