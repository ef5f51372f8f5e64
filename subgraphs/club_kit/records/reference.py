"""SQL over the reference tables: brands, schemes and accounts, read and written in batches."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, Select, Table, and_, null, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.same_fields import with_fields_of
from foundation.storage.bulk_sql import few_at_once
from subgraphs.club_kit.domain.accounts import Account
from subgraphs.club_kit.domain.event_scopes import scope_from
from subgraphs.club_kit.domain.exclusions import ChosenExclusion, account_in_force
from subgraphs.club_kit.domain.schemes import Brand, Scheme, Terms, ThemeColour
from subgraphs.club_kit.records.tables import ReferenceTables
from subgraphs.club_kit.records.week_definitions import OpenedWeeks, WeekDefinition
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.records.global_state import BRAND_FACTS, GlobalKind


class NamePage(NamedTuple):
    """A page of customers whose id begins with a prefix.

    Attributes:
        after: Only customers after this one; an empty id to begin.
        limit: How many at most.
    """

    prefix: str
    after: str
    limit: int


@dataclass(frozen=True, slots=True)
class ReferenceRepository:
    """Reads the read models; each method is one SELECT for all keys."""

    tables: ReferenceTables

    async def brands(self, connection: AsyncConnection, ids: Collection[str]) -> dict[str, Brand]:
        """Return brands by id; unknown ones are absent."""
        query = self._brand_query().where(self.tables.brand.c.brand_id.in_(sorted(ids)))
        return {row.brand_id: _brand(row) for row in await connection.execute(query)}

    async def brand_page(
        self, connection: AsyncConnection, first: int, after: str = "", ids: Collection[str] | None = None
    ) -> list[Brand]:
        """Return brands by id, a page of them.

        Args:
            connection: To read with.
            first: How many at most.
            after: The last id of the page before.
            ids: Only these brands; None for all.
        """
        c = self.tables.brand.c
        query = self._brand_query().where(c.brand_id > after).order_by(c.brand_id).limit(first)
        if ids is not None:
            query = query.where(c.brand_id.in_(sorted(ids)))
        return [_brand(row) for row in await connection.execute(query)]

    def _brand_query(self) -> Select[Any]:
        """Select brands with what the back office decided about each, in one statement."""
        table, decisions = self.tables.brand, self.tables.decisions
        if decisions is None:
            return select(table, null().label("decided"))
        key = table.c.brand_id.concat(f":{GlobalKind.BRAND.value}:{BRAND_FACTS}")
        joined = table.outerjoin(decisions, decisions.c.key == key)
        return select(table, decisions.c.state.label("decided")).select_from(joined)

    async def all_brands(self, connection: AsyncConnection) -> list[Brand]:
        """Return every brand, by id."""
        query = self._brand_query().order_by(self.tables.brand.c.brand_id)
        return [_brand(row) for row in await connection.execute(query)]

    async def brand_ids(self, connection: AsyncConnection) -> list[str]:
        """Return the ids of all brands."""
        return sorted(await connection.scalars(select(self.tables.brand.c.brand_id)))

    async def schemes(self, connection: AsyncConnection, brands: Collection[str]) -> dict[str, list[Scheme]]:
        """Return all schemes of brands, by brand."""
        table = self.tables.scheme
        rows = await connection.execute(select(table).where(table.c.brand_id.in_(sorted(brands))))
        by_brand: dict[str, list[Scheme]] = {brand: [] for brand in brands}
        for row in rows:
            by_brand[row.brand_id].append(_scheme(row))
        return by_brand

    async def opened_weeks(
        self, connection: AsyncConnection, brands: Collection[str]
    ) -> dict[str, OpenedWeeks]:
        """Return the weeks of brands that have opened, by brand."""
        table = self.tables.week_definition
        rows = await connection.execute(select(table).where(table.c.brand_id.in_(sorted(brands))))
        weeks: dict[str, list[WeekDefinition]] = {brand: [] for brand in brands}
        for row in rows:
            weeks[row.brand_id].append(WeekDefinition(*row))
        return {brand: OpenedWeeks.of(definitions) for brand, definitions in weeks.items()}

    async def accounts(
        self, connection: AsyncConnection, owners: Collection[Owner], *, held: bool = False
    ) -> dict[Owner, Account]:
        """Return accounts as their messages say them; unknown ones are absent.

        What a customer may do is decided by `accounts_in_force`.

        Args:
            connection: In a write transaction, if `held`.
            owners: The customers; for more than 500 at once MariaDB would scan the whole table.
            held: Lock the rows until the transaction ends.
        """
        table = self.tables.account
        key = tuple_(table.c.brand_id, table.c.customer_id)
        query = select(table).where(key.in_(sorted(owners)))
        rows = await connection.execute(query.with_for_update(read=True) if held else query)
        return {Owner(row.brand_id, row.customer_id): _account(row) for row in rows}

    async def accounts_in_force(
        self, connection: AsyncConnection, owners: Collection[Owner], at: datetime, *, held: bool = False
    ) -> dict[Owner, Account]:
        """Return accounts as they count at an instant: the stricter of message and what customers chose.

        Args:
            connection: In a write transaction, if `held`.
            owners: The customers, at most 500 at once.
            at: The instant.
            held: Lock the accounts until the transaction ends; whoever stores an exclusion waits for it.
        """
        accounts = await self.accounts(connection, owners, held=held)
        chosen = await self.exclusions(connection, list(accounts))
        return {
            owner: account_in_force(account, chosen.get(owner, ()), at) for owner, account in accounts.items()
        }

    async def exclusions(
        self, connection: AsyncConnection, owners: Collection[Owner]
    ) -> dict[Owner, tuple[ChosenExclusion, ...]]:
        """Return what customers chose in the wallet, by beginning; who chose nothing is absent."""
        c = self.tables.exclusion.c
        found: dict[Owner, list[ChosenExclusion]] = {}
        for brand, customers in few_at_once(owners):
            wanted = select(self.tables.exclusion).where(c.brand_id == brand, c.customer_id.in_(customers))
            ordered = wanted.order_by(c.customer_id, c.since, c.kind, c.product)
            for row in await connection.execute(ordered):
                chosen = ChosenExclusion(row.kind, row.product or None, row.since, row.ends_at)
                found.setdefault(Owner(brand, row.customer_id), []).append(chosen)
        return {owner: tuple(chosen) for owner, chosen in found.items()}

    async def currencies(self, connection: AsyncConnection, owners: Collection[Owner]) -> dict[Owner, str]:
        """Return the currency of each customer's weeks: the account's, or the brand's default one.

        Customers of unknown brands are absent.
        """
        brands = await self.brands(connection, {owner.brand for owner in owners})
        found = {owner: brands[owner.brand].default_currency for owner in owners if owner.brand in brands}
        for brand, customers in few_at_once(sorted(found)):
            known = await self.accounts(connection, [Owner(brand, customer) for customer in customers])
            found.update({owner: account.currency for owner, account in known.items()})
        return found

    async def accounts_after(
        self, connection: AsyncConnection, after: Owner, limit: int, at: datetime, brand: str | None = None
    ) -> list[tuple[Owner, Account]]:
        """Return the accounts after a customer as they count at an instant, by brand and customer.

        Args:
            connection: To read with.
            after: The last customer before them; empty names to begin.
            limit: How many at most.
            at: The instant.
            brand: Only accounts of this brand.
        """
        c = self.tables.account.c
        later = or_(c.brand_id > after.brand, and_(c.brand_id == after.brand, c.customer_id > after.customer))
        wanted = select(self.tables.account).where(later)
        if brand is not None:
            wanted = wanted.where(c.brand_id == brand)
        rows = await connection.execute(wanted.order_by(c.brand_id, c.customer_id).limit(limit))
        accounts = {Owner(row.brand_id, row.customer_id): _account(row) for row in rows}
        chosen = await self.exclusions(connection, list(accounts))
        return [
            (owner, account_in_force(account, chosen.get(owner, ()), at))
            for owner, account in accounts.items()
        ]

    async def accounts_named(self, connection: AsyncConnection, brand: str, wanted: NamePage) -> list[str]:
        """Return customers of a brand who have an account, by id."""
        return await customers_named(connection, self.tables.account, brand, wanted)


async def customers_named(
    connection: AsyncConnection, table: Table, brand: str, wanted: NamePage
) -> list[str]:
    """Return the customers in a table whose key begins with brand and customer, by a range of the key."""
    c, last = table.c, wanted.prefix + chr(0x10FFFF)
    begins = (c.customer_id >= wanted.prefix, c.customer_id <= last, c.customer_id > wanted.after)
    query = select(c.customer_id).where(c.brand_id == brand, *begins)
    return list(
        await connection.scalars(query.group_by(c.customer_id).order_by(c.customer_id).limit(wanted.limit))
    )


def _brand(row: Row[Any]) -> Brand:
    """Return a brand: its facts as its schemes have them, replaced by what the back office decided."""
    decided = row.decided or {}
    return Brand(
        id=row.brand_id,
        name=decided.get("name", row.name),
        time_zone=row.time_zone,
        default_locale=decided.get("default_locale", row.default_locale),
        locales=tuple(decided.get("locales", row.locales)),
        default_jurisdiction=row.default_jurisdiction,
        jurisdictions=tuple(row.jurisdictions),
        default_currency=row.default_currency,
        currencies=tuple(row.currencies),
        theme=tuple(
            ThemeColour(name, colour["light"], colour["dark"])
            for name, colour in sorted(decided.get("theme", {}).items())
        ),
    )


def _scheme(row: Row[Any]) -> Scheme:
    return with_fields_of(
        Scheme,
        row,
        brand=row.brand_id,
        bet_types=tuple(row.bet_types),
        channels=tuple(row.channels),
        terms=Terms(row.terms_version, row.terms_summary, row.terms_url),
        events=None if row.event_scope is None else scope_from(row.event_scope),
    )


def _account(row: Row[Any]) -> Account:
    return Account(
        jurisdiction=row.jurisdiction,
        currency=row.currency,
        status=row.status,
        verified=row.verified,
        rg_state=row.rg_state,
        promo_restricted=row.promo_restricted,
    )
