"""`agent-tui serve`: the backend, until SIGINT or SIGTERM. Prints `listening URL` once it answers."""

from __future__ import annotations

import argparse
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from agent_tui.cli.where import add_database, resolve
from agent_tui.config.address import LOOPBACK
from agent_tui.errors import ConfigError, UsageError
from agent_tui.i18n.catalog import say
from agent_tui.server.place import Remote, Where

if TYPE_CHECKING:
    from agent_tui.server.options import ServerOptions

FASTEST = 3600.0
SURE = 0.4
"""Share of certainty below which a trained triage is not followed."""
LAST_PORT = 65_535


def add_arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """Everything has a default from the settings; nothing must be given."""

    def text(name: str) -> str:
        return say(f"server.cli.{name}", language)

    add_database(parser, text("database"), language)
    parser.add_argument("--host", metavar="ADDRESS", default=None, help=text("host"))
    parser.add_argument("--port", metavar="N", type=int, default=None, help=text("port"))
    parser.add_argument("--centre", metavar="FOLDER", type=Path, default=None, help=text("centre"))
    parser.add_argument("--policy", metavar="FOLDER", type=Path, default=None, help=text("policy"))
    model = say("triage.help.serve", language), say("triage.help.serve_sure", language)
    parser.add_argument("--triage", metavar="MODEL", type=Path, default=None, help=model[0])
    parser.add_argument("--triage-sure", metavar="N", type=float, default=SURE, help=model[1])
    parser.add_argument(
        "--triage-sentences",
        metavar="FOLDER",
        type=Path,
        default=None,
        help=say("triage.help.serve_sentences", language),
    )
    parser.add_argument("--clock-speed", metavar="N", type=float, default=None, help=text("clock_speed"))
    parser.add_argument("--clock-start", metavar="MOMENT", default=None, help=text("clock_start"))
    for name in ("checkpoints", "siem"):
        parser.add_argument(
            f"--{name}", metavar="FILE", type=Path, default=None, help=say(f"audit.cli.serve_{name}", language)
        )
    parser.add_argument(
        "--review-every", metavar="MINUTES", type=int, default=0, help=say("review.cli.every", language)
    )
    parser.add_argument(
        "--fault", metavar="ACTION=HOW", action="append", default=[], help=say("authority.fault.help", language)
    )
    for name in ("tls-cert", "tls-key", "tls-client-ca"):
        help_ = text(name.replace("-", "_"))
        parser.add_argument(f"--{name}", metavar="FILE", type=Path, default=None, help=help_)
    parser.add_argument("--simulation", action="store_true", help=text("simulation"))


def _moment(given: str | None) -> datetime | None:
    if given is None:
        return None
    try:
        moment = datetime.fromisoformat(given)
    except ValueError:
        raise UsageError("server.error.bad_moment", text=given) from None
    if moment.tzinfo is None:
        raise UsageError("server.error.bad_moment", text=given)
    return moment


def _clock(speed: float | None, start: datetime | None) -> str:
    """A speed of 0 is a clock that stands until it is moved."""
    if speed is None and start is None:
        return "system"
    if speed is not None and not 0 <= speed <= FASTEST:
        raise UsageError("server.error.bad_speed", speed=f"{speed:g}")
    return "manual" if speed == 0 else "scaled"


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)


def _folder(name: str) -> Path | None:
    """ConfigError when a folder is named that is not there; None when none is named."""
    if not name:
        return None
    path = Path(name).expanduser()
    if not path.is_dir():
        raise ConfigError("server.error.no_folder", path=str(path))
    return path


def _database(args: argparse.Namespace) -> Where:
    """Where the ledger is. UsageError for a clock of its own on a database that other processes serve too."""
    database = resolve(args.database, args.keys)
    if isinstance(database, Remote) and (args.clock_speed is not None or args.clock_start is not None):
        raise UsageError("server.error.pg_clock")
    return database


def options(args: argparse.Namespace) -> ServerOptions:
    """The options the command line means. UsageError or ConfigError names what is wrong."""
    from agent_tui.config.load import load
    from agent_tui.server.options import ServerOptions

    if args.port is not None and not 0 <= args.port <= LAST_PORT:
        raise UsageError("server.error.bad_port", port=args.port)
    if not 0 <= args.triage_sure <= 1:
        raise UsageError("triage.error.sure", given=f"{args.triage_sure:g}")
    flags = {
        "server.host": args.host,
        "server.port": args.port,
        "server.centre": _text(args.centre),
        "server.policy": _text(args.policy),
        "server.tls_cert": _text(args.tls_cert),
        "server.tls_key": _text(args.tls_key),
        "server.tls_client_ca": _text(args.tls_client_ca),
    }
    kept = load(flags).server
    start = _moment(args.clock_start)
    return ServerOptions(
        database=_database(args),
        host=kept.host,
        port=kept.port,
        clock=_clock(args.clock_speed, start),
        clock_start=start,
        clock_speed=args.clock_speed if args.clock_speed is not None else 1.0,
        centre=_folder(kept.centre),
        policy=_folder(kept.policy),
        checkpoints=args.checkpoints,
        siem=args.siem,
        review_every_minutes=max(0, args.review_every),
        triage=args.triage,
        triage_sure=args.triage_sure,
        triage_sentences=args.triage_sentences,
        faults=tuple(args.fault),
        tls_cert=kept.tls_cert,
        tls_key=kept.tls_key,
        tls_client_ca=kept.tls_client_ca,
        proxies=kept.proxies,
        requests_per_s=kept.requests_per_s,
        body_kib=kept.body_kib,
        simulation=args.simulation,
    )


def run(args: argparse.Namespace, language: str) -> int:
    """Serve; AgentTuiErrors when it cannot start."""
    from agent_tui.server.run import serve

    chosen = options(args)
    plain = not chosen.tls_cert and chosen.host not in LOOPBACK and not chosen.proxies
    return serve(chosen, say("server.cli.no_tls", language, host=chosen.host) if plain else "")
