"""The books of a subscription equal the exchange's, whatever happens between the two."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.exchange.protocol import MESSAGES, Message
from providers.exchange.subscription import CLOCKS, Broken, Subscription
from simulator.exchange.market_world import MarketWorld
from tests.providers.exchange.books_compared import shown

STEPS = ("move", "open", "receive", "twice", "heartbeat", "gap", "restart", "lose clocks", "begin")


def _message(**fields: Any) -> Message:
    return MESSAGES.decode(json.dumps({"op": "mcm", "id": 1, "pt": 1, **fields}))


class _Line:
    """A connection between a world and a subscription, which may miss what is said."""

    def __init__(self, seed: int) -> None:
        self.world = MarketWorld(markets=2, seed=seed)
        self.subscription = Subscription("all", limit=100)
        self.connect()

    def connect(self) -> None:
        """Subscribe, from the clocks if there are any."""
        clocks = self.subscription.clocks
        self.subscription.connected()
        self.since = None if clocks is None else int(clocks.clk)
        self.send(ct="SUB_IMAGE" if clocks is None else "RESUB_DELTA", initialClk="first")

    def send(self, *, times: int = 1, parts: int = 1, **fields: Any) -> None:
        """Send what changed since the last message, so many times, and in so many segments."""
        changes = self.world.changes(list(self.world.markets), self.since)
        self.since = self.world.version
        size = -(-len(changes) // parts) or 1
        pieces = [changes[at : at + size] for at in range(0, len(changes), size)] or [[]]
        kinds = ["SEG_START", *["SEG"] * (len(pieces) - 2), "SEG_END"] if len(pieces) > 1 else [None]
        for _ in range(times):
            for kind, piece in zip(kinds, pieces, strict=True):
                segment = {} if kind is None else {"segmentType": kind}
                self.subscription.receive(_message(clk=str(self.since), mc=piece, **segment, **fields))

    def restart(self) -> None:
        """Begin with what was kept, as another process does."""
        books = self.subscription.books.markets
        entries = {name: msgspec.json.encode(book.image()) for name, book in books.items()}
        if self.subscription.clocks is not None:
            entries[CLOCKS] = msgspec.json.encode(self.subscription.clocks)
        self.subscription = Subscription("all", limit=100)
        self.subscription.restore(entries)
        self.connect()

    def take(self, step: str, parts: int) -> None:
        """Do one thing."""
        match step:
            case "move":
                self.world.move(parts)
            case "open":
                self.world.open_market()
            case "receive":
                self.send(parts=parts)
            case "twice":
                self.send(times=2)
            case "heartbeat":
                self.subscription.receive(_message(ct="HEARTBEAT", clk=str(self.since)))
            case "gap":  # messages are lost with their connection
                self.world.move(parts)
                self.connect()
            case "restart":
                self.restart()
            case "lose clocks":
                self.subscription.forget()
                self.connect()
            case "begin":
                self.world.retire(next(iter(self.world.markets)))
                self.world.open_market()
                self.subscription.forget()
                self.connect()


@given(st.integers(0, 99), st.lists(st.tuples(st.sampled_from(STEPS), st.integers(1, 4)), max_size=40))
def test_books_equal_the_exchanges_after_any_order(seed: int, steps: list[tuple[str, int]]) -> None:
    """Images, changes, segments, repeats, gaps, resumptions and restarts, in any order."""
    line = _Line(seed)
    for step, parts in steps:
        line.take(step, parts)
    line.send()
    assert shown(line.subscription.books) == line.world.books()
    assert line.subscription.complete


@pytest.mark.parametrize(
    ("messages", "reason"),
    [
        ([{"pt": 2, "ct": "SUB_IMAGE", "clk": "a"}, {"pt": 1, "clk": "b"}], "published before"),
        ([{"mc": []}], "before the image"),
        ([{"ct": "SUB_IMAGE"}, {"mc": [{"id": "1.5"}]}], "before its image"),
        ([{"ct": "SUB_IMAGE", "segmentType": "SEG"}], "out of order"),
        ([{"ct": "SUB_IMAGE", "segmentType": "SEG_START"}, {}], "out of order"),
        ([{"ct": "SUB_IMAGE", "mc": [{"id": "1.1", "img": True}, {"id": "1.2", "img": True}]}], "more than"),
    ],
)
def test_what_cannot_be_continued_is_not_guessed(messages: list[dict[str, Any]], reason: str) -> None:
    """A message that contradicts those before it breaks the subscription, and says why."""
    subscription, (*earlier, last) = Subscription("all", limit=1), messages
    for fields in earlier:
        subscription.receive(_message(**fields))
    with pytest.raises(Broken, match=reason):
        subscription.receive(_message(**last))


def test_the_state_of_another_subscription_is_not_resumed() -> None:
    """Its clocks would bring other markets; that its own have gone is told."""
    line = _Line(seed=1)
    entries = {"1.200000001": b"{}", CLOCKS: msgspec.json.encode(line.subscription.clocks)}
    other = Subscription("others", limit=100)
    other.restore(entries)
    assert (other.clocks, other.books.markets, other.touched) == (None, {}, {"1.200000001"})


def test_levels_that_are_counted_are_replaced_by_their_position() -> None:
    """Of the best offers, a level with the size 0 is gone, and an empty ladder empties all."""
    subscription = Subscription("all", limit=100)
    best = [[0, 2.0, 10], [1, 1.9, 20]]
    image = {"id": "1.1", "img": True, "rc": [{"id": 7, "batb": best, "trd": [[2.0, 5]]}]}
    subscription.receive(_message(ct="SUB_IMAGE", mc=[image]))
    subscription.receive(_message(mc=[{"id": "1.1", "rc": [{"id": 7, "batb": [[0, 0, 0]], "trd": []}]}]))
    runner = subscription.books.markets["1.1"].runners[7, 0.0]
    assert (list(runner.back()), runner.ladders.get("trd")) == ([(1.9, 20)], None)
