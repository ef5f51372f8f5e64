"""Streams of what clients follow: its current state, and a new one after each change."""

import asyncio
import random
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final, Protocol, Self, TypeVar

from foundation.storage.errors import is_unavailable
from subgraphs.kit.live.event_bus import EventBus, MemoryBus
from subgraphs.kit.live.settings import LiveSettings

K = TypeVar("K")
S = TypeVar("S")
T = TypeVar("T")
RETRY_SECONDS: Final = 1.0


class Renewed(Protocol):
    """The context of a subscription's request."""

    async def renewed(self) -> Self:
        """Return a context for another event, with a new instant.

        Raises:
            CallerError: The session has ended.
        """
        ...


C = TypeVar("C", bound=Renewed)


@dataclass(frozen=True, slots=True)
class Updates:
    """Streams of what a block's clients follow, driven by a bus.

    Attributes:
        bus: Notifies of what has changed.
        settings: The minimum interval of events, and the interval of session checks.
    """

    bus: EventBus = field(default_factory=MemoryBus)
    settings: LiveSettings = field(default_factory=LiveSettings)

    async def stream(
        self,
        context: C,
        watched: bytes,
        read: Callable[[C, K], Awaitable[S]],
        subject: K,
        event: Callable[[int, S], T],
    ) -> AsyncGenerator[T, None]:
        """Yield an event with the version and the state of a subject, now and after each change.

        The version counts the changes of this stream from 1, including those that were merged into one event.

        Args:
            context: The context of the subscription's request. Each event has a copy with its own instant.
            watched: What is watched: a customer by `customer_key`, or something public by `public_key`.
            read: Reads the state with the context of an event.
            subject: What is read.
            event: Makes an event of its version and its state.

        Raises:
            CallerError: The session has ended.
        """
        watches, loop = self.bus.watches, asyncio.get_running_loop()
        watch = watches.open(watched)  # before the first read, so that no change is missed
        watch.check_after(self._check_seconds())
        version, changed_at = 1, None
        try:
            state = await read(await context.renewed(), subject)
            while True:
                yield event(version, state)
                del state  # a waiting stream needs no state
                next_at = loop.time() + self.settings.interval_seconds
                while not watch.has_changed:
                    if watch.is_check_due:
                        await context.renewed()  # raises an error if the session has ended
                        watch.check_after(self._check_seconds())
                    else:
                        await watch.woken()
                # Most changes come later: a timer for each event would cost more than this comparison.
                if (early := next_at - loop.time()) > 0:
                    await asyncio.sleep(early)
                changed_at = watch.changed_at
                changes = watch.take()
                state = await self._read(context, read, subject)
                watches.has_read(watch)
                version += changes
                watches.counts.event(changes - 1, changed_at)
        finally:
            watches.close(watch)

    def _check_seconds(self) -> float:
        return self.settings.session_check_seconds * random.uniform(0.5, 1.0)  # noqa: S311 - jitter

    async def _read(self, context: C, read: Callable[[C, K], Awaitable[S]], subject: K) -> S:
        """Read the current state of a subject; retry while the database is unavailable.

        Meanwhile clients keep showing the last state. If the streams ended instead, thousands of clients
        would reconnect.
        """
        while True:
            renewed = await context.renewed()
            try:
                return await read(renewed, subject)
            except Exception as error:
                if not is_unavailable(error):
                    raise
            await asyncio.sleep(RETRY_SECONDS * random.uniform(0.5, 1.5))  # noqa: S311 - jitter, not a secret
