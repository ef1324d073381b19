"""Starting the terminal: is this one fit, whose profile, paint, and only then connect.

Until the first paint nothing but Textual, msgspec and the client's files is loaded.
"""

from __future__ import annotations

import argparse
import asyncio
import getpass
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec

from agent_tui.config import address, profiles, runtime, secrets
from agent_tui.config.lease import Lease
from agent_tui.config.load import load as load_settings
from agent_tui.config.model import Settings
from agent_tui.desk.build import open_desk
from agent_tui.desk.desk import Desk
from agent_tui.desk.profile import Profile
from agent_tui.desk.views import StatusOf
from agent_tui.errors import AgentTuiError, EnvironmentError_, StoreError, StoreLocked, TerminalUnfit, UsageError
from agent_tui.i18n.catalog import say
from agent_tui.tui import themes
from agent_tui.tui.app import SCREENS, DeskApp
from agent_tui.tui.words import Words

LEAST_WIDTH, LEAST_HEIGHT = 80, 24


class Opened(msgspec.Struct, frozen=True):
    """A desk over its files, and what signs it in."""

    desk: Desk
    password: str
    demo: bool = False
    accepted: Callable[[], None] = lambda: None
    """To be called once the server has accepted the person."""
    drafts: Path | None = None
    """Folder of an author's blueprint drafts."""


def run(mode: str, args: argparse.Namespace) -> int:
    """Show `desk`, `monitor` or `train` until the person leaves. Exit code; AgentTuiError before the first paint."""
    if mode == "train":
        from agent_tui.tui import train_app

        return train_app.run(args)
    if mode not in SCREENS:
        raise UsageError("tui.start.no_mode", mode=mode)
    check_terminal()
    settings = load_settings()
    theme = themes.load(args.theme or settings.desk.theme)
    drafts = _drafts(getattr(args, "drafts", None) or settings.desk.drafts)
    opened = msgspec.structs.replace(_open(mode, args, settings), drafts=drafts)
    words = Words(args.language)
    return asyncio.run(_show(mode, opened, words, theme, settings.desk.lock_minutes * 60))


def check_terminal() -> None:
    """TerminalUnfit with one sentence when this is no terminal, not UTF-8, or too small. Textual draws on stderr."""
    stream = sys.__stderr__
    if stream is None or not stream.isatty() or not sys.stdin.isatty():
        raise TerminalUnfit("tui.start.not_a_terminal")
    encoding = (stream.encoding or "").lower().replace("-", "")
    if encoding != "utf8":
        raise TerminalUnfit("tui.start.encoding", encoding=stream.encoding)
    width, height = os.get_terminal_size(stream.fileno())
    if width < LEAST_WIDTH or height < LEAST_HEIGHT:
        raise TerminalUnfit(
            "tui.start.size", width=width, height=height, least_width=LEAST_WIDTH, least_height=LEAST_HEIGHT
        )


def _drafts(folder: str) -> Path | None:
    """The folder of an author's drafts; UsageError when there is none."""
    if not folder:
        return None
    place = Path(folder).expanduser()
    if not place.is_dir():
        raise UsageError("tui.drafts.no_folder", folder=folder)
    return place


# ---- whose desk ------------------------------------------------------------------------------------------------------


def _open(mode: str, args: argparse.Namespace, settings: Settings) -> Opened:
    if args.demo:
        return open_demo(mode, args.language, args.login)
    return _open_profile(mode, args, settings)


def open_demo(mode: str, language: str, login: str | None = None) -> Opened:
    """A free seat of the demo that runs on this machine: the first whose profile no other desk has open."""
    demo = runtime.read_demo()
    if demo is None:
        raise EnvironmentError_("tui.start.no_demo")
    for seat in demo.seats:
        if seat.mode != mode or (login and seat.login != login):
            continue
        folder = runtime.folder() / "seats" / f"{mode}-{seat.login}"
        try:
            desk = open_desk(_profile(seat.login, folder, demo.url, seat.login, language, secrets.plain(folder)))
        except StoreLocked:
            continue
        return Opened(desk, seat.password, demo=True)
    raise EnvironmentError_("tui.start.no_seat", mode=mode)


