"""Texts and themes that come with the program, and a site's own beside them.

A site's own folder `<config>/scripts/policy` or `<config>/scripts/centre` takes the place of the shipped one as a
whole, since half of somebody else's authority rules is worse than none. Themes and blueprints are overlaid file by file.
"""

from __future__ import annotations

from pathlib import Path

from agent_tui.config import paths
from agent_tui.errors import ConfigError

_PACKAGE = Path(__file__).resolve().parent.parent


def shipped(name: str) -> Path:
    """The folder as it came: inside the installed package, else of the checkout. ConfigError when it is missing."""
    for root in (_PACKAGE / "_data", _PACKAGE.parent):
        if (root / name).is_dir():
            return root / name
    raise ConfigError("config.data_missing", folder=name)


def own(name: str) -> Path | None:
    """A site's own folder of that name, the person's before the machine's; None if there is none."""
    for root in (paths.config_dir(), paths.system_dir()):
        if (root / name).is_dir():
            return root / name
    return None


def folder(name: str) -> Path:
    """The folder in force for `name` (`themes`, `scripts`, `scripts/policy`…): the site's own, else the shipped."""
    return own(name) or shipped(name)


def files(name: str, pattern: str) -> tuple[Path, ...]:
    """Files of `name` matching `pattern`; a site's own file hides the shipped one of the same name. Sorted by name."""
    found = {path.name: path for path in shipped(name).glob(pattern)}
    over = own(name)
    if over is not None:
        found |= {path.name: path for path in over.glob(pattern)}
    return tuple(found[key] for key in sorted(found))
