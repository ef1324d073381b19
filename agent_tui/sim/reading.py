"""Reads the YAML files under `scripts/scenarios` into structs; every error names the file and what is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import msgspec
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError

from agent_tui.errors import InputError

T = TypeVar("T")


def read(path: Path, kind: type[T]) -> T:
    """The file as `kind`. InputError with file, line (where YAML knows it) and reason."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("sim.unreadable", file=path.name, line=0, reason=str(error)) from error
    return parse(text, path.name, kind)


def parse(text: str, source: str, kind: type[T]) -> T:
    """The same for text that is at hand."""
    try:
        raw = YAML(typ="safe", pure=True).load(text)
        return msgspec.convert(raw, kind)
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise InputError("sim.unreadable", file=source, line=line, reason=error.problem or "YAML") from error
    except msgspec.ValidationError as error:
        raise InputError("sim.unreadable", file=source, line=0, reason=str(error)) from error
