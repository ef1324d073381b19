"""Signing in and staying so: a short-lived token, renewed at half of its life.

The password is held, in memory only and overwritten at the end, for as long as the desk is open: an outage longer
than a token's life must not end a shift.
"""

from __future__ import annotations

from agent_tui.client import endpoints
from agent_tui.client.api import Api
from agent_tui.client.problems import Declined
from agent_tui.clock import monotonic
from agent_tui.wire.session import Session


class Login:
    """The session of one person on one Api."""

    def __init__(self, api: Api, login: str, password: str) -> None:
        self._api = api
        self._login = login
        self._password = bytearray(password.encode())
        self._expires = 0.0
        self._renew_at = 0.0

    async def ensure(self) -> Session | None:
        """Sign in when there is no token that still lives; the new session, or None when the old one stands.

        Declined when the person is not accepted, Offline.
        """
        if monotonic() < self._expires:
            return None
        return self._keep(await endpoints.sign_in(self._api, self._login, self._password.decode()))

    async def renew(self) -> None:
        """A fresh token; a refusal means that the next `ensure` signs in anew."""
        try:
            self._keep(await endpoints.renew(self._api))
        except Declined:
            self.forget()

    def renew_in_s(self) -> float:
        """Seconds until the token should be renewed."""
        return max(1.0, self._renew_at - monotonic())

    def forget(self) -> None:
        """The token is no longer accepted."""
        self._expires = 0.0
        self._api.token = ""

    def wipe(self) -> None:
        for index in range(len(self._password)):
            self._password[index] = 0
        self.forget()

    def _keep(self, session: Session) -> Session:
        self._api.token = session.token
        self._expires = monotonic() + session.expires_s
        self._renew_at = monotonic() + session.expires_s / 2
        return session
