"""A circuit breaker and a retry budget, which protect a service that does not answer."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field

JITTER = 0.2


@dataclass(slots=True)
class Breaker:
    """Opens after consecutive failures; after a pause, one call at a time probes whether to close.

    Attributes:
        failures: How many consecutive failures open it; a brief disturbance under load causes fewer.
        rest_seconds: How long it stays open, plus or minus a fifth, so that nodes do not return together.
    """

    failures: int = 20
    rest_seconds: float = 5.0
    monotonic: Callable[[], float] = time.monotonic
    _failed: int = field(default=0, init=False)
    _open_until: float | None = field(default=None, init=False)

    @property
    def is_open(self) -> bool:
        """Return whether calls should not be made now."""
        return self._open_until is not None and self.monotonic() < self._open_until

    @property
    def state(self) -> str:
        """Return `closed`, `open`, or `half_open` if the next call probes."""
        if self._open_until is None:
            return "closed"
        return "open" if self.is_open else "half_open"

    def room(self, limit: int) -> int:
        """Return how many of `limit` calls may begin now: none, one probe, or all."""
        if self.is_open:
            return 0
        return limit if self._open_until is None else min(limit, 1)

    def admits(self) -> bool:
        """Return whether a call may be made; a probe excludes other calls until its outcome is known."""
        if self.is_open:
            return False
        if self._open_until is not None:
            self._rest()
        return True

    def succeeded(self) -> None:
        """Count a call that was answered."""
        self._failed = 0
        self._open_until = None

    def answered(self) -> None:
        """Count a read that was answered: the service is up, but earlier failures of changes still count."""
        if self._open_until is not None:
            self.succeeded()

    def failed(self) -> None:
        """Count a call that was not answered, or was answered with a server error."""
        self._failed += 1
        if self._failed >= self.failures:
            self._rest()

    def _rest(self) -> None:
        spread = random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - jitter, not a secret
        self._open_until = self.monotonic() + self.rest_seconds * spread


@dataclass(slots=True)
class RetryBudget:
    """Allows retries for a small share of calls, so that retries do not add to an overload.

    Attributes:
        share: Retries that each call earns.
        most: The greatest balance, and the initial one.
    """

    share: float = 0.1
    most: float = 10.0
    _left: float = field(init=False)

    def __post_init__(self) -> None:
        self._left = self.most

    def earn(self) -> None:
        """Count the first attempt of a call."""
        self._left = min(self.most, self._left + self.share)

    def spend(self) -> bool:
        """Return whether a call may be retried, and count the retry."""
        if self._left < 1:
            return False
        self._left -= 1
        return True
