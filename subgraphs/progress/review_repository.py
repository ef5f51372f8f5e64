"""The SQL of the cases that wait for a person's decision: late revisions, disputed bets, and decisions."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.bulk_sql import few_at_once
from subgraphs.progress.counting.contribution import BetKey
from subgraphs.progress.counting.rules import ContributionReason
from subgraphs.progress.errors import AlreadyDecided, NoSuchClaim, NothingToDecide
from subgraphs.progress.models import (
    BET_CLAIM,
    CONTRIBUTION,
    DISPUTE_DECISION,
    LATE_DECISION,
    LATE_REVISION,
    QUALIFICATION,
    WEEK_CLOSING,
)


@dataclass(frozen=True, slots=True)
class LateRevision:
    """A bet that would count differently if its newest revision had happened in time.

    Attributes:
        closed_at: When the bet's week closed.
        counted_minor: What the bet counts, in minor units.
        would_count_minor: What it would count.
        would_be: The name of the `ContributionReason` that it would have.
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


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decides about a late revision.

    Attributes:
        revision: The revision that the person has seen; a newer one may have arrived in the meantime.
        by: Who decides.
        why: The reason in words, for later questions.
    """

    brand: str
    bet_id: str
    revision: int
    accepted: bool
    by: str
    why: str


@dataclass(frozen=True, slots=True)
class DecisionOutcome:
    """The outcome of a decision.

    Attributes:
        late: The revision as listed in the queue.
        week_closed: Whether the week's qualifications are final, so that rewards may have been paid.
        status_before: Status of the customer's qualification before, such as `confirmed`; None if there was
            none.
        status_now: Its status now.
    """

    late: LateRevision
    week_closed: bool
    status_before: str | None
    status_now: str | None


@dataclass(frozen=True, slots=True)
class Dispute:
    """A bet, and the customers that messages name for it."""

    brand: str
    bet_id: str
    iso_week: str
    customers: tuple[str, ...]


async def late_revisions(
    connection: AsyncConnection,
    *,
    brand: str | None,
    iso_week: str | None,
    limit: int,
    after: tuple[str, str] | None = None,
) -> list[LateRevision]:
    """Return the review queue by brand, week and bet.

    Args:
        connection: Any.
        brand: Only of this brand.
        iso_week: Only bets placed in this week.
        limit: How many at most.
        after: Only those after this week and bet, of one brand.
    """
    c = LATE_REVISION.c
    query = select(LATE_REVISION).order_by(c.brand_id, c.iso_week, c.bet_id).limit(limit)
    if brand is not None:
        query = query.where(c.brand_id == brand)
    if iso_week is not None:
        query = query.where(c.iso_week == iso_week)
    if after is not None:
        week, bet = after
        query = query.where(or_(c.iso_week > week, and_(c.iso_week == week, c.bet_id > bet)))
    return [LateRevision(*row) for row in await connection.execute(query)]


async def count_late(connection: AsyncConnection, brand: str) -> int:
    """Return how many late revisions of a brand wait for a decision."""
    query = select(func.count()).where(LATE_REVISION.c.brand_id == brand)
    return int(await connection.scalar(query) or 0)


async def late_revision(connection: AsyncConnection, decision: Decision) -> LateRevision:
    """Return the late revision that a decision is about.

    Raises:
        NothingToDecide: The bet is not in the queue, or is there with another revision.
    """
    c = LATE_REVISION.c
    query = select(LATE_REVISION).where(c.brand_id == decision.brand, c.bet_id == decision.bet_id)
    row = (await connection.execute(query)).one_or_none()
    if row is None:
        raise NothingToDecide(f"{decision.bet_id} of {decision.brand} is not in the review queue")
    late = LateRevision(*row)
    if late.revision != decision.revision:
        raise NothingToDecide(
            f"{decision.bet_id} of {decision.brand} is in the review queue with revision {late.revision}"
        )
    return late


async def find_late_decision(connection: AsyncConnection, about: Decision) -> Decision | None:
    """Return what a person has decided about the revision that a decision is about; None if nobody has."""
    c = LATE_DECISION.c
    query = select(c.brand_id, c.bet_id, c.revision, c.accepted, c.decided_by, c.why).where(
        c.brand_id == about.brand, c.bet_id == about.bet_id, c.revision == about.revision
    )
    row = (await connection.execute(query)).one_or_none()
    return None if row is None else Decision(*row)


async def store_late_decision(
    connection: AsyncConnection, late: LateRevision, decision: Decision, at: datetime
) -> None:
    """Store a decision about a late revision."""
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
            decided_at=at,
        )
    )


async def qualification_status(connection: AsyncConnection, late: LateRevision) -> str | None:
    """Return the status of the customer's qualification in the bet's week; None if there is none."""
    c = QUALIFICATION.c
    status: str | None = await connection.scalar(
        select(c.status).where(
            c.brand_id == late.brand, c.customer_id == late.customer, c.iso_week == late.iso_week
        )
    )
    return status


async def is_week_closed(connection: AsyncConnection, late: LateRevision) -> bool:
    """Return whether the bet's week has closed for any customers."""
    c = WEEK_CLOSING.c
    brand_id = await connection.scalar(
        select(c.brand_id)
        .where(c.brand_id == late.brand, c.iso_week == late.iso_week, c.closed_at.is_not(None))
        .limit(1)
    )
    return brand_id is not None


