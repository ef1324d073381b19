"""How long to wait before trying again: full jitter, so that 700 desks do not come back as one.

`rand(0, min(cap, base · 2^n))`; Marc Brooker, "Exponential Backoff And Jitter" (2015).
"""

from __future__ import annotations

import random

BASE_S = 0.5
CAP_S = 30.0


class Backoff:
    """One series of tries."""

    def __init__(self, base_s: float = BASE_S, cap_s: float = CAP_S) -> None:
        self._base_s, self._cap_s = base_s, cap_s
        self._tries = 0

    def next_s(self, at_least_s: float | None = None) -> float:
        """Seconds to wait now; what the other end asked for wins."""
        ceiling = min(self._cap_s, self._base_s * 2 ** min(self._tries, 16))
        self._tries += 1
        return random.uniform(0, ceiling) + (at_least_s or 0.0)

    def reset(self) -> None:
        self._tries = 0
