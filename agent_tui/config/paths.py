"""Where files live on this machine, by the platform's habit; `AGENT_TUI_HOME` moves everything into one folder."""

from __future__ import annotations

import os
from pathlib import Path

APP = "agent-tui"
HOME = "AGENT_TUI_HOME"


def home() -> Path | None:
    """The folder that holds everything, if `AGENT_TUI_HOME` says so."""
    value = os.environ.get(HOME)
    return Path(value).expanduser() if value else None


def _place(under_home: str, kind: str) -> Path:
    own = home()
    if own is not None:
        return own / under_home
    # platformdirs is wanted only where nothing is overridden, and costs a few milliseconds at start.
    import platformdirs

    return Path(getattr(platformdirs, kind)(APP, appauthor=False))


def config_dir() -> Path:
    """The person's settings, profiles, and a site's own themes and scripts."""
    return _place("config", "user_config_dir")


def system_dir() -> Path:
    """Settings of the whole machine, below the person's."""
    return _place("system", "site_config_dir")


def data_dir() -> Path:
    """Databases of the server, caches and journals of desks."""
    return _place("data", "user_data_dir")


def state_dir() -> Path:
    """Logs and what may be thrown away."""
    return _place("state", "user_state_dir")


def run_dir() -> Path:
    """What processes of this machine tell each other while they live."""
    own = home()
    if own is not None:
        return own / "run"
    return _place("run", "user_runtime_dir") if os.environ.get("XDG_RUNTIME_DIR") else state_dir() / "run"


def log_file() -> Path:
    """Where an unexpected failure is written down."""
    return state_dir() / "agent-tui.log"


def private(folder: Path) -> Path:
    """`folder`, made if missing, open to its owner only (mode 0700). OSError where that cannot be."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    return folder


def write_private(path: Path, data: bytes) -> None:
    """Write a file only its owner may read (mode 0600), all of it or nothing."""
    private(path.parent)
    waiting = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(waiting, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        waiting.replace(path)
    finally:
        waiting.unlink(missing_ok=True)
