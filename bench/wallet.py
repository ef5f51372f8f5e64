"""Measure the wallet's ledger beside plain INSERTs of the same rows, on a MariaDB that waits for the disk.

`make bench BENCH=wallet`; ARGS="--quick" for a short one. Each transfer moves an amount between a house
account, the same for all, and one of many customers' accounts. The plain contender writes the transfer's row
alone, without accounts and rules, one INSERT a transaction: the least that a ledger on SQL writes.
"""

import asyncio
import os
import random
import statistics
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

import uvloop

from bench.harness import report
from bench.harness.cores import raise_priority
from bench.harness.options import Form, new_parser
from bench.harness.runner import run_benchmark
from bench.harness.servers import start_mariadb
from bench.harness.standstill import wait_for
from foundation.storage.database import Database
from foundation.storage.migrations.upgrade import upgrade
from foundation.storage.settings import DatabaseSettings
from subgraphs.wallet.ledger.accounts import Account, AccountFlags
from subgraphs.wallet.ledger.ledger import Ledger
from subgraphs.wallet.ledger.proof import prove
from subgraphs.wallet.ledger.transfers import CreateTransferStatus, Transfer
from subgraphs.wallet.models import LEDGER, METADATA

DURABLE: Final = (
    "--innodb-flush-log-at-trx-commit=1",
    "--innodb-buffer-pool-size=512M",
    "--innodb-log-file-size=256M",
)
CALLERS: Final = 16
MANY_CALLERS: Final = 64
BATCH: Final = 1_000
STERLING: Final = 826
Run: TypeAlias = Callable[[], Awaitable[int]]


@dataclass(frozen=True, slots=True)
class WalletOptions:
    """The options of the benchmark.

    Attributes:
        customers: How many accounts there are beside the house's.
        rounds: How often each contender is measured.
        seconds: The duration of each measurement.
        driver: The driver of MariaDB.
    """

    form: Form
    customers: int
    rounds: int
    seconds: float
    driver: str


def read_options(description: str) -> WalletOptions:
    """Return the options given on the command line."""
    parser = new_parser(description)
    parser.add_argument("--rounds", type=int, help="number of rounds (7; quick: 3)")
    parser.add_argument("--seconds", type=float, help="seconds per round (4; quick: 2)")
    parser.add_argument("--driver", default="asyncmy", help="asyncmy, as is recommended, or aiomysql")
    given = parser.parse_args()
    form = Form.read(given)
    return WalletOptions(
        form,
        customers=form.of(5_000, 5_000, 50),
        rounds=given.rounds or form.of(7, 3, 1),
        seconds=given.seconds or form.of(4.0, 2.0, 0.1),
        driver=given.driver,
    )


class PlainInserts:
    """Writes rows of a table like that of transfers, each in a transaction of its own."""

    def __init__(self, database: Database, customers: int) -> None:
        self._database, self._customers = database, customers

    async def prepare(self) -> None:
        """Create the table, with the same indexes."""
        async with self._database.write() as connection:
            await connection.exec_driver_sql("CREATE TABLE plain LIKE transfer")

    async def one(self) -> int:
        """Write a row: one round trip and one commit."""
        transfer = new_transfer(self._customers)
        await self._database.pinned.fetch(
            f"INSERT INTO plain VALUES ('{transfer.id}','{transfer.debit_account_id}',"  # noqa: S608 - our own values
            f"'{transfer.credit_account_id}',{transfer.amount},'','',0,0,0,{STERLING},1,0,"
            f"{time.time_ns() // 1000},'')",
            (),
        )
        return 1


class Transfers:
    """Creates transfers through the ledger."""

    def __init__(self, ledger: Ledger, customers: int, size: int) -> None:
        self._ledger, self._customers, self._size = ledger, customers, size

    async def some(self) -> int:
        """Create the transfers of one request.

        Raises:
            AssertionError: One was refused.
        """
        results = await self._ledger.create_transfers(
            [new_transfer(self._customers) for _ in range(self._size)]
        )
        if any(result.status is not CreateTransferStatus.CREATED for result in results):
            raise AssertionError(results)
        return self._size


