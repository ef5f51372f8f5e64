"""Why a bet counted or did not, by the rules that decided it."""

from dataclasses import dataclass

from backoffice.access import Actor, Permission, require
from backoffice.errors import NotFound
from backoffice.support.databases import SubgraphDatabases
from backoffice.support.lookup.bet_reasons import AssessedBet
from backoffice.support.personal_data_access import PersonalDataAccess
from subgraphs.progress.ledger.customer_repository import CustomerRepository
from subgraphs.progress.ledger.repository import LedgerRepository
from subgraphs.progress.ledger.rulebook_reader import RulebookReader


@dataclass(frozen=True, slots=True)
class BetExplanations:
    """Reads bets with the facts that decided about them, and records each look."""

    databases: SubgraphDatabases
    rulebooks: RulebookReader
    access: PersonalDataAccess

    async def of_bet(self, actor: Actor, brand: str, bet_id: str) -> AssessedBet:
        """Return a bet with everything that decided whether it counts.

        Raises:
            Forbidden: The actor may not look at this brand's customers.
            NotFound: The brand has no such bet.
        """
        require(actor, Permission.SUPPORT_READ, brand)
        wanted = bet_id.strip()
        await self.access.record(actor, "bet", brand, f"bet:{brand}:{wanted}")
        database = self.databases.progress
        async with database.read() as connection:
            rulebook = await self.rulebooks.read(connection, [brand])
            ledger = LedgerRepository.of(database.dialect, held=False)
            found = await ledger.contributions(connection, [(brand, wanted)])
            if brand not in rulebook.brands or not found:
                raise NotFound(f"{brand} has no bet {wanted[:64]!r}.")
            contribution = found[brand, wanted]
            owner, rules = contribution.bet.owner, rulebook.brands[brand]
            customers = CustomerRepository.of(database.dialect)
            territories = await customers.territories(connection, [owner], {brand: rules.default_territory})
            opted_in = await customers.first_opt_ins(connection, [owner], held=False)
        newest = contribution.revisions[-1]
        return AssessedBet(
            brand=rules.brand,
            bet=contribution.bet,
            verdict=contribution.verdict,
            rules=rules.rules_of(contribution.bet, territories.get(owner) or rules.default_territory),
            opted_in_at=opted_in.get(owner),
            newest=None if newest is contribution.bet else newest,
        )
