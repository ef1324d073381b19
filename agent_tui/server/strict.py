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
        try:
            return msgspec.json.decode(await self.body(), type=wanted)
        except msgspec.ValidationError:
            raise
        except msgspec.DecodeError as error:
            raise ClientException(str(error)) from error
