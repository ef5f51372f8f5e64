"""Decides on slips by what is offered now, and by the rules in force."""

from dataclasses import dataclass

from foundation.storage.clock import Clock
from foundation.storage.database import Database
from subgraphs.bets.accepting.acceptance import Acceptance, accept
from subgraphs.bets.accepting.slip import Slip
from subgraphs.bets.betting.bet import Bet
from subgraphs.bets.settings import BetsSettings
from subgraphs.bets.trading.decided import TradingDecisions
from subgraphs.bets.trading.rules import refusal
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.offers import Offers


@dataclass(frozen=True, slots=True)
class Acceptor:
    """Decides on slips.

    Attributes:
        offers: What brands offer.
        settings: The rules where traders have decided nothing else.
        database: That of bets.
        decisions: What traders have decided.
        clock: Product time, by which events start.
    """

    offers: Offers
    settings: BetsSettings
    database: Database
    decisions: TradingDecisions
    clock: Clock

    async def decide(
        self, owner: Owner, slip: Slip, territory: str | None, language: str | None
    ) -> Acceptance | None:
        """Return whether a slip becomes a bet by what is offered now; None if that cannot be known.

        Args:
            owner: The customer.
            slip: What they want.
            territory: Where they are; None if that is not known.
            language: Of what the bet says of itself.

        Raises:
            OSError: The database is unavailable.
            SQLAlchemyError: The same.
        """
        wanted = {leg.selection_id for leg in slip.legs}
        offered = await self.offers.of(owner.brand, territory, language, wanted)
        if offered is None:
            return None
        async with self.database.read() as connection:
            rules = await self.decisions.rules(connection, owner.brand)
            factor = await self.decisions.factor(connection, owner)
            at = await self.clock.at(connection)
        refused = refusal(slip, offered, rules, factor)
        usual = self.settings.rules(slip.currency)
        return refused or accept(slip, offered, rules.over(usual, factor), at)

    async def look(self, bet: Bet) -> Acceptance | None:
        """Return the same for a bet that waits; None if it cannot be known."""
        return await self.decide(bet.owner, bet.slip, bet.territory, bet.language)
