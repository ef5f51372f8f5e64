"""What a person has to look at: what does not fit, and is never corrected silently."""

import json
from collections.abc import Collection, Mapping
from datetime import date, datetime
from enum import StrEnum
from hashlib import blake2b
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.same_fields import with_fields_of
from foundation.storage.columns import upsert
from subgraphs.kit.durable_steps.postponed import Postponement
from subgraphs.wallet.payments.records.tables import MAX_WORDS, PaymentTables

MAX_SUBJECT: Final = 200
MAX_DETAILS: Final = 20_000
"""Of what is kept of a thing that cannot be read, in characters."""


class CaseKind(StrEnum):
    """Why a person has to look.

    UNKNOWN: A processor speaks of money that we know nothing of.
    MISSING: We know of money that its report does not have.
    DIFFERENT: Both know of it, with another amount, currency or state.
    OWED: Money that has to go back to its source could not be sent.
    DISPUTE: A customer's bank has taken a charge back.
    FOREIGN: Somebody made a refund at the processor, and not here.
    UNREADABLE: A webhook or file has an unknown form.
    WIN: A game has won more than the most that is configured. It is not booked until that is raised.
    BET: A corrected result could not be moved: the customer has spent it, or an operator's wallet refuses it.
    """

    UNKNOWN = "unknown"
    MISSING = "missing"
    DIFFERENT = "different"
    OWED = "owed"
    DISPUTE = "dispute"
    FOREIGN = "foreign"
    UNREADABLE = "unreadable"
    WIN = "win"
    BET = "bet"


class Case(Struct, frozen=True, kw_only=True):
    """Something for a person.

    Attributes:
        subject: What tells it from others of its kind at the processor, such as a reference.
        payment_id: "" if it is of no payment.
        day: Of the report that shows it; None if no report does.
        details: Facts, with names that a person understands.
    """

    kind: CaseKind
    processor: str
    subject: str
    opened_at: datetime
    brand_id: str = ""
    payment_id: str = ""
    currency: str = ""
    amount_minor: int = 0
    day: date | None = None
    details: Mapping[str, Any] = {}
    closed_at: datetime | None = None
    closed_by: str = ""
    finding: str = ""

    @property
    def case_id(self) -> str:
        """Return the id: the same thing, seen again, is the same case."""
        named = f"{self.kind}\n{self.processor}\n{self.subject}".encode()
        return blake2b(named, digest_size=16).hexdigest()


def case_of_failing(payment_id: str, brand: str, noted: Postponement, at: datetime) -> Case:
    """Return that nobody could go on with a payment, by what is remembered of that: it may be unreadable."""
    return Case(
        kind=CaseKind.DIFFERENT,
        processor="",
        subject=f"failing {payment_id}",
        brand_id=brand,
        payment_id=payment_id,
        details={"why": noted.reason, "tries": noted.tries, "since": noted.since},
        opened_at=at,
    )


async def open_case(connection: AsyncConnection, tables: PaymentTables, case: Case) -> None:
    """Put something before a person, unless it was already; in the caller's write transaction."""
    row = {
        **{name: getattr(case, name) for name in Case.__struct_fields__},
        "case_id": case.case_id,
        "kind": case.kind.value,
        "subject": case.subject[:MAX_SUBJECT],
        "details": _text_of(case.details),
    }
    await connection.execute(upsert(connection.dialect.name, tables.case, [row]))


async def open_case_again(connection: AsyncConnection, tables: PaymentTables, case: Case) -> None:
    """Put something before a person that goes on until it is mended: again, each time a case is closed."""
    seen = case
    while (known := await find_case(connection, tables, seen.case_id)) and known.closed_at is not None:
        seen = replace(case, subject=f"{case.subject}, again after {known.closed_at:%Y-%m-%dT%H:%M:%S}")
    await open_case(connection, tables, seen)


async def open_cases(connection: AsyncConnection, tables: PaymentTables, first: int) -> list[Case]:
    """Return the cases that wait for a person, the oldest first."""
    c = tables.case.c
    query = select(tables.case).where(c.closed_at.is_(None)).order_by(c.opened_at, c.case_id).limit(first)
    return [_case(row) for row in await connection.execute(query)]


async def count_open(connection: AsyncConnection, tables: PaymentTables) -> int:
    """Return how many cases wait for a person."""
    c = tables.case.c
    return await connection.scalar(select(func.count()).where(c.closed_at.is_(None))) or 0


async def open_cases_of(
    connection: AsyncConnection,
    tables: PaymentTables,
    brands: Collection[str],
    first: int,
    after: tuple[datetime, str] | None,
) -> list[Case]:
    """Return up to `first` cases of brands that wait after one (its time and id), the oldest first.

    A case whose brand is not known has the brand "".
    """
    c = tables.case.c
    query = select(tables.case).where(c.closed_at.is_(None), c.brand_id.in_(sorted(brands)))
    if after is not None:
        at, case_id = after
        query = query.where(or_(c.opened_at > at, and_(c.opened_at == at, c.case_id > case_id)))
    rows = await connection.execute(query.order_by(c.opened_at, c.case_id).limit(first))
    return [_case(row) for row in rows]


async def cases_of_payment(
    connection: AsyncConnection, tables: PaymentTables, payment_ids: Collection[str]
) -> list[Case]:
    """Return the cases of payments, open or closed, the oldest first."""
    c = tables.case.c
    query = select(tables.case).where(c.payment_id.in_(sorted(payment_ids))).order_by(c.opened_at, c.case_id)
    return [_case(row) for row in await connection.execute(query)]


async def count_open_of(connection: AsyncConnection, tables: PaymentTables, brands: Collection[str]) -> int:
    """Return how many cases of brands wait."""
    c = tables.case.c
    waiting = (c.closed_at.is_(None), c.brand_id.in_(sorted(brands)))
    return await connection.scalar(select(func.count()).select_from(tables.case).where(*waiting)) or 0


async def count_open_days(connection: AsyncConnection, tables: PaymentTables, brands: Collection[str]) -> int:
    """Return of how many days of processors' reports cases of brands wait."""
    c = tables.case.c
    waiting = (c.closed_at.is_(None), c.brand_id.in_(sorted(brands)), c.day.is_not(None))
    days = select(c.processor, c.day).where(*waiting).distinct().subquery()
    return await connection.scalar(select(func.count()).select_from(days)) or 0


async def find_case(connection: AsyncConnection, tables: PaymentTables, case_id: str) -> Case | None:
    """Return a case; None if there is none."""
    query = select(tables.case).where(tables.case.c.case_id == case_id)
    row = (await connection.execute(query)).first()
    return None if row is None else _case(row)


async def close_case(
    connection: AsyncConnection, tables: PaymentTables, case_id: str, *, by: str, finding: str, at: datetime
) -> bool:
    """Note what a person found; return whether the case was open."""
    c = tables.case.c
    mine = update(tables.case).where(c.case_id == case_id, c.closed_at.is_(None))
    values = {"closed_at": at, "closed_by": by, "finding": finding[:MAX_WORDS]}
    return bool((await connection.execute(mine.values(values))).rowcount)


def _text_of(details: Mapping[str, Any]) -> str:
    """Return details as JSON, or as much of them as is kept."""
    text = json.dumps(details, default=str, ensure_ascii=False)
    if len(text) <= MAX_DETAILS:
        return text
    return json.dumps({"cut": text[: MAX_DETAILS // 2]}, ensure_ascii=False)


def _case(row: Any) -> Case:
    return with_fields_of(Case, row, kind=CaseKind(row.kind), details=json.loads(row.details))
