"""What becomes of a customer's rewards when the customer is erased.

A credit is never forgotten: its row keeps its key, by which the provider knows it, and stays under a
pseudonym. What is not sent yet is never sent; what was perhaps sent waits for a person.
"""

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from subgraphs.fulfilment.models import (
    ACCOUNT_CHANGE,
    ATTEMPT,
    CHOICE,
    ERASURE,
    FULFILMENT,
    OUTBOX,
    PUBLISHED_OUTCOME,
    QUALIFICATION,
    REFERENCE,
    STREAM,
)
from subgraphs.fulfilment.state.state_machine import PERHAPS_SENT, UNSENT, FulfilmentState
from subgraphs.kit.records.erasure import ErasedPerson, Erasure, ErasureRule, ErasureTables, Pseudonyms

ERASED = "ERASED"
"""The reason of rewards that were stopped, or wait for a person, because the customer was erased."""

_MONEY = "says why a reward was paid, or was not"

RULES = (
    ErasureRule(REFERENCE.account, "projection of the account"),
    ErasureRule(ACCOUNT_CHANGE, "projection of the account"),
    ErasureRule(
        QUALIFICATION,
        "a reward that is not due yet",
        where=QUALIFICATION.c.status == "provisional",
    ),
    ErasureRule(QUALIFICATION, _MONEY, kept=True),
    ErasureRule(CHOICE, "a choice that is not final", where=CHOICE.c.final.is_(False)),
    ErasureRule(CHOICE, _MONEY, kept=True),
    ErasureRule(PUBLISHED_OUTCOME, "what was paid before the database was lost", kept=True),
    ErasureRule(FULFILMENT, "what was paid, and makes a second credit impossible", kept=True),
)


def erasure_of(dialect: str, pseudonyms: Pseudonyms) -> Erasure:
    """The erasure over the fulfilment database."""
    return Erasure(
        ErasureTables(ERASURE, REFERENCE, STREAM, OUTBOX), RULES, pseudonyms, dialect, last=_stop_rewards
    )


async def _stop_rewards(connection: AsyncConnection, person: ErasedPerson) -> None:
    """No worker looks at the rewards again, and one that is at work on them has lost its lease."""
    c = FULFILMENT.c
    theirs = (c.brand_id == person.owner.brand, c.customer_id == person.pseudonym)
    rest = {"next_at": None, "leased_until": None, "lease": c.lease + 1}
    await connection.execute(update(FULFILMENT).where(*theirs).values(rest))
    for states, state in (
        (UNSENT, FulfilmentState.INELIGIBLE),
        (PERHAPS_SENT, FulfilmentState.REVIEW),
    ):
        found = c.state.in_(sorted(one.value for one in states))
        changes = {"state": state.value, "reason": ERASED, "revision": c.revision + 1}
        await connection.execute(update(FULFILMENT).where(*theirs, found).values(changes))
    keys = select(c.key).where(*theirs)
    await connection.execute(update(ATTEMPT).where(ATTEMPT.c.key.in_(keys)).values(detail=None))