def new_transfer(customers: int) -> Transfer:
    """Return a transfer between the house and one of so many customers."""
    return Transfer(
        id=uuid.uuid4().hex,
        debit_account_id="house",
        credit_account_id=f"customer-{random.randrange(customers)}",  # noqa: S311 - any of them
        amount=500,
        ledger=STERLING,
        code=1,
    )


async def rate(run: Run, callers: int, seconds: float) -> float:
    """Return how many transfers are made in a second by callers who each wait for their answer."""
    made, begun = 0, time.perf_counter()

    async def call() -> None:
        nonlocal made
        while time.perf_counter() - begun < seconds:
            more = await run()  # before the sum is read: others add to it meanwhile
            made += more

    await asyncio.gather(*(call() for _ in range(callers)))
    return made / (time.perf_counter() - begun)


async def measure(url: str, options: WalletOptions) -> Mapping[str, list[float]]:
    """Return the rates of all contenders, in interleaved rounds."""
    settings = DatabaseSettings(url=url, reading_connections=CALLERS)
    await upgrade(settings, "wallet", METADATA)
    async with AsyncExitStack() as stack:
        database = Database.open(settings, "wallet")
        stack.push_async_callback(database.close)
        ledger = Ledger(database, LEDGER)
        plain = PlainInserts(database, options.customers)
        await plain.prepare()
        await _open_accounts(ledger, options.customers)
        contenders: dict[str, tuple[Run, int]] = {
            "plain": (plain.one, CALLERS),
            "single": (Transfers(ledger, options.customers, 1).some, CALLERS),
            "single_of_many": (Transfers(ledger, options.customers, 1).some, MANY_CALLERS),
            "batched": (Transfers(ledger, options.customers, BATCH).some, 2),
        }
        rates: dict[str, list[float]] = {name: [] for name in contenders}
        for number in range(options.rounds + 1):
            for name, (run, callers) in contenders.items():
                wait_for(f"transfers: {name}", seconds=options.seconds)
                measured = await rate(run, callers, options.seconds)
                if number:  # the first round warms up
                    rates[name].append(measured)
                    print(f"round {number}/{options.rounds}  {name:16}{measured:10.0f}/s", flush=True)
        if differences := await prove(database):
            raise AssertionError(differences)
    return rates


async def _open_accounts(ledger: Ledger, customers: int) -> None:
    accounts = [Account(id="house", ledger=STERLING, code=1)]
    accounts += [
        Account(
            id=f"customer-{number}",
            ledger=STERLING,
            code=2,
            flags=int(AccountFlags.DEBITS_MUST_NOT_EXCEED_CREDITS),
        )
        for number in range(customers)
    ]
    for start in range(0, len(accounts), BATCH):
        await ledger.create_accounts(accounts[start : start + BATCH])


def run(options: WalletOptions, folder: Path) -> None:
    """Start the database, measure, and report."""
    wait_for("MariaDB to start")
    mariadb = start_mariadb(folder / "mariadb", options=DURABLE)
    try:
        wait_for("the tables and accounts", mariadb.process.log)
        raise_priority(mariadb.process.pid)
        raise_priority(os.getpid())
        url = mariadb.fresh_url().replace("aiomysql", options.driver)
        rates = uvloop.run(measure(url, options))
    finally:
        mariadb.stop()
    _publish(rates, options.form.results)


def _publish(rates: Mapping[str, list[float]], results: Path) -> None:
    """Show the medians of the rates, and of the ratios within a round."""
    ratios = {
        f"{name}_vs_plain": round(
            statistics.median(own / plain for own, plain in zip(rates[name], rates["plain"], strict=True)), 3
        )
        for name in rates
        if name != "plain"
    }
    figures = {
        name: {
            "transfers_per_second": round(statistics.median(found)),
            "least": round(min(found)),
            "greatest": round(max(found)),
        }
        for name, found in rates.items()
    }
    print(f"\n{'':18}{'transfers/s':>12}{'least':>10}{'greatest':>10}")
    for name, row in figures.items():
        print(f"{name:18}{row['transfers_per_second']:12}{row['least']:10}{row['greatest']:10}")
    for name, ratio in ratios.items():
        print(f"{name:30}{ratio:8.2f}")
    report.write(results, "wallet", figures, ratios)


def main() -> None:
    """Run the benchmark with the options of the command line."""
    options = read_options(__doc__ or "")
    run_benchmark(run, options, options.form)


if __name__ == "__main__":
    main()
