"""Markets as they are stored, read by their offers or ids, and whether their prices may be taken."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec

from subgraphs.events.catalogue.catalogue import Catalogue
from subgraphs.events.catalogue.events import Event
from subgraphs.events.matching.offers import OfferKey
from subgraphs.events.models import MARKET, OVER
from subgraphs.events.records.runners import RUNNERS, StoredRunner
from subgraphs.events.trust import TrustLimits
from subgraphs.kit.reads.key_lookup import KeyLookup, Row


class MarketView(msgspec.Struct, frozen=True):
    """A market as it is stored."""

    own_id: str
    provider: str
    sports_event_id: str
    revision: int
    kind: str
    name: str
    line_milli: int | None
    place_terms: dict[str, int] | None
    status: str
    in_play: bool
    runners: tuple[StoredRunner, ...]

    @property
    def offer(self) -> OfferKey:
        """Return the offer that it is of."""
        return OfferKey(self.provider, self.sports_event_id)


_COLUMNS: Final = MarketView.__struct_fields__


def can_be_priced(
    catalogue: Catalogue,
    event: Event,
    market: MarketView,
    limits: TrustLimits,
    machine_now: Callable[[], datetime],
) -> bool:
    """Return whether prices of a market may be taken.

    Not once its event is over, and only those of the provider that leads and is to be believed now.

    Args:
        catalogue: What is known of providers.
        event: The market's.
        market: As it is stored.
        limits: When a provider is not to be believed, whatever is stored of it.
        machine_now: Returns the instant by the clock by which adapters say when they were well; called only
            if the answer depends on it.
    """
    report, leading = catalogue.reports.get(market.provider), event.offer_of_odds(catalogue.providers)
    leads = leading is not None and leading.key == market.offer
    if report is None or not leads or market.provider not in catalogue.providers.trusted:
        return False
    if event.status in OVER:
        return False
    now = machine_now()
    is_of_process = report.first_revision <= market.revision <= limits.latest_revision(now)
    return is_of_process and limits.flaw(report, now) is None


def markets_of_offers() -> KeyLookup[OfferKey, tuple[MarketView, ...]]:
    """Return the lookup of an offer's markets that are not gone."""
    key = ("provider", "sports_event_id")
    return KeyLookup(MARKET, key, _COLUMNS, _views, where=MARKET.c.is_gone.is_(False))


def markets_by_id() -> KeyLookup[tuple[str], MarketView | None]:
    """Return the lookup of a market by its own id."""
    return KeyLookup(MARKET, ("own_id",), _COLUMNS, _only, where=MARKET.c.is_gone.is_(False))


def _views(rows: Sequence[Row]) -> tuple[MarketView, ...]:
    return tuple(map(_view, rows))


def _only(rows: Sequence[Row]) -> MarketView | None:
    return _view(rows[0]) if rows else None


def _view(row: Row) -> MarketView:
    values: dict[str, Any] = dict(zip(_COLUMNS, row, strict=True))
    return MarketView(**{**values, "runners": RUNNERS.decode(values["runners"])})
