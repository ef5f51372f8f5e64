"""Retries of queries: few, spread in time, and within a budget."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, Final

from msgspec import Struct

from gateway.errors import (
    ConnectionFailed,
    ConnectionLost,
    SubgraphNotCalled,
    SubgraphUnavailable,
    SubgraphUnreachable,
)
from gateway.features.resilience.deadline import ACTIVE_REQUEST
from gateway.transport import SubgraphOperation

RETRIED: Final = (ConnectionFailed, ConnectionLost, SubgraphUnavailable)
"""The failures after which a query is sent again: there was no answer, and there is time left."""

MAX_TOKENS: Final = 10.0


@dataclass(slots=True)
class RetryBudget:
    """Allows further attempts for a share of the calls, so that they do not add to an overload.

    Attributes:
        share: How many further attempts a call earns.
        tokens: The balance; a further attempt costs 1.
        spent: How many further attempts were made.
        refused: How many further attempts were not made because the balance was too low.
    """

    share: float
    tokens: float = MAX_TOKENS
    spent: int = field(default=0, init=False)
    refused: int = field(default=0, init=False)

    def earn(self) -> None:
        """Count the first attempt of a call."""
        self.tokens = min(MAX_TOKENS, self.tokens + self.share)

    def spend(self) -> bool:
        """Return whether a further attempt may be made, and count it."""
        if self.tokens < 1:
            self.refused += 1
            return False
        self.tokens -= 1
        self.spent += 1
        return True


class RetryPolicy(Struct, frozen=True):
    """How calls are retried.

    Attributes:
        retries: The most further attempts of one call.
        pause_seconds: The longest pause before the first of them; it doubles for each further one.
        clock: The monotonic clock, in seconds.
        draw: Returns a random number between 0 and 1: the share of the pause to wait (full jitter).
    """

    retries: int = 1
    pause_seconds: float = 0.05
    clock: Callable[[], float] = monotonic
    draw: Callable[[], float] = random.random

    def retried(self, call: SubgraphOperation, budget: RetryBudget) -> SubgraphOperation:
        """Send a query again after a failure without an answer."""

        async def retried(
            variables: Mapping[str, Any], headers: Mapping[str, str], session: object
        ) -> Mapping[str, Any]:
            budget.earn()
            try:
                return await call(variables, headers, session)
            except RETRIED as error:
                return await self.again(error, budget, call, (variables, headers, session))

        return retried

    async def again(
        self,
        failure: SubgraphUnreachable,
        budget: RetryBudget,
        call: SubgraphOperation,
        arguments: tuple[Mapping[str, Any], Mapping[str, str], object],
    ) -> Mapping[str, Any]:
        """Make further attempts after a first one that failed.

        Args:
            failure: The first attempt's failure.
            budget: Limits further attempts.
            call: Makes one attempt.
            arguments: What each attempt is called with.

        Raises:
            SubgraphUnreachable: The last failure.
        """
        for number in range(self.retries):
            pause = self.draw() * self.pause_seconds * 2**number
            if not self._has_time(pause) or not budget.spend():
                break
            await asyncio.sleep(pause)
            try:
                return await call(*arguments)
            except SubgraphNotCalled:
                break
            except RETRIED as error:
                failure = error
        try:
            raise failure
        finally:
            del failure  # its traceback refers to this frame: together they would form a garbage cycle

    def _has_time(self, pause: float) -> bool:
        request = ACTIVE_REQUEST.get()
        return request is None or request.deadline - self.clock() > pause
