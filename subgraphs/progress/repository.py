"""SQL of the graph's reads: totals, recent bets and first opt-ins. The subfolders have SQL of their own."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Select, Table, func, literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.elements import ColumnElement

from subgraphs.club_kit.domain.club_key import ClubKey
from subgraphs.club_kit.records.reference import NamePage, customers_named
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.reads.key_lookup import KeyLookup, Row
from subgraphs.progress.adjustment_repository import adjusted_weeks
from subgraphs.progress.counting.rules import ContributionReason
from subgraphs.progress.models import BET_CLAIM, CONTRIBUTION, DISPUTE_DECISION, MEMBERSHIP, PROGRESS


class Total(msgspec.Struct, frozen=True, gc=False):
    """The total of a customer's bets in one week.

    Attributes:
        total_minor: The sum of the counting amounts, in minor units.
        counted_bets: How many bets count.
        as_of: Event time of the newest message applied.
    """

    total_minor: int
    counted_bets: int
    as_of: datetime


@dataclass(frozen=True, slots=True)
class RecentBet:
    """A bet in the ledger, as its customer may see it. Amounts are in minor units of `currency`.

    Attributes:
        counted_minor: What the bet adds to the week's total.
        reason: The name of a `ContributionReason`.
        odds_milli: Decimal odds times 1000; None for a starting price, and for other products than betting.
    """

    bet_id: str
    placed_at: datetime
    stake_minor: int
    counted_minor: int
    currency: str
    reason: str
    odds_milli: int | None = None


@dataclass(frozen=True, slots=True)
class ProgressRepository:
    """Reads for the graph. Each method is one SELECT for all keys; keys without data are absent."""

    contribution: Table = CONTRIBUTION
    progress: Table = PROGRESS
    membership: Table = MEMBERSHIP

    async def totals(self, connection: AsyncConnection, keys: Collection[ClubKey]) -> dict[ClubKey, Total]:
        """Return the totals of weeks in which the customers have placed bets."""
        table = self.progress
        rows = await connection.execute(
            select(*_key_columns(table), table.c.total_minor, table.c.counted_bets, table.c.as_of).where(
                _among(table, keys)
            )
        )
        return {_club_key(row): _build_total(row.total_minor, row.counted_bets, row.as_of) for row in rows}

    async def recent(
        self, connection: AsyncConnection, keys: Collection[ClubKey], first: int
    ) -> dict[ClubKey, list[RecentBet]]:
        """Return the bets of each week that were placed last, the newest first, at most `first` of them.

        Bets that others have too, by the messages, are among them for each claimant.
        """
        table = self.contribution
        columns = (
            table.c.bet_id,
            table.c.placed_at,
            table.c.stake_minor,
            table.c.counted_minor,
            table.c.currency,
            table.c.reason,
            table.c.odds_milli,
        )
        own = select(*_key_columns(table), *columns).where(_among(table, keys))
        bets = own.union_all(_claimed(keys)).subquery("bets")
        number = func.row_number().over(
            partition_by=_key_columns(bets), order_by=(bets.c.placed_at.desc(), bets.c.bet_id)
        )
        newest = select(bets, number.label("number")).subquery("ranked")
        rows = await connection.execute(
            select(newest).where(newest.c.number <= first).order_by(*_key_columns(newest), newest.c.number)
        )
        by_club: dict[ClubKey, list[RecentBet]] = {}
        for row in rows:
            by_club.setdefault(_club_key(row), []).append(_recent_bet(row))
        return by_club

    async def customers_named(self, connection: AsyncConnection, brand: str, wanted: NamePage) -> list[str]:
        """Return customers of a brand who have placed bets, by id."""
        return await customers_named(connection, self.progress, brand, wanted)

    async def customer_of_bet(self, connection: AsyncConnection, brand: str, bet_id: str) -> str | None:
        """Return the customer who placed a bet; None if the bet is unknown."""
        c = self.contribution.c
        query = select(c.customer_id).where(c.brand_id == brand, c.bet_id == bet_id)
        customer: str | None = await connection.scalar(query)
        return customer

    async def first_opt_ins(
        self, connection: AsyncConnection, owners: Collection[Owner]
    ) -> dict[Owner, datetime]:
        """Return when customers first opted in; those who never did are absent."""
        table = self.membership
        rows = await connection.execute(
            select(table.c.brand_id, table.c.customer_id, table.c.first_opted_in_at).where(
                tuple_(table.c.brand_id, table.c.customer_id).in_(sorted(owners)),
                table.c.first_opted_in_at.is_not(None),
            )
        )
        return {Owner(row.brand_id, row.customer_id): row.first_opted_in_at for row in rows}

    async def counted_by(
        self, connection: AsyncConnection, instants: Mapping[ClubKey, datetime]
    ) -> dict[ClubKey, int]:
        """Return what the bets placed at or before each key's instant count, in minor units.

        A week's adjustments belong to the whole week, so all of them count.
        """
        if not instants:
            return {}
        table = self.contribution
        # Summed here, because instants differ by key and a customer's counting bets of one week are few.
        rows = await connection.execute(
            select(*_key_columns(table), table.c.placed_at, table.c.counted_minor).where(
                _among(table, instants),
                table.c.counted_minor > 0,
                table.c.placed_at <= max(instants.values()),
            )
        )
        sums: dict[ClubKey, int] = {}
        for row in rows:
            key = _club_key(row)
            if row.placed_at <= instants[key]:
                sums[key] = sums.get(key, 0) + row.counted_minor
        for key, adjusted in (await adjusted_weeks(connection, instants)).items():
            sums[key] = sums.get(key, 0) + adjusted
        return {key: max(0, total) for key, total in sums.items()}


def total_lookup(table: Table) -> KeyLookup[ClubKey, Total | None]:
    """Return the lookup of a week's total; its value is None before the first bet."""
    columns = ("total_minor", "counted_bets", "as_of")  # in the order of a Total
    return KeyLookup(table, ("brand_id", "iso_week", "customer_id"), columns, _total)


