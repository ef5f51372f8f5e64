"""Streams a customer's club: its current state, and a new one after each change."""

import asyncio
import random
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field
from typing import Final, Protocol, Self, TypeVar

from foundation.storage.errors import is_unavailable
from subgraphs.club.customer_club import CustomerClub
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.live.event_bus import EventBus, MemoryBus
from subgraphs.kit.live.settings import LiveSettings
from subgraphs.kit.live.watches import customer_key

T = TypeVar("T")
RETRY_SECONDS: Final = 1.0


class ClubReads(Protocol):
    """The reads that a stream needs; implemented by the context of its request."""

    async def club(self, owner: Owner) -> CustomerClub:
        """Return a customer's club in the current week."""
        ...

    async def renewed(self) -> Self:
        """Return reads for another event, with a new instant.

        Raises:
            CallerError: The session has ended.
        """
        ...


@dataclass(frozen=True, slots=True)
class ClubUpdates:
    """Streams of clubs, driven by a bus.

    Attributes:
        bus: Notifies of changed customers.
        settings: The minimum interval of events, and the interval of session checks.
    """

    bus: EventBus = field(default_factory=MemoryBus)
    settings: LiveSettings = field(default_factory=LiveSettings)

    async def of(
        self, context: ClubReads, owner: Owner, event: Callable[[int, CustomerClub], T]
    ) -> AsyncGenerator[T, None]:
        """Yield an event with the version and the state of a customer's club, now and after each change.

        The version counts the changes of this stream from 1, including those that were merged into one event.

        Args:
            context: The context of the subscription's request. Each event has a copy with its own instant.
            owner: The customer.
            event: Makes an event of its version and its state.

        Raises:
            CallerError: The session has ended.
        """
        watches, loop = self.bus.watches, asyncio.get_running_loop()
        watch = watches.open(customer_key(owner))  # before the first read, so that no change is missed
        watch.check_after(self._check_seconds())
        version, changed_at = 1, None
        try:
            club = await (await context.renewed()).club(owner)
            while True:
                yield event(version, club)
                del club  # a waiting stream needs no state
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
                club = await self._read(context, owner)
                watches.has_read(watch)
                version += changes
                watches.counts.event(changes - 1, changed_at)
        finally:
            watches.close(watch)

    def _check_seconds(self) -> float:
        return self.settings.session_check_seconds * random.uniform(0.5, 1.0)  # noqa: S311 - jitter

    async def _read(self, context: ClubReads, owner: Owner) -> CustomerClub:
        """Read the current state of a club; retry while the database is unavailable.

        Meanwhile clients keep showing the last state. If the streams ended instead, thousands of clients
        would reconnect.
        """
        while True:
            reads = await context.renewed()
            try:
                return await reads.club(owner)
            except Exception as error:
                if not is_unavailable(error):
                    raise
            await asyncio.sleep(RETRY_SECONDS * random.uniform(0.5, 1.5))  # noqa: S311 - jitter, not a secret
