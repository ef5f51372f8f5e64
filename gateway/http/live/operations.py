"""Starts operations with streamed responses, and counts them as requests."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

from gateway.errors import ClientDisconnected, RequestError
from gateway.http.forwarding import Forwarding
from gateway.monitoring.metrics import Metrics
from gateway.pipeline.stages import HttpRequest, ResponseStream, StreamPipeline


@dataclass(slots=True, eq=False)
class LiveOperations:
    """Starts operations with one version of the graph.

    Attributes:
        pipeline: Starts any operation as a stream.
        forwarding: Selects the headers that are forwarded to subgraphs.
        metrics: Counts requests.
        reload_seconds: How long operations continue after another version took effect.
        keep_open: Keeps the version open for an operation; returns a function that releases it.
        replaced_at: When another version took effect, in seconds of the monotonic clock; infinity until then.
    """

    pipeline: StreamPipeline
    forwarding: Forwarding
    metrics: Metrics
    reload_seconds: float
    keep_open: Callable[[], Callable[[], None]] = lambda: _nothing
    replaced_at: float = math.inf

    def retire(self) -> None:
        """Record that another version has taken effect."""
        self.replaced_at = monotonic()

    def forget_version(self) -> None:
        """Drop the reference to the closed version: the cycle would keep its memory until the next GC."""
        self.keep_open = lambda: _nothing

    def is_retired(self, share: float) -> bool:
        """Return whether operations must end; `share`, from 0 to 1, spreads their ends over time."""
        return self.replaced_at + self.reload_seconds * (1 + share) < monotonic()

    async def start(self, request: HttpRequest) -> ResponseStream:
        """Start an operation.

        Raises:
            RequestError: The operation is refused.
            ClientDisconnected: The client has disconnected.
        """
        started, outcome = self.metrics.begin(), "fault"
        try:
            stream = await self.pipeline.stream(request)
            outcome = "ok"
        except RequestError as error:
            outcome = "refused"
            self.metrics.refusal(error.code)
            raise
        except ClientDisconnected:
            outcome = "gone"
            raise
        finally:
            self.metrics.end(started)
            seconds = time.perf_counter() - started
            self.metrics.request(outcome, seconds)
            if request.recorder is not None:
                request.recorder.observe(outcome, seconds)
        return stream


def _nothing() -> None:
    """Do nothing."""
