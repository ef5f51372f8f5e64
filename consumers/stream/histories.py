"""Whose records the offsets of a topic count: a cluster's, and there a topic's, which may be made anew.

A topic that was deleted and made anew has other records at the same offsets. Nothing but its id, which Kafka
gives to each, tells it from the one before; aiokafka knows of no ids, so they are asked for here.
"""

import asyncio
from base64 import urlsafe_b64encode
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaError, NodeNotReadyError

from consumers.stream.errors import TopicMadeAnew
from consumers.stream.settings import StreamSettings
from consumers.stream.topic_ids import NO_ID, TopicIds

ANSWER_SECONDS: Final = 5.0
_BETWEEN: Final = "/"


@dataclass(frozen=True, slots=True)
class Histories:
    """Asks the brokers, on a connection of its own.

    Attributes:
        name: of the cluster.
    """

    client: AIOKafkaClient
    name: str

    @classmethod
    async def open(cls, settings: StreamSettings, name: str) -> "Histories":
        """Connects.

        Raises:
            KafkaError: the brokers cannot be reached.
        """
        client = AIOKafkaClient(bootstrap_servers=settings.bootstrap)
        histories = cls(client, name)
        try:
            await client.bootstrap()
        except BaseException:
            await histories.close()
            raise
        return histories

    async def of(self, topics: Collection[str]) -> dict[str, str]:
        """The generation of each topic that there is; only the cluster's name where brokers know no ids.

        Raises:
            KafkaError: the brokers do not answer.
        """
        node = self.client.get_random_node()
        if node is None:
            raise NodeNotReadyError("no broker is known")
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                answer = await self.client.send(node, TopicIds(topics))
        except TimeoutError as fault:
            raise KafkaError("the brokers do not answer") from fault
        except NotImplementedError:
            return dict.fromkeys(topics, self.name)  # older than the ids
        told = {topic: (error, number) for error, topic, number, *_ in answer.topics}
        return {
            topic: generation(self.name, number)
            for topic, (error, number) in told.items()
            if number != NO_ID or not error
        }

    async def of_all(self, topics: Collection[str]) -> dict[str, str]:
        """The generation of each topic.

        Raises:
            KafkaError: one of them is missing, or the brokers do not answer.
        """
        found = await self.of(topics)
        if missing := sorted(set(topics) - found.keys()):
            raise KafkaError(f"topics are missing: {', '.join(missing)}")
        return found

    async def close(self) -> None:
        """Closes the connection."""
        with suppress(TimeoutError, KafkaError):
            async with asyncio.timeout(ANSWER_SECONDS):
                await self.client.close()


def generation(name: str, number: bytes) -> str:
    """Names the history of a topic with an id, as Kafka's tools show it."""
    return name if number == NO_ID else f"{name}{_BETWEEN}{urlsafe_b64encode(number).decode().rstrip('=')}"


def cluster_of(one: str) -> str:
    """The cluster's name in a generation."""
    return one.partition(_BETWEEN)[0]


def has_id(one: str) -> bool:
    """Whether a generation tells a topic from another of its name."""
    return _BETWEEN in one


def check_same(joined: Mapping[str, str], now: Mapping[str, str]) -> None:
    """Compares the generations that topics had with those that they have.

    Raises:
        TopicMadeAnew: one of them is another topic by now. One that is missing may come back as it was.
    """
    for topic, was in joined.items():
        found = now.get(topic, was)
        if found != was and has_id(found) and has_id(was):
            raise TopicMadeAnew(f"{topic} was deleted and made anew: it is {found} now, and was {was}")
