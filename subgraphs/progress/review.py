"""The review queue: bets to which something happened after their week had closed, and what persons decide.

A rejected revision leaves everything as it is. An accepted one is judged as if it had come about in time:
the total follows at once, and the qualification follows the total. What that means for a reward is
fulfilment's to say: one that is reached now is paid, one that is lost is stopped if it was not sent yet; what
was credited stays, with a flag for a person. Nothing is clawed back.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.clock import Clock
from storage.database import Database
from subgraphs.progress.disputes import store_decision
from subgraphs.progress.ledger import Ledger
from subgraphs.progress.models import LATE_DECISION, LATE_REVISION, QUALIFICATION, WEEK_CLOSING


class NothingToDecide(Exception):
    """The bet does not wait in the queue, or not with that revision; the message says which."""


@dataclass(frozen=True, slots=True)
class LateRevision:
    """A bet that would count otherwise if its newest revision had come about in time.

    Attributes:
        closed_at: from when it was too late.
        counted_minor: what the bet counts.
        would_be: the name of the `ContributionReason` that it would have.
    """

    brand: str
    bet_id: str
    customer: str
    iso_week: str
    revision: int
    occurred_at: datetime
    closed_at: datetime
    counted_minor: int
    would_count_minor: int
    would_be: str


async def late_revisions(
    connection: AsyncConnection, *, brand: str | None, iso_week: str | None, limit: int
) -> list[LateRevision]:
    """The queue by brand, week and bet.

    Args:
        connection: any.
        brand: only of this one.
        iso_week: only of bets placed in this one.
        limit: at most so many.
    """
    c = LATE_REVISION.c
    query = select(LATE_REVISION).order_by(c.brand_id, c.iso_week, c.bet_id).limit(limit)
    if brand is not None:
        query = query.where(c.brand_id == brand)
    if iso_week is not None:
        query = query.where(c.iso_week == iso_week)
    return [LateRevision(*row) for row in await connection.execute(query)]


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person says of a bet in the queue.

    Attributes:
        revision: the one that was looked at; a newer one may have come meanwhile.
        by: who decides.
        why: in words, for whoever asks later.
    """

    brand: str
    bet_id: str
    revision: int
    accepted: bool
    by: str
    why: str


@dataclass(frozen=True, slots=True)
class Decided:
    """What came of a decision.

    Attributes:
        late: the bet as it waited.
        week_closed: whether the week's qualifications are final, so that rewards may have been paid.
        said_before: what was said of the customer's week before, as `confirmed`; None for nothing.
        said_now: and what is said now.
    """

    late: LateRevision
    week_closed: bool
    said_before: str | None
    said_now: str | None


@dataclass(frozen=True, slots=True)
class Reviewing:
    """Takes decisions in, each in one transaction with all that follows from it."""

    database: Database
    ledger: Ledger
    clock: Clock

    async def decide(self, decision: Decision) -> Decided:
        """Writes a decision down for good, and has the bet judged by it.

        Raises:
            NothingToDecide: there is nothing to decide (any more).
        """
        async with self.database.home.write() as connection:
            await self.ledger.rules(connection, [decision.brand], exclusive=True)
            late = await _waiting(connection, decision)
            said_before = await _said(connection, late)
            await connection.execute(
                insert(LATE_DECISION).values(
                    brand_id=late.brand,
                    bet_id=late.bet_id,
                    revision=late.revision,
                    customer_id=late.customer,
                    iso_week=late.iso_week,
                    accepted=decision.accepted,
                    counted_minor=late.counted_minor,
                    would_count_minor=late.would_count_minor,
                    decided_by=decision.by,
                    why=decision.why,
                    decided_at=self.clock.now(),
                )
            )
            await self.ledger.reassess_bet(connection, (late.brand, late.bet_id))
            closed = await _is_closed(connection, late)
            return Decided(late, closed, said_before, await _said(connection, late))

    async def assign(self, brand: str, bet_id: str, customer: str, *, by: str, why: str) -> None:
        """Writes down, for good, whose a disputed bet is; it counts for that customer from now on.

        Raises:
            NoSuchClaim: the bet is not disputed, or not said to be that customer's.
            AlreadyDecided: a person said so before.
        """
        async with self.database.home.write() as connection:
            await self.ledger.rules(connection, [brand], exclusive=True)
            key = (brand, bet_id)
            await store_decision(connection, key, customer, by=by, why=why, at=self.clock.now())
            await self.ledger.settle_dispute(connection, key)


async def _waiting(connection: AsyncConnection, decision: Decision) -> LateRevision:
    c = LATE_REVISION.c
    query = select(LATE_REVISION).where(c.brand_id == decision.brand, c.bet_id == decision.bet_id)
    row = (await connection.execute(query)).one_or_none()
    if row is None:
        raise NothingToDecide(f"{decision.bet_id} of {decision.brand} does not wait for anybody")
    late = LateRevision(*row)
    if late.revision != decision.revision:
        raise NothingToDecide(f"{decision.bet_id} of {decision.brand} waits with revision {late.revision}")
    return late


async def _said(connection: AsyncConnection, late: LateRevision) -> str | None:
    c = QUALIFICATION.c
    said: str | None = await connection.scalar(
        select(c.status).where(
            c.brand_id == late.brand, c.customer_id == late.customer, c.iso_week == late.iso_week
        )
    )
    return said


async def _is_closed(connection: AsyncConnection, late: LateRevision) -> bool:
    c = WEEK_CLOSING.c
    found = await connection.scalar(
        select(c.brand_id)
        .where(c.brand_id == late.brand, c.iso_week == late.iso_week, c.closed_at.is_not(None))
        .limit(1)
    )
    return found is not None
