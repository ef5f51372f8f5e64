"""Decides on slips by what is offered now, and by the rules in force."""

from dataclasses import dataclass

from subgraphs.bets.accepting.acceptance import Acceptance, accept
from subgraphs.bets.accepting.slip import Slip
from subgraphs.bets.betting.bet import Bet
from subgraphs.bets.settings import BetsSettings
from subgraphs.kit.offers import Offers


@dataclass(frozen=True, slots=True)
class Acceptor:
    """Decides on slips.

    Attributes:
        offers: What brands offer.
        settings: The rules where traders have decided nothing else.
    """

    offers: Offers
    settings: BetsSettings

    async def decide(
        self, brand: str, slip: Slip, territory: str | None, language: str | None
    ) -> Acceptance | None:
        """Return whether a slip becomes a bet by what is offered now; None if that cannot be known.

        Args:
            brand: The customer's.
            slip: What they want.
            territory: Where they are; None if that is not known.
            language: Of what the bet says of itself.
        """
        wanted = {leg.selection_id for leg in slip.legs}
        offered = await self.offers.of(brand, territory, language, wanted)
        return None if offered is None else accept(slip, offered, self.settings.rules(slip.currency))

    async def look(self, bet: Bet) -> Acceptance | None:
        """Return the same for a bet that waits; None if it cannot be known."""
        return await self.decide(bet.brand_id, bet.slip, bet.territory, bet.language)
