"""The most that a win of a game may be: a greater one is not booked before a person has looked at it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from msgspec import Struct

from subgraphs.wallet.aggregator.transactions import GameTransaction
from subgraphs.wallet.payments.records.cases import Case, CaseKind

USUAL: Final = 100_000_000
"""In minor units: as the most that a bet on sports returns."""

OF_GAMES: Final = "games"
"""Whose case it is: no processor has the name."""


class GreatestWins(Struct, frozen=True):
    """What a win may be at most, in minor units.

    Attributes:
        usual: Where nothing else is said.
        by_name: By currency, for a brand such as `northbet`, or for one of its games: `northbet/book`.
    """

    usual: int = USUAL
    by_name: Mapping[str, Mapping[str, int]] = {}

    def of(self, win: GameTransaction) -> int:
        """Return the most that a win of this game, or else of this brand, may be in its currency."""
        for name in (f"{win.brand_id}/{win.game_code}", win.brand_id):
            if (most := self.by_name.get(name, {}).get(win.currency)) is not None:
                return most
        return self.usual


USUAL_WINS: Final = GreatestWins()


def case_of_win(win: GameTransaction, most: int, at: datetime) -> Case:
    """Return what a person has to know of a win above the most; who has won is found by the bet."""
    return Case(
        kind=CaseKind.WIN,
        processor=OF_GAMES,
        subject=f"{win.brand_id} {win.transaction_uuid}",
        brand_id=win.brand_id,
        currency=win.currency,
        amount_minor=win.amount_minor,
        details={"game": win.game_code, "round": win.round, "bet": win.reference, "most": most},
        opened_at=at,
    )
