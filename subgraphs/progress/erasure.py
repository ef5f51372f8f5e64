"""What happens to a customer's rows in the progress tables when the customer is erased."""

from sqlalchemy.ext.asyncio import AsyncConnection

from subgraphs.kit.records.erasure import ErasedPerson, Erasure, ErasureRule, ErasureTables, Pseudonyms
from subgraphs.progress.ledger.reconciliation_repository import contribution_sums, store_sums
from subgraphs.progress.models import (
    ADJUSTMENT,
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

_MONEY = "evidence of why a reward was or was not paid"
_AUDIT = "audit of what people decided"

RULES = (
    ErasureRule(REFERENCE.account, "read model of the account"),
    ErasureRule(CONTRIBUTION, "bets: the betting platform keeps its own", time=CONTRIBUTION.c.placed_at),
    ErasureRule(KEPT_REVISION, "bets: the betting platform keeps its own", time=KEPT_REVISION.c.placed_at),
    ErasureRule(BET_CLAIM, "bets: the betting platform keeps its own", time=BET_CLAIM.c.placed_at),
    ErasureRule(DISPUTE_DECISION, _AUDIT, kept=True),
    ErasureRule(LATE_REVISION, "bets that wait for a decision", time=LATE_REVISION.c.occurred_at),
    ErasureRule(
        ADJUSTMENT,
        "part of the totals; the audit log of the back office keeps who decided",
        time=ADJUSTMENT.c.decided_at,
    ),
    ErasureRule(PROGRESS, "totals of the bets; worked out again from the bets that are left"),
    ErasureRule(MEMBERSHIP, "read model of the membership", time=MEMBERSHIP.c.occurred_at),
    ErasureRule(MEMBERSHIP_CHANGE, "read model of the membership", time=MEMBERSHIP_CHANGE.c.at),
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
    """Return the erasure over the progress database."""
    tables = ErasureTables(ERASURE, REFERENCE, STREAM, OUTBOX)
    return Erasure(tables, RULES, pseudonyms, dialect, last=_store_remaining_totals)


async def _store_remaining_totals(connection: AsyncConnection, person: ErasedPerson) -> None:
    """Store the totals of the bets that are left: bets placed since the erasure belong to a new person."""
    brand, customer = person.owner
    left = await contribution_sums(connection, brand, [customer])
    await store_sums(connection, brand, customer, {iso_week: sums for (_, iso_week), sums in left.items()})
