"""The OpenAPI page, derived from the endpoints themselves: their paths, parameters, bodies and answers.

Schemas come from msgspec, which also decodes the requests, so the page cannot say anything but what is done.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.params import BodyKwarg, HeaderParameter, QueryParameter
from litestar.response import Stream

from agent_tui import __version__
from agent_tui.server.caller import Caller
from agent_tui.wire.command import BatchAnswer, Outcome
from agent_tui.wire.feed import Page, SnapshotPage
from agent_tui.wire.problem import CONTENT_TYPE, Problem

REF = "#/components/schemas/{name}"


class Change(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One row: put it, or remove it (gone, or no longer yours to see)."""

    entity: str
    id: str
    version: int
    remove: bool = False
    image: dict[str, Any] | None = None
    """The row as JSON; null with `remove`."""


def _readable(page: type[msgspec.Struct]) -> type[msgspec.Struct]:
    """A page whose rows are described: on the wire they are raw JSON, which has no schema of its own."""
    fields: list[Any] = [
        (field.name, tuple[Change, ...], ()) if field.name == "changes" else (field.name, field.type)
        for field in msgspec.structs.fields(page)
    ]
    namespace = {"__doc__": page.__doc__}
    return msgspec.defstruct(page.__name__, fields, namespace=namespace, frozen=True, kw_only=True)


class Result(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What POST /v1/commands would have answered to one command of a batch."""

    id: str
    status: int
    replayed: bool = False
    outcome: Outcome | None = None
    problem: Problem | None = None


SHOWN: dict[Any, Any] = {
    Page: _readable(Page),
    SnapshotPage: _readable(SnapshotPage),
    BatchAnswer: msgspec.defstruct("BatchAnswer", [("results", tuple[Result, ...])], kw_only=True),
}


def _split(hint: Any) -> tuple[Any, tuple[Any, ...]]:
    """The type and what stands beside it in `Annotated`."""
    if get_origin(hint) is Annotated:
        kind, *marks = get_args(hint)
        return kind, tuple(marks)
    return hint, ()


class _Endpoint:
    """One handler, taken apart."""

    def __init__(self, handler: HTTPRouteHandler) -> None:
        self.path = min(handler.paths)
        self.method = min(handler.http_methods).lower()
        self.status = str(handler.status_code)
        self.media_type = str(handler.media_type or "application/json")
        self.doc = inspect.cleandoc(handler.fn.__doc__ or "")
        self.name = f"{handler.fn.__module__.rpartition('.')[2]}_{handler.fn.__name__}"
        hints = get_type_hints(handler.fn, include_extras=True)
        self.answer = hints.pop("return", None)
        self.parts = {name: _split(hint) for name, hint in hints.items()}
        self.defaults = {
            name: parameter.default
            for name, parameter in inspect.signature(handler.fn).parameters.items()
            if parameter.default is not inspect.Parameter.empty
        }

    @property
    def body(self) -> Any:
        """The type of the request's body, None without one."""
        return next(
            (kind for kind, marks in self.parts.values() if any(isinstance(m, BodyKwarg) for m in marks)), None
        )

    @property
    def protected(self) -> bool:
        return any(kind is Caller for kind, _ in self.parts.values())

    @property
    def result(self) -> Any:
        """The type of the JSON answered, None for a stream, text or nothing."""
        if get_origin(self.answer) is Response:
            return Outcome
        return None if self.answer in (None, type(None), Stream, bytes) else SHOWN.get(self.answer, self.answer)

    def types(self) -> list[Any]:
        found = [self.body, self.result]
        found += [kind for kind, marks in self.parts.values() if _place(marks) is not None]
        return [kind for kind in found if kind is not None]

    def parameters(self, schemas: dict[str, Any]) -> list[dict[str, Any]]:
        found = []
        for name, (kind, marks) in self.parts.items():
            place = _place(marks)
            if place is None:
                continue
            where, given, limits = place
            required = name not in self.defaults or given == "Idempotency-Key"
            schema = {**schemas[repr(kind)], **limits}
            found.append({"name": given or name, "in": where, "required": required, "schema": schema})
        return found

    def responses(self, schemas: dict[str, Any]) -> dict[str, Any]:
        problem = {"content": {CONTENT_TYPE: {"schema": schemas[repr(Problem)]}}, "description": "Problem"}
        good: dict[str, Any] = {"description": self.doc.splitlines()[0] if self.doc else ""}
        if self.result is not None:
            good["content"] = {"application/json": {"schema": schemas[repr(self.result)]}}
        elif self.status != "204":
            good["content"] = {re.split(";", self.media_type)[0]: {"schema": {"type": "string"}}}
        return {self.status: good, "default": problem}

    def operation(self, schemas: dict[str, Any]) -> dict[str, Any]:
        made: dict[str, Any] = {
            "operationId": self.name,
            "summary": self.doc,
            "parameters": self.parameters(schemas),
            "responses": self.responses(schemas),
        }
        if self.body is not None:
            content = {"application/json": {"schema": schemas[repr(self.body)]}}
            made["requestBody"] = {"required": True, "content": content}
        if self.protected:
            made["security"] = [{"bearer": []}]
        return made


def _place(marks: tuple[Any, ...]) -> tuple[str, str | None, dict[str, Any]] | None:
    """Where a parameter stands, its name there, and its limits; None if it is none."""
    for mark in marks:
        if isinstance(mark, QueryParameter):
            limits = {"minimum": mark.ge, "maximum": mark.le}
            return "query", mark.name, {name: value for name, value in limits.items() if value is not None}
        if isinstance(mark, HeaderParameter):
            return "header", mark.name, {}
    return None


def describe(handlers: Iterable[HTTPRouteHandler]) -> bytes:
    """The OpenAPI 3.1 document of these endpoints, as JSON."""
    endpoints = [_Endpoint(handler) for handler in handlers]
    types: list[Any] = [Problem]
    for endpoint in endpoints:
        types += [kind for kind in endpoint.types() if kind not in types]
    made, components = msgspec.json.schema_components(types, ref_template=REF)
    schemas = {repr(kind): schema for kind, schema in zip(types, made, strict=True)}
    paths: dict[str, Any] = {}
    for endpoint in endpoints:
        paths.setdefault(endpoint.path, {})[endpoint.method] = endpoint.operation(schemas)
    return msgspec.json.encode(
        {
            "openapi": "3.1.0",
            "info": {"title": "agent-tui", "version": __version__},
            "paths": paths,
            "components": {
                "schemas": components,
                "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
            },
        }
    )
