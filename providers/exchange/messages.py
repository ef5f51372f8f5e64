"""What is told of a market on `provider.market.v1`: its whole state, in our units."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final

import msgspec

from providers.exchange.book import MarketBook, RunnerBook
from providers.exchange.catalogue import MarketNames
from providers.exchange.protocol import MarketDefinition, RunnerDefinition
from providers.exchange.results import is_settled, shares_milli
from providers.exchange.translation import kind_of, place_terms_of
from providers.messages import MarketMessage, PriceLevel, Runner
from subgraphs.kit.domain.currencies import minor_digits

LINES: Final = frozenset({"LINE", "RANGE"})
"""The betting types whose prices are no odds, and are not told."""

STATUSES: Final = {"REMOVED_VACANT": "removed"}
"""The statuses of runners that are not called the same by the platform, in lower case."""

_UNPRICED: Final = RunnerBook()


@dataclass(frozen=True, slots=True)
class MarketTeller:
    """Makes the messages of one provider's markets.

    Attributes:
        levels: How many prices of each side a message has.
        currency: What sizes are in.
    """

    provider: str
    levels: int
    currency: str

    def message(
        self,
        book: MarketBook,
        market: MarketDefinition,
        names: MarketNames,
        revision: int,
        occurred_at: datetime,
    ) -> bytes:
        """Return the message of a market, by its book, definition and names."""
        kind, line = kind_of(market, names.runners.values())
        has_odds = market.betting_type not in LINES
        shares = shares_milli(market)
        runners = ((one, book.runners.get((one.id, one.hc), RunnerBook())) for one in market.runners)
        message = MarketMessage(
            provider=self.provider,
            market_id=book.id,
            sports_event_id=market.event_id,
            revision=revision,
            kind=kind,
            name=names.market,
            line_milli=line,
            place_terms=place_terms_of(market),
            status="settled" if is_settled(market) else market.status.lower(),
            in_play=market.in_play,
            winners=market.number_of_winners,
            starts_at=market.market_time,
            currency=self.currency,
            runners=tuple(
                self._runner(
                    defined,
                    runner if has_odds else _UNPRICED,
                    names.runners.get(str(defined.id), ""),
                    shares.get(defined.status),
                )
                for defined, runner in runners
            ),
            occurred_at=occurred_at,
        )
        return msgspec.json.encode(message)

    def _runner(
        self, defined: RunnerDefinition, book: RunnerBook, name: str, share_milli: int | None
    ) -> Runner:
        last = book.figures.get("ltp")
        return Runner(
            selection_id=str(defined.id),
            handicap_milli=round(1000 * defined.hc),
            name=name,
            status=STATUSES.get(defined.status, defined.status.lower()),
            position=defined.sort_priority,
            back=self._levels(book.back()),
            lay=self._levels(book.lay()),
            last_odds_milli=None if last is None else round(1000 * last),
            dead_heat_milli=share_milli,
        )

    def _levels(self, offers: Iterator[tuple[float, float]]) -> tuple[PriceLevel, ...]:
        unit = 10 ** minor_digits(self.currency)
        return tuple(
            PriceLevel(round(1000 * price), round(size * unit)) for price, size in islice(offers, self.levels)
        )
