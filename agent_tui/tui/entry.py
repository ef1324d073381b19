"""How a person comes to their desk: from server, login and password to the keys of the profile, its files, and a server
that accepts them. Each step that fails is one sentence, and nothing is left open behind it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import msgspec

from agent_tui.config import address, profiles, secrets
from agent_tui.config.lease import Lease
from agent_tui.config.model import Settings
from agent_tui.config.server_key import Pin
from agent_tui.config.server_key import check as server_key_check
from agent_tui.desk.build import open_desk
from agent_tui.desk.desk import Desk
from agent_tui.desk.profile import Profile
from agent_tui.errors import InputError, Offline, StoreError
from agent_tui.i18n.message import Msg

CLOSED = "tui.start.vault_closed"
"""The password does not open what is kept here for this person."""
PATIENCE_S = 2.0
"""Whoever was here before waits so long for a server that says nothing, and then sees what is kept here."""


class Opened(msgspec.Struct, frozen=True):
    """A desk over its files, and what signs it in."""

    desk: Desk
    password: str
    demo: bool = False
    accepted: Callable[[], None] = lambda: None
    """To be called once the server has accepted the person."""
    drafts: Path | None = None
    """Folder of an author's blueprint drafts."""


class Typed(msgspec.Struct, frozen=True):
    """What stands on the sign-in screen."""

    server: str
    login: str
    password: str
    former: str = ""
    """The password of before, which still closes what is kept here."""


class Entry:
    """Of one profile on this machine."""

    def __init__(self, settings: Settings, name: str, language: str, server_key: str = "") -> None:
        """`server_key`: that of the server, as an administrator named it. ConfigError when the profile's file,
        or that of the server's key, is damaged."""
        named = server_key or settings.desk.server_key
        self._pin = Pin(profiles.folder(name), server_key_check(named) if named else "")
        self._pin.key()
        self._settings, self._name, self._language = settings, name, language
        self.known = profiles.read(name)

    def open(self, typed: Typed) -> Opened:
        """The desk over the profile's files; nothing is sent anywhere. UsageError, InputError, ConfigError, StoreError:
        with the key CLOSED the password of before may help."""
        return self._over_files(typed, self._keys(typed))

    def _over_files(self, typed: Typed, keys: secrets.Keys) -> Opened:
        url, login = typed.server.strip(), typed.login.strip()
        folder = profiles.folder(self._name)
        made = profile(self._name, folder, url, login, self._language, keys)
        desk = open_desk(msgspec.structs.replace(made, tls=self._settings.tls, pin=self._pin))

        def accepted() -> None:
            profiles.write(self._name, profiles.Known(url=url, login=login))
            if typed.former and self._settings.vault.backend == "file":
                secrets.reseal(folder, keys, typed.password)

        return Opened(desk, typed.password, accepted=accepted)

    async def enter(self, typed: Typed) -> Opened:
        """The same, and the server has accepted the person; without a server, or with one that keeps silent, only who was
        accepted here before, since nothing else proves them. AgentTuiError: then all is closed again."""
        # Opening the vault takes tenths of a second on purpose; the files belong to the thread that opens them.
        opened = self._over_files(typed, await asyncio.to_thread(self._keys, typed))
        try:
            reached = await opened.desk.connect(typed.password, PATIENCE_S if self.known else None)
            if not reached and self.known is None:
                raise _no_way_in(opened.desk.sight.link.why)
        except BaseException:
            await opened.desk.close()
            raise
        if not reached:
            return opened
        await asyncio.to_thread(opened.accepted)
        return msgspec.structs.replace(opened, accepted=lambda: None)

    def _keys(self, typed: Typed) -> secrets.Keys:
        """The keys of the profile. A password that does not open them was changed at the server, then the former one
        does; or, if nobody was ever accepted here, the first one was mistyped and there is nothing to lose."""
        if not typed.server.strip() or not typed.login.strip() or not typed.password:
            raise InputError("tui.sign_in.incomplete")
        address.check(typed.server.strip(), plain=self._settings.tls.plain)
        backend = self._settings.vault.backend
        try:
            return secrets.open_keys(backend, profiles.folder(self._name), typed.password)
        except StoreError as error:
            if error.key != CLOSED:
                raise
            if self.known is None:
                profiles.put_aside(self._name)
                return secrets.open_keys(backend, profiles.folder(self._name), typed.password)
            if not typed.former:
                raise
            return secrets.open_keys(backend, profiles.folder(self._name), typed.former)


def _no_way_in(why: Msg | None) -> Offline:
    """What keeps somebody out who was never here: nothing of theirs is kept, so nothing can be gone on with."""
    if why is None or why.key == "desk.connection.unreachable":
        return Offline("tui.sign_in.unreachable")
    return Offline(why.key, **why.args)


def profile(name: str, folder: Path, url: str, login: str, language: str, keys: secrets.Keys) -> Profile:
    """Whose desk it is and where its files are."""
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
        proof=keys,
        forget=lambda: secrets.destroy(keys.backend, folder),
    )
