"""What providers offer, and the event that each offer is of."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.access import Actor
from backoffice.errors import Invalid, Problem
from backoffice.events import repository
from backoffice.events.reading import name_of, require_reading
from backoffice.events.repository import OfferFilter, OfferState, Position
from backoffice.graph.pages import EARLIEST, LATEST
from foundation.storage.clock import Clock
from foundation.storage.database import Database
from subgraphs.events.catalogue.events import OfferRow

MAX_TEXT: Final = 100
SHOWN_BEFORE: Final = timedelta(days=1)
"""Without a day, offers are listed that are not over, and started at most so long ago."""


@dataclass(frozen=True, slots=True)
class OfferedEvent:
    """An event of offers; its name is that of its first offer.

    Attributes:
        offers: How many providers offer it.
    """

    id: str
    name: str
    offers: int


@dataclass(frozen=True, slots=True)
class ListedOffer:
    """An offer with its event; None while that waits for a person."""

    offer: OfferRow
    event: OfferedEvent | None

    @property
    def state(self) -> OfferState:
        """Return whether it is matched, waits, or is gone."""
        if self.offer.is_gone:
            return OfferState.GONE
        return OfferState.WAITING if self.offer.event_id is None else OfferState.MATCHED


@dataclass(frozen=True, slots=True)
class OfferSearch:
    """What somebody looks for among offers; empty texts ask for nothing."""

    sport: str = ""
    provider: str = ""
    day: date | None = None
    text: str = ""
    state: OfferState | None = None


@dataclass(frozen=True, slots=True)
class OfferService:
    """Reads offers.

    Attributes:
        events: The events' database.
    """

    events: Database
    clock: Clock

    async def page(
        self, actor: Actor, wanted: OfferSearch, first: int, after: Position | None = None
    ) -> Sequence[ListedOffer]:
        """Return offers by start; those after a position with `after`.

        Raises:
            Forbidden: The actor may not see them.
            Invalid: The text is too long, or nothing starts on the day.
        """
        require_reading(actor)
        if len(wanted.text) > MAX_TEXT:
            raise Invalid([Problem("text", f"Look for at most {MAX_TEXT} characters.")])
        if wanted.day is not None and not EARLIEST <= wanted.day.year <= LATEST:
            raise Invalid([Problem("day", f"Name a day of the years {EARLIEST} to {LATEST}.")])
        conditions = OfferFilter(
            since=self.clock.now() - SHOWN_BEFORE,
            sport=wanted.sport or None,
            provider=wanted.provider or None,
            day=wanted.day,
            text=wanted.text.strip(),
            state=wanted.state,
        )
        async with self.events.read() as connection:
            offers = await repository.offers_page(connection, conditions, first, after)
            return await with_events(connection, offers)

    async def sports(self, actor: Actor) -> Sequence[str]:
        """Return the sports of which anything is offered.

        Raises:
            Forbidden: The actor may not see them.
        """
        require_reading(actor)
        async with self.events.read() as connection:
            return await repository.offered_sports(connection)


async def with_events(connection: AsyncConnection, offers: Iterable[OfferRow]) -> list[ListedOffer]:
    """Return offers with the events that they are of; what is gone has no event any more."""
    listed = list(offers)
    wanted = {offer.event_id for offer in listed if offer.event_id is not None and not offer.is_gone}
    members: dict[str, list[OfferRow]] = {}
    for offer in await repository.offers_of_events(connection, wanted):
        members.setdefault(offer.event_id or "", []).append(offer)
    events = {event: _event(event, of_it) for event, of_it in members.items()}
    return [
        ListedOffer(offer, None if offer.is_gone else events.get(offer.event_id or "")) for offer in listed
    ]


def _event(event: str, offers: Sequence[OfferRow]) -> OfferedEvent:
    first = next((offer for offer in offers if offer.own_id == event), offers[0])
    return OfferedEvent(event, name_of(first), len(offers))
