"""The table of dry runs, the bets that would count differently, and SQL over it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Column, Integer, String, Table, and_, delete, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.metadata import METADATA
from foundation.storage.columns import Identifier, UtcDateTime, upsert

DRY_RUN_DIFFERENCE = Table(
    "dry_run_difference",
    METADATA,
    Column("job_id", Identifier(32), primary_key=True),
    Column("customer_id", Identifier(128), primary_key=True),
    Column("bet_id", Identifier(128), primary_key=True),
    Column("placed_at", UtcDateTime, nullable=False),
    Column("stake_minor", Integer, nullable=False),
    Column("before_minor", Integer, nullable=False),
    Column("before_reason", String(24), nullable=False),
    Column("after_minor", Integer, nullable=False),
    Column("after_reason", String(24), nullable=False),
)
"""The bets that would count differently by the rules of a dry run; deleted with the job."""


ROWS_PER_BATCH = 500


@dataclass(frozen=True, slots=True)
class Difference:
    """A bet that would count differently; amounts are in minor units of the bet's currency."""

    customer_id: str
    bet_id: str
    placed_at: datetime
    stake_minor: int
    before_minor: int
    before_reason: str
    after_minor: int
    after_reason: str


async def add_differences(connection: AsyncConnection, job_id: str, new: Sequence[Difference]) -> None:
    """Store differences; the same ones again change nothing."""
    for start in range(0, len(new), ROWS_PER_BATCH):
        rows = [
            {"job_id": job_id, **asdict(difference)} for difference in new[start : start + ROWS_PER_BATCH]
        ]
        await connection.execute(upsert(connection.dialect.name, DRY_RUN_DIFFERENCE, rows))


async def forget_after(connection: AsyncConnection, job_id: str, customer: str) -> None:
    """Delete the differences of customers after one, whose page was not finished."""
    c = DRY_RUN_DIFFERENCE.c
    await connection.execute(delete(DRY_RUN_DIFFERENCE).where(c.job_id == job_id, c.customer_id > customer))


async def differences(
    connection: AsyncConnection, job_id: str, first: int, after: tuple[str, str] | None = None
) -> list[Difference]:
    """Return the differences of a job after a customer and bet, in that order."""
    c = DRY_RUN_DIFFERENCE.c
    columns = [c[name] for name in Difference.__dataclass_fields__]
    query = select(*columns).where(c.job_id == job_id)
    if after is not None:
        customer, bet = after
        query = query.where(or_(c.customer_id > customer, and_(c.customer_id == customer, c.bet_id > bet)))
    rows = await connection.execute(query.order_by(c.customer_id, c.bet_id).limit(first))
    return [Difference(*row) for row in rows]
