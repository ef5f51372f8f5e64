"""A circuit breaker: who keeps failing is left alone for a while, then tried with one call."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field

JITTER = 0.2


@dataclass(slots=True)
class Breaker:
    """Counts failures in a row.

    Attributes:
        failures: so many in a row open it.
        rest_seconds: how long it then stays open, give or take a fifth, so that nodes do not return at once.
    """

    failures: int = 5
    rest_seconds: float = 10.0
    monotonic: Callable[[], float] = time.monotonic
    _failed: int = field(default=0, init=False)
    _open_until: float | None = field(default=None, init=False)

    @property
    def is_open(self) -> bool:
        """Whether calls should not be made now."""
        return self._open_until is not None and self.monotonic() < self._open_until

    def room(self, limit: int) -> int:
        """How many calls of `limit` it is worth to begin now: none, one to try, or all."""
        if self.is_open:
            return 0
        return limit if self._open_until is None else min(limit, 1)

    def admits(self) -> bool:
        """Whether a call may be made; after a rest one may, and keeps others waiting until its outcome."""
        if self.is_open:
            return False
        if self._open_until is not None:
            self._rest()
        return True

    def succeeded(self) -> None:
        """A call was answered."""
        self._failed = 0
        self._open_until = None

    def failed(self) -> None:
        """A call was not answered, or by a fault of the provider's own."""
        self._failed += 1
        if self._failed >= self.failures:
            self._rest()

    def _rest(self) -> None:
        spread = random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - jitter, not a secret
        self._open_until = self.monotonic() + self.rest_seconds * spread
