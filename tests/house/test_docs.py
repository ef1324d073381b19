"""Generated pages are what the code says now, and the docs speak of the project alone."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from docs import generate
from tests.house.source import ROOT, name

LEAKS = re.compile(
    r"/(?:work|root|tmp)/[a-z]|\bpypi\.org|files\.pythonhosted|registry\.npmjs|deb\.debian\.org", re.IGNORECASE
)


def tracked(*patterns: str) -> list[Path]:
    done = subprocess.run(["git", "ls-files", *patterns], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / line for line in done.stdout.splitlines() if (ROOT / line).is_file()]


@pytest.mark.parametrize("page", sorted(generate.PAGES))
def test_generated_pages_are_fresh(page: str) -> None:
    path = ROOT / "docs" / page
    assert path.exists() and path.read_text() == generate.PAGES[page](), f"run 'make docs': {page} is not fresh"


def test_nothing_names_a_machine_or_a_registry_host() -> None:
    found = [
        f"{name(path)}: {match.group()}"
        for path in tracked("*.md", "*.py", "*.toml", "Makefile", "*.yaml", "*.cedar")
        if path.name != "test_docs.py"
        for match in [LEAKS.search(path.read_text())]
        if match
    ]
    assert not found


LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)")


def test_links_between_pages_lead_somewhere() -> None:
    broken = [
        f"{name(page)}: {target}"
        for page in tracked("*.md")
        for target in LINK.findall(page.read_text())
        if not (page.parent / target).exists()
    ]
    assert not broken
