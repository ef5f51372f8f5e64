"""The squad's side of Kafka: sends messages at a steady pace, and knows how many the broker has taken."""

import asyncio
from collections.abc import Callable
from typing import Final

from confluent_kafka import KafkaError, Message, Producer

from bench.together.bets import Letter, instant

TOPIC: Final = "club.progress.v1"
TICK: Final = 0.005
FLUSH_SECONDS: Final = 120


class SquadError(Exception):
    """A message could not be put on Kafka."""


class Squad:
    """Sends to one topic, each message once.

    Attributes:
        taken: messages that the broker has.
    """

    def __init__(self, bootstrap: str) -> None:
        self.taken = 0
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

    def send(self, letter: Letter) -> None:
        """Sends a message, without waiting until the broker has it."""
        self._producer.produce(TOPIC, letter.value, letter.key, on_delivery=self._delivered)

    async def keep_pace(self, happening: Callable[[str], Letter], rate: float, seconds: float) -> None:
        """Sends so many messages a second; what is due while the process was busy is sent afterwards.

        Raises:
            SquadError: the broker refused one.
        """
        loop = asyncio.get_running_loop()
        begun, planned, sent = loop.time(), round(rate * seconds), 0
        while sent < planned:
            due, now = min(planned, int((loop.time() - begun) * rate) + 1), instant()
            for _ in range(due - sent):
                self.send(happening(now))
            sent = due
            self.hear()
            await asyncio.sleep(TICK)

    def hear(self) -> None:
        """Counts what the broker has taken since the last time.

        Raises:
            SquadError: it refused one.
        """
        self._producer.poll(0)
        if self._refused:
            raise SquadError(self._refused)

    def flush(self) -> None:
        """Returns when the broker has everything.

        Raises:
            SquadError: it refused one, or takes too long.
        """
        left = self._producer.flush(FLUSH_SECONDS)
        self.hear()
        if left:
            raise SquadError(f"the broker did not take {left} messages in {FLUSH_SECONDS} s")

    def _delivered(self, error: KafkaError | None, _message: Message) -> None:
        if error is None:
            self.taken += 1
        else:
            self._refused = str(error)
