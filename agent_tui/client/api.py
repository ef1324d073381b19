"""HTTP to the server: one client, one seam for the transport, every failure one of our errors."""

from __future__ import annotations

import logging
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, Protocol, TypeVar
from urllib.parse import urlsplit

import httpx
import httpx_sse
import msgspec

from agent_tui.client.problems import Declined, error_of
from agent_tui.config.address import LOOPBACK
from agent_tui.config.model import TlsSettings
from agent_tui.errors import BadAnswer, Offline

T = TypeVar("T")

CONNECT_S, READ_S = 3.0, 10.0
SILENCE_S = 15.0
"""A stream without a word for this long is dead; the server beats every 5 s."""
NO_TLS = TlsSettings()
_JSON = {"content-type": "application/json"}

# It logs whole addresses, and what is searched for stands in them.
logging.getLogger("httpx").setLevel(logging.WARNING)


class Proof(Protocol):
    """What a device signs with in its own name (`config.secrets.Keys`)."""

    @property
    def public(self) -> str:
        """`ed25519:<hex>`."""

    def sign(self, text: bytes) -> str:
        """`ed25519:<hex>`."""


class Api:
    """Everything asked of the server goes through `call` and `events`."""

    def __init__(
        self,
        url: str,
        device_id: str,
        client_version: str = "",
        transport: httpx.AsyncBaseTransport | None = None,
        tls: TlsSettings = NO_TLS,
    ) -> None:
        """`tls` counts for https only. ConfigError for a certificate that cannot be used."""
        parts = urlsplit(url)
        self.token = ""
        self.device_id = device_id
        self.client_version = client_version
        self.proof: Proof | None = None
        self.on_revoked: Callable[[], None] = lambda: None
        """Called at any answer that says this device must forget everything."""
        self._client = httpx.AsyncClient(
            base_url=url,
            transport=transport,
            timeout=httpx.Timeout(READ_S, connect=CONNECT_S),
            headers={"x-device-id": device_id, "x-client-version": client_version},
            # A proxy is for the way out of the building, never for this machine.
            trust_env=parts.hostname not in LOOPBACK,
            # Without TLS there is nothing to verify, and loading the authorities takes longer than the first answer.
            verify=_context(tls) if parts.scheme == "https" else False,
        )

    async def call(
        self,
        method: str,
        path: str,
        kind: type[T],
        *,
        body: Any = None,
        params: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> T:
        """The decoded answer. Offline (TryLater), BadAnswer, Declined."""
        self._check_open()
        content = None if body is None else msgspec.json.encode(body)
        try:
            answer = await self._client.request(
                method,
                path,
                content=content,
                params=dict(params or {}),
                headers={**self._headers(), **_JSON, **(headers or {})},
            )
        except httpx.HTTPError as error:
            raise unreachable(error) from None
        self._check(answer, answer.content)
        if kind is type(None):
            return None  # type: ignore[return-value,unused-ignore]
        return decode(answer.content, kind)

    @asynccontextmanager
    async def events(
        self, path: str, params: Mapping[str, str]
    ) -> AsyncIterator[AsyncIterator[httpx_sse.ServerSentEvent]]:
        """A stream of server-sent events; Offline when it breaks or goes silent."""
        self._check_open()
        timeout = httpx.Timeout(SILENCE_S, connect=CONNECT_S)
        try:
            async with httpx_sse.aconnect_sse(
                self._client, "GET", path, params=dict(params), headers=self._headers(), timeout=timeout
            ) as source:
                if source.response.status_code >= 300:
                    self._check(source.response, await source.response.aread())
                yield source.aiter_sse()
        except httpx.TimeoutException:
            raise Offline("desk.connection.silent") from None
        except httpx_sse.SSEError:
            raise BadAnswer("desk.connection.not_ours", what="no event stream") from None
        except httpx.HTTPError as error:
            raise unreachable(error) from None

    async def close(self) -> None:
        await self._client.aclose()

    def _check_open(self) -> None:
        """Whoever asks while the desk ends is told what anybody without a line is told."""
        if self._client.is_closed:
            raise Offline("desk.connection.unreachable")

    def _check(self, answer: httpx.Response, body: bytes) -> None:
        if answer.status_code < 300:
            return
        headers = answer.headers
        error = error_of(answer.status_code, headers.get("content-type", ""), body, headers.get("retry-after"))
        if isinstance(error, Declined) and error.problem.name == "device-revoked":
            self.on_revoked()
        raise error

    def _headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}"} if self.token else {}


def unreachable(error: BaseException) -> Offline:
    """Why no answer came: a certificate that does not hold is another matter than a server that is not there."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return Offline("desk.connection.certificate", what=cause.verify_message)
        cause = cause.__cause__ or cause.__context__
    return Offline("desk.connection.unreachable")


def _context(tls: TlsSettings) -> ssl.SSLContext:
    from agent_tui.config.tls import client

    return client(tls.ca, tls.cert, tls.key)


def decode(body: bytes | str, kind: type[T]) -> T:
    """BadAnswer when it is not what this program understands."""
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise BadAnswer("desk.connection.not_ours", what=kind.__name__) from None
