"""Send messages to Kafka at a steady rate, and count the acknowledged ones."""

import asyncio
from collections.abc import Callable
from typing import Final

from confluent_kafka import KafkaError, Message, Producer

from bench.harness.standstill import wait_for
from bench.live.bets import OutgoingMessage, instant
from subgraphs.club_kit.topics import PROGRESS_TOPIC

TICK: Final = 0.005
FLUSH_SECONDS: Final = 120


class ProducerError(Exception):
    """A message could not be produced to Kafka."""


class MessageProducer:
    """Sends each message once.

    Attributes:
        taken: Messages that the broker has.
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
                "log_level": 0,  # errors are reported per message
            }
        )

    def send(self, message: OutgoingMessage, topic: str = PROGRESS_TOPIC) -> None:
        """Send a message without waiting for its acknowledgement."""
        self._producer.produce(topic, message.value, message.key, on_delivery=self._delivered)

    async def send_at_rate(
        self,
        next_message: Callable[[str], OutgoingMessage],
        rate: float,
        seconds: float,
        topic: str = PROGRESS_TOPIC,
    ) -> None:
        """Send messages at a rate; messages that became due while the process was busy follow at once.

        Raises:
            ProducerError: The broker refused a message.
        """
        loop = asyncio.get_running_loop()
        wait_for(f"Kafka to take {rate:,.0f} messages a second", seconds=seconds)
        begun, planned, sent = loop.time(), round(rate * seconds), 0
        while sent < planned:
            due, now = min(planned, int((loop.time() - begun) * rate) + 1), instant()
            for _ in range(due - sent):
                self.send(next_message(now), topic)
            sent = due
            self.poll()
            await asyncio.sleep(TICK)

    def poll(self) -> None:
        """Count the messages acknowledged since the last call.

        Raises:
            ProducerError: The broker refused a message.
        """
        self._producer.poll(0)
        if self._refused:
            raise ProducerError(self._refused)

    def flush(self) -> None:
        """Wait until the broker has acknowledged everything.

        Raises:
            ProducerError: The broker refused a message, or takes too long.
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
