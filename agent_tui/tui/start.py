"""Starting the terminal: is this one fit, whose profile, paint, and only then connect.

Until the first paint nothing but Textual, msgspec and the client's files is loaded.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
from pathlib import Path

import msgspec

from agent_tui.config import passwords, runtime, secrets
from agent_tui.config.load import load as load_settings
from agent_tui.desk.build import open_desk
from agent_tui.errors import AgentTuiError, EnvironmentError_, StoreError, StoreLocked, TerminalUnfit, UsageError
from agent_tui.i18n.catalog import say
from agent_tui.sync.state import Connection
from agent_tui.tui import themes
from agent_tui.tui.app import SCREENS, DeskApp
from agent_tui.tui.entry import CLOSED, Entry, Opened, Typed, profile
from agent_tui.tui.words import Words

LEAST_WIDTH, LEAST_HEIGHT = 80, 24


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
    app = DeskApp(mode, None, Words(args.language), theme)
    app.drafts = drafts
    app.lock_after(settings.desk.lock_minutes * 60)
    if args.demo:
        return asyncio.run(_at_desk(app, open_demo(mode, args.language, args.login)))
    entry = Entry(settings, args.profile or settings.desk.profile, args.language, args.server_key or "")
    password = _given(args)
    if password is None:
        return asyncio.run(_at_entrance(app, entry, _known(args, entry)))
    typed = msgspec.structs.replace(_known(args, entry), password=password)
    return asyncio.run(_at_desk(app, _opened(entry, typed)))


def _opened(entry: Entry, typed: Typed) -> Opened:
    """With a password that was given; where it does not open what is kept here, there is no field for the former one."""
    try:
        return entry.open(typed)
    except StoreError as error:
        if error.key == CLOSED:
            raise StoreError("tui.start.given_closed") from None
        raise


def _known(args: argparse.Namespace, entry: Entry) -> Typed:
    """What the sign-in screen need not ask: said now, or known from before."""
    known = entry.known
    server, login = args.server or (known.url if known else ""), args.login or (known.login if known else "")
    return Typed(server=server, login=login, password="")


def _given(args: argparse.Namespace) -> str | None:
    """The password of a station that signs in by itself, from where no other process reads it. UsageError."""
    if args.password_file is not None:
        return passwords.from_file(args.password_file)
    return passwords.from_descriptor(args.password_fd) if args.password_fd is not None else None


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
            desk = open_desk(profile(seat.login, folder, demo.url, seat.login, language, secrets.plain(folder)))
        except StoreLocked:
            continue
        return Opened(desk, seat.password, demo=True)
    raise EnvironmentError_("tui.start.no_seat", mode=mode)


# ---- showing it ------------------------------------------------------------------------------------------------------


TERMINATED = 128 + signal.SIGTERM
LOOK_S = 1.0
"""Real seconds between two looks at whether the terminal is still there."""
SWITCH_S = 0.001
"""How long a thread at work may keep a key waiting."""


async def _at_desk(app: DeskApp, opened: Opened) -> int:
    """The desk of somebody whose files are open: painted first, and only then connected."""
    # The first paint comes before the first try: nothing is said of a server that nobody has asked yet.
    opened.desk.sight.link.begin()
    app.take_seat(opened.desk)
    if app.mode == "desk":
        from agent_tui.tui.screens.first import FirstScreen

        app.begin_with(FirstScreen(opened.desk, app.words, app.painter, opened.desk.sight.clock.now()))
    app.demo_password = opened.password if opened.demo else ""
    app.connect_with(lambda: opened.desk.connect(opened.password))
    waiting = asyncio.create_task(_when_live(opened))
    try:
        return await _shown(app)
    finally:
        waiting.cancel()
        await opened.desk.close()


async def _at_entrance(app: DeskApp, entry: Entry, given: Typed) -> int:
    """The sign-in screen, and the desk of whoever it let in."""
    from agent_tui.tui.screens.sign_in import SignInScreen

    let_in: list[Opened] = []
    waiting: list[asyncio.Task[None]] = []

    async def enter(typed: Typed) -> None:
        let_in.append(await entry.enter(typed))
        waiting.append(asyncio.create_task(_when_live(let_in[0])))
        await app.admit(let_in[0].desk)

    app.begin_at(SignInScreen(app.words, app.painter, app.mode, given, enter))
    try:
        return await _shown(app)
    finally:
        for task in waiting:
            task.cancel()
        for opened in let_in:
            await opened.desk.close()


async def _shown(app: DeskApp) -> int:
    """Exit code, once the person has left; AgentTuiError where it ended by one."""
    sys.setswitchinterval(SWITCH_S)
    # Without its terminal there is nobody to serve, whatever its starter did about this signal; all is on the disk.
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    # Told to end, it gives the terminal back first.
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, lambda: app.exit(return_code=TERMINATED))
    look_for_terminal(asyncio.get_running_loop(), sys.stdin.fileno())
    await app.run_async()
    if isinstance(app.failure, AgentTuiError):
        raise app.failure
    if app.failure is not None:
        return crashed(app.failure, app.words.language)
    return app.return_code or 0


def look_for_terminal(loop: asyncio.AbstractEventLoop, terminal: int) -> None:
    """SIGHUP once the terminal is gone: the kernel tells only whoever leads the session; whoever was started by that, as
    by `make`, looks."""
    if os.isatty(terminal):
        loop.call_later(LOOK_S, look_for_terminal, loop, terminal)
    else:
        signal.raise_signal(signal.SIGHUP)


async def _when_live(opened: Opened) -> None:
    """A live connection proves the password right."""
    live = asyncio.Event()

    def told(_: object) -> None:
        # Not through a view: the selectors are loaded after the first paint.
        if opened.desk.sight.link.connection is Connection.LIVE:
            live.set()

    stop = opened.desk.watch(told)
    told(None)
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
