"""What is told of a market on `provider.market.v1`: its whole state, in our units."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from uuid import UUID, uuid4

import msgspec

from providers.exchange.book import MarketBook, RunnerBook
from providers.exchange.protocol import MarketDefinition, RunnerDefinition
from subgraphs.kit.domain.currencies import minor_digits


class Offer(msgspec.Struct, frozen=True):
    """Odds in thousandths, and how much is offered at them, in minor units."""

    odds_milli: int
    size_minor: int


class Runner(msgspec.Struct, frozen=True, kw_only=True):
    """A runner: what backers and layers are offered, the best first."""

    selection_id: str
    handicap_milli: int
    status: str
    position: int
    back: tuple[Offer, ...]
    lay: tuple[Offer, ...]
    last_odds_milli: int | None


class MarketMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A message of `provider.market.v1`; its contract is in `contracts/providers/`."""

    schema: str = "provider.market/1"
    event_id: UUID = msgspec.field(default_factory=uuid4)
    provider: str
    market_id: str
    sports_event_id: str
    sport_id: str
    revision: int
    kind: str
    status: str
    in_play: bool
    winners: int
    starts_at: datetime
    currency: str
    runners: tuple[Runner, ...]
    occurred_at: datetime


def market_key(provider: str, market_id: str) -> str:
    """Return the key of a market's messages."""
    return f"{provider}:{market_id}"


@dataclass(frozen=True, slots=True)
class MarketTeller:
    """Makes the messages of one provider's markets.

    Attributes:
        levels: How many offers of each side a message has.
        currency: What sizes are in.
    """

    provider: str
    levels: int
    currency: str

    def message(
        self, book: MarketBook, market: MarketDefinition, revision: int, occurred_at: datetime
    ) -> bytes:
        """Return the message of a market, by its book and definition."""
        runners = ((one, book.runners.get((one.id, one.hc), RunnerBook())) for one in market.runners)
        message = MarketMessage(
            provider=self.provider,
            market_id=book.id,
            sports_event_id=market.event_id,
            sport_id=market.event_type_id,
            revision=revision,
            kind=market.market_type,
            status=market.status.lower(),
            in_play=market.in_play,
            winners=market.number_of_winners,
            starts_at=market.market_time,
            currency=self.currency,
            runners=tuple(self._runner(defined, runner) for defined, runner in runners),
            occurred_at=occurred_at,
        )
        return msgspec.json.encode(message)

    def _runner(self, defined: RunnerDefinition, book: RunnerBook) -> Runner:
        last = book.figures.get("ltp")
        return Runner(
            selection_id=str(defined.id),
            handicap_milli=round(1000 * defined.hc),
            status=defined.status.lower(),
            position=defined.sort_priority,
            back=self._offers(book.back()),
            lay=self._offers(book.lay()),
            last_odds_milli=None if last is None else round(1000 * last),
        )

    def _offers(self, offers: Iterator[tuple[float, float]]) -> tuple[Offer, ...]:
        unit = 10 ** minor_digits(self.currency)
        return tuple(
            Offer(round(1000 * price), round(size * unit)) for price, size in islice(offers, self.levels)
        )
