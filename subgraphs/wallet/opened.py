"""A wallet's parts over one database: what its subgraph, its upkeep and those who move money share."""

from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import ZoneInfo

from foundation.storage.clock import Clock
from foundation.storage.database import Database
from foundation.storage.errors import DatabaseAway
from subgraphs.club_kit.domain.accounts import unknown_account
from subgraphs.club_kit.records.reference import ReferenceRepository
from subgraphs.kit.domain.keys import Owner
from subgraphs.wallet.funds.customer_accounts import CustomerAccounts
from subgraphs.wallet.funds.ledger_funds import LedgerFunds
from subgraphs.wallet.funds.limited_funds import LimitedFunds
from subgraphs.wallet.funds.written_reservations import ReservationReader
from subgraphs.wallet.ledger.ledger import Ledger
from subgraphs.wallet.limits.breaks import AccountState
from subgraphs.wallet.limits.claims import Claims
from subgraphs.wallet.limits.records import LimitRecords, Standing
from subgraphs.wallet.limits.store import LimitStore
from subgraphs.wallet.models import CUSTOMER_ACCOUNT, LEDGER, LIMITS, REFERENCE

_zone = lru_cache(maxsize=1024)(ZoneInfo)


class UnknownBrand(DatabaseAway):
    """Nothing of the brand has arrived yet: what is asked may be known later, as with a database away."""


@dataclass(frozen=True, slots=True)
class StandingReader:
    """Reads where a customer is, and what the newest account message says."""

    database: Database

    async def __call__(self, owner: Owner) -> Standing:
        """Return where a customer is; without an account message, what the brand assumes.

        Raises:
            UnknownBrand: No message has named the brand.
        """
        reference = ReferenceRepository(REFERENCE)
        async with self.database.read() as connection:
            brand = (await reference.brands(connection, {owner.brand})).get(owner.brand)
            found = await reference.accounts(connection, {owner})
        if brand is None:
            raise UnknownBrand(f"no message has named the brand {owner.brand}")
        account = found.get(owner) or unknown_account(brand)
        state = AccountState(account.status, account.rg_state)
        return Standing(account.jurisdiction, account.currency, _zone(brand.time_zone), state)


@dataclass(frozen=True, slots=True)
class OpenedWallet:
    """A wallet over its database.

    Attributes:
        clock: Product time, by which limits and breaks count; money's holds end by the database's own.
        funds: How other blocks move customers' money, behind limits.
    """

    database: Database
    clock: Clock
    ledger: Ledger
    accounts: CustomerAccounts
    limits: LimitStore
    claims: Claims
    standing_of: StandingReader
    funds: LimitedFunds

    @classmethod
    def of(cls, database: Database, clock: Clock) -> "OpenedWallet":
        """Put the parts together; nothing connects yet."""
        ledger = Ledger(database, LEDGER)
        accounts = CustomerAccounts(database, CUSTOMER_ACCOUNT, ledger)
        limits = LimitStore(LimitRecords(LIMITS, database.dialect))
        claims, standing_of = Claims(limits), StandingReader(database)
        money = LedgerFunds(ledger, accounts, ReservationReader(database))
        funds = LimitedFunds(money, database, claims, standing_of, clock)
        return cls(database, clock, ledger, accounts, limits, claims, standing_of, funds)

    async def close(self) -> None:
        """Wait for what was begun, and close all connections."""
        await self.ledger.close()
        await self.database.close()
