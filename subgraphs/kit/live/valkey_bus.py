"""The bus between processes, over one channel of Valkey or Redis."""

import asyncio
import random
import uuid
from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

import structlog

from subgraphs.kit.live.event_bus import BusCounts
from subgraphs.kit.live.notices import WaitingNotices, decode, encode
from subgraphs.kit.live.watches import Watches, machine_seconds

if TYPE_CHECKING:
    from redis.asyncio import Redis

log = structlog.get_logger(__name__)
ANSWER_SECONDS: Final = 2.0
SILENCE_SECONDS: Final = 5.0
"""The time without a message after which the server is pinged, in seconds."""

FIRST_PAUSE_SECONDS: Final = 0.2
MAX_PAUSE_SECONDS: Final = 5.0


class ValkeyBus:
    """Publishes the changes of this process, and receives those of other processes.

    Publishing runs in the background; waiting notices of the same customer are merged. To make up for notices
    missed during an outage, all streams of this process are notified after each reconnection.

    Attributes:
        watches: The watches of this process.
        counts: The counts of messages and failures.
    """

    is_complete: Final = True

    def __init__(
        self, url: str, channel: str, watches: Watches | None = None, *, listens: bool = True
    ) -> None:
        """Create it; nothing is connected yet.

        Args:
            url: The server's URL.
            channel: The channel on which all processes publish.
            watches: The watches of this process.
            listens: Whether this process has streams; other processes only publish.
        """
        self.watches = watches or Watches()
        self.counts = BusCounts(is_away=listens)
        self._url, self._channel, self._listens = url, channel, listens
        self._sender = uuid.uuid4().bytes
        self._waiting = WaitingNotices(self._sender)
        self._something, self._sent = asyncio.Event(), asyncio.Event()
        self._sent.set()
        self._listening = asyncio.Event()
        self._tasks: tuple[asyncio.Task[None], ...] = ()
        self._client: Redis | None = None

    def customers_changed(self, keys: Iterable[bytes]) -> None:
        """Notify the streams of this process at once, and all other processes."""
        now, keys = machine_seconds(), tuple(keys)
        if keys:
            self.watches.customers_changed(keys, now)
            self._send(now, keys)

    def brand_changed(self, brand: str) -> None:
        """Notify the streams of this process, and all other processes."""
        self.watches.brand_changed(brand)
        self._send(machine_seconds(), brands=(brand,))

    async def start(self) -> None:
        """Connect, and return once the channel is subscribed to, or after a short wait."""
        # Importing the client takes 0.1 s, and most commands do not need it.
        from redis.asyncio import Redis  # noqa: PLC0415
        from redis.asyncio.retry import Retry  # noqa: PLC0415
        from redis.backoff import NoBackoff  # noqa: PLC0415

        self._client = Redis.from_url(
            self._url,
            socket_timeout=ANSWER_SECONDS,
            socket_connect_timeout=ANSWER_SECONDS,
            retry=Retry(NoBackoff(), 0),
        )
        tasks = [asyncio.create_task(self._publish_all(self._client), name="publishing of live notices")]
        if self._listens:
            tasks.append(asyncio.create_task(self._listen(self._client), name="listening to live notices"))
        self._tasks = tuple(tasks)
        if self._listens:
            with suppress(TimeoutError):
                async with asyncio.timeout(ANSWER_SECONDS):
                    await self._listening.wait()

    async def close(self) -> None:
        """Send pending notices if the server is available, and disconnect."""
        with suppress(TimeoutError):
            async with asyncio.timeout(ANSWER_SECONDS):
                if self._tasks:
                    await self._sent.wait()
        for task in self._tasks:
            while not task.done():
                # The client can swallow a cancellation while it checks whether a connection is still open.
                task.cancel()
                await asyncio.wait({task}, timeout=FIRST_PAUSE_SECONDS)
        self._tasks = ()
        if self._client is not None:
            await self._client.aclose()
        await self.watches.stop()

    def _send(self, at: float, keys: Iterable[bytes] = (), brands: Iterable[str] = ()) -> None:
        self._waiting.add(at, keys, brands)
        self._sent.clear()
        self._something.set()

    async def _publish_all(self, client: "Redis") -> None:
        from redis.exceptions import RedisError  # noqa: PLC0415

        pauses = _Pauses()
        while True:
            await self._something.wait()
            self._something.clear()
            while self._waiting:
                notices = self._waiting.take(machine_seconds())
                try:
                    await client.publish(self._channel, encode(notices))
                except (RedisError, OSError) as error:
                    self._waiting.put_back(notices)
                    self._note_fault("live_notices_not_sent", error, pauses)
                    await asyncio.sleep(pauses.next())
                except BaseException:
                    self._waiting.put_back(notices)
                    raise
                else:
                    self.counts.published += 1
                    pauses.reset()
            self._sent.set()

    async def _listen(self, client: "Redis") -> None:
        from redis.exceptions import RedisError  # noqa: PLC0415

        pauses = _Pauses()
        while True:
            pubsub = client.pubsub()
            try:
                await self._hear(pubsub, pauses)
            except (RedisError, OSError) as error:
                self._note_fault("live_notices_not_heard", error, pauses)
            finally:
                self.counts.is_away = True
                with suppress(RedisError, OSError):
                    await pubsub.aclose()  # type: ignore[no-untyped-call]
            await asyncio.sleep(pauses.next())

    async def _hear(self, pubsub: Any, pauses: "_Pauses") -> None:
        """Receive notices until the connection fails."""
        await pubsub.subscribe(self._channel)
        has_pinged = False
        while True:
            message = await pubsub.get_message(timeout=SILENCE_SECONDS)
            if message is None:
                if has_pinged:
                    raise ConnectionResetError("the server is silent")
                has_pinged = True
                await pubsub.ping()
                continue
            has_pinged = False
            match message["type"]:
                case "message":
                    self._deliver(message["data"])
                case "subscribe":
                    pauses.reset()
                    self.counts.is_away = False
                    self._listening.set()
                    # Notices may have been lost, so all streams read the current state.
                    self.watches.all_changed()

    def _deliver(self, data: object) -> None:
        notices = decode(data)
        if notices is None:
            self.counts.faults += 1
            log.warning("live_notice_not_understood", advice="do all processes run the same version?")
            self.watches.all_changed()
            return
        if notices.sender == self._sender:
            return
        self.counts.heard += 1
        self.watches.customers_changed(notices.customers, notices.committed_at)
        for brand in notices.brands:
            self.watches.brand_changed(brand)
        if notices.everything:
            self.watches.all_changed()

    def _note_fault(self, event: str, error: Exception, pauses: "_Pauses") -> None:
        self.counts.faults += 1
        if pauses.is_first:
            log.warning(event, error=type(error).__name__)


class _Pauses:
    """Pauses that double with each failure, with jitter, so that not all processes reconnect at once."""

    def __init__(self) -> None:
        self._next = FIRST_PAUSE_SECONDS

    @property
    def is_first(self) -> bool:
        """Whether there was no failure since the last success."""
        return self._next == FIRST_PAUSE_SECONDS

    def next(self) -> float:
        """Return the next pause in seconds."""
        pause, self._next = self._next, min(self._next * 2, MAX_PAUSE_SECONDS)
        return pause * random.uniform(0.5, 1.5)  # noqa: S311 - jitter, not a secret

    def reset(self) -> None:
        """Start again with the shortest pause."""
        self._next = FIRST_PAUSE_SECONDS
