"""Batched reads with spans: a batch belongs to the first traced request that waits for it."""

from collections.abc import Awaitable, Callable, Coroutine, Hashable, Iterable, Sequence
from typing import Any, Final, TypeVar

from opentelemetry.trace import Link, Span, Tracer, set_span_in_context

from foundation.tracing import CURRENT, within
from subgraphs.kit.reads.batching import Batches, BatchLimits, Failed, PendingRead

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
MAX_SPANS: Final = 32
"""How many requests get a span of one batch."""


class TracedBatches(Batches[K, V]):
    """Reads keys in batches as `Batches` does, with a span of each batch in every traced request.

    The statement has its span in the first of them; the spans in the others link to it.
    """

    def __init__(
        self,
        tracer: Tracer,
        tables: Iterable[str],
        read: Callable[[Sequence[K]], Awaitable[Sequence[V | Failed]]],
        limits: BatchLimits,
    ) -> None:
        """Create it with nothing to read.

        Args:
            tracer: Starts spans.
            tables: The tables that are read.
            read: See `Batches`.
            limits: The size of batches.
        """
        super().__init__(read, limits)
        self._tracer = tracer
        self._name = f"load {'+'.join(dict.fromkeys(tables))}"
        self._waiting: dict[K, list[Span]] = {}

    def load(self, key: K) -> PendingRead[K, V]:
        """Request a key; a batch reads each key once."""
        span = CURRENT.get()
        if span is not None:
            self._waiting.setdefault(key, []).append(span)
        return Batches.load(self, key)

    def _carry_out(self, batch: list[PendingRead[K, V]]) -> Coroutine[Any, Any, None]:
        # Not a coroutine function: who waits is read now, before the same keys are requested again.
        reading = super()._carry_out(batch)
        if not self._waiting:
            return reading
        waiting = [span for each in batch for span in self._waiting.pop(each.key, ())]
        if not self._gathering:
            self._waiting.clear()  # of keys that nobody awaits any more
        found = list({span.get_span_context().span_id: span for span in waiting}.values())[:MAX_SPANS]
        return self._traced(reading, found, len(batch)) if found else reading

    async def _traced(self, reading: Coroutine[Any, Any, None], waiting: list[Span], keys: int) -> None:
        first = self._span(waiting[0], keys, [Link(each.get_span_context()) for each in waiting[1:]])
        links = [Link(first.get_span_context())]
        others = [self._span(each, keys, links) for each in waiting[1:]]
        try:
            with within(first):
                await reading
        finally:
            for each in (first, *others):
                each.end()

    def _span(self, parent: Span, keys: int, links: Sequence[Link]) -> Span:
        return self._tracer.start_span(
            self._name, set_span_in_context(parent), attributes={"furlong.load.keys": keys}, links=links
        )
