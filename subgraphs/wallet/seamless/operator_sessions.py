"""The tokens of customers' sessions at their operator, which each request to its wallet names."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Table, select

from foundation.storage.clock import Clock
from foundation.storage.columns import upsert
from foundation.storage.database import Database
from subgraphs.kit.domain.keys import Owner
from subgraphs.wallet.seamless.bets import MAX_TOKEN_LENGTH

_NEW: Final = ("token", "at", "ends_at")


@dataclass(frozen=True, slots=True)
class OperatorSessions:
    """The newest session of each customer.

    Attributes:
        clock: By its machine's time sessions end.
    """

    database: Database
    table: Table
    clock: Clock

    async def note(self, owner: Owner, token: str, ends_at: datetime | None = None) -> None:
        """Note that a customer has a new session at the operator: whoever lets the customer in calls it.

        Args:
            owner: The customer.
            token: As the operator has given it.
            ends_at: When it ends; None if only the operator knows.

        Raises:
            ValueError: No token of an operator looks like that.
        """
        if not 1 <= len(token) <= MAX_TOKEN_LENGTH or not token.isprintable():
            raise ValueError(f"an operator's token has 1 to {MAX_TOKEN_LENGTH} printable characters")
        async with self.database.write() as connection:
            row = {
                "brand_id": owner.brand,
                "customer_id": owner.customer,
                "token": token,
                "at": await self.clock.machine.at(connection),
                "ends_at": ends_at,
            }
            await connection.execute(upsert(self.database.dialect, self.table, [row], update=_NEW))

    async def token(self, owner: Owner) -> str | None:
        """Return the token of a customer's newest session; None if there is none, or it has ended."""
        c = self.table.c
        theirs = (c.brand_id == owner.brand, c.customer_id == owner.customer)
        async with self.database.read() as connection:
            row = (await connection.execute(select(c.token, c.ends_at).where(*theirs))).first()
            if row is None:
                return None
            has_ended = row.ends_at is not None and row.ends_at <= await self.clock.machine.at(connection)
        return None if has_ended else str(row.token)
