"""Bank accounts to which customers' money may be sent."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from msgspec import Struct
from sqlalchemy import and_, exists, select, update

from foundation.storage.columns import upsert
from foundation.storage.database import Database
from subgraphs.kit.domain.errors import BadInput
from subgraphs.kit.domain.keys import Owner
from subgraphs.wallet.payments.iban import is_iban
from subgraphs.wallet.payments.payment import PaymentState, new_id
from subgraphs.wallet.payments.records.tables import PaymentTables

MAX_HOLDER: Final = 70
"""The longest name in a bank's file that all banks accept."""

MAX_DESTINATIONS: Final = 5
"""How many bank accounts a customer may have."""

SHOWN: Final = 4


class HouseAccount(Exception):
    """A customer wants money to be sent to an account of the house."""


class Destination(Struct, frozen=True):
    """A bank account of a customer."""

    destination_id: str
    holder: str
    account: str

    @property
    def hint(self) -> str:
        """Return what a customer recognises it by, without the whole number."""
        return f"•••• {self.account[-SHOWN:]}"


@dataclass(frozen=True, slots=True)
class Destinations:
    """The bank accounts of customers.

    Attributes:
        house: The numbers of the house's own accounts.
    """

    database: Database
    tables: PaymentTables
    house: frozenset[str] = frozenset()

    async def of(self, owner: Owner) -> list[Destination]:
        """Return a customer's bank accounts, in the order in which they were added."""
        table = self.tables.destination
        mine = (table.c.brand_id == owner.brand, table.c.customer_id == owner.customer)
        query = (
            select(table)
            .where(*mine, table.c.removed_at.is_(None))
            .order_by(table.c.added_at, table.c.destination_id)
        )
        async with self.database.read() as connection:
            rows = await connection.execute(query)
            return [Destination(row.destination_id, row.holder, row.account) for row in rows]

    async def add(self, owner: Owner, holder: str, account: str, at: datetime) -> Destination | None:
        """Add a bank account, unless it is there; None if the customer has as many as possible.

        Raises:
            BadInput: No name, or no IBAN.
            HouseAccount: The account is the house's own.
        """
        name, iban = " ".join(holder.split()), account.replace(" ", "").upper()
        if not 1 <= len(name) <= MAX_HOLDER or not name.isprintable():
            raise BadInput(f"the holder's name has 1 to {MAX_HOLDER} characters")
        if not is_iban(iban):
            raise BadInput("this is no IBAN: check it for a wrong digit")
        if iban in self.house:
            raise HouseAccount(iban)
        known = await self.of(owner)
        for destination in known:
            if destination.account == iban:
                return destination
        if len(known) >= MAX_DESTINATIONS:
            return None
        added = Destination(new_id(), name, iban)
        row = {
            "destination_id": added.destination_id,
            "brand_id": owner.brand,
            "customer_id": owner.customer,
            "holder": name,
            "account": iban,
            "added_at": at,
            "removed_at": None,
        }
        c = self.tables.destination.c
        same = (c.brand_id == owner.brand, c.customer_id == owner.customer, c.account == iban)
        again = update(self.tables.destination).where(*same, c.removed_at.is_not(None))
        async with self.database.write() as connection:
            await connection.execute(again.values(holder=name, added_at=at, removed_at=None))
            await connection.execute(upsert(self.database.dialect, self.tables.destination, [row]))
        return next(held for held in await self.of(owner) if held.account == iban)

    async def remove(self, owner: Owner, destination_id: str, at: datetime) -> None:
        """Send nothing more to a bank account of a customer; what was sent stays known by it."""
        c = self.tables.destination.c
        mine = (
            c.brand_id == owner.brand,
            c.customer_id == owner.customer,
            c.destination_id == destination_id,
        )
        change = update(self.tables.destination).where(*mine, c.removed_at.is_(None))
        async with self.database.write() as connection:
            await connection.execute(change.values(removed_at=at))

    async def is_shared(self, destination: Destination) -> bool:
        """Tell whether another customer of the brand has saved the same bank account."""
        c = self.tables.destination.c
        own = self.tables.destination.alias("own")
        others = select(c.destination_id).join_from(
            own,
            self.tables.destination,
            and_(
                c.account == own.c.account, c.brand_id == own.c.brand_id, c.customer_id != own.c.customer_id
            ),
        )
        query = others.where(own.c.destination_id == destination.destination_id).limit(1)
        async with self.database.read() as connection:
            return await connection.scalar(query) is not None

    async def was_paid(self, destination: Destination) -> bool:
        """Tell whether money has arrived at a bank account before."""
        c = self.tables.payment.c
        paid = exists().where(
            c.destination_id == destination.destination_id, c.state == PaymentState.DONE.value
        )
        async with self.database.read() as connection:
            return bool(await connection.scalar(select(paid)))