async def disputed_bets(connection: AsyncConnection, *, brand: str | None, limit: int) -> list[Dispute]:
    """Return the bets that a person should assign to a customer, by brand and bet."""
    c = CONTRIBUTION.c
    query = select(c.brand_id, c.bet_id, c.iso_week, c.customer_id).where(
        c.reason == ContributionReason.DISPUTED.value
    )
    if brand is not None:
        query = query.where(c.brand_id == brand)
    rows = (await connection.execute(query.order_by(c.brand_id, c.bet_id).limit(limit))).all()
    others: dict[BetKey, set[str]] = {}
    for name, ids in few_at_once((row.brand_id, row.bet_id) for row in rows):
        claims = await connection.execute(
            select(BET_CLAIM.c.bet_id, BET_CLAIM.c.customer_id)
            .where(BET_CLAIM.c.brand_id == name, BET_CLAIM.c.bet_id.in_(ids))
            .distinct()
        )
        for claim in claims:
            others.setdefault((name, claim.bet_id), set()).add(claim.customer_id)
    return [
        Dispute(
            row.brand_id,
            row.bet_id,
            row.iso_week,
            tuple(sorted({row.customer_id, *others.get((row.brand_id, row.bet_id), ())})),
        )
        for row in rows
    ]


async def store_dispute_decision(
    connection: AsyncConnection, key: BetKey, customer: str, *, by: str, why: str, at: datetime
) -> None:
    """Store to whom a person has assigned a bet.

    Raises:
        AlreadyDecided: A person has assigned it before.
        NoSuchClaim: No message names the customer for it.
    """
    brand, bet_id = key
    c = DISPUTE_DECISION.c
    row = (
        await connection.execute(select(DISPUTE_DECISION).where(c.brand_id == brand, c.bet_id == bet_id))
    ).one_or_none()
    if row is not None:
        raise AlreadyDecided(f"{row.decided_by} gave {bet_id} of {brand} to {row.customer_id}")
    claimants = await _claimants(connection, key)
    if customer not in claimants:
        why_not = f"is claimed by {', '.join(sorted(claimants))}" if claimants else "is not disputed"
        raise NoSuchClaim(f"{bet_id} of {brand} {why_not}")
    await connection.execute(
        insert(DISPUTE_DECISION).values(
            brand_id=brand, bet_id=bet_id, customer_id=customer, decided_by=by, why=why, decided_at=at
        )
    )


async def _claimants(connection: AsyncConnection, key: BetKey) -> set[str]:
    """Return the customers that messages name for a bet; none if it is not disputed."""
    brand, bet_id = key
    b, c = BET_CLAIM.c, CONTRIBUTION.c
    claims = await connection.scalars(
        select(b.customer_id).where(b.brand_id == brand, b.bet_id == bet_id).distinct()
    )
    claimants = set(claims)
    if claimants:
        holders = select(c.customer_id).where(c.brand_id == brand, c.bet_id == bet_id)
        claimants |= set(await connection.scalars(holders))
    return claimants
