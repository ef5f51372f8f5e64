"""Reads a week's bets customer by customer, without locks, for read-only work."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from subgraphs.club_kit.domain.club_key import ClubKey
from subgraphs.kit.domain.keys import Owner
from subgraphs.progress.adjustment_repository import adjusted_weeks
from subgraphs.progress.counting.contribution import BetKey, Contribution
from subgraphs.progress.counting.legs import KnownEvents, untold_markets
from subgraphs.progress.counting.rulebook import KnownCustomers, Territory
from subgraphs.progress.known_events import known_events
from subgraphs.progress.ledger.customer_repository import CustomerRepository
from subgraphs.progress.ledger.repository import LedgerRepository
from subgraphs.progress.models import PROGRESS
from subgraphs.progress.qualification.earlier_qualifications import stored_qualifiers
from subgraphs.progress.qualification.week_membership import MembershipChange, read_membership_changes


@dataclass(frozen=True, slots=True)
class CustomerBets:
    """A customer's bets of a week, and what decides, besides the scheme, how they count.

    Attributes:
        contributions: Each with what it counts now, in the order of their ids.
        decided: By bet and late revision, whether a person accepted it.
        changes: The customer's opt-ins and opt-outs.
        paid_by_hand: Whether the week was settled by the old, manual process.
        adjusted_minor: What people added to the week's total, in minor units.
    """

    customer: str
    contributions: Sequence[Contribution]
    decided: Mapping[BetKey, Mapping[int, bool]]
    changes: Sequence[MembershipChange]
    paid_by_hand: bool
    adjusted_minor: int = 0


@dataclass(frozen=True, slots=True)
class WeekReader:
    """Reads pages of customers who have bets in a week; a page is bounded by its customers' bets."""

    dialect: str

    async def customers(self, connection: AsyncConnection, brand: str, iso_week: str) -> int:
        """Return how many customers of a brand have bets in a week."""
        c = PROGRESS.c
        query = select(func.count()).select_from(PROGRESS).where(c.brand_id == brand, c.iso_week == iso_week)
        return int(await connection.scalar(query) or 0)

    async def page(
        self, connection: AsyncConnection, brand: str, iso_week: str, after: str, limit: int
    ) -> list[str]:
        """Return the next customers who have bets in a week, by id."""
        c = PROGRESS.c
        wanted = (c.brand_id == brand, c.iso_week == iso_week, c.customer_id > after)
        customer_ids = await connection.scalars(
            select(c.customer_id).where(*wanted).order_by(c.customer_id).limit(limit)
        )
        return list(customer_ids)

    async def facts(
        self, connection: AsyncConnection, brand: str, customers: Collection[str], default: Territory
    ) -> KnownCustomers:
        """Return customers' territories, and when they first opted in."""
        repository = CustomerRepository.of(self.dialect)
        owners = [(brand, customer) for customer in customers]
        return KnownCustomers(
            await repository.territories(connection, owners, {brand: default}),
            await repository.first_opt_ins(connection, owners, held=False),
        )

    async def events(self, connection: AsyncConnection, bets: Iterable[CustomerBets]) -> KnownEvents:
        """Return the sports events that bets are on, as far as they are known."""
        return await known_events(
            connection,
            {
                market
                for customer_bets in bets
                for contribution in customer_bets.contributions
                for revision in contribution.revisions
                if revision.legs is not None
                for market in untold_markets(revision.legs)
            },
        )

    async def bets(
        self, connection: AsyncConnection, brand: str, iso_week: str, customers: Collection[str]
    ) -> list[CustomerBets]:
        """Return the bets of customers in a week."""
        ledger = LedgerRepository.of(self.dialect, held=False)
        owners = [Owner(brand, customer) for customer in customers]
        contributions = await ledger.bets.contributions_of_customers(connection, owners, iso_week)
        decisions = await ledger.decisions(
            connection, [contribution.bet.key for contribution in contributions]
        )
        changes = await read_membership_changes(connection, owners)
        clubs = {customer: ClubKey(brand, iso_week, customer) for customer in customers}
        by_hand = await stored_qualifiers(connection, list(clubs.values()))
        adjusted = await adjusted_weeks(connection, list(clubs.values()))
        grouped: dict[str, list[Contribution]] = {}
        for contribution in contributions:
            grouped.setdefault(contribution.bet.customer, []).append(contribution)
        return [
            CustomerBets(
                owner.customer,
                sorted(grouped.get(owner.customer, []), key=lambda bet: bet.bet.bet_id),
                decisions,
                changes.get(owner, []),
                clubs[owner.customer] in by_hand,
                adjusted.get(clubs[owner.customer], 0),
            )
            for owner in owners
        ]
