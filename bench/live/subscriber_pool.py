"""Many subscribers in one process, on several loopback addresses so that ports suffice."""

import asyncio
import resource
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from bench.harness.servers import ServiceFailedError
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
        The possible number of subscribers, which is lower than requested if the hard limit is too low.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    possible = subscribers if hard == resource.RLIM_INFINITY else min(subscribers, hard - SPARE_FILES)
    if possible < subscribers:
        print(
            f"the hard limit on open files is {hard:,}: {possible:,} subscribers instead of {subscribers:,}"
        )
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, possible + SPARE_FILES), hard))
    return possible


@dataclass(slots=True)
class SubscriberPool:
    """A set of subscribers, each with its own session.

    Attributes:
        make: Creates a subscriber.
        subscribers: The open subscribers.
    """

    subscription: Subscription
    make: MakeSubscriber
    subscribers: list[Subscriber] = field(default_factory=list)

    async def open(self, tokens: Sequence[str], on_event: OnEvent) -> None:
        """Open a stream for each session, and wait for its first event.

        Raises:
            ServiceFailedError: A stream was refused, or sent no event in time.
        """
        for start in range(0, len(tokens), OPENED_TOGETHER):
            some = [
                await self._connect(start + place, token, on_event)
                for place, token in enumerate(tokens[start : start + OPENED_TOGETHER])
            ]
            self.subscribers += some
            await self._first_events(some)

    def close(self) -> None:
        """End all streams."""
        for each in self.subscribers:
            each.close()
        self.subscribers.clear()

    def check(self) -> None:
        """Check that all streams are open.

        Raises:
            ServiceFailedError: A stream has ended.
        """
        faults = [each.fault for each in self.subscribers if each.fault]
        if faults:
            raise ServiceFailedError(f"{len(faults)} streams failed; the first: {faults[0]}")

    @property
    def events(self) -> int:
        """The number of events received on all streams."""
        return sum(each.events for each in self.subscribers)

    async def _connect(self, number: int, token: str, on_event: OnEvent) -> Subscriber:
        address = f"127.0.0.{2 + number // FROM_ONE_ADDRESS}"
        _, subscriber = await asyncio.get_running_loop().create_connection(
            lambda: self.make(self.subscription, token, on_event),
            "127.0.0.1",
            self.subscription.port,
            local_addr=(address, 0),
        )
        return subscriber

    async def _first_events(self, some: Sequence[Subscriber]) -> None:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while not all(each.events or each.fault for each in some):  # noqa: ASYNC110 - at sockets
                    await asyncio.sleep(0.005)
        except TimeoutError:
            silent = sum(not each.events for each in some)
            raise ServiceFailedError(f"{silent} streams sent no event in {PATIENCE_SECONDS} s") from None
        self.check()
