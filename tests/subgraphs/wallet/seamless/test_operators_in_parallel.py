"""Blocks and workers of several processes ask an operator at once: each id has one outcome in its books."""

import asyncio
import random
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from subgraphs.kit.funds import (
    DONE,
    IN_DOUBT,
    Outcome,
    Purpose,
    Reservation,
    ReservationState,
    Settlement,
    Status,
)
from tests.subgraphs.wallet.seamless.operators import OperatorWallet, operators_of
from tests.support.money.contract import CASH, CURRENCY, CUSTOMERS
from tests.support.wallet.ledgers import opened_database

OWNER: Final = CUSTOMERS[0]
RETURNS: Final = 3
LONG: Final = 3_600


@pytest.fixture
async def wallets(mariadb_url: str, tmp_path: Path) -> AsyncIterator[list[OperatorWallet]]:
    """Two processes with one database, and the same operators."""
    async with opened_database(mariadb_url) as first, opened_database(mariadb_url) as second:
        with operators_of(first, tmp_path) as one:
            await one.begin()
            yield [one, replace(one, database=second)]


@pytest.mark.parametrize("seed", range(4))
async def test_each_id_has_one_outcome(wallets: list[OperatorWallet], seed: int) -> None:
    """What the customer has at the end follows from how the reservations stand; nothing was done twice."""
    chance = random.Random(seed)  # noqa: S311 - repeatable on purpose
    faults = wallets[0].apis[OWNER.brand].faults
    for name in ("error_after", "duplicate", "error", "unsigned", "refuse"):
        faults.arm(name, 2)
    stakes = [
        Reservation(
            id=f"r{number}",
            owner=OWNER,
            currency=CURRENCY,
            amount=chance.choice([5, 15, 40]),
            purpose=Purpose.BET,
            seconds=600,
        )
        for number in range(6)
    ]
    refusals: dict[str, set[Outcome]] = {stake.id: set() for stake in stakes}

    async def act(wallet: OperatorWallet, stake: Reservation) -> None:
        settlement = Settlement(id=f"{stake.id}-won", reservation=stake, returns=RETURNS)
        match chance.choice(["reserve", "reserve", "settle", "release", "round"]):
            case "reserve":
                outcome = await wallet.funds.reserve(stake)
                if outcome.status is Status.REFUSED:
                    refusals[stake.id].add(outcome)
            case "settle":
                await wallet.funds.settle(settlement)
            case "release":
                await wallet.funds.release(stake)
            case "round":
                await wallet.rounds.round()

    for _ in range(4):
        await asyncio.gather(*(act(chance.choice(wallets), chance.choice(stakes)) for _ in range(12)))
    faults.clear()
    for _ in range(3):
        await wallets[0].pass_time(LONG)
    states = {stake.id: await wallets[1].funds.ask(stake) for stake in stakes}
    assert None not in states.values()
    assert all(len(outcomes) <= 1 for outcomes in refusals.values())
    paid = sum([RETURNS for stake in stakes if await wallets[1].journal.paid(f"{stake.id}-won")])
    taken = sum(stake.amount for stake in stakes if states[stake.id] is ReservationState.SETTLED)
    assert (await wallets[0].has(OWNER)).cash == CASH - taken + paid
    assert len(_wins(wallets[0])) * RETURNS == paid


async def test_one_request_is_sent_by_one_process(wallets: list[OperatorWallet]) -> None:
    """Whoever else asks meanwhile is told that it is in doubt, or what became of it."""
    stake = Reservation(id="bet-1", owner=OWNER, currency=CURRENCY, amount=5, purpose=Purpose.BET, seconds=60)
    told = await asyncio.gather(*(wallet.funds.reserve(stake) for wallet in wallets * 4))
    assert set(told) <= {DONE, IN_DOUBT}
    assert await wallets[1].funds.reserve(stake) == DONE
    assert (await wallets[0].has(OWNER)).cash == CASH - stake.amount


def _wins(wallet: OperatorWallet) -> list[dict[str, object]]:
    movements = wallet.apis[OWNER.brand].books.movements()
    return [row for row in movements if row["kind"] == "win"]
