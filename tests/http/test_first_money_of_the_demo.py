"""The demo gives its customers their first money as soon as the wallet knows their brand."""

from typing import Any

from furlong.demo.money.wallets import give_first_money
from subgraphs.kit.domain.keys import Owner
from subgraphs.wallet.opened import UnknownBrand

OWNER = Owner("northbet", "c-1001")


class LateWallet:
    """A wallet whose consumer is slow.

    Attributes:
        welcomed: Who was to get money, each time.
    """

    def __init__(self) -> None:
        self.welcomed: list[Owner] = []

    def has(self, _owner: Owner) -> bool:
        """Return that all customers are its."""
        return True

    async def welcome(self, owner: Owner) -> None:
        """Know the brand at the third time."""
        self.welcomed.append(owner)
        if len(self.welcomed) < 3:
            raise UnknownBrand("no message has named the brand")


async def test_the_demo_waits_for_the_wallet_to_know_the_brand() -> None:
    """On a busy machine the wallet's consumer may be later than the club's."""
    wallet: Any = LateWallet()
    await give_first_money([wallet], [OWNER])
    assert wallet.welcomed == [OWNER] * 3
