"""What becomes of a customer's rows in the progress tables when the customer is erased."""

from functools import partial

from sqlalchemy import case, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.columns import upsert
from subgraphs.kit.records.erasure import ErasedPerson, Erasure, ErasureRule, ErasureTables, Pseudonyms
from subgraphs.progress.models import (
    BET_CLAIM,
    CONTRIBUTION,
    CRM_QUALIFIER,
    DISPUTE_DECISION,
    ERASURE,
    KEPT_REVISION,
    LATE_DECISION,
    LATE_REVISION,
    MEMBERSHIP,
    MEMBERSHIP_CHANGE,
    OUTBOX,
    OUTCOME,
    PROGRESS,
    QUALIFICATION,
    REFERENCE,
    REPAIR,
    STREAM,
)

_MONEY = "says why a reward was paid, or was not"
_AUDIT = "audit of what persons decided"

RULES = (
    ErasureRule(REFERENCE.account, "projection of the account"),
    ErasureRule(CONTRIBUTION, "bets: the betting platform keeps its own", time=CONTRIBUTION.c.placed_at),
    ErasureRule(KEPT_REVISION, "bets: the betting platform keeps its own", time=KEPT_REVISION.c.placed_at),
    ErasureRule(BET_CLAIM, "bets: the betting platform keeps its own", time=BET_CLAIM.c.placed_at),
    ErasureRule(DISPUTE_DECISION, _AUDIT, kept=True),
    ErasureRule(LATE_REVISION, "bets that wait for a decision", time=LATE_REVISION.c.occurred_at),
    ErasureRule(PROGRESS, "totals of the bets; worked out again from what is left of them"),
    ErasureRule(MEMBERSHIP, "projection of the membership", time=MEMBERSHIP.c.occurred_at),
    ErasureRule(MEMBERSHIP_CHANGE, "projection of the membership", time=MEMBERSHIP_CHANGE.c.at),
    ErasureRule(
        QUALIFICATION,
        "a reward that is not due yet",
        where=QUALIFICATION.c.status == "provisional",
    ),
    ErasureRule(QUALIFICATION, _MONEY, kept=True),
    ErasureRule(OUTCOME, _MONEY, kept=True),
    ErasureRule(LATE_DECISION, _AUDIT, kept=True, time=LATE_DECISION.c.decided_at),
    ErasureRule(REPAIR, _AUDIT, kept=True, time=REPAIR.c.repaired_at),
    ErasureRule(CRM_QUALIFIER, "was paid by hand", kept=True),
)


def erasure_of(dialect: str, pseudonyms: Pseudonyms) -> Erasure:
    """The erasure over the progress database."""
    tables = ErasureTables(ERASURE, REFERENCE, STREAM, OUTBOX)
    return Erasure(tables, RULES, pseudonyms, dialect, last=partial(_total_what_is_left, dialect))


async def _total_what_is_left(dialect: str, connection: AsyncConnection, person: ErasedPerson) -> None:
    """Totals of the bets that are left: those placed since then are a new person's."""
    brand, customer = person.owner
    c = CONTRIBUTION.c
    rows = await connection.execute(
        select(
            c.iso_week,
            func.sum(c.counted_minor).label("total_minor"),
            func.sum(case((c.counted_minor != 0, 1), else_=0)).label("counted_bets"),
            func.max(c.occurred_at).label("as_of"),
        )
        .where(c.brand_id == brand, c.customer_id == customer)
        .group_by(c.iso_week)
    )
    left = [
        {
            "brand_id": brand,
            "customer_id": customer,
            "iso_week": row.iso_week,
            "total_minor": int(row.total_minor),
            "counted_bets": int(row.counted_bets),
            "as_of": row.as_of,
        }
        for row in rows
    ]
    if left:
        await connection.execute(upsert(dialect, PROGRESS, left))
