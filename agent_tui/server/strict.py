"""Bodies of requests as what they say, and never as what they might mean.

The framework reads `"100"` as a number and `1` as a yes where the type asks for one. Here money and authority hang on
those fields: what is of another type is refused, by every route.
"""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Request
from litestar.datastructures import State
from litestar.exceptions import ClientException


class StrictRequest(Request[Any, Any, State]):
    """A request whose JSON is decoded as exactly the type that its route takes."""

    async def json(self) -> Any:
        """msgspec.ValidationError for a field of another type, ClientException for what is no JSON."""
        field = getattr(self.route_handler, "parsed_data_field", None)
        wanted = field.annotation if field is not None else Any
        body = await self.body()
        try:
            found = msgspec.json.decode(body, type=wanted)
            if _NUL in body and _has_nul(msgspec.json.decode(body)):
                raise ClientException("U+0000")
        except msgspec.ValidationError:
            raise
        except msgspec.DecodeError as error:
            raise ClientException(str(error)) from error
        return found


_NUL = b"\\u0000"


def _has_nul(value: object) -> bool:
    """Whether any text in it holds the character that ends texts elsewhere: nobody types it, and PostgreSQL keeps none."""
    if isinstance(value, str):
        return "\0" in value
    inside = (*value, *value.values()) if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(map(_has_nul, inside))
