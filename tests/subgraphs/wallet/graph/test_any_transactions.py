"""Whatever happens to money in any order: the graph shows what a fold over the ledger's rows says."""

import asyncio
import tempfile
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import insert

from foundation.storage.clock import ManualClock
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.funds import Purpose, Reservation, Settlement
from subgraphs.kit.graphql.app import Subgraph
from subgraphs.wallet.funds.codes import AccountCode, TransferCode, house_account, ledger_of
from subgraphs.wallet.ledger.transfers import Transfer, TransferFlags
from subgraphs.wallet.models import REFERENCE
from tests.subgraphs.wallet.graph.statement import Line, read_rows, statement, usable
from tests.subgraphs.wallet.ledger_wallet import LedgerWallet
from tests.subgraphs.wallet.served_wallet import wallet_subgraph
from tests.support.examples import OUTER_LAYER
from tests.support.money.contract import CURRENCY, CUSTOMERS
from tests.support.subgraphs.club_fixture import session
from tests.support.subgraphs.club_samples import NOW, brand_row, make_brand, make_scheme, scheme_row
from tests.support.wallet.ledgers import StoppedClock, opened_database, opened_ledger

READ = """query ($b: ID!, $after: String) { wallet(brand: $b) { balance { minor } bonus { minor }
  transactions(first: 4, after: $after) {
    nodes { id kind amount { minor } credits { minor } state reference }
    pageInfo { hasNextPage endCursor } } } }"""
Step: TypeAlias = tuple[Any, ...]

_owners = st.sampled_from(CUSTOMERS[1:])
_numbers = st.integers(0, 5)
_steps = st.one_of(
    st.tuples(
        st.just("reserve"),
        _owners,
        st.sampled_from([1, 6, 12, 18, 19, 30, 119]),
        st.sampled_from(["", "", "", "free-bet-1"]),
        st.sampled_from(Purpose),
    ),
    st.tuples(st.just("settle"), _numbers, st.sampled_from([0, 0, 3, 250])),
    st.tuples(st.just("release"), _numbers),
    st.tuples(st.just("expect"), _owners, st.sampled_from([20, 500]), st.sampled_from([0, 60])),
    st.tuples(st.just("arrive"), _numbers, st.sampled_from([0, 1, 20])),
    st.tuples(st.just("pass_time"), st.sampled_from([1, 29, 90])),
)


@dataclass
class Told:
    """A wallet that steps change, and the subgraph that shows it."""

    wallet: LedgerWallet
    subgraph: Subgraph
    reservations: list[Reservation] = field(default_factory=list)
    payments: list[str] = field(default_factory=list)
    settlements: int = 0

    async def reserve(self, owner: Owner, amount: int, free_bet: str, purpose: Purpose) -> None:
        """A block reserves."""
        asked = Reservation(
            id=f"r{len(self.reservations)}",
            owner=owner,
            currency=CURRENCY,
            amount=amount,
            purpose=purpose,
            seconds=60,
            free_bet=free_bet,
        )
        self.reservations.append(asked)
        await self.wallet.funds.reserve(asked)

    async def settle(self, number: int, returns: int) -> None:
        """A block settles one of its last reservations, once more or for the first time."""
        if self.reservations:
            asked = self.reservations[-1 - number % len(self.reservations)]
            self.settlements += 1
            settlement = Settlement(id=f"s{self.settlements}", reservation=asked, returns=returns)
            await self.wallet.funds.settle(settlement)

    async def release(self, number: int) -> None:
        """A block gives one of them back."""
        if self.reservations:
            await self.wallet.funds.release(self.reservations[-1 - number % len(self.reservations)])

    async def expect(self, owner: Owner, amount: int, seconds: int) -> None:
        """A payment is on its way, perhaps for some time only."""
        transfer = Transfer(
            id=f"payment-{len(self.payments)}",
            debit_account_id=house_account(owner.brand, CURRENCY, AccountCode.PAYMENTS),
            credit_account_id=await self.wallet.accounts.open_cash(owner, CURRENCY, NOW),
            amount=amount,
            timeout=seconds,
            ledger=ledger_of(CURRENCY),
            code=int(TransferCode.DEPOSIT),
            flags=int(TransferFlags.PENDING),
        )
        self.payments.append(transfer.id)
        await self.wallet.ledger.create_transfer(transfer)

    async def arrive(self, number: int, amount: int) -> None:
        """A payment has arrived, perhaps in part; for 0 it never does."""
        if self.payments:
            name = self.payments[-1 - number % len(self.payments)]
            flag = TransferFlags.POST_PENDING_TRANSFER if amount else TransferFlags.VOID_PENDING_TRANSFER
            end = Transfer(id=f"{name}-{amount}", pending_id=name, amount=amount, flags=int(flag))
            await self.wallet.ledger.create_transfer(end)

    async def pass_time(self, seconds: int) -> None:
        """Time passes, and the upkeep does its work."""
        await self.wallet.pass_time(seconds)

    async def shown(self, owner: Owner) -> tuple[int, int, list[Line]]:
        """Return balance, bonus and all lines of a customer, read in pages."""
        lines: list[Line] = []
        after: str | None = None
        while True:
            variables = {"b": owner.brand, "after": after}
            answer = await self.subgraph.execute(READ, variables, None, session(owner.customer, owner.brand))
            assert "errors" not in answer, answer
            wallet = answer["data"]["wallet"]
            page = wallet["transactions"]
            lines += map(line_of, page["nodes"])
            after = page["pageInfo"]["endCursor"]
            if not page["pageInfo"]["hasNextPage"]:
                return wallet["balance"]["minor"], wallet["bonus"]["minor"], lines


