"""Many subscribers in one process, on several loopback addresses so that ports suffice."""

import asyncio
import resource
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from bench.harness.servers import ServiceFailedError
from bench.harness.standstill import wait_for
from bench.live.subscriber import Subscriber, Subscription

FROM_ONE_ADDRESS: Final = 20_000
OPENED_TOGETHER: Final = 100
PATIENCE_SECONDS: Final = 120
SPARE_FILES: Final = 300

OnEvent = Callable[[Subscriber, bytes], None]
MakeSubscriber = Callable[[Subscription, str, OnEvent], Subscriber]


def raise_file_limit(subscribers: int) -> int:
    """Raise the soft limit on open files for this process and its children.

    Returns:
        The possible number of connections: one for each subscriber, or as many as the hard limit allows.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    possible = subscribers if hard == resource.RLIM_INFINITY else min(subscribers, hard - SPARE_FILES)
    if possible < subscribers:
        print(
            f"the hard limit on open files is {hard:,}: "
            f"{possible:,} connections with {subscribers:,} subscriptions"
        )
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, possible + SPARE_FILES), hard))
    return possible


def random_network() -> str:
    """Return three parts of a loopback address; ports of an earlier run may still be in use on others."""
    return f"127.{1 + secrets.randbelow(254)}.{secrets.randbelow(256)}"


@dataclass(slots=True)
class SubscriberPool:
    """A set of subscribers, each with its own session and connection.

    Attributes:
        make: Creates a subscriber.
        subscribers: The open subscribers.
    """

    subscription: Subscription
    make: MakeSubscriber
    subscribers: list[Subscriber] = field(default_factory=list)
    _network: str = field(default_factory=random_network)

    async def open(self, tokens: Sequence[str], on_event: OnEvent, streams: int | None = None) -> None:
        """Open a connection for each session, and wait for the first event of each of its streams.

        Args:
            tokens: The sessions.
            on_event: Receives each event.
            streams: The number of streams that all connections have together, if it is not one each. If they
                cannot have equally many, the last ones have one more.

        Raises:
            ServiceFailedError: A stream was refused, or sent no event in time.
        """
        each_has, more = divmod(streams or len(tokens), len(tokens))
        for start in range(0, len(tokens), OPENED_TOGETHER):
            wait_for(
                f"the first events of {len(tokens)} connections: {start} have theirs",
                seconds=PATIENCE_SECONDS,
            )
            some = []
            for number, token in enumerate(tokens[start : start + OPENED_TOGETHER], start):
                subscription = replace(self.subscription, streams=each_has + (number >= len(tokens) - more))
                some.append(await self._connect(number, subscription, token, on_event))
            self.subscribers += some
            await self._first_events(some)

    def close(self) -> None:
        """End all streams."""
        for subscriber in self.subscribers:
            subscriber.close()
        self.subscribers.clear()

    def check(self) -> None:
        """Check that all streams are open.

        Raises:
            ServiceFailedError: A stream has ended.
        """
        faults = [subscriber.fault for subscriber in self.subscribers if subscriber.fault]
        if faults:
            raise ServiceFailedError(f"{len(faults)} streams failed; the first: {faults[0]}")

    @property
    def events(self) -> int:
        """The number of events received on all streams."""
        return sum(subscriber.events for subscriber in self.subscribers)

    async def _connect(
        self, number: int, subscription: Subscription, token: str, on_event: OnEvent
    ) -> Subscriber:
        address = f"{self._network}.{2 + number // FROM_ONE_ADDRESS}"
        _, subscriber = await asyncio.get_running_loop().create_connection(
            lambda: self.make(subscription, token, on_event),
            "127.0.0.1",
            subscription.port,
            local_addr=(address, 0),
        )
        return subscriber

    async def _first_events(self, some: Sequence[Subscriber]) -> None:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while not all(  # noqa: ASYNC110 - at sockets
                    subscriber.events >= subscriber.streams or subscriber.fault for subscriber in some
                ):
                    await asyncio.sleep(0.005)
        except TimeoutError:
            silent = sum(
                subscriber.streams - min(subscriber.events, subscriber.streams) for subscriber in some
            )
            raise ServiceFailedError(f"{silent} streams sent no event in {PATIENCE_SECONDS} s") from None
        self.check()
