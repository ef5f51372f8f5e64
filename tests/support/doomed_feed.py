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
from consumers.feeds.carrier import Carrier
from consumers.feeds.settings import FeedSettings
from consumers.stream.settings import StreamSettings
from furlong.workers.feed_worker import create_pumps

BATCHES = int(sys.argv[1])


class DoomedCarrier(Carrier):
    """Dies where its messages are with the brokers and its position is not."""

    batches = 0

    async def commit(self, positions: Mapping[TopicPartition, int]) -> None:
        """Commits all but the last."""
        DoomedCarrier.batches += 1
        if DoomedCarrier.batches == BATCHES:
            os.kill(os.getpid(), signal.SIGKILL)
        await super().commit(positions)


async def main() -> None:
    """Carries until it dies."""
    (pump,) = create_pumps([sports.FEED], FeedSettings(), StreamSettings(), CollectorRegistry())
    pump.carrier = DoomedCarrier
    await pump.run()


if __name__ == "__main__":
    asyncio.run(main())
