"""Disputed bets, for which messages name several customers: it stays the first one's until a person decides.

The revisions that matter are kept for each claimant. So once the bet is assigned, it counts as if it had
always been that customer's.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from subgraphs.progress.counting.contribution import Bet, BetKey, Contribution
from subgraphs.progress.counting.rules import ContributionReason


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


def contested_bets(bets: Iterable[Bet], stored: Mapping[BetKey, Contribution]) -> set[BetKey]:
    """Return the bets that are disputed already, or that a record assigns to another customer."""
    owners: dict[BetKey, str] = {}
    found = set()
    for bet in bets:
        key = bet.key
        contribution = stored.get(key)
        owner = contribution.bet.customer if contribution else owners.setdefault(key, bet.customer)
        if owner != bet.customer or (
            contribution and contribution.verdict.reason is ContributionReason.DISPUTED
        ):
            found.add(key)
    return found
