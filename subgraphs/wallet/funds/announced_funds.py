"""Customers' money whose changes are announced, so that pages which show it are told."""

from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.funds import (
    Correction,
    Funds,
    Outcome,
    Reservation,
    ReservationState,
    Settlement,
    Status,
)
from subgraphs.kit.live.event_bus import CustomersChanged
from subgraphs.kit.live.watches import customer_key


class AnnouncedFunds:
    """Money of which each change is announced after its commit (`Funds`)."""

    def __init__(self, funds: Funds, changed: CustomersChanged) -> None:
        """Prepare it.

        Args:
            funds: Where the money is.
            changed: Called with the keys of customers whose money may have changed.
        """
        self._funds, self._changed = funds, changed

    async def reserve(self, reservation: Reservation) -> Outcome:
        """Keep money for a purpose."""
        return self._told(reservation.owner, await self._funds.reserve(reservation))

    async def confirm(self, reservation: Reservation) -> Outcome:
        """Ask again whether the customer may make a reservation that was made."""
        return await self._funds.confirm(reservation)

    async def settle(self, settlement: Settlement) -> Outcome:
        """Take what was reserved, if nobody has yet, and pay returns."""
        return self._told(settlement.reservation.owner, await self._funds.settle(settlement))

    async def release(self, reservation: Reservation) -> Outcome:
        """Give everything back, and never make the reservation if it has not come yet."""
        return self._told(reservation.owner, await self._funds.release(reservation))

    async def correct(self, correction: Correction) -> Outcome:
        """Pay or take the difference from what was moved before."""
        return self._told(correction.reservation.owner, await self._funds.correct(correction))

    async def ask(self, reservation: Reservation) -> ReservationState | None:
        """Return how a reservation stands; None if that cannot be known now."""
        return await self._funds.ask(reservation)

    def _told(self, owner: Owner, outcome: Outcome) -> Outcome:
        """Announce what was done, and what may have been."""
        if outcome.status is not Status.REFUSED:
            self._changed([customer_key(owner)])
        return outcome
