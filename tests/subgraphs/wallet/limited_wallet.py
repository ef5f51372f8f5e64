"""A wallet of ours whose customers have limits."""

from dataclasses import replace
from typing import Final
from zoneinfo import ZoneInfo

from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.funds import Funds
from subgraphs.kit.mutations.refusals import Refusal
from subgraphs.kit.records.outbox import Outbox
from subgraphs.wallet.funds.limited_funds import LimitedFunds
from subgraphs.wallet.ledger.ledger import Ledger
from subgraphs.wallet.limits.changes import Outcome, Wanted
from subgraphs.wallet.limits.claims import Claims
from subgraphs.wallet.limits.limit import LimitKind
from subgraphs.wallet.limits.records import LimitRecords, Standing
from subgraphs.wallet.limits.store import LimitStore, Request
from subgraphs.wallet.models import LIMITS, OUTBOX, PAYMENTS
from subgraphs.wallet.payments.records.correction_cases import CorrectionCases
from tests.subgraphs.wallet.ledger_wallet import LedgerWallet
from tests.support.money.contract import CURRENCY
from tests.support.wallet.ledgers import FaultyDatabase, StoppedClock

ANYWHERE: Final = Standing("ZZ", CURRENCY, ZoneInfo("Europe/London"))


class LimitedWallet(LedgerWallet):
    """A wallet behind limits.

    Attributes:
        standing: Where all customers are, and what their account messages say.
        behind: What the limits stand before.
    """

    def __init__(self, database: FaultyDatabase, ledger: Ledger, clock: StoppedClock) -> None:
        super().__init__(database, ledger, clock)
        self.standing = ANYWHERE
        self.store = LimitStore(LimitRecords(LIMITS, database.dialect), Outbox(OUTBOX))
        self.behind: Funds = self.funds
        self.limited = LimitedFunds(
            self.behind,
            database,
            Claims(self.store),
            self.standing_of,
            self.time,
            note=CorrectionCases(PAYMENTS),
        )
        self._keys = 0

    async def standing_of(self, _owner: Owner) -> Standing:
        """Return where a customer is."""
        return self.standing

    async def limit(self, owner: Owner, kind: LimitKind, amount: int) -> Outcome | Refusal:
        """Let a customer ask for a limit."""
        wanted = Wanted(kind, amount, self.standing.currency)
        async with self.database.write() as connection:
            return await self.store.set_limit(connection, self._request(owner), self.standing, wanted)

    async def exclude(self, owner: Owner, months: int) -> Outcome | Refusal:
        """Let a customer exclude themselves."""
        async with self.database.write() as connection:
            return await self.store.self_exclude(connection, self._request(owner), self.standing, months)

    async def lost(self, owner: Owner) -> int:
        """Return what counts against the loss limit of the day."""
        async with self.database.read() as connection:
            claims = Claims(self.store)
            snapshot = await claims.snapshot(connection, owner, self.standing, self.time.now())
        return snapshot.usage[LimitKind.LOSS_DAY].minor

    def become(self, **values: object) -> None:
        """Let all customers be elsewhere, or their accounts be otherwise."""
        self.standing = replace(self.standing, **values)  # type: ignore[arg-type]

    def _request(self, owner: Owner) -> Request:
        self._keys += 1
        return Request(owner, f"key-{self._keys}", owner.customer, self.time.now())
