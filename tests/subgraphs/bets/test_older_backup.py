"""An older backup of bets: what the ledger has under keys that bets do not know is found, and the reverse."""

import asyncio
import json
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, insert, select
from typer.testing import CliRunner

from furlong.cli.main import app
from subgraphs.bets.betting.known_money import known_money
from subgraphs.bets.models import BETS
from subgraphs.bets.records.known_money import KnownMoney
from subgraphs.kit.known_reservations import Known
from subgraphs.kit.offers import OfferStatus
from subgraphs.wallet.funds.codes import AccountCode
from subgraphs.wallet.funds.house_side import HouseSide, KnownOf
from subgraphs.wallet.funds.ledger_funds import LedgerFunds
from subgraphs.wallet.funds.reconciliation import Lack
from subgraphs.wallet.funds.written_reservations import ReservationReader
from subgraphs.wallet.models import LEDGER, REFERENCE
from tests.subgraphs.bets.house import House, opened_house
from tests.subgraphs.bets.slips import offer, offered
from tests.subgraphs.bets.test_money import IN_A_ROW, RETURNS, prize, wallet, with_results
from tests.subgraphs.bets.test_placing import result
from tests.subgraphs.wallet.ledger_wallet import LedgerWallet
from tests.support.subgraphs.club_samples import brand_row, make_brand

__all__ = ["wallet"]
TABLES = (BETS.bet, BETS.leg, BETS.settlement, BETS.result)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """Bets and a ledger in one folder, as an installation has them."""
    url = f"sqlite+aiosqlite:///{tmp_path}/ledger"
    async with opened_house(url, tmp_path, delay_seconds=5.0, minimum_stake=1) as opened:
        async with opened.wallet.database.write() as connection:
            brands = [brand_row(make_brand(id=brand)) for brand in ("northbet", "southbet")]
            await connection.execute(insert(REFERENCE.brand), brands)
        yield opened


def side_of(money: LedgerWallet, elsewhere: frozenset[str] = frozenset()) -> HouseSide:
    """Return what reads a wallet's ledger."""
    reader = ReservationReader(money.database, money.clock)
    funds = LedgerFunds(money.ledger, money.accounts, reader, money.time)
    return HouseSide(money.database, funds, money.ledger, reader, LEDGER, REFERENCE.brand, elsewhere)


async def found(money: LedgerWallet, known_of: KnownOf, since: int = 0) -> dict[str, tuple[str, str, int]]:
    """Return what differs, by its id."""
    lacks: list[Lack] = await side_of(money).differences(AccountCode.BETS, since, known_of)
    return {lack.id: (lack.known, lack.here, lack.amount) for lack in lacks}


async def backup(house: House) -> list[list[Any]]:
    """Return all rows of bets."""
    async with house.database.read() as connection:
        return [[row._asdict() for row in await connection.execute(select(table))] for table in TABLES]


async def restore(house: House, rows: list[list[Any]]) -> None:
    """Let bets be as they were."""
    async with house.database.write() as connection:
        for table, saved in zip(TABLES, rows, strict=True):
            await connection.execute(delete(table))
            if saved:
                await connection.execute(insert(table), saved)


async def test_stakes_that_bets_do_not_know_are_found(house: House, tmp_path: Path) -> None:
    """One that is kept, one that was taken, and one that was paid; what has gone back is no matter."""
    known = KnownMoney(house.database, BETS)
    first = await house.place("k1")
    saved, since = await backup(house), house.wallet.clock.now
    await house.wallet.pass_time(1)
    taken = await house.place("k2", stake=11)
    house.offers.offers = offered(offer(in_play=True))
    kept = await house.place("k3", stake=12)
    gone = await house.place("k4", stake=13)
    await house.wallet.funds.release(gone.stake)
    market, won = result("winner")
    await house.told(market, 1, won)
    await house.work()
    assert await found(house.wallet, known.of, since) == {
        gone.bet_id: ("reserved", "released", 13),
    }
    await restore(house, saved)
    lost = {
        taken.bet_id: ("nothing", "settled", 11),
        f"{taken.bet_id}.1": ("nothing", "returned 33", 33),
        kept.bet_id: ("nothing", "reserved", 12),
    }
    own = {f"{first.bet_id}.1": ("nothing", "returned 30", 30)}
    assert await found(house.wallet, known.of, since) == lost | own
    elsewhere = side_of(house.wallet, frozenset({"northbet"}))
    assert await elsewhere.differences(AccountCode.BETS, since, known.of) == []

    await house.told(market, 1, won)  # which the topic of results tells again
    await house.work()
    assert await found(house.wallet, known.of, since) == lost

    def listed() -> tuple[int, list[dict[str, Any]]]:
        words = ["funds", "reconcile", "--bets-since", "2026-01-01", "--json"]
        env = {"FURLONG_DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path}/ledger"}
        ended = CliRunner().invoke(app, words, env=env)
        return ended.exit_code, json.loads(ended.stdout)

    status, rows = await asyncio.to_thread(listed)
    assert status == 1
    assert {row["id"] for row in rows} == {taken.bet_id, f"{taken.bet_id}.1"}, "what was kept has expired"
    assert {row["brand"] for row in rows} == {"northbet"}


async def test_what_only_bets_know_is_found(house: House) -> None:
    """The ledger is the older one then: each bet that has changed since is asked for."""
    house.offers.offers = offered(offer(status=OfferStatus.OPEN))
    bets = [await house.place(f"k{number}", stake=10 + number) for number in range(3)]
    pages = [page async for page in KnownMoney(house.database, BETS).since(bets[0].asked_at)]
    assert {known.reservation.id for page in pages for known in page} == {bet.bet_id for bet in bets}
    assert all(known.state.value == "settled" for page in pages for known in page)


async def test_whatever_was_corrected_is_known_as_it_was_moved(wallet: LedgerWallet) -> None:
    """Each result after each: nothing differs, in either direction, from what the ledger has."""
    await wallet.funds.settle(await prize(wallet, 900))
    known: dict[str, Sequence[Known]] = {}

    async def known_of(ids: Collection[str]) -> Mapping[str, Sequence[Known]]:
        return {own: known[own] for own in ids}

    for number, results in enumerate([*product(RETURNS, repeat=2), *IN_A_ROW]):
        bet = await with_results(wallet, f"b{number}", results)
        known[bet.bet_id] = known_money(bet)
    assert await found(wallet, known_of) == {}


def test_only_one_side_is_compared_with() -> None:
    """A file, or our own bets."""
    for words in ([], ["known.jsonl", "--bets-since", "2026-01-01"]):
        ended = CliRunner().invoke(app, ["funds", "reconcile", *words])
        assert ended.exit_code == 1
        assert "either a FILE, or --bets-since" in ended.output
