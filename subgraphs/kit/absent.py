"""What a block is told that needs another one which an installation does not have: nobody knows now."""

from collections.abc import Collection, Mapping

from subgraphs.kit.funds import IN_DOUBT, Correction, Outcome, Reservation, ReservationState, Settlement
from subgraphs.kit.offers import Offer


class NoFunds:
    """Money of which nothing can be learnt."""

    async def reserve(self, reservation: Reservation) -> Outcome:
        """Keep nothing."""
        del reservation
        return IN_DOUBT

    async def confirm(self, reservation: Reservation) -> Outcome:
        """Ask again whether the customer may make a reservation that was made."""
        del reservation
        return IN_DOUBT

    async def settle(self, settlement: Settlement) -> Outcome:
        """Pay nothing."""
        del settlement
        return IN_DOUBT

    async def release(self, reservation: Reservation) -> Outcome:
        """Give nothing back."""
        del reservation
        return IN_DOUBT

    async def correct(self, correction: Correction) -> Outcome:
        """Correct nothing."""
        del correction
        return IN_DOUBT

    async def ask(self, reservation: Reservation) -> ReservationState | None:
        """Know nothing."""
        del reservation
        return None

    async def close(self) -> None:
        """Close nothing."""


class NoOffers:
    """Offers of which nothing can be learnt."""

    async def of(
        self, brand: str, territory: str | None, language: str | None, selections: Collection[str]
    ) -> Mapping[str, Offer] | None:
        """Know nothing."""
        del brand, territory, language, selections
        return None

    async def close(self) -> None:
        """Close nothing."""
