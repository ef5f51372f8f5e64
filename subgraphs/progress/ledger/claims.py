"""Disputed bets, for which messages name several customers: the first one's until a person decides.

The revisions that matter are kept for each claimant. So once the bet is assigned, it counts as if it had
always been that customer's.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from msgspec.structs import astuple
from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.bulk_sql import few_at_once
from subgraphs.progress.counting.contribution import Bet, BetKey, Contribution
from subgraphs.progress.counting.rulebook import Rulebook
from subgraphs.progress.counting.rules import ContributionReason
from subgraphs.progress.ledger.stored_bets import BET_COLUMNS
from subgraphs.progress.models import BET_CLAIM, DISPUTE_DECISION


@dataclass(slots=True)
class Claims:
    """The customers that messages name for bets.

    Attributes:
        revisions: By bet and customer, the revisions that matter, the lowest first. The customer who was
            named first comes first.
        decided: The customer to whom a person has assigned a bet.
    """

    revisions: dict[BetKey, dict[str, Sequence[Bet]]] = field(default_factory=dict)
    decided: Mapping[BetKey, str] = field(default_factory=dict)

    def holder(self, key: BetKey) -> str:
        """Return the customer under whom the ledger has the bet: the assigned one, else the first named."""
        decided = self.decided.get(key)
        return decided if decided in self.revisions[key] else next(iter(self.revisions[key]))

    def held(self, key: BetKey) -> Sequence[Bet]:
        """Return the holder's revisions that matter."""
        return self.revisions[key][self.holder(key)]

    def disputed(self) -> set[BetKey]:
        """Return the bets with several claimants that no person has assigned."""
        return {key for key, by in self.revisions.items() if len(by) > 1 and key not in self.decided}


def contested_bets(
    keys: Iterable[BetKey], bets: Iterable[Bet], stored: Mapping[BetKey, Contribution]
) -> set[BetKey]:
    """Return the bets that are disputed already, or that a record assigns to another customer.

    Args:
        keys: The key of each bet.
        bets: Revisions of bets, in order.
        stored: The contributions of those that are known.
    """
    owners = {key: contribution.bet.customer for key, contribution in stored.items()}
    contested = {key for key, contribution in stored.items() if contribution.verdict.reason is DISPUTED}
    contested |= {
        key
        for key, bet in zip(keys, bets, strict=True)
        if owners.setdefault(key, bet.customer) != bet.customer
    }
    return contested


DISPUTED: Final = ContributionReason.DISPUTED
_CLAIM: Final = BET_CLAIM.c
_DECISION: Final = DISPUTE_DECISION.c


async def read_claims(
    connection: AsyncConnection, bets: Collection[BetKey], stored: Mapping[BetKey, Contribution]
) -> Claims:
    """Return all claims on bets.

    Args:
        connection: In a write transaction that has locked the contributions.
        bets: The contested bets.
        stored: Their contributions.
    """
    revisions: dict[BetKey, dict[str, Sequence[Bet]]] = {key: {} for key in bets}
    for key in bets:
        if key in stored:
            revisions[key][stored[key].bet.customer] = stored[key].revisions
    decided = dict[BetKey, str]()
    for brand, ids in few_at_once(bets):
        rows = await connection.execute(
            select(*(_CLAIM[name] for name in BET_COLUMNS))
            .where(_CLAIM.brand_id == brand, _CLAIM.bet_id.in_(ids))
            .order_by(_CLAIM.revision)
        )
        for bet in (Bet(*facts, legs=legs) for *facts, legs in rows):
            earlier = revisions[bet.key].get(bet.customer, ())
            revisions[bet.key][bet.customer] = (*earlier, bet)
        decisions = await connection.execute(
            select(_DECISION.bet_id, _DECISION.customer_id).where(
                _DECISION.brand_id == brand, _DECISION.bet_id.in_(ids)
            )
        )
        decided |= {(brand, row.bet_id): row.customer_id for row in decisions}
    return Claims(revisions, decided)


async def store_claims(connection: AsyncConnection, claims: Claims, rulebook: Rulebook) -> None:
    """Replace the claims on bets, except those of the holders, whose bets are in the ledger."""
    for brand, ids in few_at_once(claims.revisions):
        await connection.execute(delete(BET_CLAIM).where(_CLAIM.brand_id == brand, _CLAIM.bet_id.in_(ids)))
    rows = [
        dict(zip(BET_COLUMNS, astuple(bet), strict=True))
        | {"iso_week": rulebook.brands[bet.brand].calendar.week_at(bet.placed_at).iso}
        for key, by_customer in sorted(claims.revisions.items())
        for customer, bets in sorted(by_customer.items())
        if customer != claims.holder(key)
        for bet in bets
    ]
    if rows:
        await connection.execute(insert(BET_CLAIM), rows)
