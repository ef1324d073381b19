"""What a desk is asked for: a query is typed by the model that answers it, so that a caller needs no cast."""

from __future__ import annotations

from typing import Generic, TypeVar

import msgspec

M = TypeVar("M")
M_co = TypeVar("M_co", covariant=True)


class Query(msgspec.Struct, Generic[M_co], frozen=True):
    """A question to the cache; `Door.view` answers it with the model."""
