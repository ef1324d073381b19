"""Serving: a socket of our own, one line when ready, an end within a second with streams open."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import signal
import socket
import sys
import threading
from collections.abc import Iterator

import uvicorn

from agent_tui.config import tls
from agent_tui.errors import EnvironmentError_, PortBusy
from agent_tui.server.bus import Bus
from agent_tui.server.options import ServerOptions

GRACE_S = 1


def bind(host: str, port: int) -> socket.socket:
    """A listening socket; PortBusy when another program has the port."""
    sock = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((host, port))
        sock.listen(512)
    except OSError as error:
        sock.close()
        if error.errno == errno.EADDRINUSE:
            raise PortBusy("server.error.port_busy", host=host, port=port) from None
        raise EnvironmentError_("server.error.cannot_listen", host=host, port=port, detail=error.strerror) from None
    return sock


class PoliteServer(uvicorn.Server):
    """Tells streams to say `bye` before connections are waited for."""

    def __init__(self, config: uvicorn.Config, bus: Bus, ready: str) -> None:
        super().__init__(config)
        self._bus = bus
        self._ready = ready
        self.warning = ""
        """Said once it listens, on stderr."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        if not self.should_exit:
            print(self._ready, flush=True)
            if self.warning:
                print(self.warning, file=sys.stderr, flush=True)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._bus.close()
        await super().shutdown(sockets=sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """A signal asks for a clean end with exit code 0; it is not raised again afterwards."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        loop = asyncio.get_running_loop()
        for name in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(name, self._ask_to_end)
        try:
            yield
        finally:
            for name in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(name)

    def _ask_to_end(self) -> None:
        self.should_exit = True


class _KindOnly(logging.Filter):
    """Of a failure in the HTTP server only the kind is logged: its words and the values on the way may be personal, and a
    request that is cut off by a polite end is nothing to print a traceback for."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info and record.exc_info[0] is not None:
            record.msg, record.args = f"{record.getMessage().strip()}: {record.exc_info[0].__name__}", ()
            record.exc_info = record.exc_text = None
        return True


logging.getLogger("uvicorn.error").addFilter(_KindOnly())


def make_server(options: ServerOptions, sock: socket.socket) -> PoliteServer:
    """A server ready to `run(sockets=[sock])`."""
    from agent_tui.server.build import build_server

    context = tls.server(options.tls_cert, options.tls_key, options.tls_client_ca) if options.tls_cert else None
    app = build_server(options)
    host, port = sock.getsockname()[:2]
    config = uvicorn.Config(
        app,
        ssl_context_factory=(lambda *_: context) if context else None,
        # Otherwise anybody on this machine could write the address that guessing is counted by.
        proxy_headers=bool(options.proxies),
        forwarded_allow_ips=options.proxies or None,
        server_header=False,
        log_config=None,
        access_log=False,
        loop="uvloop",
        http="httptools",
        lifespan="on",
        timeout_graceful_shutdown=GRACE_S,
    )
    shown, scheme = f"[{host}]" if ":" in host else host, "https" if context else "http"
    return PoliteServer(config, app.state.services.bus, f"listening {scheme}://{shown}:{port}")


def serve(options: ServerOptions, warning: str = "") -> int:
    """Say `warning` once it listens, and serve until SIGINT or SIGTERM. AgentTuiErrors when it cannot start."""
    sock = bind(options.host, options.port)
    try:
        server = make_server(options, sock)
        server.warning = warning
        server.run(sockets=[sock])
    finally:
        sock.close()
        sys.stdout.flush()
    return 0
