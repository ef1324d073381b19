"""Commands of the shell that a running server carries out: whose they are, and how the person signs in."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import msgspec

from agent_tui import ids
from agent_tui.config import address, passwords, profiles, runtime
from agent_tui.config.load import load as load_settings
from agent_tui.config.model import TlsSettings
from agent_tui.domain.commands import Command
from agent_tui.errors import EnvironmentError_, Refused, UsageError
from agent_tui.i18n.catalog import say
from agent_tui.wire.command import Envelope, Outcome

if TYPE_CHECKING:
    from agent_tui.client.api import Api
    from agent_tui.wire.session import Session

T = TypeVar("T")


class Whose(msgspec.Struct, frozen=True, kw_only=True):
    """A server and somebody at it."""

    url: str
    login: str
    password: str
    tls: TlsSettings = TlsSettings()


class Declined(Refused):
    """The server said no; its own sentence is the message."""


def add_arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """`--server --login`, `--profile` or `--demo`, and where the password comes from."""

    def text(name: str) -> str:
        return say(f"release.cli.{name}", language)

    parser.add_argument("--server", metavar="URL", help=text("server"))
    parser.add_argument("--login", metavar="NAME", help=text("login"))
    parser.add_argument("--profile", metavar="NAME", help=text("profile"))
    parser.add_argument("--demo", action="store_true", help=text("demo"))
    parser.add_argument("--password-file", type=Path, metavar="FILE", help=text("password_file"))


def run(args: argparse.Namespace, language: str, work: Callable[[Api, Session], Awaitable[T]]) -> T:
    """Sign in, do `work`, sign out. ConnectionError_ and Refused as they come."""
    return asyncio.run(_signed_in(_whose(args, language), work))


async def _signed_in(whose: Whose, work: Callable[[Api, Session], Awaitable[T]]) -> T:
    from agent_tui import __version__
    from agent_tui.client import endpoints
    from agent_tui.client.api import Api

    api = Api(whose.url, f"shell-{whose.login}", __version__, tls=whose.tls)
    try:
        session = await endpoints.sign_in(api, whose.login, whose.password)
        api.token = session.token
        try:
            return await work(api, session)
        finally:
            await endpoints.sign_out(api)
    finally:
        await api.close()


async def submit(api: Api, command: Command, language: str) -> Outcome:
    """Send one command now. Declined with the server's sentence when it is refused."""
    from agent_tui.client import endpoints, problems

    envelope = Envelope(id=ids.uuid7(), command=command)
    try:
        return await endpoints.send(api, envelope, 0)
    except problems.Declined as told:
        reasons = [reason.get(language) or reason.get("en", "") for reason in told.problem.reasons]
        said = " ".join(filter(None, reasons)) or told.problem.detail or told.problem.title
        raise Declined("release.cli.refused", reason=said) from None


# ---- whose -------------------------------------------------------------------------------------------------------


def _whose(args: argparse.Namespace, language: str) -> Whose:
    if args.demo:
        return _of_demo(args.login)
    settings = load_settings()
    known = profiles.read(args.profile or settings.desk.profile) if args.profile or not args.server else None
    url = args.server or (known.url if known else "")
    login = args.login or (known.login if known else "")
    if not url or not login:
        raise UsageError("release.cli.nobody")
    address.check(url, plain=settings.tls.plain)
    if args.password_file:
        password = passwords.from_file(args.password_file)
    else:
        (password,) = passwords.typed(say("tui.start.sign_in", language, login=login, url=url))
    return Whose(url=url, login=login, password=password, tls=settings.tls)


def _of_demo(login: str | None) -> Whose:
    """A supervisor's seat of the demo that runs here, or the seat named."""
    demo = runtime.read_demo()
    if demo is None:
        raise EnvironmentError_("tui.start.no_demo")
    seats = [seat for seat in demo.seats if (seat.login == login if login else seat.mode == "monitor")]
    if not seats:
        known = ", ".join(seat.login for seat in demo.seats)
        raise UsageError("release.cli.no_seat", login=login or "", known=known)
    return Whose(url=demo.url, login=seats[0].login, password=seats[0].password)