def line_of(node: dict[str, Any]) -> Line:
    """Return what the graph shows of a transaction."""
    return (
        node["id"],
        node["kind"],
        node["amount"]["minor"],
        node["credits"]["minor"],
        node["state"],
        node["reference"],
    )


async def tell(steps: list[Step]) -> None:
    """Take steps, and compare what each customer sees."""
    clock = StoppedClock()
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite+aiosqlite:///{folder}"
        async with opened_database(url) as database, opened_ledger(database, clock) as ledger:
            async with database.write() as connection:
                for name in sorted({owner.brand for owner in CUSTOMERS}):
                    await connection.execute(insert(REFERENCE.brand).values(brand_row(make_brand(id=name))))
                    row = scheme_row(make_scheme(brand=name))
                    await connection.execute(insert(REFERENCE.scheme).values(row))
            told = Told(LedgerWallet(database, ledger, clock), wallet_subgraph(url, ManualClock(NOW)))
            await told.wallet.begin()
            for name, *values in steps:
                await getattr(told, name)(*values)
            async with database.read() as connection:
                transfers, accounts = await read_rows(connection)
            for owner in CUSTOMERS:
                compare(await told.shown(owner), transfers, accounts[owner])
            await told.subgraph.close()


def compare(
    shown: tuple[int, int, list[Line]], transfers: list[dict[str, Any]], accounts: dict[str, int]
) -> None:
    """Compare what a customer sees with the ledger's rows, and with itself."""
    balance, bonus, lines = shown
    assert lines == statement(transfers, accounts)
    cash = [account for account, code in accounts.items() if code == AccountCode.CASH]
    assert balance == sum(usable(transfers, account) for account in cash)
    assert bonus == sum(usable(transfers, account) for account in accounts.keys() - set(cash))
    counted = [line for line in lines if line[4] == "POSTED" or (line[4] == "PENDING" and line[2] < 0)]
    assert balance == sum(minor - of_credits for _, _, minor, of_credits, _, _ in counted)
    assert bonus == sum(of_credits for _, _, _, of_credits, _, _ in counted)


@settings(max_examples=OUTER_LAYER)
@given(steps=st.lists(_steps, min_size=8, max_size=24))
def test_the_graph_shows_what_has_happened(steps: list[Step]) -> None:
    """Stakes, returns, what is given back or runs out, and payments that arrive in part, late or never."""
    asyncio.run(tell(steps))
