"""Credits of customers in the ledger, as blocks give them.

A credit is a transfer with an id of its own, from the house's account of credits to an account that is the
credit's alone, or to cash. The transfer decides whether it was given. A credit that is withheld is a transfer
that failed: no id ever becomes another one.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from foundation.storage.clock import Clock
from foundation.storage.database import Database
from subgraphs.kit.credits import (
    NOT_KNOWN,
    Credit,
    CreditAnswer,
    CreditKind,
    CreditState,
    JournalPage,
    check_credit,
)
from subgraphs.kit.funds import Why
from subgraphs.wallet.funds.attempts import unless_unavailable
from subgraphs.wallet.funds.codes import ACCOUNT_OF, TransferCode
from subgraphs.wallet.funds.customer_accounts import CustomerAccount, CustomerAccounts
from subgraphs.wallet.funds.given_credits import (
    PAGE,
    CreditRows,
    WrittenCredit,
    expires_at,
    fingerprint,
    gift,
    never,
)
from subgraphs.wallet.ledger.ledger import Ledger
from subgraphs.wallet.ledger.reading import AccountFilter, AccountFilterFlags
from subgraphs.wallet.ledger.transfers import CreateTransferStatus

MAX_ATTEMPTS: Final = 8
"""How often a change is tried that another one of the same credit got in the way of."""

NEWEST_DEBIT: Final = int(AccountFilterFlags.DEBITS | AccountFilterFlags.REVERSED)
ONE_DAY: Final = timedelta(days=1)
_UNKNOWN: Final = CreditAnswer(state=CreditState.UNKNOWN)
_WITHHELD: Final = CreditAnswer(state=CreditState.WITHHELD)
_CLOSED: Final = CreditAnswer(state=CreditState.REFUSED, why=Why.ACCOUNT_SUSPENDED)
_REUSED: Final = CreditAnswer(state=CreditState.REUSED)


class LedgerCredits:
    """The credits of this wallet's customers: `Credits`, whose promises it keeps."""

    def __init__(
        self, database: Database, ledger: Ledger, accounts: CustomerAccounts, rows: CreditRows, clock: Clock
    ) -> None:
        """Prepare everything.

        Args:
            database: Where all of it is.
            ledger: Where the money is.
            accounts: Which accounts are whose.
            rows: Which credits were asked for.
            clock: Product time, by which credits expire.
        """
        self._database, self._ledger, self._accounts = database, ledger, accounts
        self._rows, self._clock = rows, clock

    async def give(self, credit: Credit) -> CreditAnswer:
        """Give a credit, unless it has been given or withheld."""
        check_credit(credit)
        return await _decided(lambda: self._give(credit))

    async def ask(self, credit: Credit) -> CreditAnswer:
        """Return how a credit stands."""
        check_credit(credit)
        return await unless_unavailable(self._ask(credit), NOT_KNOWN)

    async def withhold(self, credit: Credit) -> CreditAnswer:
        """Never give a credit. If it has been given already, it stays, and the answer says so."""
        check_credit(credit)
        return await _decided(lambda: self._withhold(credit))

    async def journal(self, day: date, after: str = "") -> JournalPage | None:
        """Return the credits that were given on a day (UTC), by id."""
        start = datetime.combine(day, time(), UTC)
        page = await unless_unavailable(self._rows.given_between(start, start + ONE_DAY, after), None)
        if page is None:
            return None
        return JournalPage(page, page[-1].id if len(page) == PAGE else None)

    async def _give(self, asked: Credit) -> CreditAnswer | None:
        written = await self._rows.written(asked.id)
        if written is not None:
            return await self._stands(asked, written, notes=True)
        # Whoever asked first under an id has it: the terms of its account are nobody else's.
        if await self._rows.ask_for(asked) != asked:
            return _REUSED
        account = await self._account(asked, await self._now())
        await self._ledger.create_transfer(gift(asked, account))
        return None

    async def _ask(self, asked: Credit) -> CreditAnswer:
        written = await self._rows.written(asked.id)
        return _UNKNOWN if written is None else await self._stands(asked, written, notes=False)

    async def _withhold(self, asked: Credit) -> CreditAnswer | None:
        written = await self._rows.written(asked.id)
        if written is not None:
            return await self._stands(asked, written, notes=False)
        await self._accounts.open_house(asked.owner.brand, asked.currency)
        await self._ledger.create_transfer(never(asked))
        return None

    async def _account(self, asked: Credit, now: datetime) -> str:
        """Return the account that gets a credit; its days count from now, whoever opened it before."""
        if asked.kind is CreditKind.CASH:
            return await self._accounts.open_cash(asked.owner, asked.currency, now)
        ends = expires_at(asked, now)
        wanted = CustomerAccount("", asked.currency, ACCOUNT_OF[asked.kind], asked.id, ends, asked.product)
        account = await self._accounts.open_credit(asked.owner, wanted, now)
        await self._accounts.prolong(account, ends)
        return account

    async def _stands(self, asked: Credit, written: WrittenCredit, *, notes: bool) -> CreditAnswer:
        """Return how a credit stands that the ledger has decided on.

        Args:
            asked: What is asked for now.
            written: What was decided.
            notes: Whether the time is noted at which it was given, if nobody has.
        """
        if written.failure:
            is_withheld = written.failure == CreateTransferStatus.CREDIT_ACCOUNT_NOT_FOUND
            return _WITHHELD if is_withheld else _CLOSED
        is_theirs = await self._rows.owner_of(written.account) == asked.owner
        if not is_theirs or written.request != fingerprint(asked):
            return _REUSED
        given_at = await self._rows.given_at(asked)
        if given_at is None:
            given_at = await self._now()
            if notes:
                await self._rows.note_given(asked, given_at)
        if asked.kind is CreditKind.CASH:
            return CreditAnswer(state=CreditState.GIVEN, given_at=given_at)
        return await self._of_account(written.account, given_at)

    async def _of_account(self, account: str, given_at: datetime) -> CreditAnswer:
        """Return how a credit stands by what its account has got and paid."""
        [sums] = await self._ledger.lookup_accounts([account])
        row = await self._rows.account(account)
        ends = row and row.expires_at
        if sums.credits_posted > sums.debits_posted:
            return CreditAnswer(state=CreditState.GIVEN, given_at=given_at, expires_at=ends)
        newest = await self._ledger.get_account_transfers(AccountFilter(account, limit=1, flags=NEWEST_DEBIT))
        is_expired = bool(newest) and newest[0].code == TransferCode.EXPIRY
        return CreditAnswer(
            state=CreditState.EXPIRED if is_expired else CreditState.USED,
            given_at=given_at,
            expires_at=ends,
            ended_at=row.ended_at if row and is_expired else None,
        )

    async def _now(self) -> datetime:
        async with self._database.read() as connection:
            return await self._clock.at(connection)


async def _decided(attempt: Callable[[], Awaitable[CreditAnswer | None]]) -> CreditAnswer:
    """Return what becomes of a credit, once the ledger has decided."""

    async def tried() -> CreditAnswer:
        for _ in range(MAX_ATTEMPTS):
            if (answer := await attempt()) is not None:
                return answer
        return NOT_KNOWN

    return await unless_unavailable(tried(), NOT_KNOWN)
