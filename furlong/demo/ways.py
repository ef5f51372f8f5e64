"""The ways to run Furlong, each a scenario of the demo: who keeps the money, and whose pages show it."""

from enum import StrEnum
from pathlib import Path
from typing import Final


class Way(StrEnum):
    """A way to run it, by the scenario's name."""

    OUR_WALLET = "our-wallet"
    OPERATOR_WALLET = "operator-wallet"
    FRAMES = "frames"

    @property
    def has_operator(self) -> bool:
        """Tell whether an operator keeps the money of one brand's customers."""
        return self is not Way.OUR_WALLET

    @property
    def says(self) -> str:
        """Return what the scenario shows."""
        return _SAYS[self]

    def data_of(self, data: Path) -> Path:
        """Return the folder of a demo of this way: money that an operator keeps is nowhere in our ledger."""
        return data / Way.OPERATOR_WALLET if self.has_operator else data


OPERATORS_BRAND: Final = "northbet"
"""Whose operator has a wallet of its own; the other brand's money stays in ours, beside it."""

_SAYS: Final = {
    Way.OUR_WALLET: "Our wallet and our pages: the demo as it always is, with its data of before.",
    Way.OPERATOR_WALLET: f"Somebody else's wallet and our pages: {OPERATORS_BRAND}'s operator has the money.",
    Way.FRAMES: "Lobby, slip and club as frames in somebody else's site, with the wallet on their side.",
}


def way_called(name: str) -> Way | None:
    """Return the way with a name; None if no way has it."""
    return Way(name) if name in set(Way) else None
