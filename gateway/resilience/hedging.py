"""Hedged queries: if the first call is slow, a second one is made, and the first answer wins."""

from __future__ import annotations

import asyncio
from asyncio import Future
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, Final

from gateway.resilience.retries import RetryBudget
from gateway.transport import SubgraphOperation

SAMPLES: Final = 200
"""How many recent calls a percentile is computed from."""

FEWEST_SAMPLES: Final = 50
"""With fewer calls than this, a percentile means nothing, and no call is hedged."""


@dataclass(slots=True)
class HedgeDelay:
    """The delay before a second call: a fixed time, or a percentile of recent calls.

    Attributes:
        seconds: The delay; None while it is unknown.
        percentile: The percentile of recent calls, such as 95; None if the delay is fixed.
    """

    seconds: float | None = None
    percentile: float | None = None
    _times: list[float] = field(default_factory=list, init=False)

    def learn(self, seconds: float) -> None:
        """Record the time of an answered call."""
        if self.percentile is None:
            return
        self._times.append(seconds)
        known = len(self._times)
        if known >= SAMPLES or (self.seconds is None and known >= FEWEST_SAMPLES):
            ordered = sorted(self._times)
            self.seconds = ordered[min(known - 1, int(known * self.percentile / 100))]
        if known >= SAMPLES:
            self._times.clear()


@dataclass(slots=True)
class Hedging:
    """Makes second calls for slow queries of one subgraph.

    Attributes:
        budget: Limits second calls, together with retries.
        delay: The delay before a second call.
        clock: The monotonic clock, in seconds.
        made: How many second calls were made.
        won: How many second calls answered first.
    """

    budget: RetryBudget
    delay: HedgeDelay
    clock: Callable[[], float] = monotonic
    made: int = 0
    won: int = 0

    def hedged(self, call: SubgraphOperation) -> SubgraphOperation:
        """Make a second call if the first is slow; cancel the call that is no longer needed."""
        delay = self.delay

        async def hedged(
            variables: Mapping[str, Any], headers: Mapping[str, str], session: object
        ) -> Mapping[str, Any]:
            begun = self.clock()
            if delay.seconds is None:
                response = await call(variables, headers, session)
                delay.learn(self.clock() - begun)
                return response
            first = asyncio.ensure_future(call(variables, headers, session))
            calls = [first]
            try:
                await asyncio.wait(calls, timeout=delay.seconds)
                if not first.done() and self.budget.spend():
                    self.made += 1
                    calls.append(asyncio.ensure_future(call(variables, headers, session)))
                answered = await _first_answered(calls)
                response = answered.result()
                self.won += answered is not first
                delay.learn(self.clock() - begun)
                return response
            finally:
                await _cancelled(calls)

        return hedged


async def _first_answered(calls: Sequence[Future[Mapping[str, Any]]]) -> Future[Mapping[str, Any]]:
    """Return the first call that was answered, or the last one if all have failed."""
    pending = set(calls)
    last = calls[0]
    while pending:
        done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
        for last in done:
            if last.exception() is None:
                return last
    return last


async def _cancelled(calls: Sequence[Future[Mapping[str, Any]]]) -> None:
    """Cancel calls that are no longer needed, and ignore their outcomes."""
    for each in calls:
        each.cancel()
    await asyncio.gather(*calls, return_exceptions=True)
