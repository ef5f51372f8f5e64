"""A cell with wallets is split and merged: no penny, no pending transfer and no id is lost or doubled."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pymysql.err import MySQLError
from sqlalchemy import make_url

from cells.claim import without_fence
from cells.dividing.merge import join
from cells.dividing.rows import trim
from cells.dividing.soundness import orphans, strangers
from cells.moving.server import Location, Server
from cells.tables import CellTables
from foundation.storage.cells.cell import Cell
from foundation.storage.cells.division import ByParent, Rows, TableRows
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from furlong.install.cell_tables import CELL_TABLES
from subgraphs.wallet.ledger.proof import prove
from subgraphs.wallet.models import METADATA
from tests.support.database_probe import migrate
from tests.support.examples import examples
from tests.support.wallet.ledgers import StoppedClock
from tests.support.wallet.played_money import OWNERS, PlayedWallet, Step, steps, together

from .conftest import PREFIX, CellServer, MovingHarness

pytestmark = [pytest.mark.usefixtures("mariadb_installed"), pytest.mark.timeout(900)]
TWIN = "furlong_twin"
WHOLE, UPPER = Cell("c1", 0, 7, 8), Cell("c2", 4, 7, 8)
_RULES: Any = CELL_TABLES.databases["wallet"]
TABLES = CellTables({"wallet": _RULES}, CELL_TABLES.keyed)
_HOUSE = _RULES["ledger_account"].common


def url_of(place: CellServer, prefix: str) -> str:
    """Return the URL of databases at a place."""
    return make_url(place.settings.url).set(database=prefix).render_as_string(hide_password=False)


def location_of(place: CellServer) -> Location:
    """Return the wallet's database at a place, as an administrator sees it."""
    return Location.of(Server(make_url(place.admin_url)), TABLES, "furlong")


@pytest.fixture
def wallets(moving: MovingHarness) -> Iterator[MovingHarness]:
    """Provide a wallet at each of two servers, and a twin that is never divided."""
    asyncio.run(_create(moving))
    yield moving
    for prefix in (PREFIX, TWIN):
        moving.there.as_root(f"DROP DATABASE IF EXISTS {prefix}_wallet")


async def _create(moving: MovingHarness) -> None:
    for prefix in (PREFIX, TWIN):
        await migrate(DatabaseSettings(url=url_of(moving.there, prefix)), "wallet", METADATA)


def emptied(place: CellServer, prefix: str, cell: Cell) -> None:
    """Leave nothing in a wallet but the name of its cell."""
    schema = f"{prefix}_wallet"
    place.as_root(
        *(f"DELETE FROM {schema}.`{table}`" for table in METADATA.tables),  # noqa: S608
        f"INSERT INTO {schema}.cell VALUES "  # noqa: S608
        f"('{cell.name}', {cell.first}, {cell.last}, {cell.of}, 1, 'open', NOW(6))",
    )


def copied(here: CellServer, there: CellServer, prefix: str) -> None:
    """Replace a wallet by a copy of the one at the first server."""
    source, target = (Server(make_url(place.admin_url)) for place in (here, there))
    with source.session() as reading, target.session() as writing:
        for table in METADATA.tables:
            reading.execute(f"SELECT * FROM {PREFIX}_wallet.`{table}`")  # noqa: S608
            rows = list(reading.fetchall())
            writing.execute(f"DELETE FROM {prefix}_wallet.`{table}`")  # noqa: S608
            if rows:
                values = ", ".join(["%s"] * len(rows[0]))
                writing.executemany(f"INSERT INTO {prefix}_wallet.`{table}` VALUES ({values})", rows)  # noqa: S608


class Divided:
    """A wallet whose cell is divided, and its twin, which is asked the same."""

    def __init__(self, wallets: MovingHarness, upper: Cell) -> None:
        self.here, self.there = wallets.here, wallets.there
        self.lower, self.upper = Cell(WHOLE.name, 0, upper.first - 1, WHOLE.of), upper
        self.clock = StoppedClock()
        self.halves: dict[Cell, PlayedWallet] = {}

    @asynccontextmanager
    async def opened(self, halves: dict[Cell, CellServer], twin: PlayedWallet) -> AsyncIterator[None]:
        """Open the wallets of some cells, beside the twin."""
        self.twin = twin
        self.halves = {cell: self.wallet(place, PREFIX, cell) for cell, place in halves.items()}
        try:
            yield
        finally:
            for wallet in self.halves.values():
                await wallet.close()

    def wallet(self, place: CellServer, prefix: str, cell: Cell | None = None) -> PlayedWallet:
        """Open the wallet of a cell at a place."""
        database = Database.open(without_fence(DatabaseSettings(url=url_of(place, prefix))), "wallet")
        return PlayedWallet(database, self.clock, cell)

    def new_twin(self) -> PlayedWallet:
        """Return the twin, at the second server."""
        return self.wallet(self.there, TWIN)

    async def play(self, asked: Sequence[Step]) -> None:
        """Ask each cell's wallet, and the twin: both answer the same."""
        for step in asked:
            if step.what == "wait":
                await self.wait(step.amount)
                continue
            owner = OWNERS[0] if step.what == "correct" else step.reservation.owner
            [half] = [wallet for cell, wallet in self.halves.items() if cell.has(*owner)]
            assert await half.play(step) == await self.twin.play(step), step

    async def wait(self, seconds: int) -> None:
        """Let time pass, and let all upkeeps do their work."""
        self.clock.now += seconds * 1_000_000 + 1_000
        for wallet in (*self.halves.values(), self.twin):
            await wallet.ledger.expire_pending()

    async def check(self) -> None:
        """Compare the halves together with the twin; each proves itself."""
        expected = await self.twin.content()
        contents = []
        for wallet in self.halves.values():
            assert await prove(wallet.database) == []
            assert await wallet.early_accounts() == []
            contents.append(await wallet.content())
        whole = contents[0] if len(contents) == 1 else together(*contents)
        assert whole == expected


