"""Bets that several customers are said to have placed: none counts until a person decides.

Of each claimant the revisions that matter are kept, so that what is stored is the same in whatever order the
claims arrive, and so that the bet of whoever it is given to counts as if it had always been theirs.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from msgspec.structs import astuple
from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.bulk_sql import few_at_once
from subgraphs.progress.entries import Bet, BetKey, Entry
from subgraphs.progress.models import BET_CLAIM, CONTRIBUTION, DISPUTE_DECISION
from subgraphs.progress.rules import ContributionReason

COLUMNS = (
    *("status", "bet_type", "product", "channel", "stake_minor", "counting_stake_minor", "currency"),
    *("stake_source", "odds_milli", "placed_at"),
    *("brand_id", "bet_id", "customer_id", "revision", "occurred_at"),
)
"""In the order of the fields of `Bet`."""


class NoSuchClaim(Exception):
    """The bet is not disputed, or not said to be that customer's; the message says which."""


class AlreadyDecided(Exception):
    """A person said before whose the bet is; the message says who, and for whom."""


@dataclass(frozen=True, slots=True)
class Dispute:
    """A bet, and the customers who are said to have placed it."""

    brand: str
    bet_id: str
    iso_week: str
    customers: tuple[str, ...]


@dataclass(slots=True)
class Claims:
    """Who is said to have placed bets.

    Attributes:
        revisions: of each bet, by customer, the revisions that matter, the lowest first.
        decided: whose bets are by a person's word.
    """

    revisions: dict[BetKey, dict[str, Sequence[Bet]]] = field(default_factory=dict)
    decided: Mapping[BetKey, str] = field(default_factory=dict)

    def holder(self, key: BetKey) -> str:
        """The customer whose the bet is in the ledger: as was decided, else the first by name, for 0."""
        decided = self.decided.get(key)
        return decided if decided in self.revisions[key] else min(self.revisions[key])

    def held(self, key: BetKey) -> Sequence[Bet]:
        """The revisions of the holder that matter."""
        return self.revisions[key][self.holder(key)]

    def disputed(self) -> set[BetKey]:
        """Bets with several claimants of whom nobody said whose they are."""
        return {key for key, by in self.revisions.items() if len(by) > 1 and key not in self.decided}


async def read_claims(
    connection: AsyncConnection, bets: Collection[BetKey], stored: Mapping[BetKey, Entry]
) -> Claims:
    """All that is known of who placed bets.

    Args:
        connection: in a write transaction that holds the entries.
        bets: of which anything is disputed.
        stored: their entries.
    """
    revisions: dict[BetKey, dict[str, Sequence[Bet]]] = {key: {} for key in bets}
    for key in bets:
        if key in stored:
            revisions[key][stored[key].bet.customer] = stored[key].revisions
    c, decided = DISPUTE_DECISION.c, dict[BetKey, str]()
    for brand, ids in few_at_once(bets):
        rows = await connection.execute(
            select(*(BET_CLAIM.c[name] for name in COLUMNS))
            .where(BET_CLAIM.c.brand_id == brand, BET_CLAIM.c.bet_id.in_(ids))
            .order_by(BET_CLAIM.c.revision)
        )
        for bet in (Bet(*row) for row in rows):
            known = revisions[bet.key].get(bet.customer, ())
            revisions[bet.key][bet.customer] = (*known, bet)
        words = await connection.execute(
            select(c.bet_id, c.customer_id).where(c.brand_id == brand, c.bet_id.in_(ids))
        )
        decided |= {(brand, row.bet_id): row.customer_id for row in words}
    return Claims(revisions, decided)


async def store_claims(connection: AsyncConnection, claims: Claims) -> None:
    """Replaces the claims of bets: those of everybody but the holders, who stand in the ledger."""
    c = BET_CLAIM.c
    for brand, ids in few_at_once(claims.revisions):
        await connection.execute(delete(BET_CLAIM).where(c.brand_id == brand, c.bet_id.in_(ids)))
    rows = [
        dict(zip(COLUMNS, astuple(bet), strict=True))
        for key, by_customer in sorted(claims.revisions.items())
        for customer, bets in sorted(by_customer.items())
        if customer != claims.holder(key)
        for bet in bets
    ]
    if rows:
        await connection.execute(insert(BET_CLAIM), rows)


def contested(bets: Iterable[Bet], stored: Mapping[BetKey, Entry]) -> set[BetKey]:
    """Bets of which a record names another customer than is known, or that are disputed already."""
    owners: dict[BetKey, str] = {}
    found = set()
    for bet in bets:
        key = bet.key
        entry = stored.get(key)
        owner = entry.bet.customer if entry else owners.setdefault(key, bet.customer)
        if owner != bet.customer or (entry and entry.verdict.reason is ContributionReason.DISPUTED):
            found.add(key)
    return found


async def disputes(connection: AsyncConnection, *, brand: str | None, limit: int) -> list[Dispute]:
    """Bets of which a person should say whose they are, by brand and bet."""
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


async def store_decision(
    connection: AsyncConnection, key: BetKey, customer: str, *, by: str, why: str, at: datetime
) -> None:
    """Writes down whose a bet is.

    Raises:
        AlreadyDecided: somebody said so before.
        NoSuchClaim: nothing says that it might be that customer's.
    """
    c = DISPUTE_DECISION.c
    known = (
        await connection.execute(select(DISPUTE_DECISION).where(c.brand_id == key[0], c.bet_id == key[1]))
    ).one_or_none()
    if known is not None:
        raise AlreadyDecided(f"{known.decided_by} gave {key[1]} of {key[0]} to {known.customer_id}")
    b = BET_CLAIM.c
    claims = await connection.scalars(
        select(b.customer_id).where(b.brand_id == key[0], b.bet_id == key[1]).distinct()
    )
    claimants = set(claims)
    if claimants:
        holders = select(CONTRIBUTION.c.customer_id).where(
            CONTRIBUTION.c.brand_id == key[0], CONTRIBUTION.c.bet_id == key[1]
        )
        claimants |= set(await connection.scalars(holders))
    if customer not in claimants:
        told = f"is claimed by {', '.join(sorted(claimants))}" if claimants else "is not disputed"
        raise NoSuchClaim(f"{key[1]} of {key[0]} {told}")
    await connection.execute(
        insert(DISPUTE_DECISION).values(
            brand_id=key[0], bet_id=key[1], customer_id=customer, decided_by=by, why=why, decided_at=at
        )
    )
