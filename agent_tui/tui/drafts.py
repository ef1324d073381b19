"""An author's drafts: blueprint files in a folder of this machine, read again when they are saved.

They are offered at this desk only, marked as drafts. A save that cannot be read leaves the last good one in place and says
file, line and reason.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec

from agent_tui.blueprints.model import Blueprint
from agent_tui.errors import InputError
from agent_tui.i18n.catalog import render, say


class News(msgspec.Struct, frozen=True, kw_only=True):
    """What a save brought."""

    file: str
    blueprint: Blueprint | None = None
    """The draft as it now is; None for a save that was not taken, or a file that is gone."""
    why: str = ""
    """What is wrong, in the reader's language; of a draft that was taken, the first finding of its lint."""


class Drafts:
    """The drafts of one folder, by the name of their file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stamps: dict[str, tuple[int, int]] = {}
        self._good: dict[str, Blueprint] = {}
        self._wrong: dict[str, News] = {}
        self.looked = asyncio.Event()
        """Set once the folder was read: before that nobody knows which drafts there are."""

    def every(self) -> list[Blueprint]:
        """The last good one of each file."""
        return [self._good[name] for name in sorted(self._good)]

    def get(self, key: str) -> Blueprint | None:
        """The draft of `id@version`."""
        return next((blueprint for blueprint in self._good.values() if blueprint.key == key), None)

    def wrong(self, key: str | None = None) -> tuple[News, ...]:
        """What is still wrong since the last saves: of the file that holds the draft `id@version`, or of every file."""
        return tuple(
            news
            for name, news in sorted(self._wrong.items())
            if key is None or (name in self._good and self._good[name].key == key)
        )

    def __contains__(self, blueprint: Blueprint) -> bool:
        return any(good is blueprint for good in self._good.values())

    async def look(self, language: str) -> tuple[News, ...]:
        """What changed since the last look; files are read in a thread, a fifth of a second each."""
        changed, gone = await asyncio.to_thread(self._changed)
        for name in gone:
            self._good.pop(name, None)
            self._wrong.pop(name, None)
        news = [News(file=name) for name in gone]
        for name in changed:
            found = await asyncio.to_thread(self._read, name, language)
            if found.blueprint is not None:
                self._good[name] = found.blueprint
            self._wrong.pop(name, None)
            if found.why:
                self._wrong[name] = found
            news.append(found)
        self.looked.set()
        return tuple(news)

    def _changed(self) -> tuple[list[str], list[str]]:
        """Names of files that were saved, and of those that are gone."""
        now: dict[str, tuple[int, int]] = {}
        for file in sorted(self._folder.glob("*.yaml")):
            try:
                found = file.stat()
            except OSError:
                continue
            now[file.name] = (found.st_mtime_ns, found.st_size)
        changed = [name for name, stamp in now.items() if self._stamps.get(name) != stamp]
        gone = [name for name in self._stamps if name not in now]
        self._stamps = now
        return changed, gone

    def _read(self, name: str, language: str) -> News:
        # The reader of the author's text is heavy, and wanted at an author's desk only.
        from agent_tui.blueprints.lint import lint
        from agent_tui.blueprints.parse import BrokenBlueprint, parse, text_of

        try:
            blueprint = parse((self._folder / name).read_bytes().decode("utf-8-sig"), name)
        except BrokenBlueprint as broken:
            return News(file=name, why=text_of(broken.problems[0], language))
        except (InputError, UnicodeDecodeError, OSError) as error:
            return News(file=name, why=say("tui.drafts.unreadable", language, file=name, reason=type(error).__name__))
        found = lint(blueprint)
        first = f"{name}:{found[0].line}: {render(found[0].message, language)}" if found else ""
        return News(file=name, blueprint=blueprint, why=first)
