"""The house has one direction: the contracts of import-linter, and what is really loaded at run time."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.source import ROOT

HEAVY = ("textual", "keyring", "httpx", "sqlite_utils", "cedarpy", "litestar", "ruamel", "cryptography", "pypinyin")


def loaded(statement: str) -> set[str]:
    """Top-level names in sys.modules after `statement` ran in a fresh interpreter."""
    code = f"{statement}\nimport sys\nprint(' '.join(sorted({{m.split('.')[0] for m in sys.modules}})))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize("module", ["agent_tui.desk.build", "agent_tui.desk.desk", "agent_tui.desk.commands"])
def test_the_desk_loads_nothing_heavy(module: str) -> None:
    assert not loaded(f"import {module}") & set(HEAVY)


def test_the_cli_starts_light() -> None:
    assert not loaded("import agent_tui.cli.main") & {*HEAVY, "rich", "msgspec", "sqlcipher3"}


def test_only_the_tui_loads_textual() -> None:
    packages = [
        "blueprints",
        "client",
        "config",
        "desk",
        "domain",
        "metrics",
        "policy",
        "server",
        "sim",
        "store",
        "sync",
        "wire",
    ]
    statement = "\n".join(
        f"import pkgutil, importlib, agent_tui.{p}\n"
        f"for m in pkgutil.walk_packages(agent_tui.{p}.__path__, 'agent_tui.{p}.'): importlib.import_module(m.name)"
        for p in packages
    )
    assert "textual" not in loaded(statement)


def test_before_the_first_paint_only_textual_msgspec_and_sqlcipher_are_loaded() -> None:
    assert not loaded("import agent_tui.tui.app") & (set(HEAVY) - {"textual"})


def test_the_queue_is_on_the_screen_before_anything_it_does_not_show_is_loaded() -> None:
    code = (
        "import agent_tui.__main__, agent_tui.tui.start, agent_tui.tui.screens.first, sys\n"
        "print(' '.join(m for m in sys.modules if m.startswith('agent_tui.')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    rooms = {".".join(name.split(".")[1:3]) for name in done.stdout.split()}
    assert not {room for room in rooms if room.split(".")[0] in ("blueprints", "policy", "client", "wire", "metrics")}
    assert not rooms & {"domain.commands", "domain.rows", "domain.scrub", "desk.authority", "desk.selectors"}


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """import-linter over the copy of the program in `folder`."""
    tool = Path(sys.executable).with_name("lint-imports")
    return subprocess.run(
        [str(tool), "--no-cache"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "agent_tui", tmp_path / "agent_tui", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("file", "line", "contract"),
    [
        ("domain/money.py", "import agent_tui.wire.feed", "The house has one direction BROKEN"),
        ("domain/money.py", "import sqlite3", "Rules do no input or output BROKEN"),
        ("desk/views.py", "import textual", "Only the tui knows Textual BROKEN"),
        ("server/build.py", "import agent_tui.store.open", "Server and desk meet only on the wire BROKEN"),
        ("newroom.py", '"""Not placed in any layer."""', "The house has one direction BROKEN"),
    ],
)
def test_a_planted_wrong_import_breaks_its_contract(copy: Path, file: str, line: str, contract: str) -> None:
    planted = copy / "agent_tui" / file
    text = planted.read_text() if planted.exists() else ""
    planted.write_text(text + f"\n{line}\n")
    done = lint(copy)
    assert done.returncode != 0
    assert contract in done.stdout or "newroom" in done.stdout


def test_the_contracts_hold() -> None:
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout
