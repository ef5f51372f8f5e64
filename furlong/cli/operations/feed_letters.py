"""Dead letters of the feeds, for `furlong deadletters`: read where they lie, on Kafka, and published anew."""

from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from aiokafka import AIOKafkaProducer

from consumers.feeds.clients import close, create_producer
from consumers.feeds.feed import AnyFeed
from consumers.feeds.parked import Parked, ParkedLetters, Place
from consumers.feeds.registry import UnknownFeed
from consumers.feeds.settings import FeedSettings
from consumers.stream.errors import Poison
from consumers.stream.replay import Fate, Replayed
from consumers.stream.settings import StreamSettings

PREFIX = "feed-"


def is_of_feed(name: str) -> bool:
    """Whether a consumer's name, or a letter's, is a feed's: `feed-sports`, `feed-sports:0:17`."""
    return name.startswith(PREFIX)


def place_of(text: str) -> Place:
    """Partition and offset of `0:17`."""
    partition, _, offset = text.partition(":")
    return Place(int(partition), int(offset))


@dataclass(frozen=True, slots=True)
class FeedLetters:
    """The letters of one feed, by the feed's name here."""

    name: str
    letters: ParkedLetters

    @classmethod
    def of(cls, name: str, stream: StreamSettings) -> "FeedLetters":
        """Those of `feed-NAME`, whichever of the configured feeds that is.

        Raises:
            UnknownFeed: there is no such feed.
        """
        settings = FeedSettings()
        feeds: dict[str, AnyFeed] = {PREFIX + feed.name: feed for feed in settings.feeds()}
        if name not in feeds:
            raise UnknownFeed(f"no feed {name!r}: there are {', '.join(feeds) or 'none'}")
        feed = feeds[name]
        return cls(name, ParkedLetters(feed, settings.topic(feed), stream))

    def called(self, letter: Parked) -> str:
        """A letter's name: feed, partition and offset of where it lies."""
        return f"{self.name}:{letter.place.partition}:{letter.place.offset}"

    async def newest(self, limit: int) -> Sequence[Parked]:
        """The newest, so many of each partition that they are enough."""
        found: dict[int, deque[Parked]] = {}
        async with aclosing(self.letters.read()) as letters:
            async for letter in letters:
                found.setdefault(letter.place.partition, deque(maxlen=limit)).append(letter)
        everywhere = [letter for some in found.values() for letter in some]
        everywhere.sort(key=lambda letter: (letter.record.timestamp is not None, letter.record.timestamp))
        return everywhere[::-1][:limit]

    async def find(self, place: Place) -> Parked | None:
        """One letter; None where there is none any more."""
        async with aclosing(self.letters.read()) as letters:
            return await anext((one async for one in letters if one.place == place), None)

    async def replay(self, places: Sequence[Place] | None) -> AsyncIterator[tuple[str, Replayed]]:
        """Publishes what the adapter makes of letters now: of those at these places, or of all."""
        missing = dict.fromkeys(places or [])
        producer = create_producer(self.letters.settings)
        try:
            await producer.start()
            async with aclosing(self.letters.read()) as letters:
                async for letter in letters:
                    if places is None or letter.place in missing:
                        missing.pop(letter.place, None)
                        yield self.called(letter), await self._replayed(letter, producer)
        finally:
            await close(producer)
        for place in missing:
            yield f"{self.name}:{place.partition}:{place.offset}", Replayed(Fate.GONE)

    async def _replayed(self, letter: Parked, producer: AIOKafkaProducer) -> Replayed:
        try:
            await self.letters.publish(letter, producer)
        except Poison as found:
            return Replayed(Fate.POISON, found.reason)
        return Replayed(Fate.PUBLISHED)
