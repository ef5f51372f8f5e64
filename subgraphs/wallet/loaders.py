"""The context of a request to the wallet, and what it reads of a customer's money."""

from collections.abc import Collection

import msgspec

from subgraphs.club_kit.context import RulesContext
from subgraphs.kit.domain.keys import Owner
from subgraphs.wallet.funds.codes import AccountCode
from subgraphs.wallet.opened import OpenedWallet


class WalletView(msgspec.Struct, frozen=True):
    """A customer's money, in minor units of the account's currency.

    Attributes:
        balance: Cash that is not reserved.
    """

    owner: Owner
    currency: str
    locale: str
    balance: int


class WalletContext(RulesContext, kw_only=True, eq=False):
    """The context of one request."""

    wallet: OpenedWallet

    async def wallet_of(self, owner: Owner) -> WalletView:
        """Return a customer's money.

        Raises:
            UnknownBrand: The brand has not been loaded.
        """
        brand = (await self.rules(owner.brand)).brand
        standing = await self.wallet.standing_of(owner)
        cash = [
            account.id
            for account in await self.wallet.accounts.of(owner)
            if account.code is AccountCode.CASH and account.currency == standing.currency
        ]
        return WalletView(owner, standing.currency, self.locale(brand), await self._sum(cash))

    async def _sum(self, ids: Collection[str]) -> int:
        accounts = await self.wallet.ledger.lookup_accounts(ids)
        return sum(
            account.credits_posted - account.debits_posted - account.debits_pending for account in accounts
        )
