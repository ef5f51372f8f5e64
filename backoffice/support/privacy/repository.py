"""SQL of legal holds and exports."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.support.models import CUSTOMER_EXPORT, LEGAL_HOLD
from subgraphs.kit.domain.keys import Owner


@dataclass(frozen=True, slots=True)
class LegalHold:
    """Why a customer's data may not be erased.

    Attributes:
        lifted_at: When it was lifted; None while it holds.
    """

    hold_id: str
    brand_id: str
    customer_id: str
    reason: str
    put_by: str
    put_at: datetime
    lift_reason: str | None = None
    lifted_by: str | None = None
    lifted_at: datetime | None = None

    @property
    def owner(self) -> Owner:
        """Return the customer."""
        return Owner(self.brand_id, self.customer_id)


async def add_hold(connection: AsyncConnection, hold: LegalHold) -> None:
    """Store a new hold."""
    await connection.execute(insert(LEGAL_HOLD).values(**asdict(hold)))


async def hold_with(connection: AsyncConnection, hold_id: str) -> LegalHold | None:
    """Return a hold, locked until the transaction ends."""
    query = select(LEGAL_HOLD).where(LEGAL_HOLD.c.hold_id == hold_id).with_for_update()
    row = (await connection.execute(query)).first()
    return None if row is None else LegalHold(*row)


async def lift(connection: AsyncConnection, hold_id: str, *, by: str, at: datetime, reason: str) -> None:
    """Note that a locked hold is lifted."""
    values = {"lifted_by": by, "lifted_at": at, "lift_reason": reason}
    await connection.execute(update(LEGAL_HOLD).where(LEGAL_HOLD.c.hold_id == hold_id).values(values))


async def holds_of(connection: AsyncConnection, owner: Owner) -> Sequence[LegalHold]:
    """Return all holds of a customer, the newest first."""
    c = LEGAL_HOLD.c
    query = select(LEGAL_HOLD).where(c.brand_id == owner.brand, c.customer_id == owner.customer)
    rows = await connection.execute(query.order_by(c.put_at.desc(), c.hold_id))
    return [LegalHold(*row) for row in rows]


async def add_export(
    connection: AsyncConnection, job_id: str, owner: Owner, document: str, at: datetime
) -> None:
    """Store an export; a job that starts again replaces it."""
    await connection.execute(delete(CUSTOMER_EXPORT).where(CUSTOMER_EXPORT.c.job_id == job_id))
    await connection.execute(
        insert(CUSTOMER_EXPORT).values(
            job_id=job_id,
            brand_id=owner.brand,
            customer_id=owner.customer,
            document=document,
            made_at=at,
        )
    )


async def export_of(connection: AsyncConnection, job_id: str) -> tuple[Owner, str] | None:
    """Return whose data an export has, and the document."""
    c = CUSTOMER_EXPORT.c
    query = select(c.brand_id, c.customer_id, c.document).where(c.job_id == job_id)
    row = (await connection.execute(query)).first()
    return None if row is None else (Owner(row[0], row[1]), row[2])


async def forget_exports(
    connection: AsyncConnection, *, owner: Owner | None = None, before: datetime | None = None
) -> None:
    """Delete the exports of a customer, or those made before an instant."""
    c, wanted = CUSTOMER_EXPORT.c, []
    if owner is not None:
        wanted += [c.brand_id == owner.brand, c.customer_id == owner.customer]
    if before is not None:
        wanted.append(c.made_at < before)
    if wanted:
        await connection.execute(delete(CUSTOMER_EXPORT).where(*wanted))
