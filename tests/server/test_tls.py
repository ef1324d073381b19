"""TLS on both ends, with certificates made here: a desk believes nobody else, a server lets nobody else in."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from agent_tui.client import endpoints
from agent_tui.client.api import Api
from agent_tui.config import address, tls
from agent_tui.config.model import TlsSettings
from agent_tui.errors import ConfigError, Offline, UsageError
from agent_tui.i18n.catalog import LANGUAGES, say
from agent_tui.server.options import ServerOptions
from agent_tui.server.run import bind, make_server
from tests.server import bench

pytestmark = pytest.mark.one_engine("what stands before the ledger")
PLAIN = serialization.NoEncryption()


class Authority(NamedTuple):
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def authority(name: str) -> Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    return Authority(_build(_name(name), _name(name), key, key, authority=True), key)


def _build(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    signer: ec.EllipticCurvePrivateKey,
    *,
    authority: bool = False,
) -> x509.Certificate:
    now = datetime.now(UTC)
    usage = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
    )
    if not authority:
        made = made.add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), False)
        made = made.add_extension(x509.ExtendedKeyUsage(usage), critical=False)
    return made.sign(signer, SHA256())


def issue(ca: Authority, folder: Path, name: str, lock: serialization.KeySerializationEncryption = PLAIN) -> Path:
    """`<name>.pem` with its key in `<name>.key`; returns the former."""
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = _build(_name(name), ca.certificate.subject, key, ca.key)
    pem = folder / f"{name}.pem"
    pem.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8)
    pem.with_suffix(".key").write_bytes(key.private_bytes(*form, lock))
    return pem


class Files(NamedTuple):
    ca: str
    server: str
    server_key: str
    desk: str
    desk_key: str
    stranger_ca: str


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    folder = tmp_path_factory.mktemp("tls")
    ours, theirs = authority("bank"), authority("somebody")
    for name, one in (("ca", ours), ("other", theirs)):
        (folder / f"{name}.pem").write_bytes(one.certificate.public_bytes(serialization.Encoding.PEM))
    server, desk = issue(ours, folder, "server"), issue(ours, folder, "desk")
    return Files(
        str(folder / "ca.pem"),
        str(server),
        str(server.with_suffix(".key")),
        str(desk),
        str(desk.with_suffix(".key")),
        str(folder / "other.pem"),
    )


@contextlib.contextmanager
def serving(folder: Path, **options: Any) -> Iterator[str]:
    """A real server on a socket of its own; yields its address."""
    sock = bind("127.0.0.1", 0)
    server = make_server(ServerOptions(database=folder / "server.db", port=0, jobs=False, **options), sock)
    app: Any = server.config.app
    bench.add_centre(app.state.services)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]})
    thread.start()
    try:
        yield f"{'https' if options else 'http'}://127.0.0.1:{sock.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        sock.close()


async def reaches(url: str, settings: TlsSettings) -> bool:
    """Whether a desk with these settings can sign in."""
    api = Api(url, "d1", tls=settings)
    try:
        return (await endpoints.sign_in(api, "chen", bench.PASSWORD)).agent_id == "a1"
    except Offline:
        return False
    finally:
        await api.close()


async def test_a_desk_believes_only_the_authority_it_was_given(files: Files, tmp_path: Path) -> None:
    with serving(tmp_path, tls_cert=files.server, tls_key=files.server_key) as url:
        assert await reaches(url, TlsSettings(ca=files.ca))
        assert not await reaches(url, TlsSettings(ca=files.stranger_ca))
        assert not await reaches(url, TlsSettings())
        assert not await reaches(url.replace("https", "http"), TlsSettings())


async def test_a_server_that_asks_for_certificates_lets_nobody_else_in(files: Files, tmp_path: Path) -> None:
    stranger = issue(authority("somebody"), tmp_path, "stranger")
    with serving(tmp_path, tls_cert=files.server, tls_key=files.server_key, tls_client_ca=files.ca) as url:
        assert await reaches(url, TlsSettings(ca=files.ca, cert=files.desk, key=files.desk_key))
        assert not await reaches(url, TlsSettings(ca=files.ca))
        assert not await reaches(
            url, TlsSettings(ca=files.ca, cert=str(stranger), key=str(stranger.with_suffix(".key")))
        )


def test_nothing_older_than_tls_1_2_is_spoken(files: Files) -> None:
    assert tls.server(files.server, files.server_key, "").minimum_version >= tls.LEAST
    assert tls.client(files.ca, "", "").minimum_version >= tls.LEAST
    assert tls.client("", "", "").verify_mode == tls.server(files.server, files.server_key, files.ca).verify_mode


@pytest.mark.parametrize(
    ("given", "key"),
    [
        ({"tls_cert": "none.pem"}, "config.tls_missing"),
        ({"tls_cert": "ca"}, "config.tls_no_pair"),
        ({"tls_cert": "locked"}, "config.tls_passphrase"),
        ({"tls_cert": "server", "tls_client_ca": "text"}, "config.tls_no_certificate"),
    ],
)
def test_a_file_that_cannot_be_used_stops_the_start_with_its_name(
    files: Files, tmp_path: Path, given: dict[str, str], key: str
) -> None:
    locked = issue(authority("bank"), tmp_path, "locked", serialization.BestAvailableEncryption(b"word"))
    (tmp_path / "text.pem").write_text("no certificate")
    known = {
        "none.pem": (str(tmp_path / "none.pem"), ""),
        "ca": (files.ca, files.desk_key),
        "locked": (str(locked), str(locked.with_suffix(".key"))),
        "server": (files.server, files.server_key),
    }
    cert, private = known[given["tls_cert"]]
    asked = str(tmp_path / "text.pem") if "tls_client_ca" in given else ""
    with pytest.raises(ConfigError) as told:
        tls.server(cert, private, asked)
    assert told.value.key == key
    assert all("{" not in say(key, language, **told.value.args_) for language in LANGUAGES)


def test_a_password_never_travels_readable_to_another_machine() -> None:
    for url in ("http://10.0.0.7:8420", "http://desk.bank.example"):
        with pytest.raises(UsageError) as told:
            address.check(url)
        assert told.value.key == "tui.start.plain_url"
        assert address.check(url, plain=True) == url
    for url in ("https://10.0.0.7", "http://127.0.0.1:8420", "http://[::1]:8420", "http://localhost:1"):
        assert address.check(url) == url
