"""Requests for customers' money that are played at several wallets, whose rows are compared."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

from hypothesis import strategies as st
from sqlalchemy import Table, or_, select

from foundation.storage.cells.cell import Cell
from foundation.storage.clock import ManualClock
from foundation.storage.database import Database
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.funds import Funds, Purpose, Reservation, Settlement
from subgraphs.wallet.funds.cell_funds import CellFunds
from subgraphs.wallet.funds.codes import AccountCode, TransferCode, house_account, ledger_of
from subgraphs.wallet.funds.customer_accounts import CustomerAccount, CustomerAccounts
from subgraphs.wallet.funds.ledger_funds import LedgerFunds
from subgraphs.wallet.funds.written_reservations import ReservationReader
from subgraphs.wallet.ledger.ledger import Ledger
from subgraphs.wallet.ledger.transfers import CreateTransferStatus, Transfer
from subgraphs.wallet.models import CUSTOMER_ACCOUNT, LEDGER
from tests.support.wallet.ledgers import StoppedClock

AT: Final = datetime(2026, 11, 28, tzinfo=UTC)
CURRENCIES: Final = ("GBP", "EUR")
OWNERS: Final = tuple(Owner(brand, f"c-{n}") for brand in ("northbet", "southbet") for n in range(1000, 1004))
CREDITS: Final = {"bonus-1": (AccountCode.BONUS, 7), "free-bet-1": (AccountCode.FREE_BET, 5)}
SUMS: Final = ("debits_pending", "debits_posted", "credits_pending", "credits_posted")
MANY: Final = 24
"""How many ids of reservations there are."""


class Step(NamedTuple):
    """What is asked for.

    Attributes:
        what: `reserve`, `settle`, `release`, `ask`, `correct` (between accounts of the house) or `wait`.
        number: Of the reservation, which says whose it is.
        amount: Of returns or of a correction; the seconds of waiting.
    """

    what: str
    number: int
    amount: int

    @property
    def reservation(self) -> Reservation:
        """Return the reservation with the number."""
        n = self.number
        return Reservation(
            id=f"r{n}",
            owner=OWNERS[n % len(OWNERS)],
            currency=CURRENCIES[n % 5 == 0],
            amount=(3, 11, 40, 5)[n % 4],
            purpose=(Purpose.BET, Purpose.GAME)[n % 3 == 0],
            seconds=(30, 90)[n % 2],
            free_bet="free-bet-1" if n % 4 == 3 else "",
        )


def steps(most: int) -> st.SearchStrategy[list[Step]]:
    """Return what is asked for, in order."""
    kinds = ["reserve"] * 5 + ["settle"] * 3 + ["release"] * 2 + ["ask", "correct", "wait"]
    amounts = st.sampled_from([0, 1, 9, 31, 95])
    return st.lists(st.builds(Step, st.sampled_from(kinds), st.integers(0, MANY - 1), amounts), max_size=most)


class PlayedWallet:
    """A wallet by a clock that stands, of which a cell may be told."""

    def __init__(self, database: Database, clock: StoppedClock, cell: Cell | None = None) -> None:
        self.database, self.ledger = database, Ledger(database, LEDGER, clock)
        self.accounts = CustomerAccounts(database, CUSTOMER_ACCOUNT, self.ledger)
        funds = LedgerFunds(self.ledger, self.accounts, ReservationReader(database, clock), ManualClock(AT))
        self.funds: Funds = CellFunds(funds, cell)

    async def close(self) -> None:
        """Close the database, once all is settled."""
        await self.ledger.close()
        await self.database.close()

    async def begin(self) -> None:
        """Give each customer cash and credits in one currency, from the house's accounts."""
        for owner in OWNERS:
            await self._move(owner.brand, await self.accounts.open_cash(owner, "GBP", AT), 60)
            for name, (code, amount) in CREDITS.items():
                wanted = CustomerAccount("", "GBP", code, name, AT + timedelta(days=9))
                await self._move(owner.brand, await self.accounts.open_credit(owner, wanted, AT), amount)

    async def play(self, step: Step) -> object:
        """Ask for something, and return the answer."""
        asked = step.reservation
        match step.what:
            case "reserve":
                return await self.funds.reserve(asked)
            case "settle":
                settlement = Settlement(
                    id=f"s{step.number}-{step.amount % 2}", reservation=asked, returns=step.amount
                )
                return await self.funds.settle(settlement)
            case "release":
                return await self.funds.release(asked)
            case "correct":
                house = house_account("northbet", "GBP", AccountCode.CORRECTIONS)
                return await self._move("northbet", house, step.amount + 1, f"correction-{step.number}")
        return await self.funds.ask(asked)

    async def rows(self, table: Table, *names: str) -> Counter[tuple[Any, ...]]:
        """Return some columns of all rows of a table."""
        async with self.database.read() as connection:
            rows = await connection.execute(select(*(table.c[name] for name in names)))
            return Counter(tuple(row) for row in rows)

    async def content(self) -> dict[str, Counter[tuple[Any, ...]]]:
        """Return all that the ledger holds, but for times."""
        return {
            "accounts": await self.rows(LEDGER.account, "id", "ledger", "code", "flags", *SUMS),
            "owners": await self.rows(CUSTOMER_ACCOUNT, "brand_id", "customer_id", "account_id"),
            "transfers": await self.rows(
                LEDGER.transfer,
                *("id", "debit_account_id", "credit_account_id", "amount", "pending_id", "flags", "failure"),
            ),
            "pending": await self.rows(LEDGER.pending_transfer, "id", "status", "ended_by"),
            "balances": await self.rows(LEDGER.account_balance, "account_id", *SUMS),
        }

    async def early_accounts(self) -> list[str]:
        """Return the accounts that may give a transfer an earlier timestamp than one that they have."""
        account, transfer = LEDGER.account.c, LEDGER.transfer.c
        is_side = or_(account.id == transfer.debit_account_id, account.id == transfer.credit_account_id)
        early = select(account.id).where(is_side, account.last_timestamp < transfer.timestamp)
        async with self.database.read() as connection:
            return list(await connection.scalars(early))

    async def _move(self, brand: str, into: str, amount: int, id_: str = "") -> CreateTransferStatus:
        transfer = Transfer(
            id=id_ or f"deposit {into}",
            debit_account_id=house_account(brand, "GBP", AccountCode.PAYMENTS),
            credit_account_id=into,
            amount=amount,
            ledger=ledger_of("GBP"),
            code=int(TransferCode.DEPOSIT),
        )
        return (await self.ledger.create_transfer(transfer)).status


def is_house(account: Sequence[Any]) -> bool:
    """Return whether a row of `accounts` is the house's."""
    return bool(account[2] >= AccountCode.BETS)


def together(
    one: dict[str, Counter[tuple[Any, ...]]], other: dict[str, Counter[tuple[Any, ...]]]
) -> dict[str, Counter[tuple[Any, ...]]]:
    """Return what two ledgers hold together: the house's sums are added, failed ids are in both."""
    both = {name: one[name] + other[name] for name in one}
    failed = {row for row in one["transfers"] if row[-1]}
    both["transfers"] -= Counter(dict.fromkeys(failed & other["transfers"].keys(), 1))
    customers = Counter({row: n for row, n in both["accounts"].items() if not is_house(row)})
    house: dict[tuple[Any, ...], list[int]] = {}
    for row in filter(is_house, [*one["accounts"], *other["accounts"]]):
        sums = house.setdefault(row[:4], [0] * len(SUMS))
        house[row[:4]] = [a + b for a, b in zip(sums, row[4:], strict=True)]
    both["accounts"] = customers + Counter((*row, *sums) for row, sums in house.items())
    return both
