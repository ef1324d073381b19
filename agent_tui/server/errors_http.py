"""Every error as problem+json: ours, the framework's, and the ones nobody expected."""

from __future__ import annotations

import logging
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException

from agent_tui.canon import NoCanonicalForm
from agent_tui.errors import StoreError
from agent_tui.server import problems
from agent_tui.wire.problem import CONTENT_TYPE, Problem

AnyRequest = Request[Any, Any, Any]
log = logging.getLogger("agent_tui.server")

_NAMES = {401: "not-signed-in", 403: "not-permitted", 404: "not-found", 429: "slow-down", 503: "unavailable"}


def respond(told: Problem) -> Response[bytes]:
    headers = {"cache-control": "no-store"}
    if told.retry_after_s is not None:
        headers["retry-after"] = str(max(1, round(told.retry_after_s)))
    if told.status == 401:
        headers["www-authenticate"] = 'Bearer realm="agent-tui"'
    return Response(problems.encode(told), status_code=told.status, media_type=CONTENT_TYPE, headers=headers)


def on_problem(_: AnyRequest, error: problems.ProblemError) -> Response[bytes]:
    return respond(error.problem)


def _field(error: HTTPException) -> str:
    """The field that was wrong, as far as the framework tells."""
    extra = error.extra
    if isinstance(extra, list) and extra and isinstance(extra[0], dict):
        named = str(extra[0].get("key") or extra[0].get("source") or "body")
        return "body" if named == "data" else named
    text = str(error.__cause__ or error.detail)
    return text.rpartition("`$")[2].strip("`.") or "body" if "`$" in text else "body"


def on_http(_: AnyRequest, error: HTTPException) -> Response[bytes]:
    status = error.status_code
    name = _NAMES.get(status, "bad-request" if status < 500 else "internal")
    if isinstance(error, ValidationException) or status == 400:
        args = {"field": _field(error), "reason": _reason(error)}
        return respond(problems.make("bad-request", key="server.refusal.bad_field", args=args))
    return respond(problems.make(name, key=f"server.problem.{name.replace('-', '_')}", status=status))


def _reason(error: HTTPException) -> str:
    extra = error.extra
    if isinstance(extra, list) and extra and isinstance(extra[0], dict):
        return str(extra[0].get("message", ""))
    return str(error.__cause__ or error.detail)


def on_invalid(_: AnyRequest, error: msgspec.ValidationError) -> Response[bytes]:
    field = str(error).rpartition("`$")[2].strip("`.") if "`$" in str(error) else "body"
    args = {"field": field or "body", "reason": str(error)}
    return respond(problems.make("bad-request", key="server.refusal.bad_field", args=args))


def on_excess(_: AnyRequest, error: Exception) -> Response[bytes]:
    return respond(_excess(error))


def _excess(error: Exception) -> Problem:
    """JSON that nests deeper than anybody reads, or a number that JSON does not carry; nothing was committed."""
    reason = "nested too deeply" if isinstance(error, RecursionError) else str(error)
    return problems.make("bad-request", key="server.refusal.bad_field", args={"field": "body", "reason": reason})


def on_store(_: AnyRequest, error: StoreError) -> Response[bytes]:
    """Nothing was committed; the same id may come again."""
    return respond(problem_of(error, ""))


def on_bug(request: AnyRequest, error: Exception) -> Response[bytes]:
    return respond(problem_of(error, f"{request.method} {request.url.path}"))


def problem_of(error: Exception, doing: str) -> Problem:
    """What is said of an error while a command was decided: nothing was committed, the same id may come again."""
    if isinstance(error, problems.ProblemError):
        return error.problem
    if isinstance(error, StoreError):
        log.error("store: %s", error.key)
        return problems.make("unavailable", key="server.problem.unavailable", retry_after_s=1.0)
    if isinstance(error, (RecursionError, NoCanonicalForm)):
        return _excess(error)
    return _bug(error, doing)


def _bug(error: Exception, doing: str) -> Problem:
    """The transaction was rolled back. The log gets the kind and the place, never values, which may be personal."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "?"
    log.error("%s: %s at %s", doing, type(error).__name__, place)
    return problems.make("internal", key="server.problem.internal")


HANDLERS: dict[Any, Any] = {
    problems.ProblemError: on_problem,
    HTTPException: on_http,
    msgspec.ValidationError: on_invalid,
    RecursionError: on_excess,
    NoCanonicalForm: on_excess,
    StoreError: on_store,
    Exception: on_bug,
}
