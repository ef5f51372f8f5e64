"""A node's rewards consumer that is killed after it has applied a global message, and not told so."""

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import replace

from prometheus_client import CollectorRegistry
from sqlalchemy.ext.asyncio import AsyncConnection

from consumers.acknowledgements.settings import NodeSettings
from consumers.messages.global_events.message import GlobalEvent
from consumers.rewards.wiring import create_consumer
from consumers.stream.settings import StreamSettings
from consumers.stream.topics import AnyTopic, Message, Outcome
from foundation.storage.clock import SystemClock
from foundation.storage.settings import DatabaseSettings
from subgraphs.kit.topics import GLOBAL_TOPIC


def kill() -> None:
    """End this process as a power cut does."""
    os.kill(os.getpid(), signal.SIGKILL)


async def main(url: str, bootstrap: str, node: str, event_id: str) -> None:
    """Consume until a global message is committed."""
    applied: list[str] = []
    stream = StreamSettings(bootstrap=bootstrap, poll_seconds=0.1)
    consumer = create_consumer(
        DatabaseSettings(url=url),
        stream,
        CollectorRegistry(),
        SystemClock(),
        node=NodeSettings(name=node, report_seconds=600),
    )

    def watched(topic: AnyTopic) -> AnyTopic:
        if topic.name != GLOBAL_TOPIC:
            return topic

        async def apply(connection: AsyncConnection, messages: Sequence[Message[GlobalEvent]]) -> Outcome:
            applied.extend(message.event.event_id for message in messages)
            return await topic.apply(connection, messages)

        return replace(topic, apply=apply, committed=lambda: kill() if event_id in applied else None)

    topics = [watched(topic) for topic in consumer.app.topics]
    consumer.app = replace(consumer.app, topics=topics)
    await consumer.run()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
