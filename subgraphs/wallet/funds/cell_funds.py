"""The money of a cell's customers: of anybody else's, nothing is known here, and nothing decided."""

from dataclasses import dataclass

from foundation.storage.cells.cell import Cell
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.funds import (
    IN_DOUBT,
    Correction,
    Funds,
    Outcome,
    Reservation,
    ReservationState,
    Settlement,
)


@dataclass(frozen=True, slots=True)
class CellFunds:
    """`Funds` that are asked only about a cell's customers.

    Whoever asks about another one reached the wrong cell: the answer is that of a wallet that cannot be
    reached. An id that is refused here would stay refused after its customer's cell has been united with
    this one.

    Attributes:
        funds: Those of the cell's customers.
        cell: The cell; None in an installation without cells, which has all customers.
    """

    funds: Funds
    cell: Cell | None

    async def reserve(self, reservation: Reservation) -> Outcome:
        """Keep money for a purpose."""
        return await self.funds.reserve(reservation) if self._has(reservation.owner) else IN_DOUBT

    async def confirm(self, reservation: Reservation) -> Outcome:
        """Ask again whether the customer may make a reservation that was made."""
        return await self.funds.confirm(reservation) if self._has(reservation.owner) else IN_DOUBT

    async def settle(self, settlement: Settlement) -> Outcome:
        """Take what was reserved, if nobody has yet, and pay returns."""
        is_ours = self._has(settlement.reservation.owner)
        return await self.funds.settle(settlement) if is_ours else IN_DOUBT

    async def release(self, reservation: Reservation) -> Outcome:
        """Give everything back, and never make the reservation if it has not come yet."""
        return await self.funds.release(reservation) if self._has(reservation.owner) else IN_DOUBT

    async def correct(self, correction: Correction) -> Outcome:
        """Pay or take the difference from what was moved before."""
        is_ours = self._has(correction.reservation.owner)
        return await self.funds.correct(correction) if is_ours else IN_DOUBT

    async def ask(self, reservation: Reservation) -> ReservationState | None:
        """Return how a reservation stands; None if that cannot be known here."""
        return await self.funds.ask(reservation) if self._has(reservation.owner) else None

    def _has(self, owner: Owner) -> bool:
        return self.cell is None or self.cell.has(*owner)