def _profile(name: str, folder: Path, url: str, login: str, language: str, keys: secrets.Keys) -> Profile:
    from agent_tui import __version__

    lease = Lease(folder, keys.of("cache"))
    return Profile(
        name=name,
        folder=folder,
        url=url,
        login=login,
        device_id=keys.device,
        language=language,
        key=lambda file: lease.key() if file == "cache" else keys.of(file),
        client_version=__version__,
        lease=lease,
        forget=lambda: secrets.destroy(keys.backend, folder),
    )


def _open_profile(mode: str, args: argparse.Namespace, settings: Settings) -> Opened:
    name = args.profile or settings.desk.profile
    known = profiles.read(name)
    url, login = args.server or (known.url if known else None), args.login or (known.login if known else None)
    if not url or not login:
        raise UsageError("tui.start.no_profile", mode=mode)
    address.check(url, plain=settings.tls.plain)
    password = _ask(say("tui.start.sign_in", args.language, login=login, url=url))
    keys = _keys(settings.vault.backend, name, password, known is None, args.language)
    folder = profiles.folder(name)
    profile = _profile(name, folder, url, login, args.language, keys)
    desk = open_desk(msgspec.structs.replace(profile, tls=settings.tls))

    def accepted() -> None:
        profiles.write(name, profiles.Known(url=url, login=login))
        if settings.vault.backend == "file":
            secrets.reseal(folder, keys, password)

    return Opened(desk, password, accepted=accepted)


def _ask(prompt: str) -> str:
    """The password, typed unseen. KeyboardInterrupt when the person leaves instead (Ctrl+C, Ctrl+D)."""
    try:
        return getpass.getpass(prompt)
    except EOFError:
        raise KeyboardInterrupt from None


def _keys(backend: str, name: str, password: str, fresh: bool, language: str) -> secrets.Keys:
    """The keys of a profile. A password that does not open them was changed at the server, then the former one does;
    or, if nobody was ever accepted here, the first one was mistyped and there is nothing to lose."""
    try:
        return secrets.open_keys(backend, profiles.folder(name), password)
    except StoreError as error:
        if error.key != "tui.start.vault_closed":
            raise
        if fresh:
            profiles.put_aside(name)
            return secrets.open_keys(backend, profiles.folder(name), password)
        former = _ask(say("tui.start.former", language))
        if not former:
            raise
        return secrets.open_keys(backend, profiles.folder(name), former)


# ---- showing it ------------------------------------------------------------------------------------------------------


TERMINATED = 128 + signal.SIGTERM
SWITCH_S = 0.001
"""How long a thread at work may keep a key waiting."""


async def _show(mode: str, opened: Opened, words: Words, theme: themes.ThemeFile, lock_s: int) -> int:
    sys.setswitchinterval(SWITCH_S)
    app = DeskApp(mode, opened.desk, words, theme)
    app.drafts = opened.drafts
    if mode == "desk":
        from agent_tui.tui.screens.first import FirstScreen

        app.begin_with(FirstScreen(opened.desk, words, app.painter, opened.desk.sight.clock.now()))
    app.demo_password = opened.password if opened.demo else ""
    app.lock_after(lock_s)
    app.connect_with(lambda: opened.desk.connect(opened.password))
    waiting = asyncio.create_task(_when_live(opened))
    # Told to end, it gives the terminal back first.
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, lambda: app.exit(return_code=TERMINATED))
    try:
        await app.run_async()
    finally:
        waiting.cancel()
        await opened.desk.close()
    if isinstance(app.failure, AgentTuiError):
        raise app.failure
    if app.failure is not None:
        return crashed(app.failure, words.language)
    return app.return_code or 0


async def _when_live(opened: Opened) -> None:
    """A live connection proves the password right."""
    live = asyncio.Event()

    def told(_: object) -> None:
        if opened.desk.view(StatusOf()).connection == "live":
            live.set()

    stop = opened.desk.watch(told)
    await live.wait()
    stop()
    await asyncio.to_thread(opened.accepted)


def crashed(error: BaseException, language: str) -> int:
    """One sentence on stderr, the places in a log without anything personal."""
    from agent_tui.config.crash import write_down

    print(
        say("tui.start.crashed", language, kind=type(error).__name__, file=write_down(error, "tui")), file=sys.stderr
    )
    return 70
