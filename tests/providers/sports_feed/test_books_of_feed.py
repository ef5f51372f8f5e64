"""The books of a feed equal the provider's, whatever happens between the two."""

from decimal import Decimal
from typing import Any
from xml.etree.ElementTree import Element, tostring

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from providers.sports_feed.book import Books
from providers.sports_feed.documents import MarketDescription, ProducerEntry
from providers.sports_feed.feed import Feed
from providers.sports_feed.messages import FeedTeller
from providers.sports_feed.protocol import Message, read_message
from providers.sports_feed.recovery import Moment, RecoveryLimits
from simulator.sports_feed.event_world import DESCRIPTIONS, LIVE, PRE_MATCH, PRODUCERS, EventWorld, Published
from tests.providers.sports_feed.books_compared import differences, expected, told
from tests.providers.sports_feed.conftest import now

LIMITS = RecoveryLimits(inactivity=20, patience=1200, distance=30, refresh=14_400)
TELLER = FeedTeller("feed", "EUR")
DESCRIBED = {
    number: MarketDescription(number, name, groups) for number, (name, groups, _) in DESCRIPTIONS.items()
}
RECOVERING = ("half a recovery", "restart", "forget", "late", "refresh")
STEPS = ("move", "twice", "swap", "silence", "cut", *RECOVERING)


