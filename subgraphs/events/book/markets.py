"""The markets of followed offers in memory: read once, then told by the topic, and read again to be sure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.bulk_sql import in_portions
from foundation.storage.database import Database
from subgraphs.events.book.position import highest, lowest, reaches
from subgraphs.events.market_views import MarketView
from subgraphs.events.matching.offers import OfferKey
from subgraphs.events.models import MARKET, STREAM
from subgraphs.events.records.markets import MarketKey, merged_market
from subgraphs.events.records.runners import RUNNERS
from subgraphs.events.revisions import Row, folded
from subgraphs.kit.domain.selections import market_id
from subgraphs.kit.topics import MARKET_TOPIC

_SHOWN: Final = (
    *("provider", "sports_event_id", "revision", "kind", "name", "line_milli", "place_terms", "status"),
    *("in_play", "runners"),
)
_STORED: Final = tuple(MARKET.c[name] for name in (*_SHOWN, "market_id", "is_gone"))


class ToldMarket(NamedTuple):
    """What a record of the topic says of a market.

    Attributes:
        row: Its columns as the consumer stores them; None if it is gone.
    """

    partition: int
    offset: int
    key: MarketKey
    row: Row | None


class _Kept(NamedTuple):
    """A market in memory.

    Attributes:
        told: The records that have told it since something before them may be missing, else at most the last
            one; none if it is as it was stored.
        view: How it is shown; None if it is gone.
    """

    row: Row
    told: tuple[ToldMarket, ...]
    view: MarketView | None

    @property
    def offer(self) -> OfferKey:
        """Return the offer that it is of."""
        return OfferKey(self.row["provider"], self.row["sports_event_id"])


class _Behind(NamedTuple):
    """Of which records some may be missing in the markets of an offer.

    Attributes:
        until: Those before these offsets, until the database has stored them.
        contained: None before these offsets, as it was last read; 0 of an offer that was not read.
    """

    until: tuple[int, ...]
    contained: tuple[int, ...]


@dataclass(slots=True)
class FollowedMarkets:
    """The markets of followed offers.

    The database is right about every market but those that a record has told which is not stored yet.

    Attributes:
        generation: That of the topic, as positions are stored under it; empty if no records come.
        head: The next record of each partition; none if no records come.
        stored: The next record of each partition that was not stored yet when the database was last read.
        furthest: That of which no market in memory contains anything.
        behind: The followed offers of which records may be missing.
    """

    database: Database
    generation: str = ""
    head: list[int] = field(default_factory=list)
    stored: tuple[int, ...] = ()
    furthest: tuple[int, ...] = ()
    behind: dict[OfferKey, _Behind] = field(default_factory=dict)
    _offers: dict[OfferKey, dict[MarketKey, _Kept]] = field(default_factory=dict)
    _offer_of: dict[MarketKey, OfferKey] = field(default_factory=dict)
    _begun: int = 0

    @property
    def offers(self) -> Collection[OfferKey]:
        """Return the followed offers."""
        return self._offers.keys()

    @property
    def contained(self) -> tuple[int, ...]:
        """Return the next record of each partition that may be missing in some market."""
        contained = tuple(self.head)
        for behind in self.behind.values():
            contained = lowest(contained, behind.contained)
        return contained

    def of_offer(self, offer: OfferKey) -> tuple[MarketView, ...]:
        """Return the markets of an offer that are not gone."""
        kept = self._offers.get(offer, {}).values()
        return tuple(market.view for market in kept if market.view is not None)

    def is_followed(self, offer: OfferKey) -> bool:
        """Return whether records about markets of an offer are wanted."""
        return offer in self._offers

    def is_kept(self, market: MarketKey) -> bool:
        """Return whether records about a market are wanted, whatever they say."""
        return market in self._offer_of

    def begin(self, generation: str, head: Iterable[int]) -> None:
        """Begin with the records of a topic; those between what was read and these may be missing."""
        begun = tuple(head)
        is_gap = generation == self.generation and reaches(begun, self.head)
        self.generation, self.head, self._begun = generation, list(begun), self._begun + 1
        self.stored = (0,) * len(begun)
        self.furthest = highest(begun, self.furthest) if is_gap else begun
        self.behind = {offer: self._unread() for offer in self._offers}
        if not is_gap:
            for markets in self._offers.values():  # what other records told is stored, or lost
                for key, market in markets.items():
                    markets[key] = market._replace(told=())

    def _unread(self) -> _Behind:
        return _Behind(tuple(self.head), (0,) * len(self.head))

    def tell(self, markets: Iterable[ToldMarket], head: Iterable[int], latest_revision: int) -> set[OfferKey]:
        """Apply records in their order, and return the followed offers that have changed by them.

        Args:
            markets: The records; those about other offers may be left out.
            head: The next record of each partition.
            latest_revision: The highest one that can be.
        """
        self.head, changed = list(head), set[OfferKey]()
        self.furthest = highest(self.head, self.furthest)
        for told in markets:
            before = self._find(told.key)
            row, _, _ = folded(before and before.row, (told.row,), latest_revision, merged_market)
            earlier = before.told if before is not None and before.offer in self.behind else ()
            if row is not None and (before is None or earlier or row is not before.row):
                changed |= self._keep(told.key, row, (*earlier, told))
        return changed

    async def follow(self, wanted: Collection[OfferKey], latest_revision: int) -> None:
        """Follow some offers more; their markets are in memory afterwards.

        Raises:
            DatabaseAway: They cannot be read.
            SQLAlchemyError: The same.
        """
        new = [offer for offer in wanted if offer not in self._offers]
        if new:
            for offer in new:
                self._offers[offer] = {}  # from now on, records about it are kept
                self.behind[offer] = self._unread()
            try:
                await self.read(new, latest_revision)
            except BaseException:
                self.release(new)
                raise

    def _find(self, key: MarketKey) -> _Kept | None:
        offer = self._offer_of.get(key)
        return None if offer is None else self._offers[offer].get(key)

    def release(self, offers: Iterable[OfferKey]) -> None:
        """Follow some offers no longer."""
        for offer in offers:
            self.behind.pop(offer, None)
            for market in self._offers.pop(offer, {}):
                self._offer_of.pop(market, None)

    async def read(self, offers: Collection[OfferKey], latest_revision: int) -> set[OfferKey]:
        """Read the markets of followed offers, and return those that differ from what was in memory.

        Raises:
            DatabaseAway: They cannot be read.
            SQLAlchemyError: The same.
        """
        begun = None
        while begun != self._begun:  # else other records have begun meanwhile
            begun = self._begun
            async with self.database.read() as connection:
                # Read first: what is stored meanwhile is read, too.
                stored = await self._read_positions(connection)
                rows = await _read_rows(connection, offers)
                furthest = await self._read_positions(connection)
        self.stored, changed = stored, set[OfferKey]()
        self.furthest = highest(self.furthest, furthest)
        for offer in offers:
            if offer in self._offers:
                changed |= self._store(offer, rows.get(offer, {}), latest_revision)
                behind = self.behind.pop(offer, None)
                if behind is not None and not reaches(stored, behind.until):
                    self.behind[offer] = behind._replace(contained=stored)
        return changed

    def _store(self, offer: OfferKey, rows: Mapping[MarketKey, Row], latest_revision: int) -> set[OfferKey]:
        """Take over what is stored of an offer's markets, with what records have told that is not stored."""
        changed = set[OfferKey]()
        for key, market in tuple(self._offers[offer].items()):
            if key not in rows and not self._unstored(market):
                del self._offers[offer][key], self._offer_of[key]
                changed |= {offer} if market.view is not None else set()
        for key, stored in rows.items():
            before = self._find(key)
            told = () if before is None else self._unstored(before)
            if told and offer not in self.behind:
                continue  # memory has all that was told before
            row, _, _ = folded(stored, [market.row for market in told], latest_revision, merged_market)
            if row is not None and (before is None or _differ(before.row, row)):
                changed |= self._keep(key, row, told)
        return changed

    def _unstored(self, market: _Kept) -> tuple[ToldMarket, ...]:
        """Return the records about a market that the database had not stored when it was last read."""
        return tuple(told for told in market.told if told.offset >= self.stored[told.partition])

    def _keep(self, key: MarketKey, row: Row, told: tuple[ToldMarket, ...]) -> set[OfferKey]:
        """Keep a market if its offer is followed, and return the followed offers that change by that."""
        market = _Kept(row, told, None if row["is_gone"] else _view(row))
        before = self._offer_of.pop(key, None)
        changed = set[OfferKey]()
        if before is not None:
            del self._offers[before][key]
            changed.add(before)
        if market.offer in self._offers:
            self._offers[market.offer][key] = market
            self._offer_of[key] = market.offer
            changed.add(market.offer)
        return changed

    async def _read_positions(self, connection: AsyncConnection) -> tuple[int, ...]:
        """Return the next record of each partition that is not stored; 0 where none is."""
        c = STREAM.position.c
        query = select(c.partition, c.next_offset).where(
            c.topic == MARKET_TOPIC, c.generation == self.generation
        )
        stored = {row.partition: int(row.next_offset) for row in await connection.execute(query)}
        return tuple(stored.get(number, 0) for number in range(len(self.head)))


async def _read_rows(
    connection: AsyncConnection, offers: Collection[OfferKey]
) -> dict[OfferKey, dict[MarketKey, Row]]:
    rows: dict[OfferKey, dict[MarketKey, Row]] = {}
    of_offer = tuple_(MARKET.c.provider, MARKET.c.sports_event_id)
    for portion in in_portions(sorted(offers)):
        for found in (await connection.execute(select(*_STORED).where(of_offer.in_(portion)))).mappings():
            row: dict[str, Any] = {**found, "runners": RUNNERS.decode(found["runners"])}
            offer = OfferKey(row["provider"], row["sports_event_id"])
            rows.setdefault(offer, {})[MarketKey(row["provider"], row["market_id"])] = row
    return rows


def _differ(row: Row, other: Row) -> bool:
    return any(row[name] != other[name] for name in (*_SHOWN, "is_gone"))


def _view(row: Row) -> MarketView:
    own_id = market_id(row["provider"], row["market_id"])
    return MarketView(own_id=own_id, **{name: row[name] for name in _SHOWN})


def is_ahead(markets: Sequence[MarketView], latest_revision: int) -> bool:
    """Return whether a market is of a time that is not there yet: it may be priced once it is."""
    return any(market.revision > latest_revision for market in markets)
