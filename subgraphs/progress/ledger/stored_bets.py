"""Reads bets from the ledger, with all of their revisions that matter."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Final

import msgspec
from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.bulk_sql import JsonRows, fetch, few_at_once, json_array, listed, quote, with_keys
from subgraphs.progress.counting.contribution import Bet, BetKey, Contribution, CustomerKey, KeptRevision
from subgraphs.progress.counting.rules import ContributionReason, Verdict

BET_COLUMNS: Final = (
    *("status", "bet_type", "product", "channel", "stake_minor", "counting_stake_minor", "currency"),
    *("stake_source", "odds_milli", "placed_at"),
    *("brand_id", "bet_id", "customer_id", "revision", "occurred_at", "legs"),
)
"""The columns of a bet in the order of the fields of `Bet`, in which bets are read and written."""

_INSTANTS: Final = ("placed_at", "occurred_at")
_LEGS_APART: Final = "CASE WHEN legs IS NOT NULL THEN '[]' END"
"""Says which bets have legs: theirs may be too long for a value that has all bets of a batch."""


_LEGS_OF: Final = attrgetter("bet.legs")


class _ContributionRow(msgspec.Struct, array_like=True, frozen=True):
    bet: Bet
    iso_week: str
    counted_minor: int
    reason: ContributionReason
    kept: int


class _LegsRow(msgspec.Struct, array_like=True, frozen=True):
    brand: str
    bet_id: str
    legs: str


class _KeptRevisionRow(msgspec.Struct, array_like=True, frozen=True):
    bet: Bet
    iso_week: str


@dataclass(frozen=True, slots=True)
class StoredBets:
    """Reads bets; `held`: what is read stays locked until the transaction ends."""

    dialect: str
    stored: JsonRows[_ContributionRow]
    stored_without_legs: JsonRows[_ContributionRow]
    stored_legs: JsonRows[_LegsRow]
    stored_kept: JsonRows[_KeptRevisionRow]
    held: bool

    @classmethod
    def of(cls, dialect: str, *, held: bool = True) -> "StoredBets":
        """Return the reader for `mysql`, `mariadb` or `sqlite`."""
        bet = json_array(dialect, BET_COLUMNS, _INSTANTS)
        without_legs = json_array(dialect, [*BET_COLUMNS[:-1], _LEGS_APART], _INSTANTS)
        result = ("iso_week", "counted_minor", "reason", "kept")
        return cls(
            dialect=dialect,
            stored=JsonRows.of(dialect, _ContributionRow, json_array(dialect, [bet, *result])),
            stored_without_legs=JsonRows.of(
                dialect, _ContributionRow, json_array(dialect, [without_legs, *result])
            ),
            stored_legs=JsonRows.of(dialect, _LegsRow, json_array(dialect, ["brand_id", "bet_id", "legs"])),
            stored_kept=JsonRows.of(dialect, _KeptRevisionRow, json_array(dialect, [bet, "iso_week"])),
            held=held,
        )

    async def contributions(
        self, connection: AsyncConnection, bets: Collection[BetKey]
    ) -> dict[BetKey, Contribution]:
        """Return the contributions of bets, locked; unknown bets are absent."""
        rows: list[_ContributionRow] = []
        for brand, ids in few_at_once(bets):
            wanted = with_keys(self.dialect, "contribution", "bet_id", ids)
            of_brand = f"brand_id={quote(brand, self.dialect)}"
            rows += await self.stored_without_legs.few(
                connection, f"FROM {wanted} AND {of_brand}{self._locked}"
            )
        rows = await self._with_legs(connection, rows)
        return {
            contribution.bet.key: contribution for contribution in await self._contributions(connection, rows)
        }

    async def contributions_of_customers(
        self, connection: AsyncConnection, owners: Collection[CustomerKey], week: str | None = None
    ) -> list[Contribution]:
        """Return all contributions of customers, or those to a week, locked."""
        rows: list[_ContributionRow] = []
        in_week = "" if week is None else f" AND iso_week={quote(week, self.dialect)}"
        for brand, customers in few_at_once(owners):
            among = among_ids(self.dialect, brand, "customer_id", customers) + in_week
            rows += await self.stored.many(connection, f"FROM contribution WHERE {among}{self._locked}")
        return await self._contributions(connection, rows)

    async def contributions_of_week(
        self, connection: AsyncConnection, after: BetKey, week: str, limit: int
    ) -> list[Contribution]:
        """Return a page of contributions with a revision in a week, locked: bets after the given one."""
        brand, bet = (quote(part, self.dialect) for part in after)
        page = (
            f"WHERE brand_id={brand} AND iso_week={quote(week, self.dialect)} AND bet_id>{bet} "
            f"ORDER BY bet_id LIMIT {limit}"
        )
        ids = await fetch(
            connection,
            f"SELECT bet_id FROM (SELECT bet_id FROM contribution {page}) a "  # noqa: S608 - quoted above
            f"UNION SELECT bet_id FROM (SELECT bet_id FROM kept_revision {page}) b "
            f"ORDER BY bet_id LIMIT {limit}",
        )
        contributions = await self.contributions(connection, [(after[0], row[0]) for row in ids])
        return sorted(contributions.values(), key=lambda contribution: contribution.bet.key)

    async def weeks(self, connection: AsyncConnection, brand: str) -> list[str]:
        """Return the weeks of a brand in which any bet was placed."""
        of_brand = f"brand_id={quote(brand, self.dialect)}"
        rows = await fetch(
            connection,
            f"SELECT DISTINCT iso_week FROM contribution WHERE {of_brand} "  # noqa: S608 - quoted above
            f"UNION SELECT DISTINCT iso_week FROM kept_revision WHERE {of_brand}",
        )
        return sorted(row[0] for row in rows)

    async def _with_legs(
        self, connection: AsyncConnection, rows: Sequence[_ContributionRow]
    ) -> list[_ContributionRow]:
        """Return rows with the legs of their bets, which were read without them."""
        if not any(map(_LEGS_OF, rows)):
            return list(rows)
        legs: dict[BetKey, str] = {}
        for brand, ids in few_at_once(row.bet.key for row in rows if row.bet.legs is not None):
            found = await self.stored_legs.many(
                connection,
                f"FROM contribution WHERE {among_ids(self.dialect, brand, 'bet_id', ids)}{self._locked}",
            )
            legs |= {(row.brand, row.bet_id): row.legs for row in found}
        return [
            replace(row, bet=replace(row.bet, legs=legs[row.bet.key])) if row.bet.key in legs else row
            for row in rows
        ]

    async def _contributions(
        self, connection: AsyncConnection, rows: Sequence[_ContributionRow]
    ) -> list[Contribution]:
        with_kept = [row.bet.key for row in rows if row.kept]
        kept = await self._kept(connection, with_kept) if with_kept else {}
        return [
            Contribution(
                row.bet,
                row.iso_week,
                Verdict(row.counted_minor, row.reason),
                tuple(kept[row.bet.key]) if row.kept else (),
            )
            for row in rows
        ]

    async def _kept(
        self, connection: AsyncConnection, bets: Collection[BetKey]
    ) -> dict[BetKey, list[KeptRevision]]:
        revisions: dict[BetKey, list[KeptRevision]] = {}
        for brand, ids in few_at_once(bets):
            among = among_ids(self.dialect, brand, "bet_id", ids)
            rows = await self.stored_kept.many(connection, f"FROM kept_revision WHERE {among}{self._locked}")
            for row in sorted(rows, key=lambda row: row.bet.revision):
                revisions.setdefault(row.bet.key, []).append(KeptRevision(row.bet, row.iso_week))
        return revisions

    @property
    def _locked(self) -> str:
        return " FOR UPDATE" if self.held and self.dialect != "sqlite" else ""


def among_ids(dialect: str, brand: str, column: str, ids: Collection[str]) -> str:
    """Return the condition of rows of a brand whose column is among ids."""
    return f"brand_id={quote(brand, dialect)} AND {column} IN ({listed(ids, dialect)})"
