"""Keeps qualifications in step with totals, memberships and the closing of weeks."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from storage.clock import Clock
from subgraphs.kit.domain.keys import ClubKey
from subgraphs.kit.domain.schemes import Scheme
from subgraphs.kit.domain.weeks import Week
from subgraphs.kit.records.outbox import Outbox
from subgraphs.progress.customers import KnownCustomers, Place
from subgraphs.progress.entries import WeekKey
from subgraphs.progress.models import OUTBOX
from subgraphs.progress.qualification import (
    NO_PART,
    Qualification,
    Reached,
    can_settle,
    following,
    membership_in,
    qualification_fact,
)
from subgraphs.progress.qualification_repository import Known, QualificationRepository
from subgraphs.progress.qualifiers import stored_qualifiers
from subgraphs.progress.repository import ProgressRepository
from subgraphs.progress.rulebook import Rules


@dataclass(frozen=True, slots=True)
class Played:
    """A customer's week with what it is judged by."""

    key: ClubKey
    week: Week
    place: Place
    scheme: Scheme | None
    known: Known

    @property
    def is_read_back(self) -> bool:
        """Whether what was said is known only from what was told before the database was lost or restored."""
        return self.known.said is not None and self.known.said.read_back

    @property
    def matters(self) -> bool:
        """Whether there is anything to say, or anything was said."""
        reached = self.scheme is not None and self.known.total_minor >= self.scheme.target_minor
        return reached or self.known.said is not None


@dataclass(frozen=True, slots=True)
class Qualifying:
    """Says what is new of weeks, in the transaction that makes it true.

    Callers hold the brands (`Ledger.rules`), so that a customer's facts are written one after the other.
    """

    repository: QualificationRepository
    clock: Clock
    outbox: Outbox = field(default_factory=lambda: Outbox(OUTBOX))
    reads: ProgressRepository = field(default_factory=ProgressRepository)

    async def follow(
        self,
        connection: AsyncConnection,
        weeks: Collection[WeekKey],
        rules: Rules,
        customers: KnownCustomers,
        emptied: Collection[WeekKey] = (),
        *,
        settling: bool = False,
    ) -> int:
        """Looks at weeks again after something about them has changed; returns of how many there was news.

        Args:
            connection: in a write transaction.
            weeks: of which totals, memberships, schemes or closing are others now.
            rules: by which they are played.
            customers: where those are at home who are not where most are.
            emptied: those of them that may have no bets any more.
            settling: whether all bets are applied again, so that what was read back can be judged.
        """
        least = {name: brand.least_target for name, brand in rules.brands.items()}
        known = await self.repository.known(connection, weeks, least, emptied) if weeks else {}
        played = [_played(week, one, rules, customers) for week, one in known.items()]
        mattering = [one for one in played if one.matters and one.is_read_back is settling]
        if not mattering:
            return 0
        news: dict[WeekKey, Qualification] = {}
        settled: dict[WeekKey, Qualification] = {}
        for one, reached in await self._reached(connection, mattering):
            if settling and (before := one.known.said):
                if not can_settle(before, reached):
                    continue
                settled[one.key.brand, one.key.customer, one.key.iso_week] = replace(before, read_back=False)
            if said := following(one.known.said, reached):
                news[one.key.brand, one.key.customer, one.key.iso_week] = said
        now = self.clock.now()
        await self.repository.say(connection, settled, now)
        await self._say(connection, news, now)
        return len(news)

    async def _reached(
        self, connection: AsyncConnection, played: Collection[Played]
    ) -> list[tuple[Played, Reached]]:
        changes = await self.repository.membership_changes(connection, {one.key.owner for one in played})
        memberships = {one.key: membership_in(changes.get(one.key.owner, []), one.week) for one in played}
        # Of those who took no part, and of whom nothing was said, there is nothing to say.
        played = [one for one in played if one.known.said or memberships[one.key] != NO_PART]
        if not played:
            return []
        left = {key: one.left_at for key, one in memberships.items() if one.left_at is not None}
        counted = await self.reads.counted_by(connection, left)
        paid_by_hand = await stored_qualifiers(connection, [one.key for one in played])
        closed = await self._closed(connection, played)
        found = []
        for one in played:
            membership = memberships[one.key]
            total = counted.get(one.key, 0) if one.key in left else one.known.total_minor
            takes_part = (membership.member or one.key in left) and one.key not in paid_by_hand
            is_closed = (one.key.brand, one.week.iso, one.place) in closed
            found.append((one, _reached(one, total, member=takes_part, closed=is_closed)))
        return found

    async def _closed(
        self, connection: AsyncConnection, played: Collection[Played]
    ) -> set[tuple[str, str, Place]]:
        found: set[tuple[str, str, Place]] = set()
        for brand in sorted({one.key.brand for one in played}):
            weeks = {one.week.iso for one in played if one.key.brand == brand}
            places = await self.repository.closed_places(connection, brand, weeks)
            found |= {(brand, iso, place) for iso, place in places}
        return found

    async def _say(
        self, connection: AsyncConnection, news: Mapping[WeekKey, Qualification], at: datetime
    ) -> None:
        await self.repository.say(connection, news, at)
        for week, said in sorted(news.items(), key=lambda item: item[0]):
            await self.outbox.put(connection, qualification_fact(week, said, at), at)


def qualifying_of(dialect: str, clock: Clock) -> Qualifying:
    """Over a database: `mysql`, `mariadb` or `sqlite`."""
    return Qualifying(QualificationRepository.of(dialect), clock)


def _played(week: WeekKey, known: Known, rules: Rules, customers: KnownCustomers) -> Played:
    brand, customer, iso = week
    brand_rules = rules.brands[brand]
    place = customers.places.get((brand, customer)) or brand_rules.default_place
    named = brand_rules.calendar.week_named(iso)
    scheme = brand_rules.week_rules(named, place).scheme
    return Played(ClubKey(brand, iso, customer), named, place, scheme, known)


def _reached(one: Played, total: int, *, member: bool, closed: bool) -> Reached:
    """Who is not served any more has reached nothing, by what was last said of the target."""
    if one.scheme is not None:
        scheme = one.scheme
        return Reached(total, scheme.target_minor, scheme.currency, member, closed, scheme.jurisdiction)
    said = one.known.said
    if said is None:
        jurisdiction, currency = one.place
        return Reached(total, 0, currency, member=False, closed=closed, jurisdiction=jurisdiction)
    return Reached(
        total,
        said.target_minor,
        said.currency,
        member=False,
        closed=closed,
        jurisdiction=said.jurisdiction,
    )
