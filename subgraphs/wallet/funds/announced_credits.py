"""Customers' credits whose changes are announced, so that pages which show them are told."""

from datetime import date

from subgraphs.kit.credits import Credit, CreditAnswer, Credits, CreditState, JournalPage
from subgraphs.kit.live.event_bus import CustomersChanged
from subgraphs.kit.live.watches import customer_key


class AnnouncedCredits:
    """Credits of which each one that is given is announced after its commit (`Credits`)."""

    def __init__(self, credits_: Credits, changed: CustomersChanged) -> None:
        """Prepare it.

        Args:
            credits_: Where they are kept.
            changed: Called with the keys of customers whose credits may have changed.
        """
        self._credits, self._changed = credits_, changed

    async def give(self, credit: Credit) -> CreditAnswer:
        """Give a credit, unless it has been given or withheld."""
        answer = await self._credits.give(credit)
        if answer.state in {CreditState.GIVEN, CreditState.IN_DOUBT}:
            self._changed([customer_key(credit.owner)])
        return answer

    async def ask(self, credit: Credit) -> CreditAnswer:
        """Return how a credit stands."""
        return await self._credits.ask(credit)

    async def withhold(self, credit: Credit) -> CreditAnswer:
        """Never give a credit. If it has been given already, it stays, and the answer says so."""
        return await self._credits.withhold(credit)

    async def journal(self, day: date, after: str = "") -> JournalPage | None:
        """Return the credits that were given on a day (UTC), by id."""
        return await self._credits.journal(day, after)
