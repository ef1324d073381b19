"""A blueprint as text, and the changes between two versions, as those read them who write and release blueprints."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from agent_tui.blueprints.diff import Change
from agent_tui.blueprints.graph import branch_label
from agent_tui.blueprints.lint import all_texts
from agent_tui.blueprints.model import Ask, Blueprint
from agent_tui.i18n.catalog import say


def show(blueprint: Blueprint, spoken: str, language: str) -> Iterator[str]:
    """The whole blueprint as text in one language."""
    title = blueprint.title(spoken)
    yield say("blueprint.cli.head", language, title=title, key=blueprint.key, state=blueprint.state)
    yield say(
        "blueprint.cli.owner",
        language,
        owner=blueprint.owner,
        contact=blueprint.contact,
        first=blueprint.valid_from,
        last=blueprint.valid_to,
    )
    yield blueprint.change
    for node in blueprint.nodes:
        must = f" · {say('blueprint.cli.must', language)}" if node.must else ""
        yield f"\n{node.id} · {say(f'blueprint.kind.{node.kind}', language)}{must}"
        for texts in all_texts(node):
            if texts:
                yield from (f"    {line}" for line in texts.get(spoken, "").split("\n"))
        if isinstance(node, Ask):
            yield from (f"    [{choice.id}] {choice.texts.get(spoken, '')}" for choice in node.choices)
        for branch in node.branches:
            label = branch_label(node, branch, spoken)
            yield f"  → {branch.to}" + (f"  ({label})" if label else "")


def told(changes: Sequence[Change], language: str) -> Iterator[str]:
    """Changes as lines, old text after `-`, new text after `+`."""
    for change in changes:
        if not change.field:
            kind = "removed" if change.before else "added"
            yield say(f"blueprint.cli.{kind}", language, **_args(change, language))
            continue
        yield say("blueprint.cli.changed", language, **_args(change, language))
        for sign, text in (("-", change.before), ("+", change.after)):
            yield from (f"    {sign} {line}" for line in text.split("\n") if text)


def _args(change: Change, language: str) -> dict[str, str]:
    kinds = {kind: say(f"blueprint.kind.{kind}", language) if kind else "" for kind in (change.before, change.after)}
    return {
        "place": say("blueprint.field.head", language) if change.place == "head" else change.place,
        "field": field(change.field, language),
        "before": change.before if change.field else kinds[change.before],
        "after": change.after if change.field else kinds[change.after],
    }


def field(name: str, language: str) -> str:
    """A dotted field of `diff` as people say it: `texts.zh` → `话术 中文`; what no text is for stays as it is."""
    said = []
    for part in name.split("."):
        key = f"blueprint.field.{part}"
        found = say(key, language)
        said.append(part if found == key else found)
    return " ".join(said)
