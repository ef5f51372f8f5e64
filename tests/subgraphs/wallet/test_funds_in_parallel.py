"""Many blocks move one customer's money at once, from several processes: each id has one outcome."""

import asyncio
import random
from collections.abc import AsyncIterator
from typing import Final

import pytest

from subgraphs.kit.funds import (
    DONE,
    Funds,
    Outcome,
    Purpose,
    Reservation,
    ReservationState,
    Settlement,
    Status,
)
from tests.subgraphs.wallet.ledger_wallet import LedgerWallet
from tests.support.money.contract import CURRENCY, CUSTOMERS
from tests.support.wallet.ledgers import StoppedClock, opened_database, opened_ledger

OWNER: Final = CUSTOMERS[0]
RETURNS: Final = 3
HELD: Final = {ReservationState.RESERVED, ReservationState.SETTLED}


@pytest.fixture
async def wallets(mariadb_url: str) -> AsyncIterator[list[LedgerWallet]]:
    """Two processes' wallets on one database."""
    clock = StoppedClock()
    async with (
        opened_database(mariadb_url) as first,
        opened_database(mariadb_url) as second,
        opened_ledger(first, clock) as one,
        opened_ledger(second, clock) as other,
    ):
        yield [LedgerWallet(first, one, clock), LedgerWallet(second, other, clock)]


@pytest.mark.parametrize("seed", range(6))
async def test_each_id_has_one_outcome(wallets: list[LedgerWallet], seed: int) -> None:
    """What the customer has at the end follows from how the reservations stand; nothing was made twice."""
    chance = random.Random(seed)  # noqa: S311 - repeatable on purpose
    await wallets[0].begin()
    total = (await wallets[0].has(OWNER)).total
    stakes = [
        Reservation(
            id=f"r{number}",
            owner=OWNER,
            currency=CURRENCY,
            amount=chance.choice([5, 15, 40]),
            purpose=Purpose.BET,
            seconds=60,
        )
        for number in range(8)
    ]
    told: dict[str, set[Outcome]] = {}

    async def block(funds: Funds) -> None:
        for _ in range(12):
            stake = chance.choice(stakes)
            operation = chance.choice(["reserve", "reserve", "settle", "release"])
            if operation == "reserve":
                outcome = await funds.reserve(stake)
            elif operation == "settle":
                outcome = await funds.settle(
                    Settlement(id=f"s-{stake.id}", reservation=stake, returns=RETURNS)
                )
            else:
                outcome = await funds.release(stake)
            told.setdefault(f"{operation} {stake.id}", set()).add(outcome)

    await asyncio.gather(*(block(wallet.funds) for wallet in wallets * 3))
    assert all(outcome.status is not Status.IN_DOUBT for outcomes in told.values() for outcome in outcomes)
    states = {stake.id: await wallets[1].funds.ask(stake) for stake in stakes}
    kept = sum(stake.amount for stake in stakes if states[stake.id] in HELD)
    paid = sum(RETURNS for stake in stakes if DONE in told.get(f"settle {stake.id}", ()))
    assert (await wallets[0].has(OWNER)).total == total - kept + paid
    await wallets[0].house()  # the ledger proves itself
