"""`agent-tui admin bulletin | article publish FILE…`: what departments tell the centre, published, read over, taken down."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from agent_tui.cli import signed_in
from agent_tui.clock import wall
from agent_tui.config import data
from agent_tui.config.centre import Centre
from agent_tui.config.centre import load as load_centre
from agent_tui.config.knowledge import read_article, read_bulletin
from agent_tui.domain.commands import Command, PublishArticle, PublishBulletin, RetireArticle, WithdrawBulletin
from agent_tui.errors import UsageError
from agent_tui.i18n.catalog import say

if TYPE_CHECKING:
    from agent_tui.client.api import Api
    from agent_tui.wire.session import Session

PUBLISH, CHECK, END = "publish", "check", "end"


class Kind:
    """The verbs of bulletins, or those of articles."""

    def __init__(
        self,
        name: str,
        read: Callable[[Path, str, datetime], PublishBulletin | PublishArticle],
        end: Callable[[str, str], Command],
    ) -> None:
        self.name, self._read, self._end = name, read, end

    def add_arguments(self, parser: argparse.ArgumentParser, language: str) -> None:
        def text(name: str) -> str:
            return say(f"knowledge.cli.{name}", language)

        parser.add_argument(
            "verb", choices=(PUBLISH, CHECK, END), metavar="|".join((PUBLISH, CHECK, END)), help=text("verb")
        )
        parser.add_argument("what_of", nargs="+", metavar="FILE|ID", help=text("what_of"))
        parser.add_argument("--reason", metavar="TEXT", help=text("reason"))
        parser.add_argument("--over", action="store_true", help=text("over"))
        parser.add_argument("--centre", type=Path, metavar="FOLDER", help=say("cli.admin.centre", language))
        signed_in.add_arguments(parser, language)

    def run(self, args: argparse.Namespace, language: str) -> int:
        """0 when done. Every file is read before anything is sent, so that nothing is published half."""
        if args.verb == END:
            return self._take_down(args, language)
        centre = load_centre(args.centre or data.folder("scripts/centre"))
        files = [Path(name) for name in args.what_of]
        for file in files:
            self._checked(file, centre, wall())
        if args.verb == CHECK:
            print(say("knowledge.cli.checked", language, count=len(files)))
            return 0
        self._send(args, language, lambda at: [self._told(file, centre, at, over=args.over) for file in files])
        print(say("knowledge.cli.published", language, count=len(files)))
        return 0

    def _checked(self, file: Path, centre: Centre, at: datetime) -> PublishBulletin | PublishArticle:
        """Read, and all that it names is in the centre."""
        command = self._read(file, centre.settings.timezone, at)
        groups = {group.id for group in centre.groups}
        named = (command.department, *(command.to if isinstance(command, PublishBulletin) else ()))
        for group in named:
            if group not in groups:
                raise UsageError("knowledge.refusal.no_group", group=group)
        if isinstance(command, PublishArticle):
            strange = set(command.categories) - {category.id for category in centre.categories}
            if strange:
                raise UsageError("knowledge.cli.no_category", file=str(file), category=min(strange))
        return command

    def _told(self, file: Path, centre: Centre, at: datetime, *, over: bool) -> PublishBulletin | PublishArticle:
        return msgspec.structs.replace(self._checked(file, centre, at), over=over)

    def _take_down(self, args: argparse.Namespace, language: str) -> int:
        if not (args.reason or "").strip():
            raise UsageError("knowledge.refusal.reason_needed")
        self._send(args, language, lambda at: [self._end(id, args.reason) for id in args.what_of])
        print(say("knowledge.cli.ended", language, count=len(args.what_of)))
        return 0

    def _send(
        self, args: argparse.Namespace, language: str, commands: Callable[[datetime], Sequence[Command]]
    ) -> None:
        """`commands(at)`: as of the server's clock, which decides when something begins."""

        async def work(api: Api, session: Session) -> None:
            for command in commands(session.at):
                await signed_in.submit(api, command, language)

        signed_in.run(args, language, work)


BULLETIN = Kind("bulletin", read_bulletin, lambda id, reason: WithdrawBulletin(bulletin_id=id, reason=reason))
ARTICLE = Kind("article", read_article, lambda id, reason: RetireArticle(article_id=id, reason=reason))
