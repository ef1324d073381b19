"""Problems of the server: what went wrong, as RFC 9457 details whose sentences come from the catalogue."""

from __future__ import annotations

from typing import Any

import msgspec

from agent_tui.domain.effects import Refusal
from agent_tui.i18n import catalog
from agent_tui.policy.decision import Reason
from agent_tui.wire.problem import Problem, problem

_ENCODER = msgspec.json.Encoder()

STATUS = {
    "bad-request": 400,
    "not-signed-in": 401,
    "bad-credentials": 401,
    "step-up-required": 401,
    "not-permitted": 403,
    "device-revoked": 403,
    "limit-exceeded": 403,
    "refused": 403,
    "not-found": 404,
    "version-conflict": 412,
    "cursor-too-old": 410,
    "command-expired": 410,
    "key-reused": 422,
    "not-tried": 424,
    "client-too-old": 426,
    "slow-down": 429,
    "internal": 500,
    "unavailable": 503,
}


class ProblemError(Exception):
    """Ends a request with a problem; nothing was committed for it unless `stored` says so."""

    def __init__(self, told: Problem) -> None:
        super().__init__(told.type)
        self.problem = told


def make(name: str, *, key: str = "", args: dict[str, Any] | None = None, status: int = 0, **more: Any) -> Problem:
    """A problem by its name; `detail` is the English sentence of `key`."""
    detail = catalog.say(key, "en", **(args or {})) if key else ""
    title = catalog.say(f"server.problem.{name.replace('-', '_')}", "en")
    return problem(name, status or STATUS[name], title, detail=detail, key=key, args=args or {}, **more)


def fail(name: str, **more: Any) -> ProblemError:
    """The error to raise for `make(name, …)`."""
    return ProblemError(make(name, **more))


def sentences(key: str, args: dict[str, Any]) -> dict[str, str]:
    """One message in every language."""
    return {language: catalog.say(key, language, **args) for language in catalog.LANGUAGES}


def of_refusal(refusal: Refusal, command_id: str) -> Problem:
    """A rule of the domain said no."""
    return make(
        "refused",
        key=refusal.key,
        args=dict(refusal.args),
        status=409 if refusal.conflict else 403,
        reasons=(sentences(refusal.key, dict(refusal.args)),),
        command_id=command_id,
    )


def of_reasons(
    name: str,
    key: str,
    reasons: tuple[Reason, ...],
    limit_minor: int | None,
    command_id: str,
    level: int | None = None,
) -> Problem:
    """The policy said no, or not yet."""
    said = tuple(reason.sentences or sentences(key, {}) for reason in reasons) or (sentences(key, {}),)
    levels = [reason.needs_level for reason in reasons if reason.needs_level is not None]
    needs = level if level is not None else (max(levels) if levels else None)
    told = make(name, key=key, reasons=said, needs_level=needs, limit_minor=limit_minor, command_id=command_id)
    return msgspec.structs.replace(told, detail=" ".join(one.get("en", "") for one in said) or told.detail)


def encode(told: Problem) -> bytes:
    return _ENCODER.encode(told)
