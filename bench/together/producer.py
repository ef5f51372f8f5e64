"""The squad's side of Kafka: sends messages at a steady pace, and knows how many the broker has taken."""

import asyncio
from collections.abc import Callable
from typing import Final

from confluent_kafka import KafkaError, Message, Producer

from bench.together.bets import OutgoingMessage, instant

TOPIC: Final = "club.progress.v1"
TICK: Final = 0.005
FLUSH_SECONDS: Final = 120


class ProducerError(Exception):
    """A message could not be put on Kafka."""


class MessageProducer:
    """Sends to one topic, each message once.

    Attributes:
        taken: messages that the broker has.
    """

    def __init__(self, bootstrap: str) -> None:
        self.acknowledged = 0
        self._refused = ""
        self._producer = Producer(
            {
                "bootstrap.servers": bootstrap,
                "enable.idempotence": True,
                "linger.ms": 5,
                "queue.buffering.max.messages": 10**6,
                "log_level": 0,  # what matters comes as the refusal of a message
            }
        )

    def send(self, message: OutgoingMessage) -> None:
        """Sends a message, without waiting until the broker has it."""
        self._producer.produce(TOPIC, message.value, message.key, on_delivery=self._delivered)

    async def send_at_rate(
        self, next_message: Callable[[str], OutgoingMessage], rate: float, seconds: float
    ) -> None:
        """Sends so many messages a second; what is due while the process was busy is sent afterwards.

        Raises:
            ProducerError: the broker refused one.
        """
        loop = asyncio.get_running_loop()
        begun, planned, sent = loop.time(), round(rate * seconds), 0
        while sent < planned:
            due, now = min(planned, int((loop.time() - begun) * rate) + 1), instant()
            for _ in range(due - sent):
                self.send(next_message(now))
            sent = due
            self.poll()
            await asyncio.sleep(TICK)

    def poll(self) -> None:
        """Counts what the broker has taken since the last time.

        Raises:
            ProducerError: it refused one.
        """
        self._producer.poll(0)
        if self._refused:
            raise ProducerError(self._refused)

    def flush(self) -> None:
        """Returns when the broker has everything.

        Raises:
            ProducerError: it refused one, or takes too long.
        """
        left = self._producer.flush(FLUSH_SECONDS)
        self.poll()
        if left:
            raise ProducerError(f"the broker did not take {left} messages in {FLUSH_SECONDS} s")

    def _delivered(self, error: KafkaError | None, _message: Message) -> None:
        if error is None:
            self.acknowledged += 1
        else:
            self._refused = str(error)
