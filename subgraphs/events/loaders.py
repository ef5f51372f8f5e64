"""The context of a request to events: the catalogue in memory, and batched reads of markets."""

from collections.abc import AsyncGenerator, Callable, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple, TypeAlias

from foundation.storage.clock import Clock
from subgraphs.events.catalogue.boards import Placement, shown_name
from subgraphs.events.catalogue.brand_view import BrandView
from subgraphs.events.catalogue.brand_views import BrandViews
from subgraphs.events.catalogue.catalogue import EMPTY, Catalogue
from subgraphs.events.catalogue.events import Event
from subgraphs.events.catalogue.reader import PLATFORM
from subgraphs.events.market_views import MarketView, can_be_priced
from subgraphs.events.matching.offers import OfferKey
from subgraphs.events.models import PICTURE, STATISTICS
from subgraphs.events.trust import TrustLimits
from subgraphs.events.video_addresses import AddressSigner, ShownPicture
from subgraphs.kit.graphql.context import RequestContext
from subgraphs.kit.reads.batching import PendingRead
from subgraphs.kit.reads.key_lookup import BatchedLookup, KeyLookup, Row
from subgraphs.kit.reads.stale_cache import StaleCache


class Figure(NamedTuple):
    """A figure of both sides, such as corners 4 to 2, as its provider writes it."""

    name: str
    home: str
    away: str


_OFFER: Final = ("provider", "sports_event_id")
_PICTURE_COLUMNS: Final = ("stream_id", "territories", "starts_at", "ends_at")


Follow: TypeAlias = Callable[
    ["EventsContext", Any, str, Sequence[str], str | None], AsyncGenerator[Any, None]
]
"""Follows events: by whom, the info of the subscription's field, the brand, ids of ours, and from where on.

It yields updates, or responses that are encoded already."""


class EventsContext(RequestContext, kw_only=True, eq=False):
    """The context of one request.

    Attributes:
        catalogues: The events, in memory.
        markets_of_offers: Markets by their offers.
        markets: A market by its id.
        statistics_of_offers: Statistics by their offers.
        pictures_of_offers: Pictures by the offers that they are of, which are other providers'.
        limits: When a provider is not to be believed, whatever is stored of it.
        machine: The clock by which adapters say when they were well.
        views: The events as brands show them.
        signer: Signs addresses of pictures; None if there are none.
        follow: Follows events.
    """

    catalogues: StaleCache[Catalogue]
    markets_of_offers: BatchedLookup[OfferKey, tuple[MarketView, ...]]
    markets: BatchedLookup[tuple[str], MarketView | None]
    statistics_of_offers: BatchedLookup[OfferKey, tuple[Figure, ...]]
    pictures_of_offers: BatchedLookup[OfferKey, tuple[ShownPicture, ...]]
    limits: TrustLimits
    machine: Clock
    views: BrandViews
    signer: AddressSigner | None
    follow: Follow

    async def catalogue(self) -> Catalogue:
        """Return the events as they are now."""
        fresh = self.catalogues.get_fresh(PLATFORM, self.identity.now)
        return fresh or await self.catalogues.get(PLATFORM) or EMPTY

    async def view(self, brand: str) -> BrandView:
        """Return the events as a brand shows them to this visitor."""
        return self.views.of(await self.catalogue(), brand, self.territory, self.now)

    def shown_name(self, placement: Placement, usual: str) -> str:
        """Return the name that editors chose for the visitor's language, or else the usual one."""
        return shown_name(placement, self.identity.accept_language, usual)

    def markets_of(self, offer: OfferKey) -> PendingRead[OfferKey, tuple[MarketView, ...]]:
        """Read the markets of an offer."""
        return self.read(self.markets_of_offers, offer)

    def market(self, market_id: str) -> PendingRead[tuple[str], MarketView | None]:
        """Read a market by its own id; None if there is none."""
        return self.read(self.markets, (market_id,))

    def statistics_of(self, offer: OfferKey) -> PendingRead[OfferKey, tuple[Figure, ...]]:
        """Read the statistics of an offer."""
        return self.read(self.statistics_of_offers, offer)

    def pictures_of(self, offer: OfferKey) -> PendingRead[OfferKey, tuple[ShownPicture, ...]]:
        """Read the pictures of an offer."""
        return self.read(self.pictures_of_offers, offer)

    def can_be_priced(self, catalogue: Catalogue, event: Event, market: MarketView) -> bool:
        """Return whether prices of a market may be taken now."""
        return can_be_priced(catalogue, event, market, self.limits, self._machine_now)

    def _machine_now(self) -> datetime:
        self.now  # noqa: B018 - silence may begin at any time, so that such an answer is made each time
        return self.machine.now()


def statistics_of_offers() -> KeyLookup[OfferKey, tuple[Figure, ...]]:
    """Return the lookup of an offer's statistics."""
    c = STATISTICS.c
    return KeyLookup(STATISTICS, _OFFER, ("figures",), _figures, where=c.is_gone.is_(False))


def pictures_of_offers() -> KeyLookup[OfferKey, tuple[ShownPicture, ...]]:
    """Return the lookup of an offer's pictures, in the order of the names of their providers."""
    key, columns = ("fixtures_of", "sports_event_id"), ("provider", *_PICTURE_COLUMNS)
    return KeyLookup(PICTURE, key, columns, _pictures, where=PICTURE.c.is_gone.is_(False))


def _figures(rows: Sequence[Row]) -> tuple[Figure, ...]:
    return tuple(Figure(**figure) for row in rows for figure in row[0])


def _pictures(rows: Sequence[Row]) -> tuple[ShownPicture, ...]:
    return tuple(ShownPicture(**dict(zip(_PICTURE_COLUMNS, row[1:], strict=True))) for row in sorted(rows))
