"""Batched reads across requests: keys requested in one turn of the event loop are read together."""

import asyncio
from asyncio import AbstractEventLoop, Future
from collections.abc import Awaitable, Callable, Coroutine, Generator, Hashable, Iterable, Mapping, Sequence
from contextvars import Context
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, Generic, TypeVar

import msgspec
from opentelemetry.trace import Link, Span, Tracer, set_span_in_context
from sqlalchemy.ext.asyncio import AsyncConnection
from strawberry.dataloader import DataLoader

from foundation.storage.database import Database
from foundation.storage.errors import DatabaseAway
from foundation.tracing import CURRENT, within

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
Read = Callable[[AsyncConnection, list[K]], Awaitable[Mapping[K, V]]]
MAX_RETRIES: Final = (
    32  # enough to isolate two bad keys among 128; a fault of all keys is not retried for long
)
UNREAD: Final[Any] = object()
DROPPED: Final[Any] = object()


@dataclass(frozen=True, slots=True)
class Failed:
    """The outcome of a key that cannot be read."""

    error: Exception


@dataclass(frozen=True, slots=True)
class BatchLimits:
    """The size of batches.

    Attributes:
        keys: How many keys a batch has at most.
        in_flight: How many batches may run; meanwhile keys are gathered for the next one.
    """

    keys: int = 128
    in_flight: int = 2


class PendingRead(msgspec.Struct, Generic[K, V], eq=False):
    """The read of a key. Any number of readers may await it; cancelling one leaves the others alone.

    Attributes:
        batches: The batches that read it.
        waiters: A future for each reader.
        outcome: `UNREAD` until it is read; `DROPPED` if all readers were cancelled before.
    """

    batches: "Batches[K, V]"
    key: K
    waiters: "list[Future[V]]" = []
    outcome: V | Failed = UNREAD

    def __await__(self) -> Generator[Any, None, V]:
        if self.outcome is DROPPED:
            return self.batches.load(self.key).__await__()
        waiter: Future[V] = self.batches.loop.create_future()
        self.waiters.append(waiter)
        if self.outcome is not UNREAD:
            _settle((self,), (self.outcome,))
        return waiter.__await__()

    def cancel(self) -> None:
        """Cancel the readers: the loop is ending."""
        self.outcome = DROPPED
        for waiter in self.waiters:
            waiter.cancel()


def _wanted(answers: Iterable[PendingRead[K, V]]) -> list[PendingRead[K, V]]:
    """Return the reads that a reader may still await; drop those whose readers were all cancelled."""
    wanted = []
    for answer in answers:
        for waiter in answer.waiters:
            if not waiter.done():
                break
        else:
            if answer.waiters:
                answer.outcome = DROPPED
                continue
        wanted.append(answer)
    return wanted


def _settle(answers: Iterable[PendingRead[K, V]], outcomes: Iterable[V | Failed]) -> None:
    """Deliver outcomes to all readers."""
    for answer, outcome in zip(answers, outcomes, strict=True):
        answer.outcome = outcome
        for waiter in answer.waiters:
            if waiter.done():
                continue
            if isinstance(outcome, Failed):
                waiter.set_exception(outcome.error)
                waiter.exception()  # a reader that is cancelled right now will not retrieve it
            else:
                waiter.set_result(outcome)


class Batches(Generic[K, V]):
    """Reads keys in batches, shared by all requests.

    A batch is sent at the end of the turn of the loop in which its first key was requested, unless enough are
    running. A batch that was sent takes no more keys, so that a read always sees what was committed before.

    Attributes:
        loop: The event loop, once there is something to read.
    """

    def __init__(
        self, read: Callable[[Sequence[K]], Awaitable[Sequence[V | Failed]]], limits: BatchLimits
    ) -> None:
        """Create it with nothing to read.

        Args:
            read: Returns an outcome for each key, in order; raises `DatabaseAway` if no key can be read, and
                any other exception if some key may be at fault.
            limits: The size of batches.
        """
        self._read = read
        self._limits = limits
        self._gathering: dict[K, PendingRead[K, V]] = {}
        self._in_flight: set[asyncio.Task[None]] = set()
        self._flush_due = False
        self.loop: AbstractEventLoop
        self._context = Context()  # a batch belongs to no request, so it has no request's context

    def load(self, key: K) -> PendingRead[K, V]:
        """Request a key; a batch reads each key once."""
        answer = self._gathering.get(key)
        if answer is None:
            answer = self._gathering[key] = PendingRead(self, key)
            if not self._flush_due:
                self._flush_soon()
        return answer

    def _flush_soon(self) -> None:
        if len(self._in_flight) < self._limits.in_flight:
            self._flush_due = True
            self.loop = asyncio.get_running_loop()  # once a batch, since it takes a system call
            self.loop.call_soon(self._flush, context=self._context)

    def _flush(self) -> None:
        self._flush_due = False
        while self._gathering and len(self._in_flight) < self._limits.in_flight:
            batch = self._next()
            if batch:
                task = self.loop.create_task(self._carry_out(batch))
                self._in_flight.add(task)
                task.add_done_callback(self._landed)

    def _next(self) -> list[PendingRead[K, V]]:
        """Return the keys that have waited longest, without those that nobody awaits."""
        waiting = self._gathering
        if len(waiting) <= self._limits.keys:
            self._gathering = {}
            chosen = list(waiting.values())
        else:
            chosen = [waiting.pop(key) for key in list(islice(waiting, self._limits.keys))]
        return _wanted(chosen)

    def _landed(self, task: "asyncio.Task[None]") -> None:
        self._in_flight.discard(task)
        if self._gathering and not self._flush_due:
            self._flush_soon()

    async def _carry_out(self, batch: list[PendingRead[K, V]]) -> None:
        parts, retries = [batch], MAX_RETRIES
        try:
            while parts:
                part = parts.pop()
                try:
                    outcomes = await self._read([answer.key for answer in part])
                except Exception as error:  # noqa: BLE001 - whatever it is, it goes to the readers
                    if len(part) > 1 and retries > 1 and not isinstance(error, DatabaseAway):
                        # One key may be at fault: read the others without it.
                        retries -= 2
                        half = len(part) // 2
                        parts += [part[:half], part[half:]]
                    else:
                        _settle(part, [Failed(error)] * len(part))
                else:
                    _settle(part, outcomes)
        except BaseException:
            for answer in batch:
                answer.cancel()
            raise


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
        waiting = [span for read in batch for span in self._waiting.pop(read.key, ())]
        if not self._gathering:
            self._waiting.clear()  # of keys that nobody awaits any more
        spans = list({span.get_span_context().span_id: span for span in waiting}.values())[:MAX_SPANS]
        return self._traced(reading, spans, len(batch)) if spans else reading

    async def _traced(self, reading: Coroutine[Any, Any, None], waiting: list[Span], keys: int) -> None:
        first = self._span(waiting[0], keys, [Link(span.get_span_context()) for span in waiting[1:]])
        links = [Link(first.get_span_context())]
        others = [self._span(span, keys, links) for span in waiting[1:]]
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


def customer_loader(database: Database, read: Read[K, V], missing: Callable[[], V]) -> DataLoader[K, V]:
    """Return a DataLoader for customers' data.

    Args:
        database: The subgraph's database.
        read: Reads many keys at once; a key without data may be absent.
        missing: Returns the value for an absent key.
    """

    async def load(keys: list[K]) -> list[V]:
        async with database.read() as connection:
            values = await read(connection, keys)
        return [values[key] if key in values else missing() for key in keys]

    return DataLoader(load)


def nothing() -> None:
    """Return None, as the value for an absent key."""
