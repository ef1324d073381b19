"""What is written about the wire and the events names everything there is, and nothing that there is not."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from agent_tui.server.build import HANDLERS
from agent_tui.server.endpoints import ops
from agent_tui.server.problems import STATUS
from tests.house.source import ROOT, parsed

PROTOCOL = (ROOT / "docs" / "protocol.md").read_text(encoding="utf-8")
EVENTS = (ROOT / "docs" / "events.md").read_text(encoding="utf-8")
MAKERS = frozenset({"event", "fact", "_fact", "_event"})
"""Functions whose first argument names an event."""


def routes() -> set[str]:
    """`METHOD /path` of every endpoint."""
    return {
        f"{method} {path}"
        for handler in (*HANDLERS, ops.schema)
        for path in handler.paths
        for method in handler.http_methods
        if method != "OPTIONS"
    }


def test_every_route_is_written_about_and_no_other() -> None:
    written = set(re.findall(r"\b(?:GET|POST|PUT|DELETE|PATCH) /[\w/-]+", PROTOCOL))
    assert written == routes()


def test_every_problem_is_written_about() -> None:
    named = set(re.findall(r"`([a-z]+(?:-[a-z]+)*)`", PROTOCOL))
    assert not set(STATUS) - named


def names_in(tree: ast.AST) -> Iterator[str]:
    """Names of events made in a module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and [getattr(target, "id", "") for target in node.targets] == ["name"]:
            yield from _texts(node.value)
        if not isinstance(node, ast.Call):
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        given = node.args[0] if called in MAKERS and node.args else None
        if called == "Event":
            given = next((keyword.value for keyword in node.keywords if keyword.arg == "name"), None)
        if given is not None:
            yield from _texts(given)


def _texts(node: ast.AST) -> Iterator[str]:
    for part in ast.walk(node):
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield part.value


def made() -> set[str]:
    found: set[str] = set()
    for folder in ("domain", "server"):
        for path in (ROOT / "agent_tui" / folder).rglob("*.py"):
            tree = parsed(path.read_text(encoding="utf-8"))
            found |= {name for name in names_in(tree) if re.fullmatch(r"(?:[A-Z][a-z]+){2,}", name)}
    return found


def test_every_event_is_written_about_and_no_other() -> None:
    rows = [line for line in EVENTS.splitlines() if line.startswith("| ") and not line.startswith("| event ")]
    written = {name for line in rows for name in re.findall(r"\b(?:[A-Z][a-z]+){2,}\b", line.split("|")[1])}
    assert written == made()


def test_a_new_event_would_be_found() -> None:
    planted = 'name = "FourthEvent" if y else ""\ncase.event("PlantedEvent", None, "a")\nEvent(name="OtherEvent", at=now)\nx = fact("A" if y else "ThirdEvent")'
    assert set(names_in(ast.parse(planted))) >= {"PlantedEvent", "OtherEvent", "ThirdEvent", "FourthEvent"}
