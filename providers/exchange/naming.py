"""Keeps asking the exchange's catalogue for names: of new markets soon, of all from time to time."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final

import structlog

from providers.delivery import Delivery
from providers.exchange.book import Books
from providers.exchange.catalogue import Names
from providers.exchange.catalogue_client import MAX_MARKETS, CatalogueClient
from providers.exchange.connection import ExchangeAway, Refused, Unreadable
from providers.settings import MissingSecret, ProviderSettings

log = structlog.get_logger(__name__)
LOOK_SECONDS: Final = 0.2
"""How often it looks for new markets; those that came in between are asked for together."""

TOO_MUCH: Final = "TOO_MUCH_DATA"


@dataclass(slots=True)
class Naming:
    """Asks for the names of an adapter's markets.

    Attributes:
        books: Their open markets are asked for: the catalogue has no closed ones.
    """

    names: Names
    books: Books
    client: CatalogueClient
    delivery: Delivery
    shared: ProviderSettings
    _most: int = field(default=MAX_MARKETS)

    async def run(self) -> None:
        """Ask until cancelled; after a failure, pauses grow, and prices go on."""
        pause, clock = self.shared.first_pause_seconds, asyncio.get_running_loop().time
        while True:
            markets = self._open_markets()
            asked = self.names.due(markets, clock(), self._most)
            if not asked:
                self._say_what_is_missing(markets)
                self._most = MAX_MARKETS
                await asyncio.sleep(LOOK_SECONDS)
                continue
            try:
                answer = await self.client.ask(asked)
            except (ExchangeAway, MissingSecret, Refused, Unreadable) as fault:
                self._fail(fault, asked, clock())
                await asyncio.sleep(pause * random.uniform(0.5, 1))  # noqa: S311 - jitter, not a secret
                pause = min(2 * pause, self.shared.longest_pause_seconds)
                continue
            self.names.receive(asked, answer, clock())
            pause = self.shared.first_pause_seconds
            if self.names.touched:
                self.delivery.changed.set()

    def _open_markets(self) -> list[str]:
        books = self.books.markets.values()
        return [book.id for book in books if book.definition and book.definition.status != "CLOSED"]

    def _fail(self, fault: Exception, asked: Collection[str], now: float) -> None:
        """Note a failure; what was too much is asked for in smaller parts."""
        self.delivery.status.names_fail(
            f"the catalogue: {fault}" if isinstance(fault, Refused) else str(fault)
        )
        log.warning("exchange_names_missing", reason=str(fault), markets=len(asked))
        if isinstance(fault, Refused) and fault.code == TOO_MUCH:
            self._most = max(1, len(asked) // 2)
            if len(asked) == 1:  # others shall not wait for it
                for market in asked:
                    self.names.postpone(market, now)

    def _say_what_is_missing(self, markets: Collection[str]) -> None:
        missing = [market for market in markets if market not in self.names.known]
        if missing:
            reason = f"the catalogue lacks {len(missing)} markets, such as {min(missing)}"
            self.delivery.status.names_fail(reason)
        else:
            self.delivery.status.names = None
