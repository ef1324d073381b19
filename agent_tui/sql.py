"""Named SQL: `.sql` files in which `-- :name` starts a statement, read once into a mapping.

Python never builds SQL; a statement that needs another shape is another named statement.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from types import MappingProxyType

_HEAD = re.compile(r"^--\s*:(\w+)[^\n]*$", re.MULTILINE)


def parse(text: str, source: str = "sql") -> Mapping[str, str]:
    """Split `text` into {name: statement}. ValueError for a duplicate name or an empty statement."""
    parts = _HEAD.split(text)
    found: dict[str, str] = {}
    for name, body in zip(parts[1::2], parts[2::2], strict=True):
        statement = body.strip().rstrip(";").strip()
        if not statement:
            raise ValueError(f"{source}: statement '{name}' is empty")
        if name in found:
            raise ValueError(f"{source}: statement '{name}' is there twice")
        found[name] = statement
    return MappingProxyType(found)


def load(package: str, file: str) -> Mapping[str, str]:
    """The named statements of `file` inside `package`."""
    # Not importlib.resources: it loads zipfile and more before the first paint.
    folder = Path(str(import_module(package).__file__)).parent
    return parse((folder / file).read_text(encoding="utf-8"), f"{package}/{file}")
