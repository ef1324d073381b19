"""Folder or text → Policy. Whatever cannot be trusted is a PolicyError, and then nothing may start.

Cedar lets pass what a bank may not: a rule whose condition fails at run time is skipped, so that a forbid can turn into
an allow; two rules may carry the same id; it knows no dates. So the schema is always passed, ids are counted,
dates are applied here, and every action is asked once before anybody else may ask.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from agent_tui.canon import digest
from agent_tui.domain.actions import KNOWN
from agent_tui.errors import PolicyError
from agent_tui.policy.model import Policy, Rule
from agent_tui.policy.read import rules_of

SCHEMA = "schema.cedarschema"
_MARK = "// file: "
"""Begins the name of a file inside the text of a bundle; `//` is a comment in Cedar."""


def bundle(folder: Path) -> str:
    """Schema and rules of a folder as one text. PolicyError when there is no schema, no rule, or no UTF-8."""
    if not (folder / SCHEMA).is_file():
        raise PolicyError("policy.no_schema", folder=str(folder), file=SCHEMA)
    files = [folder / SCHEMA, *sorted(folder.glob("*.cedar"))]
    if len(files) == 1:
        raise PolicyError("policy.no_rules", folder=str(folder))
    return "".join(f"{_MARK}{file.name}\n{_read(file).rstrip()}\n" for file in files)


def overlaid(text: str, files: Iterable[Path]) -> str:
    """The text of a bundle with some of its files replaced by those of the same name, or more added. PolicyError for a
    file that cannot be read or is neither rules nor the schema."""
    parts = _parts(text)
    for file in files:
        if file.name != SCHEMA and file.suffix != ".cedar":
            raise PolicyError("policy.not_rules", file=str(file), schema=SCHEMA)
        parts[file.name] = _read(file)
    schema = parts.pop(SCHEMA, None)
    ordered = ([(SCHEMA, schema)] if schema is not None else []) + sorted(parts.items())
    return "".join(f"{_MARK}{name}\n{part.rstrip()}\n" for name, part in ordered)


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PolicyError("policy.unreadable", file=str(file), reason=type(error).__name__) from None


def _parts(text: str) -> dict[str, str]:
    found: dict[str, list[str]] = {}
    name = ""
    for line in text.splitlines():
        if line.startswith(_MARK):
            name = line.removeprefix(_MARK).strip()
            found[name] = []
        elif name:
            found[name].append(line)
        elif line.strip():
            raise PolicyError("policy.not_a_bundle", text=line[:60])
    return {name: "\n".join(lines) for name, lines in found.items()}


def load(source: Path | str, at: datetime) -> Policy:
    """The policy in force at `at` (aware) from a folder, or from the text of a bundle.

    PolicyError says file, rule and what is wrong; nothing may start with such a policy.
    """
    text = source if isinstance(source, str) else bundle(source)
    parts = _parts(text)
    schema = parts.pop(SCHEMA, None)
    parts = {file: part for file, part in parts.items() if file.endswith(".cedar")}
    if schema is None:
        raise PolicyError("policy.no_schema", folder="bundle", file=SCHEMA)
    rules = [rule for file, part in parts.items() for rule in rules_of(file, part)]
    _no_twins(rules)
    _validate(parts, schema)
    policy = Policy(text=text, revision=digest(text.encode()), rules=tuple(rules), at=at)
    _prepare(policy, schema)
    _self_test(policy)
    return policy


def _no_twins(rules: list[Rule]) -> None:
    seen: dict[str, str] = {}
    for rule in rules:
        if rule.id in seen:
            raise PolicyError("policy.twins", rule=rule.id, file=rule.file, other=seen[rule.id])
        seen[rule.id] = rule.file


def _validate(parts: dict[str, str], schema: str) -> None:
    import cedarpy

    for file, text in parts.items():
        result = cedarpy.validate_policies(text, schema)
        if not result.validation_passed:
            first = result.errors[0]
            rule = result.id_annotations_by_policy_id.get(first.policy_id, first.policy_id)
            raise PolicyError("policy.invalid", file=file, rule=rule, reason=" ".join(first.error.split()))


def _prepare(policy: Policy, schema: str) -> None:
    import cedarpy

    try:
        policy.schema = cedarpy.Schema.from_str(schema)
    except ValueError as error:
        raise PolicyError("policy.not_cedar", file=SCHEMA, reason=" ".join(str(error).split())) from None
    for action in KNOWN:
        policy.sets[action] = rule_set(policy.rules.values(), action)


def rule_set(rules: Iterable[Rule], action: str) -> object:
    """The engine's handle for some rules asked about one action only, each under its own id.

    Sentences stay outside, and a rule that names `action` among others names it alone here: the engine copies the one
    and searches the other at every question, which would double the cost of an answer.
    """
    import cedarpy

    alone = {"op": "==", "entity": {"type": "Action", "id": action}}
    bodies = {
        rule.id: {**rule.body, "annotations": {}, "action": alone if rule.actions else rule.body["action"]}
        for rule in rules
        if rule.about(action)
    }
    return cedarpy.PolicySet.from_json_str(
        json.dumps({"templates": {}, "staticPolicies": bodies, "templateLinks": []})
    )


def _self_test(policy: Policy) -> None:
    """The schema understands our facts for every action, and something permits each."""
    from agent_tui.policy.ask import Facts, ask
    from agent_tui.policy.decision import ActorFacts, Circumstances, SubjectFacts

    for action in KNOWN:
        if not any(rule.effect == "permit" and rule.about(action) for rule in policy.rules.values()):
            raise PolicyError("policy.uncovered", action=action)
        facts = Facts(
            ActorFacts(id="-", level=1, role="agent"), action, SubjectFacts(), Circumstances(amount_minor=1)
        )
        answer = ask(policy, facts)
        if answer.failed:
            raise PolicyError("policy.schema_differs", action=action, reason=answer.failed)
