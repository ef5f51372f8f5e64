"""The context of a request to the wallet, and what it reads of a customer's money and limits."""

from collections.abc import Awaitable, Callable, Hashable
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection
from strawberry.dataloader import DataLoader

from foundation.storage.clock import Clock
from foundation.storage.database import Database
from subgraphs.club_kit.context import RulesContext
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.live.updates import Updates
from subgraphs.kit.reads.key_lookup import BatchedLookup
from subgraphs.wallet.customer_record import CustomerRecord, HeldAccount
from subgraphs.wallet.history.transactions import Page, Place, Transactions
from subgraphs.wallet.limit_service import LimitService
from subgraphs.wallet.limits.decision import Snapshot
from subgraphs.wallet.limits.limit import LimitKind
from subgraphs.wallet.limits.overview import ShownLimit, shown_limits
from subgraphs.wallet.limits.prompts import Prompt
from subgraphs.wallet.limits.sessions import SessionTime, session_time
from subgraphs.wallet.models import PAYMENTS
from subgraphs.wallet.opened import OpenedWallet, standing_in
from subgraphs.wallet.paying.requests import Customer, PaymentRequests
from subgraphs.wallet.payments.records.reviews import with_reviews
from subgraphs.wallet.seamless.operator_wallets import OperatorWallets
from subgraphs.wallet.wallet_state import WalletState

if TYPE_CHECKING:
    from subgraphs.wallet.seamless.operator_client import OperatorBalance

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class PageKey(NamedTuple):
    """A page of a customer's transactions: those of accounts, how many, and behind which one."""

    accounts: tuple[HeldAccount, ...]
    first: int
    after: Place | None


class WalletContext(RulesContext, kw_only=True, eq=False, dict=True):
    """The context of one request.

    Attributes:
        wallet: The wallet's parts over its database.
        records: Customers' stored data, batched over all requests.
        service: What customers ask of their limits.
        machine: The clock of sessions, which a rehearsal does not move.
        payments: What takes deposits and withdrawals.
        operators: The wallets of operators, which keep the money of some brands' customers.
    """

    wallet: OpenedWallet
    records: BatchedLookup[Owner, CustomerRecord]
    transactions: Transactions
    service: LimitService
    updates: Updates
    machine: Clock
    payments: PaymentRequests
    operators: OperatorWallets

    async def wallet_of(self, owner: Owner) -> WalletState:
        """Return a customer's wallet.

        Raises:
            UnknownBrand: The brand has not been loaded.
        """
        record = self.read(self.records, owner)  # starts before the rules are read
        brand = (await self.rules(owner.brand)).brand
        stored, at = await record, self.now
        standing = standing_in(brand, stored.account, stored.told)
        rules = self.wallet.limits.rules(standing, at)
        return WalletState(owner, stored, standing, rules, self.locale(brand), at)

    async def operators_balance(self, state: WalletState) -> "OperatorBalance":
        """Return what a customer has at their operator; in a stream, after the change that it tells of.

        Raises:
            BalanceAway: The operator does not say.
        """
        return await self.operators.balance(state.owner, newest=self.renew is not None)

    async def limits(self, state: WalletState) -> tuple[ShownLimit, ...]:
        """Return what a customer is shown of their limits."""
        snapshot = await self.counted.load(state) if state.frames else state.snapshot
        return shown_limits(snapshot, state.at, self._session(state))

    def customer(self, state: WalletState) -> Customer:
        """Return who asks for a payment, and what they have to do first."""
        account = state.record.account
        return Customer(
            state.owner,
            state.standing,
            state.locale,
            is_verified=account is None or account.verified,
            is_to_answer=Prompt.FIRST_DEPOSIT in state.prompts,
        )

    def _session(self, state: WalletState) -> SessionTime | None:
        """Return how long the session has lasted; None if its token does not say when it began."""
        viewer = self.identity.viewer
        if viewer is None or viewer.began is None:
            return None
        kind = LimitKind.SESSION_MINUTES
        minutes = next((limit.amount for limit in state.record.limits if limit.kind is kind), None)
        return session_time(minutes, datetime.fromtimestamp(viewer.began, UTC), self.machine.now())

    @cached_property
    def counted(self) -> DataLoader[WalletState, Snapshot]:
        """Return the loader of limits with what counts against them."""

        async def read(connection: AsyncConnection, state: WalletState) -> Snapshot:
            claims = self.wallet.claims
            return await claims.counted(connection, state.owner, state.snapshot, state.frames)

        return _loader(self.wallet.database, read)

    @cached_property
    def pages(self) -> DataLoader[PageKey, Page]:
        """Return the loader of transactions."""

        async def read(connection: AsyncConnection, key: PageKey) -> Page:
            page = await self.transactions.page(connection, *key)
            return await with_reviews(connection, PAYMENTS, page)

        return _loader(self.wallet.database, read)


def _loader(database: Database, read: Callable[[AsyncConnection, K], Awaitable[V]]) -> DataLoader[K, V]:
    """Return a loader that reads what is asked for at once over one connection."""

    async def load(keys: list[K]) -> list[V]:
        async with database.read() as connection:
            return [await read(connection, key) for key in keys]

    return DataLoader(load)
