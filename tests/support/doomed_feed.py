"""The sports feed as a program that kills itself once it has published so many batches, before it commits.

`python doomed_feed.py BATCHES`
"""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping

from aiokafka import TopicPartition
from prometheus_client import CollectorRegistry

from consumers.feeds.adapters import sports
from consumers.feeds.delivery.forwarder import Forwarder
from consumers.feeds.settings import FeedSettings
from consumers.stream.settings import StreamSettings
from furlong.feeding import create_pumps

BATCHES = int(sys.argv[1])


class DoomedForwarder(Forwarder):
    """Dies where its messages are with the brokers and its position is not."""

    batches = 0

    async def commit(self, positions: Mapping[TopicPartition, int]) -> None:
        """Commits all but the last."""
        DoomedForwarder.batches += 1
        if DoomedForwarder.batches == BATCHES:
            os.kill(os.getpid(), signal.SIGKILL)
        await super().commit(positions)


async def main() -> None:
    """Carries until it dies."""
    (pump,) = create_pumps([sports.FEED], FeedSettings(), StreamSettings(), CollectorRegistry())
    pump.forwarder = DoomedForwarder
    await pump.run()


if __name__ == "__main__":
    asyncio.run(main())
