"""`agent-tui` and `python -m agent_tui`: starts the terminal or a subcommand, and nothing else does."""

from __future__ import annotations

import gc
import os
import sys

from agent_tui.cli import failure
from agent_tui.cli.main import Line, language_of, mode_arguments, run, split_language


def _quirks() -> None:
    """What a terminal needs before Textual is imported, which reads it once.

    iTerm2 drops text composed by an input method while the kitty keyboard protocol is on (outside tmux, which
    does not pass that protocol on); whoever sets the variable decides.
    """
    if "iterm" in os.environ.get("TERM_PROGRAM", "").lower() and not os.environ.get("TMUX"):
        os.environ.setdefault("TEXTUAL_DISABLE_KITTY_KEY", "1")


def _spare_the_desk() -> None:
    """httpx brings a command line of its own along where it can, with its parser, a highlighter and progress bars: 3 MiB
    and a tenth of a second of every desk. What is None among the modules counts as not installed."""
    sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]


def _dispatch(argv: list[str], language: str) -> int:
    line = Line(split_language(argv)[1])
    if line.mode is None:
        return run(argv, language)
    args = mode_arguments(line.mode, line.rest, language)
    _quirks()
    _spare_the_desk()
    # Nearly everything made during the start stays; `tui.app` switches the collector on again.
    gc.disable()
    from agent_tui.tui import start

    return start.run(line.name, args)


def main() -> int:
    """Exit code for the shell."""
    argv = sys.argv[1:]
    failure.open_streams()
    language = failure.readable(language_of(argv))
    return failure.guard(lambda: _dispatch(argv, language), language)


if __name__ == "__main__":
    sys.exit(main())
