"""The sports feed as a program that kills itself after publishing some batches, before it commits.

`python failing_feed.py BATCHES`
"""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping

from aiokafka import TopicPartition
from prometheus_client import CollectorRegistry

from consumers.feeds.adapters import sports
from consumers.feeds.delivery.feed_worker import FeedWorker
from consumers.feeds.delivery.forwarder import FeedMetrics, Forwarder
from consumers.stream.settings import StreamSettings

BATCHES = int(sys.argv[1])


class FailingForwarder(Forwarder):
    """A forwarder that dies after publishing its messages and before committing their offsets."""

    batches = 0

    async def commit(self, positions: Mapping[TopicPartition, int]) -> None:
        """Commit all batches but the last."""
        FailingForwarder.batches += 1
        if FailingForwarder.batches == BATCHES:
            os.kill(os.getpid(), signal.SIGKILL)
        await super().commit(positions)


async def main() -> None:
    """Forward until it dies."""
    metrics = FeedMetrics(CollectorRegistry())
    worker = FeedWorker(sports.FEED, sports.FEED.topic, StreamSettings(), metrics)
    worker.forwarder = FailingForwarder
    await worker.run()


if __name__ == "__main__":
    asyncio.run(main())
