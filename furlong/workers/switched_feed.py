"""A feed of bets that is forwarded while its kill switch is on; otherwise its records wait in Kafka."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog

from consumers.feeds.delivery.feed_worker import FeedHealth, FeedWorker
from consumers.feeds.mapping.feed import AnyFeed
from furlong.workers.provider_decisions import ProviderDecisions

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class SwitchedFeed:
    """A feed and its switch. A worker that was stopped stays so: each time that it is on, another one begins.

    Attributes:
        create: Returns a worker of the feed.
    """

    feed: AnyFeed
    create: Callable[[], FeedWorker]
    switches: ProviderDecisions
    _worker: FeedWorker | None = None
    _ended: bool = False
    _stopping: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        """Forward the feed whenever it is on, until stopped or cancelled.

        Raises:
            Exception: The error with which its worker ended.
        """
        try:
            while not self._stopping.is_set():
                if self._off() is not None:
                    await self._first(self.switches.until(lambda: self._off() is None))
                    continue
                self._worker = worker = self.create()
                log.info("feed_switched_on", feed=self.feed.name)
                try:
                    await self._forward(worker)
                finally:
                    await worker.stop()
                    self._worker = None
        finally:
            self._ended = True

    async def stop(self) -> None:
        """Stop `run` after the running batch."""
        self._stopping.set()
        if self._worker is not None:
            await self._worker.stop()

    def health(self) -> FeedHealth:
        """Return the feed's present health. While it is off, that is not a reason to restart its process."""
        if self._worker is not None:
            return self._worker.health()
        off = self._off() or "starting"
        return FeedHealth(live=not self._ended, consuming=False, kafka=True, lag=0, detail=off)

    def _off(self) -> str | None:
        return self.switches.off(self.feed.provider)

    async def _forward(self, worker: FeedWorker) -> None:
        """Forward until the feed is switched off, stopped, or fails."""
        running = asyncio.create_task(worker.run(), name=worker.group)
        try:
            await self._first(self.switches.until(lambda: self._off() is not None), running)
            await worker.stop()
            await running
        finally:
            running.cancel()

    async def _first(self, switched: Coroutine[Any, Any, None], *others: asyncio.Task[None]) -> None:
        """Wait until the switch has changed, another task has ended, or the feed is told to stop."""
        waiting = [asyncio.create_task(switched), asyncio.create_task(self._stopping.wait())]
        try:
            await asyncio.wait([*waiting, *others], return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waiting:
                task.cancel()


@dataclass(frozen=True, slots=True)
class SwitchedFeeds:
    """The feeds of a process, and the switches that they follow."""

    feeds: Sequence[SwitchedFeed]
    switches: ProviderDecisions
