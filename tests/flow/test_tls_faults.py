"""A certificate that does not hold, or a handshake that breaks: one sentence about it, no password sent, everything kept."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

from agent_tui.config.model import TlsSettings
from agent_tui.desk import views
from agent_tui.desk.build import open_desk
from agent_tui.desk.desk import Desk
from agent_tui.desk.door import Submitted
from agent_tui.domain.commands import RaiseWorkOrder
from agent_tui.i18n.catalog import LANGUAGES, say
from tests.flow.backend import LOGIN, PASSWORD, Backend
from tests.flow.conftest import connection, pending, until
from tests.flow.seed import profile

ORDER = RaiseWorkOrder(group="cards", title="称收不到对账单", text="请核实")
HERE, ELSEWHERE = "127.0.0.1", "127.0.0.9"


def certificate(folder: Path, name: str, *, address: str = HERE, ends_in_h: float = 1) -> Path:
    """A certificate that is its own authority, with its key in the same file."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=48))
        .not_valid_after(now + timedelta(hours=ends_in_h))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, SHA256())
    )
    pem = folder / f"{name}.pem"
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    pem.write_bytes(made.public_bytes(serialization.Encoding.PEM) + key.private_bytes(*form))
    return pem


class Front:
    """Speaks TLS before the real server, with whatever certificate it is given; without one it hangs up at the greeting."""

    def __init__(self, backend: Backend) -> None:
        self._behind = int(backend.url.rpartition(":")[2])
        self.port = 0
        self.plain: list[bytes] = []
        """What arrived before anything was encrypted."""
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Task[None]] = set()

    async def show(self, pem: Path | None) -> None:
        """From now on this certificate; every connection there was is gone."""
        await self.stop()
        context = None
        if pem is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(pem)
        self._server = await asyncio.start_server(
            self._take if context else self._hang_up, HERE, self.port, ssl=context
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)
        # A handshake that the desk broke off ends within the next turns of the loop; nobody else holds it.
        await asyncio.sleep(0.01)

    @contextlib.contextmanager
    def _held(self, writer: asyncio.StreamWriter) -> Iterator[None]:
        """Until the end of the block or `stop`; then nothing of the connection is left."""
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        try:
            yield
        finally:
            self._open.discard(task)
            writer.transport.abort()

    async def _hang_up(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with self._held(writer):
            self.plain.append(await reader.read(5))

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with self._held(writer):
            inner, out = await asyncio.open_connection(HERE, self._behind)
            try:
                await asyncio.gather(_pass(reader, out), _pass(inner, writer))
            finally:
                out.transport.abort()


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    writer.transport.abort()


@pytest.fixture
def backend(tmp_path: Path) -> Iterator[Backend]:
    served = Backend(tmp_path).start()
    yield served
    served.stop()


@pytest.fixture
async def front(backend: Backend) -> AsyncIterator[Front]:
    shown = Front(backend)
    yield shown
    await shown.stop()


@contextlib.asynccontextmanager
async def desk_at(folder: Path, front: Front, trusted: Path) -> AsyncIterator[Desk]:
    made = profile(folder / "profile", url=f"https://{HERE}:{front.port}", login=LOGIN)
    made.tls = TlsSettings(ca=str(trusted))
    opened = open_desk(made)
    try:
        yield opened
    finally:
        await opened.close()


def says(desk: Desk) -> str:
    """The key of the one sentence about the line; complete in every language."""
    why = desk.view(views.StatusOf()).why
    assert why is not None
    for language in LANGUAGES:
        sentence = say(why.key, language, **why.args)
        assert "{" not in sentence and "Traceback" not in sentence and "\n" not in sentence
    return why.key


def keeps(desk: Desk) -> bool:
    return isinstance(desk.submit(ORDER), Submitted) and "RaiseWorkOrder" in pending(desk)


@pytest.mark.parametrize("fault", ["expired", "wrong_name", "stranger"])
async def test_a_certificate_that_does_not_hold_is_said_and_nothing_is_lost(
    tmp_path: Path, front: Front, fault: str
) -> None:
    bad = certificate(
        tmp_path,
        "bad",
        address=ELSEWHERE if fault == "wrong_name" else HERE,
        ends_in_h=-24 if fault == "expired" else 1,
    )
    await front.show(bad)
    async with desk_at(tmp_path, front, certificate(tmp_path, "ours") if fault == "stranger" else bad) as desk:
        await desk.connect(PASSWORD)
        assert (connection(desk), says(desk)) == ("offline", "desk.connection.certificate")
        assert keeps(desk)


async def test_a_line_cut_in_the_handshake_is_a_server_out_of_reach(tmp_path: Path, front: Front) -> None:
    ours = certificate(tmp_path, "ours")
    await front.show(None)
    async with desk_at(tmp_path, front, ours) as desk:
        await desk.connect(PASSWORD)
        assert (connection(desk), says(desk)) == ("offline", "desk.connection.unreachable")
        assert keeps(desk)
        assert all(PASSWORD.encode() not in said for said in front.plain)
        await front.show(ours)
        await until(lambda: connection(desk) == "live" and not pending(desk), "sent once the line is good")


async def test_another_key_in_the_middle_of_the_work_stops_everything_until_the_right_one_is_back(
    tmp_path: Path, front: Front
) -> None:
    ours, theirs = certificate(tmp_path, "ours"), certificate(tmp_path, "theirs")
    await front.show(ours)
    async with desk_at(tmp_path, front, ours) as desk:
        await desk.connect(PASSWORD)
        await until(lambda: connection(desk) == "live", "live")
        await front.show(theirs)
        await until(lambda: connection(desk) == "offline" and says(desk) == "desk.connection.certificate", "noticed")
        assert keeps(desk)
        await front.show(ours)
        await until(lambda: connection(desk) == "live" and not pending(desk), "sent to the right one")