def _total(rows: Sequence[Row]) -> Total | None:
    return _build_total(*rows[0]) if rows else None


def _build_total(total_minor: int, counted_bets: int, as_of: datetime) -> Total:
    """Return a total as customers see it: adjustments may have taken the stored one below zero."""
    return Total(max(0, total_minor), counted_bets, as_of)


def _claimed(keys: Collection[ClubKey]) -> Select[*tuple[Any, ...]]:
    """Return the bets that messages also assign to customers, of which nobody has decided whose they are."""
    c, decided = BET_CLAIM.c, DISPUTE_DECISION.c
    decision = select(decided.bet_id).where(decided.brand_id == c.brand_id, decided.bet_id == c.bet_id)
    return (
        select(
            *_key_columns(BET_CLAIM),
            c.bet_id,
            func.max(c.placed_at).label("placed_at"),
            func.max(c.stake_minor).label("stake_minor"),
            literal(0).label("counted_minor"),
            func.max(c.currency).label("currency"),
            literal(ContributionReason.DISPUTED.value).label("reason"),
            func.max(c.odds_milli).label("odds_milli"),
        )
        .where(_among(BET_CLAIM, keys), ~decision.exists())
        .group_by(*_key_columns(BET_CLAIM), c.bet_id)
    )


def _in_index_order(key: ClubKey) -> tuple[str, str, str]:
    return (key.brand, key.customer, key.iso_week)


def _key_columns(table: Any) -> tuple[ColumnElement[str], ...]:
    """Return the key columns in the order of the indexes, which is not that of a ClubKey."""
    return (table.c.brand_id, table.c.customer_id, table.c.iso_week)


def _among(table: Table, keys: Collection[ClubKey]) -> ColumnElement[bool]:
    return tuple_(*_key_columns(table)).in_(sorted(_in_index_order(key) for key in keys))


def _club_key(row: Any) -> ClubKey:
    return ClubKey(row.brand_id, row.iso_week, row.customer_id)


def _recent_bet(row: Any) -> RecentBet:
    return RecentBet(
        row.bet_id,
        row.placed_at,
        row.stake_minor,
        row.counted_minor,
        row.currency,
        row.reason,
        row.odds_milli,
    )
