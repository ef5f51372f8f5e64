"""What a customer has in the wallet, what has happened to it, and the limits and breaks that they chose."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from backoffice.access import Actor, Permission
from backoffice.graph.pages import Name, Number, read_cursor
from backoffice.support.lookup.customers import Customers
from backoffice.support.lookup.payment_story import PaymentStory, stories_of
from foundation.storage.clock import Clock
from foundation.storage.database import Database
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.reads.key_lookup import BatchedLookup
from subgraphs.wallet.customer_record import CustomerRecord, HeldAccount, record_parts
from subgraphs.wallet.history.transactions import Place, StoredTransaction, Transactions
from subgraphs.wallet.limits.overview import ShownLimit, shown_limits
from subgraphs.wallet.models import CUSTOMER_ACCOUNT, LEDGER, LIMITS, PAYMENTS, REFERENCE
from subgraphs.wallet.opened import OpenedWallet, UnknownBrand
from subgraphs.wallet.payments.records.store import PaymentStore
from subgraphs.wallet.wallet_state import WalletState


class MoneyView(NamedTuple):
    """A customer's money, as the back office sees it.

    Attributes:
        accounts: Cash, and the club's credits, also those of which nothing is left.
        limits: Those that hold, then breaks and exclusions; a session's minutes used are not known here.
        at_operator: Whether the brand's operator keeps the money, so that nothing of it is here.
    """

    accounts: Sequence[HeldAccount]
    limits: Sequence[ShownLimit]
    at_operator: bool


@dataclass(frozen=True, slots=True)
class CustomerMoney:
    """Reads customers' money, and records each look.

    Attributes:
        wallet: The wallet's parts; nothing is written by them here.
        records: What is stored of customers there.
        operators: The brands whose operator keeps its customers' money.
    """

    wallet: OpenedWallet
    records: BatchedLookup[Owner, CustomerRecord]
    customers: Customers
    operators: frozenset[str]

    @classmethod
    def over(
        cls, database: Database, customers: Customers, clock: Clock, operators: frozenset[str]
    ) -> "CustomerMoney":
        """Return the service over the wallet's database; nothing connects yet."""
        lookups = record_parts(REFERENCE, CUSTOMER_ACCOUNT, LEDGER, LIMITS)
        return cls(
            OpenedWallet.of(database, clock),
            BatchedLookup(database, lookups, CustomerRecord),
            customers,
            operators,
        )

    async def accounts(self, actor: Actor, owner: Owner, permission: Permission) -> Sequence[HeldAccount]:
        """Return a customer's accounts, cash first.

        Raises:
            NotFound: There is no such customer for whom the actor has the permission.
        """
        await self.customers.require_known(actor, owner, permission)
        return _cash_first(await self.records.load(owner))

    async def view(self, actor: Actor, owner: Owner) -> MoneyView:
        """Return a customer's accounts, and their limits.

        Raises:
            NotFound: There is no such customer whom the actor may look at.
        """
        await self.customers.require_known(actor, owner)
        record = await self.records.load(owner)
        limits = await self._limits(owner, record)
        return MoneyView(_cash_first(record), limits, owner.brand in self.operators)

    async def _limits(self, owner: Owner, record: CustomerRecord) -> Sequence[ShownLimit]:
        wallet = self.wallet
        try:
            standing = await wallet.standing_of(owner)
        except UnknownBrand:  # so the wallet knows nobody of it, either
            return ()
        at = wallet.clock.now()
        state = WalletState(owner, record, standing, wallet.limits.rules(standing, at), "", at)
        async with wallet.database.read() as connection:
            counted = await wallet.claims.counted(connection, owner, state.snapshot, state.frames)
        return shown_limits(counted, at)

    async def transactions(
        self, actor: Actor, owner: Owner, size: int, after: Place | None
    ) -> Sequence[StoredTransaction]:
        """Return up to `size` transactions of a customer after a place, the newest first.

        Raises:
            NotFound: There is no such customer whom the actor may look at.
        """
        await self.customers.require_known(actor, owner)
        record = await self.records.load(owner)
        async with self.wallet.database.read() as connection:
            page = await Transactions(LEDGER).page(connection, record.accounts, size, after)
        return page.transactions

    async def payments(self, actor: Actor, owner: Owner, first: int) -> Sequence[PaymentStory]:
        """Return up to `first` payments of a customer with their stories, the newest first.

        Raises:
            NotFound: There is no such customer whom the actor may look at.
        """
        await self.customers.require_known(actor, owner)
        database = self.wallet.database
        return await stories_of(database, await PaymentStore(database, PAYMENTS).of_customer(owner, first))


def place_of(after: str | None) -> Place | None:
    """Return the place that a cursor names; None for the first page.

    Raises:
        Invalid: It is not a cursor of transactions.
    """
    key = read_cursor(after, tuple[Number, Name])
    return None if key is None else Place(*key)


def _cash_first(record: CustomerRecord) -> list[HeldAccount]:
    return sorted(record.accounts, key=lambda account: (account.code, account.currency, account.credit))