async def divide(wallets: MovingHarness, upper: Cell, played: tuple[list[Step], ...]) -> None:
    """Play requests before a split, between it and a merge, and after that."""
    divided = Divided(wallets, upper)
    here, there = wallets.here, wallets.there
    emptied(here, PREFIX, WHOLE)
    source, target = location_of(here), location_of(there)
    beginning = divided.wallet(here, PREFIX)
    await beginning.begin()
    for step in played[0]:
        if step.what == "wait":
            divided.clock.now += step.amount * 1_000_000
            await beginning.ledger.expire_pending()
        else:
            await beginning.play(step)
    await beginning.close()
    copied(here, there, PREFIX)
    copied(here, there, TWIN)
    twin = divided.new_twin()
    try:
        keyed = TABLES.keyed
        trim(target, divided.upper, keyed, is_copy=True)
        trim(source, divided.upper, keyed, is_copy=False)
        halves = {divided.lower: here, divided.upper: there}
        for (cell, place), location in zip(halves.items(), (source, target), strict=True):
            place.as_root(f"UPDATE {PREFIX}_wallet.cell SET first = {cell.first}, last = {cell.last}")  # noqa: S608
            assert [*orphans(location), *strangers(location, cell)] == []
        async with divided.opened(halves, twin):
            await divided.check()
            await divided.play(played[1])
            await divided.check()
        there.as_root(
            f"INSERT INTO {PREFIX}_wallet.payout_hold (currency, day, differences, held_at) "  # noqa: S608
            "VALUES ('GBP', '2026-11-20', 1, '2026-11-21')"
        )
        join(target, source, WHOLE, divided.upper, keyed)
        assert orphans(source) == []
        stopped = here.as_root(f"SELECT currency FROM {PREFIX}_wallet.payout_hold")  # noqa: S608
        assert stopped == [("GBP",)], "payouts that one half has stopped stay stopped"
        async with divided.opened({WHOLE: here}, twin):
            await divided.check()
            await divided.play(played[2])
            await divided.wait(100)
            await divided.check()
    finally:
        await twin.close()


def test_a_divided_wallet_answers_as_the_whole_one_would_have(wallets: MovingHarness) -> None:
    """Whatever is reserved, settled, released or timed out before, between and after: to a penny."""

    @settings(max_examples=examples(15), suppress_health_check=[HealthCheck.too_slow])
    @given(st.integers(1, 7), st.tuples(steps(40), steps(30), steps(20)))
    def check(first: int, played: tuple[list[Step], ...]) -> None:
        asyncio.run(divide(wallets, Cell("c2", first, 7, 8), played))

    check()


SOME_STEPS = (
    [Step(what, number, 9) for number in range(16) for what in ("reserve", "correct")]
    + [Step("settle", number, 31) for number in range(0, 16, 3)]
    + [Step("release", number, 0) for number in (*range(1, 16, 3), 20, 21, 22, 23)],
    [Step("settle", n, 9) for n in range(16) if UPPER.has(*OWNERS[n % len(OWNERS)])],
    [Step("reserve", number, 0) for number in range(24)],
)


@pytest.mark.parametrize(
    "wrong",
    [
        {"transfer": ByParent(_RULES["transfer"].parents)},
        {"ledger_account": ByParent(_RULES["ledger_account"].parents)},
        {
            "ledger_account": replace(
                _RULES["ledger_account"], common=_HOUSE._replace(counts=_HOUSE.counts[:3])
            )
        },
        {"ledger_account": replace(_RULES["ledger_account"], common=_HOUSE._replace(greatest=()))},
        {"pending_transfer": Rows.OF_DATABASE},
        {"account_balance": Rows.COPIED},
    ],
    ids=["failed ids", "house", "sums", "timestamps", "pending", "balances"],
)
def test_the_comparison_finds_each_rule_that_is_wrong(
    wallets: MovingHarness, wrong: TableRows, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without its rule, each table would lose or double something."""
    asyncio.run(divide(wallets, UPPER, SOME_STEPS))
    monkeypatch.setattr(f"{__name__}.TABLES", CellTables({"wallet": {**_RULES, **wrong}}, TABLES.keyed))
    with pytest.raises((AssertionError, MySQLError)):
        asyncio.run(divide(wallets, UPPER, SOME_STEPS))
