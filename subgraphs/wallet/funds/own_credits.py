"""Credits of brands whose customers' money is ours: an operator's wallet gives its own customers theirs."""

from collections.abc import Container
from datetime import date
from typing import Final

from subgraphs.kit.credits import Credit, CreditAnswer, Credits, CreditState, JournalPage, check_credit

AT_OPERATOR: Final = "AT_OPERATOR"
"""The brand's operator keeps its customers' money: a credit here could be used for nothing."""


class OwnCredits:
    """Credits that are given to no customer of an operator's wallet (`Credits`).

    A refusal is not kept. What was given before the operator's wallet was set up stays.
    """

    def __init__(self, credits_: Credits, operators: Container[str]) -> None:
        """Prepare everything.

        Args:
            credits_: Where they are kept.
            operators: The brands whose operator keeps the money.
        """
        self._credits, self._operators = credits_, operators

    async def give(self, credit: Credit) -> CreditAnswer:
        """Give a credit, unless it has been given or withheld, or could be used for nothing."""
        if credit.owner.brand not in self._operators:
            return await self._credits.give(credit)
        check_credit(credit)
        stands = await self._credits.ask(credit)
        is_new = stands.state is CreditState.UNKNOWN
        return CreditAnswer(state=CreditState.REFUSED, why=AT_OPERATOR) if is_new else stands

    async def ask(self, credit: Credit) -> CreditAnswer:
        """Return how a credit stands."""
        return await self._credits.ask(credit)

    async def withhold(self, credit: Credit) -> CreditAnswer:
        """Never give a credit. If it has been given already, it stays, and the answer says so."""
        return await self._credits.withhold(credit)

    async def journal(self, day: date, after: str = "") -> JournalPage | None:
        """Return the credits that were given on a day (UTC), by id."""
        return await self._credits.journal(day, after)
