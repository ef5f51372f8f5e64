"""Decides about the cases that wait for a person: late revisions, and disputed bets.

Rejecting a late revision leaves everything unchanged. An accepted one is assessed as if it had happened in
time: the total follows at once, and the qualification follows the total. Fulfilment decides about the reward:
it pays a reward that is now due, and stops one that is no longer due and has not been sent. A credited reward
stays, with a flag for a person; nothing is clawed back.
"""

from dataclasses import dataclass

from foundation.storage.clock import Clock
from foundation.storage.database import Database
from subgraphs.progress.ledger.ledger import Ledger
from subgraphs.progress.review_repository import (
    Decision,
    DecisionOutcome,
    is_week_closed,
    late_revision,
    qualification_status,
    store_dispute_decision,
    store_late_decision,
)


@dataclass(frozen=True, slots=True)
class ReviewService:
    """Carries out what people decide about bets."""

    database: Database
    ledger: Ledger
    clock: Clock

    async def decide(self, decision: Decision) -> DecisionOutcome:
        """Store a decision about a late revision, for good, and assess the bet by it.

        Raises:
            NothingToDecide: The queue does not hold that revision (any more).
        """
        async with self.database.write() as connection:
            await self.ledger.lock_rulebook(connection, [decision.brand], exclusive=True)
            late = await late_revision(connection, decision)
            before = await qualification_status(connection, late)
            await store_late_decision(connection, late, decision, await self.clock.at(connection))
            await self.ledger.reassess_bets(connection, [(late.brand, late.bet_id)])
            closed = await is_week_closed(connection, late)
            return DecisionOutcome(late, closed, before, await qualification_status(connection, late))

    async def assign(self, brand: str, bet_id: str, customer: str, *, by: str, why: str) -> None:
        """Assign a disputed bet to a customer, for good; it counts for that customer from now on.

        Raises:
            NoSuchClaim: The bet is not disputed, or no message names the customer for it.
            AlreadyDecided: A person has assigned it before.
        """
        async with self.database.write() as connection:
            await self.ledger.lock_rulebook(connection, [brand], exclusive=True)
            key = (brand, bet_id)
            at = await self.clock.at(connection)
            await store_dispute_decision(connection, key, customer, by=by, why=why, at=at)
            await self.ledger.settle_dispute(connection, key)
