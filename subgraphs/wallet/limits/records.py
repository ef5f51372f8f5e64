"""Reads and writes rows of limits, breaks and holders; who writes holds the customer first."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Table, and_, delete, func, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.elements import ColumnElement

from foundation.storage.columns import UtcDateTime, upsert
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.domain.products import Product
from subgraphs.wallet.limits.breaks import ACTIVE, AccountState, Break, BreakKind
from subgraphs.wallet.limits.limit import Limit, LimitKind, Pending
from subgraphs.wallet.limits.prompts import Prompted
from subgraphs.wallet.limits.tables import LimitTables

BEGAN: Final = datetime(2026, 1, 1, tzinfo=UTC)
AWAY: Final = timedelta(days=30)
"""After how long without doing anything something may be due that was not while they did nothing."""

PROMPTED: Final = tuple(field.name for field in fields(Prompted))


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a customer is and what the account message says, when something is asked.

    Attributes:
        zone: That of the brand.
        told: Breaks and exclusions that the wallet has told of the customer, also if its database was
            restored from a backup that does not have them.
    """

    jurisdiction: str
    currency: str
    zone: ZoneInfo
    account: AccountState = ACTIVE
    told: tuple[Break, ...] = ()


@dataclass(frozen=True, slots=True)
class LimitRecords:
    """Rows of limits in the caller's transactions.

    Attributes:
        dialect: `mysql`, `mariadb` or `sqlite`.
    """

    tables: LimitTables
    dialect: str

    async def hold(self, connection: AsyncConnection, owner: Owner, at: datetime) -> Prompted:
        """Lock a customer until the transaction ends, so that nobody else counts or changes theirs.

        What is read after it is what the holder before has committed.
        """
        table = self.tables.holder
        columns = [table.c[name] for name in PROMPTED]
        query = select(*columns).where(of_owner(table, owner)).with_for_update()
        row = (await connection.execute(query)).mappings().first()
        if row is None:
            new = {
                "brand_id": owner.brand,
                "customer_id": owner.customer,
                "first_seen": at,
                "deposited": False,
                "look_at": at,
            }
            await connection.execute(upsert(self.dialect, table, [new]))
            row = (await connection.execute(query)).mappings().one()
        return Prompted(**row)

    async def note(self, connection: AsyncConnection, owner: Owner, **columns: Any) -> None:
        """Write columns of a holder, which are attributes of `Prompted`."""
        table = self.tables.holder
        await connection.execute(update(table).where(of_owner(table, owner)).values(**columns))

    async def active(
        self, connection: AsyncConnection, owner: Owner, last: datetime | None, at: datetime, **columns: Any
    ) -> None:
        """Note that a customer did something; who had been away is looked at now.

        Args:
            connection: In a transaction that holds the customer.
            owner: The customer.
            last: When they last did something; None if never.
            at: The current time.
            columns: What else to note of the holder.
        """
        now = literal(at, UtcDateTime())
        was_away = last is None or at - last >= AWAY
        look_at = now if was_away else func.coalesce(self.tables.holder.c.look_at, now)
        await self.note(connection, owner, active_at=at, look_at=look_at, **columns)

    async def limits(self, connection: AsyncConnection, owner: Owner) -> dict[LimitKind, Limit]:
        """Return a customer's limits, also with raises that have lapsed."""
        table = self.tables.limit
        rows = (await connection.execute(select(table).where(of_owner(table, owner)))).mappings()
        limits = [limit_of(row) for row in rows]
        return {limit.kind: limit for limit in limits}

    async def write_limit(self, connection: AsyncConnection, owner: Owner, limit: Limit) -> None:
        """Store a limit as it is now."""
        pending = limit.pending
        row = {
            "brand_id": owner.brand,
            "customer_id": owner.customer,
            "kind": limit.kind.value,
            "amount": limit.amount,
            "currency": limit.currency,
            "since": limit.since,
            "pending_amount": pending and pending.amount,
            "pending_currency": pending and pending.currency,
            "asked_at": pending and pending.asked_at,
            "due": pending and pending.due,
            "lapses": pending and pending.lapses,
        }
        values = row.keys() - {"brand_id", "customer_id", "kind"}
        await connection.execute(upsert(self.dialect, self.tables.limit, [row], update=sorted(values)))

    async def remove_limit(self, connection: AsyncConnection, owner: Owner, kind: LimitKind) -> None:
        """Remove a limit."""
        table = self.tables.limit
        await connection.execute(delete(table).where(of_owner(table, owner), table.c.kind == kind.value))

    async def breaks(self, connection: AsyncConnection, owner: Owner, at: datetime) -> list[Break]:
        """Return the breaks and exclusions that end after an instant."""
        table = self.tables.chosen_break
        query = select(table).where(of_owner(table, owner), table.c.ends_at > at)
        return [break_of(row) for row in (await connection.execute(query)).mappings()]

    async def ended_breaks(
        self, connection: AsyncConnection, owner: Owner, after: datetime, at: datetime
    ) -> list[Break]:
        """Return the breaks and exclusions that ended after an instant, and by another."""
        table = self.tables.chosen_break
        query = select(table).where(of_owner(table, owner), table.c.ends_at > after, table.c.ends_at <= at)
        return [break_of(row) for row in (await connection.execute(query)).mappings()]

    async def next_revision(self, connection: AsyncConnection, owner: Owner, at: datetime) -> int:
        """Return the revision of the next message about the exclusions of a customer who is held.

        It is at least the seconds since `BEGAN`, so that none is given again after an older backup.
        """
        table = self.tables.holder
        last = await connection.scalar(select(table.c.exclusions_revision).where(of_owner(table, owner)))
        revision = max((last or 0) + 1, (at - BEGAN) // timedelta(seconds=1))
        await self.note(connection, owner, exclusions_revision=revision)
        return revision

    async def add_break(self, connection: AsyncConnection, owner: Owner, key: str, chosen: Break) -> None:
        """Add a break or an exclusion; one of the same that holds becomes longer instead, and never shorter.

        So a customer has few of them however many are asked for, and whoever reads them reads few.
        """
        table = self.tables.chosen_break
        product = chosen.product and chosen.product.value
        same = (
            of_owner(table, owner),
            table.c.kind == chosen.kind.value,
            table.c.product.is_(None) if product is None else table.c.product == product,
            table.c.since <= chosen.since,
            table.c.ends_at > chosen.since,
        )
        longest = select(table.c.request_key).where(*same).order_by(table.c.ends_at.desc()).limit(1)
        if (holding := await connection.scalar(longest)) is not None:
            shorter = (of_owner(table, owner), table.c.request_key == holding, table.c.ends_at < chosen.until)
            await connection.execute(update(table).where(*shorter).values(ends_at=chosen.until))
            return
        row = {
            "brand_id": owner.brand,
            "customer_id": owner.customer,
            "request_key": key,
            "kind": chosen.kind.value,
            "product": product,
            "since": chosen.since,
            "ends_at": chosen.until,
        }
        await connection.execute(table.insert().values(row))


def of_owner(table: Table, owner: Owner) -> ColumnElement[bool]:
    """Match the rows of a customer."""
    return and_(table.c.brand_id == owner.brand, table.c.customer_id == owner.customer)


def limit_of(row: Mapping[Any, Any]) -> Limit:
    """Return the limit of a row."""
    pending = None
    if row["asked_at"] is not None:
        currency = row["pending_currency"]
        pending = Pending(row["pending_amount"], currency, row["asked_at"], row["due"], row["lapses"])
    return Limit(LimitKind(row["kind"]), row["amount"], row["currency"], row["since"], pending)


def break_of(row: Mapping[Any, Any]) -> Break:
    """Return the break of a row."""
    product = None if row["product"] is None else Product(row["product"])
    return Break(BreakKind(row["kind"]), product, row["since"], row["ends_at"])
