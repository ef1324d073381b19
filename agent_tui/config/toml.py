"""TOML files as people write them: read with one clear sentence for what is wrong, and the line of a key.

Loads nothing heavy, since the language of even the first sentence may stand in such a file.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from agent_tui.config import paths
from agent_tui.errors import ConfigError

FILE = "config.toml"
"""Name of the settings file, in the system's folder and in the person's."""


def line_of(text: str, dotted: str) -> int:
    """The line on which TOML `text` sets `dotted` (or opens that table); 0 where it cannot be told."""
    table, _, name = dotted.rpartition(".")
    inside = ""
    for number, line in enumerate(text.splitlines(), 1):
        head = re.match(r"\s*\[+\s*([^\]]+?)\s*\]+", line)
        if head:
            inside = head[1].replace(" ", "")
            if inside == dotted:
                return number
            continue
        key = re.match(r"\s*([\w.\"'-]+)\s*=", line)
        full = f"{inside}.{key[1]}".strip(".") if key else ""
        if full == dotted or (inside == table and key and key[1].strip("\"'") == name):
            return number
    return 0


def read_toml(file: Path) -> tuple[dict[str, object], str]:
    """Table and text of a TOML file. ConfigError names the file and what is wrong in it."""
    try:
        text = file.read_text(encoding="utf-8")
        return tomllib.loads(text), text
    except tomllib.TOMLDecodeError as error:
        raise ConfigError("config.not_toml", file=str(file), reason=str(error)) from None
    except UnicodeDecodeError:
        raise ConfigError("config.not_utf8", file=str(file)) from None
    except OSError as error:
        raise ConfigError("config.unreadable", file=str(file), reason=error.strerror or str(error)) from None


def language() -> str | None:
    """The language a file sets, for saying even a configuration error in it; None when none can be read."""
    for folder in (paths.config_dir, paths.system_dir):
        try:
            value = read_toml(folder() / FILE)[0].get("language")
        except ConfigError:
            continue
        if isinstance(value, str):
            return value
    return None
