"""Credits behind breaks and exclusions: a credit that pays stakes is an offer, which they stop.

Cash is the customer's own money, and is never stopped by them. No credit is in another currency than the
account. A refusal is not kept: the same credit may be given
once the break has ended. A credit that was given stays, whatever the customer has chosen since.
"""

from datetime import date

from foundation.storage.clock import Clock
from foundation.storage.database import Database
from subgraphs.kit.credits import (
    NOT_KNOWN,
    Credit,
    CreditAnswer,
    CreditKind,
    Credits,
    CreditState,
    JournalPage,
    check_credit,
)
from subgraphs.kit.funds import Why
from subgraphs.wallet.funds.attempts import unless_unavailable
from subgraphs.wallet.funds.limited_funds import StandingOf
from subgraphs.wallet.limits.acts import Act
from subgraphs.wallet.limits.claims import Claims
from subgraphs.wallet.limits.decision import decide


class LimitedCredits:
    """Credits that are given only if no break stops offers (`Credits`)."""

    def __init__(
        self, credits_: Credits, database: Database, claims: Claims, standing_of: StandingOf, clock: Clock
    ) -> None:
        """Prepare everything.

        Args:
            credits_: Where they are kept.
            database: Where breaks and exclusions are.
            claims: Reads them.
            standing_of: Finds where a customer is, and what the account message says.
            clock: Product time, by which breaks count.
        """
        self._credits, self._database, self._claims = credits_, database, claims
        self._standing_of, self._clock = standing_of, clock

    async def give(self, credit: Credit) -> CreditAnswer:
        """Give a credit, unless it has been given or withheld, or the customer may get no offer now."""
        check_credit(credit)
        stands = await self._credits.ask(credit)
        if stands.state is not CreditState.UNKNOWN:
            # It was decided before. Of one that was given, its time may not be noted yet.
            return await self._credits.give(credit) if stands.state is CreditState.GIVEN else stands
        why = await unless_unavailable(self._refusal(credit), None)
        if why is None:
            return NOT_KNOWN
        return CreditAnswer(state=CreditState.REFUSED, why=why) if why else await self._credits.give(credit)

    async def ask(self, credit: Credit) -> CreditAnswer:
        """Return how a credit stands."""
        return await self._credits.ask(credit)

    async def withhold(self, credit: Credit) -> CreditAnswer:
        """Never give a credit. If it has been given already, it stays, and the answer says so."""
        return await self._credits.withhold(credit)

    async def journal(self, day: date, after: str = "") -> JournalPage | None:
        """Return the credits that were given on a day (UTC), by id."""
        return await self._credits.journal(day, after)

    async def _refusal(self, credit: Credit) -> str:
        """Return why a credit is not given now, as a code; "" if it is."""
        standing = await self._standing_of(credit.owner)
        if credit.currency != standing.currency:
            return Why.WRONG_CURRENCY
        if credit.kind is CreditKind.CASH:
            return ""
        async with self._database.read() as connection:
            at = await self._clock.at(connection)
            snapshot = await self._claims.snapshot(connection, credit.owner, standing, at, kinds=())
        return decide(snapshot, Act.OFFER, at, product=credit.product).code or ""
