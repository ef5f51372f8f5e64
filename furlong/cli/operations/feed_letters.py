"""Dead letters of feeds, for `furlong deadletters`: reads them from Kafka and publishes them again."""

from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing, nullcontext
from dataclasses import dataclass

from aiokafka import AIOKafkaProducer

from consumers.feeds.delivery.dead_letters import LetterPosition, ParkedLetter, ParkedLetters
from consumers.feeds.delivery.kafka_clients import create_producer
from consumers.feeds.mapping.feed import AnyFeed
from consumers.feeds.settings import FeedSettings, UnknownFeed
from consumers.stream.broker.kafka_client import running_client
from consumers.stream.database.dead_letter_replay import Fate, Replayed
from consumers.stream.errors import Poison
from consumers.stream.settings import StreamSettings

PREFIX = "feed-"


def is_of_feed(name: str) -> bool:
    """Tell whether a name is that of a feed or of its letter, as in `feed-sports` and `feed-sports:0:17`."""
    return name.startswith(PREFIX)


def position_of(text: str) -> LetterPosition:
    """Return the partition and offset in `0:17`."""
    partition, _, offset = text.partition(":")
    return LetterPosition(int(partition), int(offset))


@dataclass(frozen=True, slots=True)
class FeedLetters:
    """The letters of one feed; `name` is `feed-NAME`."""

    name: str
    letters: ParkedLetters

    @classmethod
    def of(cls, name: str, stream: StreamSettings) -> "FeedLetters":
        """Return the letters of `feed-NAME`, one of the configured feeds.

        Raises:
            UnknownFeed: There is no such feed.
        """
        settings = FeedSettings()
        feeds: dict[str, AnyFeed] = {PREFIX + feed.name: feed for feed in settings.feeds()}
        if name not in feeds:
            raise UnknownFeed(f"there is no feed {name!r}; there are {', '.join(feeds) or 'none'}")
        feed = feeds[name]
        return cls(name, ParkedLetters(feed, settings.topic(feed), stream))

    def name_of(self, letter: ParkedLetter) -> str:
        """Return a letter's name: feed, partition and offset."""
        return f"{self.name}:{letter.position.partition}:{letter.position.offset}"

    async def newest(self, limit: int) -> Sequence[ParkedLetter]:
        """Return the newest letters of all partitions."""
        by_partition: dict[int, deque[ParkedLetter]] = {}
        async with aclosing(self.letters.read()) as letters:
            async for letter in letters:
                by_partition.setdefault(letter.position.partition, deque(maxlen=limit)).append(letter)
        everywhere = [letter for some in by_partition.values() for letter in some]
        everywhere.sort(key=lambda letter: (letter.record.timestamp is not None, letter.record.timestamp))
        return everywhere[::-1][:limit]

    async def find(self, position: LetterPosition) -> ParkedLetter | None:
        """Return one letter, or None if it no longer exists."""
        async with aclosing(self.letters.read()) as letters:
            return await anext((letter async for letter in letters if letter.position == position), None)

    async def replay(
        self, positions: Sequence[LetterPosition] | None, *, dry_run: bool = False
    ) -> AsyncIterator[tuple[str, Replayed]]:
        """Convert letters with the current adapter and publish them: those at the given positions, or all.

        A dry run converts them only.
        """
        missing = dict.fromkeys(positions or [])
        publishing = nullcontext() if dry_run else running_client(create_producer(self.letters.settings))
        async with publishing as producer, aclosing(self.letters.read()) as letters:
            async for letter in letters:
                if positions is None or letter.position in missing:
                    missing.pop(letter.position, None)
                    yield self.name_of(letter), await self._replayed(letter, producer)
        for position in missing:
            yield f"{self.name}:{position.partition}:{position.offset}", Replayed(Fate.GONE)

    async def _replayed(self, letter: ParkedLetter, producer: AIOKafkaProducer | None) -> Replayed:
        try:
            if producer is None:
                self.letters.message(letter)
            else:
                await self.letters.publish(letter, producer)
        except Poison as error:
            return Replayed(Fate.POISON, error.reason)
        return Replayed(Fate.PUBLISHED)
