"""The credits of a cell's customers: of anybody else's, nothing is known here, and nothing decided."""

from dataclasses import dataclass
from datetime import date

from foundation.storage.cells.cell import Cell
from subgraphs.kit.credits import NOT_KNOWN, Credit, CreditAnswer, Credits, JournalPage


@dataclass(frozen=True, slots=True)
class CellCredits:
    """`Credits` that are asked only about a cell's customers, for the reasons of `CellFunds`.

    Attributes:
        credits: Those of the cell's customers.
        cell: The cell; None in an installation without cells, which has all customers.
    """

    credits: Credits
    cell: Cell | None

    async def give(self, credit: Credit) -> CreditAnswer:
        """Give a credit, unless it has been given or withheld."""
        return await self.credits.give(credit) if self._has(credit) else NOT_KNOWN

    async def ask(self, credit: Credit) -> CreditAnswer:
        """Return how a credit stands."""
        return await self.credits.ask(credit) if self._has(credit) else NOT_KNOWN

    async def withhold(self, credit: Credit) -> CreditAnswer:
        """Never give a credit. If it has been given already, it stays, and the answer says so."""
        return await self.credits.withhold(credit) if self._has(credit) else NOT_KNOWN

    async def journal(self, day: date, after: str = "") -> JournalPage | None:
        """Return the credits that the cell has given on a day (UTC), by id."""
        return await self.credits.journal(day, after)

    def _has(self, credit: Credit) -> bool:
        return self.cell is None or self.cell.has(*credit.owner)
