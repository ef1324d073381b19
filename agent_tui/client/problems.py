"""What the other end said instead of an answer, as errors of ours that carry it."""

from __future__ import annotations

import msgspec

from agent_tui.errors import AgentTuiError, BadAnswer, Offline, Refused
from agent_tui.i18n.catalog import texts
from agent_tui.wire.problem import BASE, CONTENT_TYPE, RETRY, Problem

_KEYS = {
    "bad-credentials": "desk.connection.bad_credentials",
    "client-too-old": "desk.connection.too_old",
    "not-signed-in": "desk.connection.session_over",
    "device-revoked": "vault.wiped",
}
_decoder = msgspec.json.Decoder(Problem)


class Declined(Refused):
    """A problem that stands: asking again gets the same answer."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(_KEYS.get(problem.name, "desk.connection.refused"), title=problem.detail or problem.title)
        if problem.name not in _KEYS and problem.key in texts("en"):
            # The server's own sentence, so that everybody reads it in their language.
            self.key, self.args_ = problem.key, dict(problem.args)
        self.problem = problem


class TryLater(Offline):
    """The other end is there and asks for patience; nothing was done."""

    def __init__(self, problem: Problem | None, retry_after_s: float | None) -> None:
        super().__init__("desk.connection.busy")
        if problem is not None and problem.key in texts("en"):
            self.key, self.args_ = problem.key, dict(problem.args)
        self.problem = problem
        self.retry_after_s = retry_after_s


def error_of(status: int, content_type: str, body: bytes, retry_after: str | None) -> AgentTuiError:
    """The error for an answer of `status` ≥ 300."""
    told = _problem(content_type, body)
    if told is not None and told.name not in RETRY and status < 500:
        return Declined(told)
    if told is not None or status in (429, 502, 503, 504):
        wait = told.retry_after_s if told else None
        return TryLater(told, wait if wait is not None else _seconds(retry_after))
    return BadAnswer("desk.connection.not_ours", what=f"{status} {content_type or '?'}")


def _problem(content_type: str, body: bytes) -> Problem | None:
    if not content_type.startswith(CONTENT_TYPE):
        return None
    try:
        told = _decoder.decode(body)
    except msgspec.DecodeError:
        return None
    # Gateways on the way speak problem+json too; what they say is no word about what the server did.
    return told if told.type.startswith(BASE) else None


def _seconds(text: str | None) -> float | None:
    return float(text) if text and text.isdigit() else None