class _Line:
    """A line between a world and a feed's books, which may lose, repeat and swap what is said."""

    def __init__(self, seed: int) -> None:
        self.world, self.seconds = EventWorld(events=2, seed=seed), 0.0
        self.feed = self.begin({})

    def begin(self, entries: dict[str, bytes]) -> Feed:
        """Begin as a process does, with what was kept."""
        self.feed = Feed("all", LIMITS, Books(1000))
        self.feed.restore(entries)
        self.feed.describe(DESCRIBED)
        self.connect()
        return self.feed

    def connect(self) -> None:
        """Begin with the messages of another connection."""
        self.feed.disconnected()
        self.feed.connected(
            ProducerEntry(number, name, f"https://api.example/v1/{path}/", True)
            for number, (name, path) in PRODUCERS.items()
        )
        self.alive()

    @property
    def moment(self) -> Moment:
        """The moment, by a clock of the test's own and the world's time."""
        return Moment(self.seconds, self.world.now())

    def receive(self, element: Element) -> None:
        """Let an element arrive."""
        self.feed.receive(_message(element), self.moment)

    def alive(self) -> None:
        """Let signs of life arrive."""
        for number in PRODUCERS:
            at = str(self.world.now())
            self.receive(Element("alive", product=str(number), timestamp=at, subscribed="1"))

    def recover(self, *, halfway: bool = False) -> None:
        """Answer what is asked for until nothing is; or only the first half of the first answer."""
        for _ in range(4):
            self.seconds += 40
            self.alive()
            for producer, recovery in self.feed.check(self.moment):
                messages = list(self.world.snapshot(producer.id, recovery.after))
                for published in messages[: len(messages) // 2] if halfway else messages:
                    published.element.attrib["request_id"] = str(recovery.number)
                    self.receive(published.element)
                if halfway:
                    return
                facts = {"product": str(producer.id), "timestamp": str(self.world.now())}
                self.receive(Element("snapshot_complete", facts | {"request_id": str(recovery.number)}))

    def take(self, step: str, times: int) -> None:
        """Do one thing."""
        self._recovering(step, times) if step in RECOVERING else self._moving(step, times)

    def _moving(self, step: str, times: int) -> None:
        moved = self._moved(times)
        match step:
            case "move":
                self.alive()
                self._receive(moved)
            case "twice":
                self._receive([published for published in moved for _ in range(2)])
            case "swap":
                self._receive(reversed(moved))
            case "silence":  # what was published is lost
                self.seconds += 21
                self.feed.check(self.moment)
                self.alive()
            case "cut":
                self.connect()

    def _recovering(self, step: str, times: int) -> None:
        match step:
            case "half a recovery":
                self.connect()
                self.recover(halfway=True)
                self._receive(self._moved(times))
            case "restart":
                self._moved(times)
                events, markets = list(self.feed.books.events), list(self.feed.books.markets)
                self.begin(self.feed.entries(events, markets))
            case "forget":
                self.begin({})
            case "late":  # messages of before a recovery come after it
                late = self._moved(times)
                self.connect()
                self.recover()
                self._receive(late)
            case "refresh":
                self.seconds += LIMITS.refresh
                self.alive()
                self.recover()

    def _moved(self, times: int) -> list[Published]:
        return [published for _ in range(times) for published in self.world.move()]

    def _receive(self, messages: Any) -> None:
        for published in messages:
            self.receive(published.element)

    def told(self) -> dict[str, Any]:
        """Return what is told of all markets."""
        books = self.feed.books
        bodies = [
            msgspec.json.decode(
                TELLER.market(
                    market,
                    books,
                    (None, None),
                    is_up=self.feed.is_up(market.producer),
                    revision=1,
                    occurred_at=now(),
                )
            )
            for market in books.markets.values()
        ]
        return told({}, {body["market_id"]: body for body in bodies})["markets"]


def _message(element: Element) -> Message | None:
    return read_message(tostring(element))


@given(st.integers(0, 99), st.lists(st.tuples(st.sampled_from(STEPS), st.integers(1, 6)), max_size=30))
def test_books_equal_the_feeds_after_any_order(seed: int, steps: list[tuple[str, int]]) -> None:
    """Recoveries, changes, gaps, swaps, repeats, silence and restarts, in any order."""
    line = _Line(seed)
    for step, times in steps:
        line.take(step, times)
    line.seconds += LIMITS.patience
    line.recover()
    assert line.feed.is_up(LIVE)
    assert line.feed.is_up(PRE_MATCH)
    assert not differences(line.told(), expected(line.world.books())["markets"])


def test_what_is_stamped_ahead_of_now_does_not_count_for_longer_than_it_came() -> None:
    """The producer is down with its reason until it is recovered; what is honest and later counts at once."""
    seconds, wall = 0.0, 1_800_000_000_000
    feed = Feed("all", LIMITS, Books(1000))
    feed.connected([ProducerEntry(1, "LO", "https://api.example/v1/liveodds/", True)])

    def tell(text: str, ahead: int = 0) -> None:
        feed.receive(read_message(text.format(at=wall + ahead).encode()), Moment(seconds, wall))

    odds = """<odds_change product="1" event_id="sr:match:1" timestamp="{at}"><odds>
      <market id="1" status="1"><outcome id="1" odds="%s" active="1"/></market></odds></odds_change>"""
    alive = '<alive product="1" timestamp="{at}" subscribed="1"/>'
    done = '<snapshot_complete product="1" request_id="%d" timestamp="{at}"/>'
    tell(alive)
    for _ in range(2):
        ((_, recovery),) = feed.check(Moment(seconds, wall))
        tell(done % recovery.number)
        seconds, wall = seconds + 31, wall + 31_000
        tell(alive)
    assert feed.is_up(1)
    tell(odds % "2.5")
    before = feed.producers[1].complete_to
    tell(odds % "9.9", ahead=3_600_000)
    tell(alive, ahead=3_600_000)
    assert "its clock is 3600 s ahead of ours" in feed.trouble
    assert feed.check(Moment(seconds, wall)) == []
    seconds, wall = seconds + 1, wall + 1_000
    tell(odds % "2.6")
    (market,) = feed.books.markets.values()
    assert market.outcomes[0].odds == Decimal("2.6")
    tell(alive)
    ((_, recovery),) = feed.check(Moment(seconds, wall))
    assert (recovery.part, recovery.after) == ("gap", before)
    tell(done % recovery.number)
    assert feed.is_up(1)
