"""What keeps calls away from a service that does not answer: a breaker, and a budget for repeating calls."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field

JITTER = 0.2


@dataclass(slots=True)
class Breaker:
    """Opens after failures in a row; after a rest one call at a time tries whether to close it.

    Attributes:
        failures: so many in a row open it: above what a moment's hiccup costs under load.
        rest_seconds: how long it stays open, give or take a fifth, so that nodes do not return at once.
    """

    failures: int = 20
    rest_seconds: float = 5.0
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
        """Whether a call may be made; the one that tries keeps others waiting until its outcome."""
        if self.is_open:
            return False
        if self._open_until is not None:
            self._rest()
        return True

    def succeeded(self) -> None:
        """A call was answered."""
        self._failed = 0
        self._open_until = None

    def answered(self) -> None:
        """A look was answered: somebody is there, but changes that failed before are not forgotten for it."""
        if self._open_until is not None:
            self.succeeded()

    def failed(self) -> None:
        """A call was not answered, or by a fault of the service's own."""
        self._failed += 1
        if self._failed >= self.failures:
            self._rest()

    def _rest(self) -> None:
        spread = random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - jitter, not a secret
        self._open_until = self.monotonic() + self.rest_seconds * spread


@dataclass(slots=True)
class RetryBudget:
    """Lets a small share of calls be repeated, so that repeating does not add to an overload.

    Attributes:
        share: repetitions that each call earns.
        most: what can be saved up, and what there is at first.
    """

    share: float = 0.1
    most: float = 10.0
    _left: float = field(init=False)

    def __post_init__(self) -> None:
        self._left = self.most

    def earn(self) -> None:
        """A call is made for the first time."""
        self._left = min(self.most, self._left + self.share)

    def spend(self) -> bool:
        """Whether a call may be repeated."""
        if self._left < 1:
            return False
        self._left -= 1
        return True
