"""The context of a request to bets."""

from subgraphs.bets.opened import OpenedBets
from subgraphs.club_kit.context import RulesContext
from subgraphs.kit.live.updates import Updates


class BetsContext(RulesContext, kw_only=True, eq=False):
    """The context of one request.

    Attributes:
        opened: The bets of the database.
        updates: Streams of what customers follow.
    """

    opened: OpenedBets
    updates: Updates

    async def locale_of(self, brand: str) -> str:
        """Return the language of what is written for a customer of a brand.

        Raises:
            UnknownBrand: The brand has not been loaded.
        """
        return self.locale((await self.rules(brand)).brand)
