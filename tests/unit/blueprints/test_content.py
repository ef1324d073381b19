"""The shipped blueprints keep the bank's rules."""

from __future__ import annotations

import pytest

from agent_tui.blueprints.checks import CHECKS
from agent_tui.blueprints.conditions import Value, holds
from agent_tui.blueprints.facts import ALWAYS, VARIABLES
from agent_tui.blueprints.known import of_centre
from agent_tui.blueprints.lint import all_texts, lint
from agent_tui.blueprints.model import Check, Do, HandOver, Offer, Send
from agent_tui.blueprints.paths import held
from agent_tui.config.centre import load
from agent_tui.i18n.catalog import LANGUAGES, texts
from tests.unit.blueprints import walks

CENTRE = load(walks.FOLDER.parent / "centre")
ALL = [walks.read(file.stem) for file in walks.FILES]


def test_there_are_eighteen_and_they_are_of_some_size() -> None:
    assert len(ALL) >= 18 and sum(len(b.nodes) for b in ALL) / len(ALL) >= 10


@pytest.mark.parametrize("blueprint", ALL, ids=lambda b: b.id)
def test_each_is_clean_in_this_centre(blueprint: object) -> None:
    known = of_centre(CENTRE.groups, CENTRE.categories)
    assert lint(blueprint, known) == []  # type: ignore[arg-type]


def test_each_is_complete_in_three_languages_and_released() -> None:
    for blueprint in ALL:
        assert set(blueprint.languages) == set(LANGUAGES) and blueprint.state == "released"


def test_every_blueprint_that_a_category_names_exists() -> None:
    ids = {blueprint.id for blueprint in ALL}
    assert {category.blueprint for category in CENTRE.categories if category.blueprint} <= ids


def test_no_category_is_claimed_twice() -> None:
    claimed = [category for blueprint in ALL for category in blueprint.categories]
    assert len(claimed) == len(set(claimed))


def test_the_owner_and_contact_person_are_those_of_the_directory() -> None:
    people = {group.id: group.contact_person for group in CENTRE.groups}
    for blueprint in ALL:
        assert blueprint.contact == people[blueprint.owner]


def test_no_text_asks_for_a_secret() -> None:
    """There is no CVV, PIN or password anywhere; texts may only warn of telling one."""
    for blueprint in ALL:
        for node in blueprint.nodes:
            for said in all_texts(node):
                assert not any(
                    word in said.get("zh", "") for word in ("CVV", "安全码是", "请报密码", "报一下密码", "告诉我密码")
                )


def test_blocking_a_card_never_waits_for_verification() -> None:
    loss = walks.read("card_loss")
    block = next(node for node in loss.nodes if isinstance(node, Do))
    assert block.action == "block_card" and "verified:basic" not in held(loss)[block.id]


def test_money_and_identity_come_after_the_terms_were_said() -> None:
    for name, action in (
        ("temporary_limit", "raise_temporary_limit"),
        ("contact_data", "change_mobile"),
        ("fee_waiver", "waive_fee"),
    ):
        blueprint = walks.read(name)
        do = next(node for node in blueprint.nodes if isinstance(node, Do) and node.action == action)
        assert any(node.must and do.id in node.before for node in blueprint.nodes)


def test_complaints_and_losses_are_never_the_moment_for_an_offer() -> None:
    for name in ("complaint", "card_loss", "fraud", "dispute", "merchant_settlement"):
        assert not any(isinstance(node, Offer) for node in walks.read(name).nodes)


def test_full_verification_is_sure_to_include_a_strong_answer() -> None:
    for blueprint in ALL:
        for node in blueprint.nodes:
            if isinstance(node, Check) and node.degree == "full":
                assert node.need > sum(not CHECKS[id_].strong for id_ in node.checks)


def test_every_check_kind_and_outcome_has_its_words() -> None:
    said = texts("en")
    assert {f"blueprint.check.{id_}" for id_ in CHECKS} <= said.keys()
    assert {f"blueprint.outcome.{o}" for kind in (Check, Do, Offer) for o in kind.outcomes} <= said.keys()


def test_what_is_always_known_is_no_secret() -> None:
    assert all(VARIABLES[name].needs == "none" and not VARIABLES[name].private for name in ALWAYS)


HARMLESS = {("fraud", "report_order"), ("satisfaction_survey", "praise_order")}
"""A report or praise that could not be passed on: what was said stands in the note, and nothing was promised."""


def test_what_was_refused_or_failed_is_never_told_as_done() -> None:
    """Nothing is promised that the policy refuses: success and failure go different ways."""
    told_as_done = {
        (blueprint.id, node.id)
        for blueprint in ALL
        for node in blueprint.nodes
        if isinstance(node, Do | HandOver | Send) and _good(node) & _bad(node)
    }
    assert told_as_done <= HARMLESS


def _ways(node: Do | HandOver | Send) -> dict[str, str]:
    """Outcome → where it leads."""
    nobody: dict[str, Value] = {}
    return {
        outcome: next(b.to for b in node.branches if b.when is None or holds(b.when, {node.name: outcome}, nobody))
        for outcome in node.outcomes
    }


def _good(node: Do | HandOver | Send) -> set[str]:
    return {to for outcome, to in _ways(node).items() if outcome in ("applied", "done", "sent")}


def _bad(node: Do | HandOver | Send) -> set[str]:
    return {to for outcome, to in _ways(node).items() if outcome in ("refused", "unavailable", "not_done")}


def test_no_text_promises_what_others_decide() -> None:
    """Sums, limits and releases are the policy's: no sentence before the answer says that they will be granted."""
    for blueprint in ALL:
        for node in blueprint.nodes:
            said = " ".join(text for texts in all_texts(node) for text in texts.values())
            assert not any(word in said for word in ("一定能", "保证通过", "肯定可以", "guarantee", "必ず承認"))
