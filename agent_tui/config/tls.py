"""Certificates and keys in files: read into a TLS context, with one sentence for a file that cannot be used."""

from __future__ import annotations

import ssl
from pathlib import Path

from agent_tui.errors import ConfigError

LEAST = ssl.TLSVersion.TLSv1_2


def client(ca: str, cert: str, key: str) -> ssl.SSLContext:
    """For a desk: the server's certificate is always verified, against the authorities in `ca` or else the system's;
    `cert` and `key` are shown to a server that asks. ConfigError names the setting and the file."""
    made = ssl.create_default_context() if not ca else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.minimum_version = LEAST
    if ca:
        _trust(made, "tls.ca", ca)
    if cert:
        _show(made, "tls.cert", cert, key)
    return made


def server(cert: str, key: str, client_ca: str) -> ssl.SSLContext:
    """For a server: `client_ca` makes it refuse whoever shows no certificate of those authorities. ConfigError names
    the setting and the file."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.minimum_version = LEAST
    _show(made, "server.tls_cert", cert, key)
    if client_ca:
        _trust(made, "server.tls_client_ca", client_ca)
        made.verify_mode = ssl.CERT_REQUIRED
    return made


def _trust(made: ssl.SSLContext, setting: str, file: str) -> None:
    path = _there(setting, file)
    try:
        made.load_verify_locations(str(path))
    except (OSError, ValueError):
        raise ConfigError("config.tls_no_certificate", setting=setting, file=str(path)) from None


def _show(made: ssl.SSLContext, setting: str, cert: str, key: str) -> None:
    """The key may stand in the certificate's file."""
    path = _there(setting, cert)
    key_path = _there(setting.replace("cert", "key"), key) if key else path
    asked = []

    def passphrase() -> str:
        # OpenSSL would ask on the terminal otherwise, and a server has none.
        asked.append(True)
        return ""

    try:
        made.load_cert_chain(str(path), str(key_path), passphrase)
    except (OSError, ValueError):
        name = "config.tls_passphrase" if asked else "config.tls_no_pair"
        raise ConfigError(name, setting=setting, file=str(path), private=str(key_path)) from None


def _there(setting: str, file: str) -> Path:
    path = Path(file).expanduser()
    if not path.is_file():
        raise ConfigError("config.tls_missing", setting=setting, file=str(path))
    return path
