"""What waits for a person: offers on one side, and on the other each event that they may be of."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.events import repository
from backoffice.events.reading import by_age
from backoffice.events.repository import Position, WaitingRow
from subgraphs.events.catalogue.events import OfferRow
from subgraphs.events.matching import OfferKey
from subgraphs.events.records.matches import Pair

_VERSION_BYTES: Final = 12


@dataclass(frozen=True, slots=True)
class Candidate:
    """An event that offers may be of.

    Attributes:
        event: The id of the event, which is that of its first offer.
        confidence: Of 0 to 1.
        is_waiting: Whether it waits for a person as well.
        version: Stands for all that was shown of both sides, and changes with it.
    """

    event: str
    confidence: float
    is_waiting: bool
    offers: tuple[OfferRow, ...]
    version: str


@dataclass(frozen=True, slots=True)
class WaitingMatch:
    """Offers that wait for a person, with the events that they may be of, likeliest first."""

    own_id: str
    sport: str
    starts_at: datetime
    offers: tuple[OfferRow, ...]
    candidates: tuple[Candidate, ...]

    def candidate(self, event: str) -> Candidate | None:
        """Return a candidate by its event; None if it is none."""
        return next((candidate for candidate in self.candidates if candidate.event == event), None)

    def pairs(self, candidate: Candidate) -> tuple[tuple[OfferRow, OfferRow], ...]:
        """Return each offer with each of a candidate, the lower one first; none of one provider."""
        return tuple(
            (offer, other) if offer.key < other.key else (other, offer)
            for offer in self.offers
            for other in candidate.offers
            if offer.provider != other.provider
        )


def keys_of(pair: tuple[OfferRow, OfferRow]) -> Pair:
    """Return what names the offers of a pair."""
    return pair[0].key, pair[1].key


async def waiting_page(connection: AsyncConnection, first: int, after: Position | None) -> list[WaitingMatch]:
    """Return what waits by start; what is after a position."""
    return await _with_offers(connection, await repository.waiting_page(connection, first, after))


async def waiting_match(connection: AsyncConnection, own_id: str) -> WaitingMatch | None:
    """Return what waits under an id; None if it does not."""
    rows = await repository.waiting_named(connection, [own_id])
    return next(iter(await _with_offers(connection, list(rows.values()))), None)


async def _with_offers(connection: AsyncConnection, rows: Sequence[WaitingRow]) -> list[WaitingMatch]:
    events = {event for row in rows for event, _ in row.candidates}
    also_waiting = await repository.waiting_named(connection, events)
    keys = {key for row in (*rows, *also_waiting.values()) for key in row.offers}
    offers = await repository.offers_named(connection, keys)
    members: dict[str, list[OfferRow]] = {}
    for offer in await repository.offers_of_events(connection, events - also_waiting.keys()):
        members.setdefault(offer.event_id or "", []).append(offer)
    for event, row in also_waiting.items():
        members[event] = _present(offers, row.offers)
    return [_match(row, _present(offers, row.offers), members, also_waiting) for row in rows]


def _match(
    row: WaitingRow,
    offers: Iterable[OfferRow],
    members: Mapping[str, Sequence[OfferRow]],
    also_waiting: Mapping[str, WaitingRow],
) -> WaitingMatch:
    own = tuple(offers)
    return WaitingMatch(
        row.own_id,
        row.sport,
        row.starts_at,
        own,
        tuple(
            Candidate(event, confidence, event in also_waiting, of_it, _version(own, of_it))
            for event, confidence in row.candidates
            if (of_it := by_age(members.get(event, ())))
        ),
    )


def _present(offers: Mapping[OfferKey, OfferRow], keys: Iterable[OfferKey]) -> list[OfferRow]:
    return [offers[key] for key in keys if key in offers and not offers[key].is_gone]


def _version(offers: Iterable[OfferRow], others: Iterable[OfferRow]) -> str:
    """Return what changes with anything by which a person tells whether two events are one."""
    told = [
        [
            (offer.key, offer.name, offer.competition, offer.competitors, offer.starts_at.isoformat())
            for offer in side
        ]
        for side in (offers, others)
    ]
    return blake2b(repr(told).encode(), digest_size=_VERSION_BYTES).hexdigest()
