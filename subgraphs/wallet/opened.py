"""A wallet's parts over one database: what its subgraph, its upkeep and those who move money share."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from foundation.storage.clock import Clock
from foundation.storage.database import Database
from foundation.storage.errors import DatabaseAway
from subgraphs.club_kit.domain.accounts import Account, unknown_account
from subgraphs.club_kit.domain.exclusions import ChosenExclusion
from subgraphs.club_kit.domain.schemes import Brand
from subgraphs.club_kit.records.reference import ReferenceRepository
from subgraphs.kit.credits import Credits
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.durable_steps.loop import NotKnownYet
from subgraphs.kit.durable_steps.postponed import PostponedItems
from subgraphs.kit.funds import Funds
from subgraphs.kit.live.event_bus import CustomersChanged
from subgraphs.kit.live.watches import customer_key
from subgraphs.kit.records.outbox import Outbox
from subgraphs.wallet.funds.announced_credits import AnnouncedCredits
from subgraphs.wallet.funds.announced_funds import AnnouncedFunds
from subgraphs.wallet.funds.cell_credits import CellCredits
from subgraphs.wallet.funds.cell_funds import CellFunds
from subgraphs.wallet.funds.customer_accounts import CustomerAccounts
from subgraphs.wallet.funds.expired_credits import ExpiredCredits
from subgraphs.wallet.funds.given_credits import CreditRows
from subgraphs.wallet.funds.ledger_credits import LedgerCredits
from subgraphs.wallet.funds.ledger_funds import LedgerFunds
from subgraphs.wallet.funds.limited_credits import LimitedCredits
from subgraphs.wallet.funds.limited_funds import LimitedFunds
from subgraphs.wallet.funds.written_reservations import ReservationReader
from subgraphs.wallet.ledger.ledger import Ledger
from subgraphs.wallet.limits.breaks import AccountState
from subgraphs.wallet.limits.claims import Claims
from subgraphs.wallet.limits.facts.exclusions import read_back
from subgraphs.wallet.limits.records import LimitRecords, Standing
from subgraphs.wallet.limits.store import LimitStore
from subgraphs.wallet.models import (
    CUSTOMER_ACCOUNT,
    GIVEN_CREDIT,
    LEDGER,
    LIMITS,
    OUTBOX,
    PAYMENTS,
    POSTPONED,
    REFERENCE,
)
from subgraphs.wallet.payments.records.correction_cases import CorrectionCases

_zone = lru_cache(maxsize=1024)(ZoneInfo)


class UnknownBrand(DatabaseAway, NotKnownYet):
    """Nothing of the brand has arrived yet: what is asked may be known later, as with a database away."""


@dataclass(frozen=True, slots=True)
class StandingReader:
    """Reads where a customer is, what the newest account message says, and what the wallet has told."""

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
            told = (await reference.exclusions(connection, {owner})).get(owner, ())
        if brand is None:
            raise UnknownBrand(f"no message has named the brand {owner.brand}")
        return standing_in(brand, found.get(owner), told)


def standing_in(brand: Brand, account: Account | None, told: Sequence[ChosenExclusion] = ()) -> Standing:
    """Return where a customer of a brand is; without an account message, what the brand assumes.

    Args:
        brand: The customer's.
        account: As its newest message says it.
        told: What the wallet's own messages say that the customer has chosen.
    """
    account = account or unknown_account(brand)
    state = AccountState(account.status, account.rg_state)
    zone = _zone(brand.time_zone)
    return Standing(account.jurisdiction, account.currency, zone, state, read_back(told))


@dataclass(frozen=True, slots=True)
class OpenedWallet:
    """A wallet over its database.

    Attributes:
        clock: Product time, by which limits and breaks count; money's holds end by the database's own.
        funds: How other blocks move the money of the cell's customers, behind limits; changes are announced.
        credits: How other blocks give the cell's customers credits, behind breaks and exclusions; likewise.
        expired: Ends credits that have expired.
        changed: Called with the keys of customers whose data a commit has changed; None if nobody follows.
    """

    database: Database
    clock: Clock
    ledger: Ledger
    accounts: CustomerAccounts
    limits: LimitStore
    claims: Claims
    standing_of: StandingReader
    funds: Funds
    credits: Credits
    expired: ExpiredCredits
    changed: CustomersChanged | None = None

    @classmethod
    def of(cls, database: Database, clock: Clock, changed: CustomersChanged | None = None) -> "OpenedWallet":
        """Put the parts together; nothing connects yet."""
        ledger = Ledger(database, LEDGER)
        accounts = CustomerAccounts(database, CUSTOMER_ACCOUNT, ledger)
        limits = LimitStore(LimitRecords(LIMITS, database.dialect), Outbox(OUTBOX))
        claims, standing_of = Claims(limits), StandingReader(database)
        money = LedgerFunds(ledger, accounts, ReservationReader(database), clock)
        limited = LimitedFunds(money, database, claims, standing_of, clock, note=CorrectionCases(PAYMENTS))
        funds: Funds = CellFunds(limited, database.fence.cell)
        rows = CreditRows(database, GIVEN_CREDIT, CUSTOMER_ACCOUNT, LEDGER.transfer)
        given = LedgerCredits(database, ledger, accounts, rows, clock)
        behind = LimitedCredits(given, database, claims, standing_of, clock)
        credits_: Credits = CellCredits(behind, database.fence.cell)
        postponed = PostponedItems(database, POSTPONED)
        expired = ExpiredCredits(
            database, CUSTOMER_ACCOUNT, LEDGER, ledger, accounts, clock, postponed, changed
        )
        if changed is not None:
            funds, credits_ = AnnouncedFunds(funds, changed), AnnouncedCredits(credits_, changed)
        return cls(
            database, clock, ledger, accounts, limits, claims, standing_of, funds, credits_, expired, changed
        )

    async def now(self) -> datetime:
        """Return the machine's time by the database's clock: by it, payments are due, and end."""
        async with self.database.read() as connection:
            return await self.clock.machine.at(connection)

    @property
    def postponed(self) -> PostponedItems:
        """Return what the wallet's loops could not go on with."""
        return PostponedItems(self.database, POSTPONED)

    def announce(self, *owners: Owner) -> None:
        """Tell the pages of customers, after the commit, that their money or limits have changed."""
        if self.changed is not None and owners:
            self.changed([customer_key(owner) for owner in owners])

    async def close(self) -> None:
        """Wait for what was begun, and close all connections."""
        await self.ledger.close()
        await self.database.close()
