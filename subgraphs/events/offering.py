"""What a brand offers of selections now, for whoever takes bets on them: `Offers` of the kit."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError

from foundation.storage.clock import Clock
from foundation.storage.database import Database
from foundation.storage.errors import DatabaseAway
from foundation.storage.settings import DatabaseSettings
from subgraphs.events.catalogue.boards import shown_name
from subgraphs.events.catalogue.brand_view import BrandView
from subgraphs.events.catalogue.brand_views import BrandViews
from subgraphs.events.catalogue.catalogue import EMPTY, Catalogue
from subgraphs.events.catalogue.events import LIVE, Event
from subgraphs.events.catalogue.reader import PLATFORM, cached_catalogues
from subgraphs.events.market_types import name_of
from subgraphs.events.market_views import MarketView, can_be_priced, markets_by_id
from subgraphs.events.models import OVER
from subgraphs.events.records.runners import StoredRunner
from subgraphs.events.settings import EventsSettings
from subgraphs.events.trust import TrustLimits
from subgraphs.kit.domain.selections import market_of
from subgraphs.kit.offers import Offer, OfferStatus, Terms, offer_status
from subgraphs.kit.reads.key_lookup import BatchedLookup
from subgraphs.kit.reads.stale_cache import StaleCache

log = structlog.get_logger(__name__)
_WITHDRAWN: Final = frozenset({"removed", "removed_vacant"})
_RACE_WIN: Final = "WIN"


@dataclass(frozen=True, slots=True)
class OfferReader:
    """Tells what brands offer, as the graph shows it: what a brand hides, it does not offer.

    Attributes:
        database: That of events.
        clock: Product time for boards, machine time for providers.
        limits: When a provider is not to be believed, whatever is stored of it.
        catalogues: The events, in memory.
        markets: Markets with their prices, read for each request.
    """

    database: Database
    clock: Clock
    limits: TrustLimits
    catalogues: StaleCache[Catalogue]
    markets: BatchedLookup[tuple[str], MarketView | None]
    _views: BrandViews = field(default_factory=BrandViews)

    async def of(
        self, brand: str, territory: str | None, language: str | None, selections: Collection[str]
    ) -> Mapping[str, Offer] | None:
        """Return what a brand offers of selections now, by their ids; None if it cannot be known now.

        Args:
            brand: The brand's id.
            territory: Where the visitor is: boards may differ by it.
            language: As in `Accept-Language`.
            selections: The platform's own ids, without the brand.
        """
        wanted = sorted({market_of(selection) for selection in selections})
        try:
            view = await self._view(brand, territory)
            reads = [self.markets.load((market_id,)) for market_id in wanted]
            markets = dict(zip(wanted, [await read for read in reads], strict=True))
        except (DatabaseAway, SQLAlchemyError, OSError) as error:
            log.warning("offers_not_read", error=repr(error))
            return None
        found = (
            (selection, self._offer(view, markets[market_of(selection)], selection, language))
            for selection in selections
        )
        return {selection: offer for selection, offer in found if offer is not None}

    async def close(self) -> None:
        """End the work in the background, and close all connections."""
        await self.catalogues.close()
        await self.database.close()

    async def _view(self, brand: str, territory: str | None) -> BrandView:
        """Return the events as a brand shows them; raises as `StaleCache.get` does."""
        catalogue = await self.catalogues.get(PLATFORM) or EMPTY
        return self._views.of(catalogue, brand, territory, self.clock.now())

    def _offer(
        self, view: BrandView, market: MarketView | None, selection: str, language: str | None
    ) -> Offer | None:
        """Return what is offered of a selection; None if nobody has it, or the brand does not show it."""
        event = None if market is None else view.catalogue.event_of(market.offer)
        if market is None or event is None or not view.shows(event):
            return None
        runner = next((one for one in market.runners if one.own_id(market.own_id) == selection), None)
        if runner is None:
            return None
        return Offer(
            selection_id=selection,
            sports_event_id=event.id,
            sport=event.sport,
            event=shown_name(view.of_event(event), language, event.name),
            market=name_of(market),
            pick=runner.name or runner.id,
            starts_at=event.starts_at,
            status=self._status(view.catalogue, event, market, runner),
            odds_milli=runner.odds_milli,
            terms=_terms(market),
            market_kind=market.kind,
            in_play=event.status == LIVE or market.in_play,
            withdrawn=tuple(
                other.own_id(market.own_id) for other in market.runners if other.status in _WITHDRAWN
            ),
        )

    def _status(
        self, catalogue: Catalogue, event: Event, market: MarketView, runner: StoredRunner
    ) -> OfferStatus:
        if event.status in OVER:
            return OfferStatus.OVER
        is_believed = can_be_priced(catalogue, event, market, self.limits, self.clock.machine.now)
        return offer_status(market.status, runner.status, is_believed=is_believed)


def _terms(market: MarketView) -> Terms | None:
    """Return the terms of the place part; None where a result does not tell a place from a win."""
    terms = market.place_terms
    if terms is None or market.kind != _RACE_WIN:
        return None
    return Terms(**terms)


def open_offers(database: DatabaseSettings, clock: Clock) -> OfferReader:
    """Return what tells what brands offer, over the database of events; nothing is connected yet."""
    opened, settings = Database.open(database, "events"), EventsSettings()
    return OfferReader(
        database=opened,
        clock=clock,
        limits=settings.trust_limits,
        catalogues=cached_catalogues(opened, clock, settings.preferred),
        markets=BatchedLookup.of(opened, markets_by_id()),
    )
