"""The bus between processes: its notices, encoded and queued, over one channel of Valkey or Redis."""

import asyncio
import random
import uuid
from collections.abc import Iterable
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import msgspec
import structlog

from subgraphs.kit.live.event_bus import BusCounts
from subgraphs.kit.live.watches import Watches, machine_seconds

if TYPE_CHECKING:
    from redis.asyncio import Redis


FORMAT: Final = 1
MAX_IN_MESSAGE: Final = 2_000
MAX_WAITING: Final = 100_000


class Notices(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """The customers and brands that have changed.

    Attributes:
        sender: The sending process, which ignores its own notices.
        committed_at: When the first of the changes was committed, in seconds since the epoch.
        everything: Whether all customers may have changed, because notices were lost.
        brands: The ids of brands whose customers are all affected.
        customers: Keys of customers.
        format: The version of this message.
    """

    sender: bytes
    committed_at: float
    everything: bool = False
    brands: tuple[str, ...] = ()
    customers: tuple[bytes, ...] = ()
    format: int = FORMAT


_encoder: Final = msgspec.msgpack.Encoder()
_decoder: Final = msgspec.msgpack.Decoder(Notices)


def encode(notices: Notices) -> bytes:
    """Return notices as bytes."""
    return _encoder.encode(notices)


def decode(data: object) -> Notices | None:
    """Return the notices in a message; None if the message is invalid or of another format."""
    try:
        notices = _decoder.decode(data)  # type: ignore[arg-type]  # whatever the client returns
    except (msgspec.DecodeError, TypeError):
        return None
    return notices if notices.format == FORMAT else None


class WaitingNotices:
    """Unsent notices; several notices of the same customer are merged.

    If too many customers are waiting, a single notice says that everything may have changed.
    """

    def __init__(self, sender: bytes) -> None:
        self._sender = sender
        self._customers: dict[bytes, None] = {}
        self._brands: set[str] = set()
        self._everything = False
        self._since: float | None = None

    def __bool__(self) -> bool:
        """Return whether there is anything to send."""
        return self._since is not None

    def add(
        self,
        at: float,
        customers: Iterable[bytes] = (),
        brands: Iterable[str] = (),
        *,
        everything: bool = False,
    ) -> None:
        """Add changes that were committed at `at`, in seconds since the epoch."""
        self._since = at if self._since is None else min(self._since, at)
        if not self._everything:
            self._customers.update(dict.fromkeys(customers))
            self._brands.update(brands)
            everything = everything or len(self._customers) > MAX_WAITING
        if everything:
            self._everything = True
            self._customers.clear()
            self._brands.clear()

    def take(self, now: float) -> Notices:
        """Remove and return as many notices as fit into one message."""
        customers = tuple(islice(self._customers, MAX_IN_MESSAGE))
        taken = Notices(self._sender, self._since or now, self._everything, tuple(self._brands), customers)
        for key in customers:
            del self._customers[key]
        self._brands.clear()
        self._everything = False
        if not self._customers:
            self._since = None
        return taken

    def put_back(self, notices: Notices) -> None:
        """Add notices that could not be sent again."""
        self.add(notices.committed_at, notices.customers, notices.brands, everything=notices.everything)


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
