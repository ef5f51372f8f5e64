"""A subscription to markets: books, the clocks from which it can be resumed, and whether both are complete.

Pure: it is given messages in the order in which they came, and knows no connection and no time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec

from providers.exchange.book import Books, NoImage
from providers.exchange.protocol import IMAGES, MarketChange, Message

CLOCKS = "clocks"
"""The entry of the state that has the clocks; every other entry is a market."""


class Broken(Exception):
    """What came cannot be continued from: the exchange has to be asked for all books anew."""


class Clocks(msgspec.Struct, frozen=True):
    """From where a subscription is resumed; both are the exchange's, and mean nothing to others.

    Attributes:
        subscription: What was subscribed to. Clocks are no use for anything else.
    """

    subscription: str
    initial: str
    clk: str


_CLOCKS = msgspec.json.Decoder(Clocks)


@dataclass(slots=True)
class Subscription:
    """The books of one subscription, in the order of its messages.

    Attributes:
        name: What is subscribed to, as text.
        limit: The greatest number of markets.
        complete: Whether the books are the exchange's, as of the last message.
        unreliable: Whether the exchange itself says that its data are behind.
        touched: The markets that changed, or went, and were not taken yet.
    """

    name: str
    limit: int
    books: Books = field(default_factory=Books)
    clocks: Clocks | None = None
    complete: bool = False
    unreliable: bool = False
    touched: set[str] = field(default_factory=set)
    _segments: list[MarketChange] | None = None
    _published: int = 0

    def connected(self) -> None:
        """Begin with the messages of another connection."""
        self.complete, self.unreliable, self._segments, self._published = False, False, None, 0

    def forget(self) -> None:
        """Ask for everything at the next connection; the books stay until their images come."""
        self.clocks, self.complete = None, False

    def receive(self, message: Message) -> None:
        """Apply a market change message.

        Raises:
            Broken: It does not continue what came before.
        """
        published = message.pt or 0
        if published < self._published:
            raise Broken(f"published before the message that came before: {published} < {self._published}")
        self._published = published
        self.unreliable = bool(message.status)
        changes = self._whole(message)
        if changes is None:
            return
        try:
            self._apply(message, changes)
        except NoImage as fault:
            raise Broken(str(fault)) from fault
        if len(self.books.markets) > self.limit:
            raise Broken(f"more than {self.limit} markets")
        if self.complete:
            self._tick(message)

    def restore(self, entries: Mapping[str, bytes]) -> None:
        """Begin with the state that was kept; it is dropped if it is not of this subscription.

        Everything is touched: all that is there is told anew, and that the markets of another one went.
        """
        try:
            clocks = _CLOCKS.decode(entries[CLOCKS])
            images = [IMAGES.decode(value) for name, value in entries.items() if name != CLOCKS]
        except (KeyError, msgspec.DecodeError):
            clocks, images = None, []
        self.touched |= {name for name in entries if name != CLOCKS}
        if clocks is not None and clocks.subscription == self.name:
            self.clocks = clocks
            self.books.replace(images)

    def _whole(self, message: Message) -> list[MarketChange] | None:
        """Return the changes of a message with those of the segments before it; None before the last one."""
        match message.segment_type, self._segments:
            case None, None:
                return list(message.mc)
            case "SEG_START", None:
                self._segments = list(message.mc)
                return None
            case "SEG" | "SEG_END" as segment, [*earlier]:
                self._segments = [*earlier, *message.mc]
                if len(self._segments) > self.limit:
                    raise Broken(f"segments of more than {self.limit} markets")
                if segment == "SEG":
                    return None
                whole, self._segments = self._segments, None
                return whole
        raise Broken("segments came out of order")

    def _apply(self, message: Message, changes: list[MarketChange]) -> None:
        match message.ct:
            case "HEARTBEAT":
                return
            case "SUB_IMAGE":
                self.clocks = None
                self.touched |= self.books.replace(changes)
                self.complete = True
            case "RESUB_DELTA":
                self.touched |= self.books.apply(changes)
                self.complete = True
            case _ if not self.complete:
                raise Broken("changes came before the image")
            case _:
                self.touched |= self.books.apply(changes)

    def _tick(self, message: Message) -> None:
        initial = message.initial_clk or (self.clocks and self.clocks.initial)
        clk = message.clk or (self.clocks and self.clocks.clk)
        self.clocks = Clocks(self.name, initial, clk) if initial and clk else None
