"""Each day is closed once, in order, when nothing of it can still come; what differs stops payouts."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.cells.cell import Cell
from foundation.storage.cells.ownership import CellRow, CellState, write_cell
from foundation.storage.clock import ClockDiffers, SystemClock
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from subgraphs.kit.domain.keys import Owner
from subgraphs.wallet.closes import DailyClose
from subgraphs.wallet.closing.chain import begin_anew, of_day
from subgraphs.wallet.closing.close import GENESIS, Movement, Position, hash_of
from subgraphs.wallet.closing.closer import NOT_THE_DAY_BEFORE, ROWS_MOVED, NotClosable
from subgraphs.wallet.closing.days import Span
from subgraphs.wallet.closing.holds import Lifting, LiftOutcome, is_held, lift, open_holds
from subgraphs.wallet.closing.reading import DayReader, Digest
from subgraphs.wallet.funds.codes import AccountCode, house_account
from subgraphs.wallet.funds.customer_accounts import CustomerAccount, CustomerAccounts
from subgraphs.wallet.ledger.transfers import Transfer, TransferFlags
from subgraphs.wallet.models import CLOSES, CUSTOMER_ACCOUNT, METADATA
from subgraphs.wallet.opened import OpenedWallet
from subgraphs.wallet.retention.folding import fold
from tests.subgraphs.wallet.closing.closed_wallet import FIRST, HOUR, NORTH, SOUTH, ClosedWallet
from tests.support.database_probe import migrate
from tests.support.wallet.ledgers import Killed

ONE_DAY = timedelta(days=1)
SECOND, THIRD = FIRST + ONE_DAY, FIRST + 2 * ONE_DAY
AT = datetime(2026, 11, 23, tzinfo=UTC)


class CutOffDatabase(Database):
    """A database whose transaction that stores a close may be cut off.

    Attributes:
        cut: `lost` if the connection ends before the commit, `unanswered` if it ends after it.
    """

    cut = ""

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """Yield a connection in a write transaction."""
        stored: int | None = 0
        async with super().write() as connection:
            yield connection
            if self.cut:
                stored = await connection.scalar(select(func.count()).select_from(CLOSES.close))
            if stored and self.cut == "lost":
                self.cut = ""
                raise Killed("before the commit")
        if stored:
            self.cut = ""
            raise Killed("after the commit")


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[CutOffDatabase]:
    """A database of its own."""
    settings = DatabaseSettings(url=database_url)
    await migrate(settings, "wallet", METADATA)
    database = CutOffDatabase(settings, "wallet")
    yield database
    await database.close()


@pytest.fixture
async def wallet(database: CutOffDatabase) -> AsyncIterator[ClosedWallet]:
    """A wallet at noon of the first day."""
    async with ClosedWallet.opened(database) as it:
        yield it


async def test_a_close_says_what_was_moved(wallet: ClosedWallet) -> None:
    """By brand, currency, kind of account and reason, from the close before on; what is pending is not."""
    await wallet.pay(NORTH, 1000)
    await wallet.pay(SOUTH, 70)
    wallet.tomorrow()
    await wallet.stake(NORTH, 300)
    await wallet.stake(NORTH, 200, flags=int(TransferFlags.PENDING), timeout=60)
    wallet.tomorrow()
    first, second = [(await wallet.closer.close(day)).close for day in (FIRST, SECOND)]

    assert first.differences == second.differences == ()
    assert (first.previous_hash, first.transfers, second.transfers) == (GENESIS, 2, 2)
    assert [position for position in second.positions if position.brand == NORTH] == [
        Position(NORTH, "GBP", "BETS", 0, 300, (Movement("STAKE", 0, 300, 1),)),
        Position(NORTH, "GBP", "CASH", 1000, 700, (Movement("STAKE", 300, 0, 1),)),
        Position(NORTH, "GBP", "PAYMENTS", -1000, -1000),
    ]
    assert [position.closing for position in second.positions if position.brand == SOUTH] == [70, -70]


async def test_credits_of_the_club_are_positions_of_their_own(wallet: ClosedWallet) -> None:
    """What customers hold is told by kind."""
    accounts = CustomerAccounts(wallet.database, CUSTOMER_ACCOUNT, wallet.ledger)
    wanted = CustomerAccount("", "GBP", AccountCode.FREE_BET, "fb-5", None)
    credit = await accounts.open_credit(Owner(NORTH, "ann"), wanted, AT)
    await wallet.pay(NORTH, 500, credit_account_id=credit)
    wallet.tomorrow()
    close = (await wallet.closer.close(FIRST)).close
    assert ("FREE_BET", 500) in {(position.account, position.closing) for position in close.positions}


async def test_a_post_counts_when_it_is_made(wallet: ClosedWallet) -> None:
    """Whatever the day of what was pending."""
    await wallet.pay(NORTH, 100)
    wallet.clock.now += 11 * HOUR
    held = await wallet.stake(NORTH, 50, flags=int(TransferFlags.PENDING), timeout=100_000)
    wallet.tomorrow()
    await wallet.ledger.create_transfer(
        Transfer(id="post", pending_id=held, amount=50, flags=int(TransferFlags.POST_PENDING_TRANSFER))
    )
    wallet.tomorrow()
    first, second = [(await wallet.closer.close(day)).close for day in (FIRST, SECOND)]
    assert "BETS" not in {position.account for position in first.positions}
    assert ("BETS", 50) in {(position.account, position.closing) for position in second.positions}
    assert second.differences == ()


async def test_days_are_closed_in_order_when_they_are_over(wallet: ClosedWallet) -> None:
    """From the day of the first transfer on; a day that is not over is refused, and so is a later one."""
    assert await wallet.closer.due() == []
    await wallet.pay(NORTH, 1)
    assert await wallet.closer.due() == []
    with pytest.raises(NotClosable, match="not over"):
        await wallet.closer.close(FIRST)
    wallet.tomorrow()
    wallet.tomorrow()
    assert await wallet.closer.due() == [FIRST, SECOND]
    with pytest.raises(NotClosable, match=f"{FIRST} has to be closed"):
        await wallet.closer.close(SECOND)
    closes = [await wallet.closer.close(day) for day in (FIRST, SECOND)]
    assert closes[1].previous_hash == closes[0].hash == hash_of(closes[0].content)
    assert await wallet.closer.due() == []


async def test_a_day_is_closed_once(wallet: ClosedWallet) -> None:
    """However many processes close it at the same time, and however often."""
    await wallet.pay(NORTH, 1)
    wallet.tomorrow()
    closes = await asyncio.gather(*(wallet.closer.close(FIRST) for _ in range(4)))
    assert {close.hash for close in closes} == {(await wallet.closer.close(FIRST)).hash}
    async with wallet.database.read() as connection:
        assert await connection.scalar(select(func.count()).select_from(CLOSES.close)) == 1


async def test_a_late_transfer_belongs_to_the_next_day(wallet: ClosedWallet) -> None:
    """A clock that went back gives no timestamp of a day that is closed."""
    await wallet.pay(NORTH, 10)
    wallet.tomorrow()
    await wallet.closer.close(FIRST)
    wallet.clock.now -= 20 * HOUR
    await wallet.pay(NORTH, 5)
    wallet.clock.now += 40 * HOUR
    close = (await wallet.closer.close(SECOND)).close
    assert close.differences == ()
    assert ("CASH", 10, 15) in {
        (position.account, position.opening, position.closing) for position in close.positions
    }
    assert (await wallet.verify()).faults == ()


class DatabaseAhead(SystemClock):
    """The clock of a node whose database's is a day ahead."""

    async def at(self, connection: AsyncConnection) -> datetime:
        """Return the time of the database."""
        return await super().at(connection) + timedelta(days=1)


async def test_no_day_is_closed_by_a_clock_that_is_wrong(wallet: ClosedWallet) -> None:
    """Nothing could be moved on a day that was closed before its end."""
    await wallet.pay(NORTH, 1000)
    wallet.tomorrow()
    opened = OpenedWallet.of(wallet.database, DatabaseAhead())
    with pytest.raises(ClockDiffers):
        await DailyClose(opened, wallet.closer).round()
    assert await wallet.closer.due() == [FIRST]


async def test_what_differs_stops_payouts_until_it_is_right_and_two_people_say_so(
    wallet: ClosedWallet,
) -> None:
    """Nothing is corrected. The hold is lifted after a later close without a difference, and not before."""
    await wallet.pay(NORTH, 1000)
    wallet.tomorrow()
    await wallet.change(f"UPDATE ledger_account SET credits_posted=1001 WHERE id='{wallet.cash[NORTH]}'")  # noqa: S608 - ours
    close = (await wallet.closer.close(FIRST)).close
    assert close.currencies == {"GBP"}
    words = {difference.words for difference in close.differences}
    cash = wallet.cash[NORTH]
    assert (
        f"Account {cash}, GBP: credits_posted is not the sum of transfers: 10.01 is recorded, "
        "10.00 follows." in words
    )
    by = "Ann Finance, Bob Finance"
    lifting = Lifting("GBP", frozenset({str(FIRST)}), "decision-1", by, "the row was restored", AT)
    assert await _lift(wallet, lifting) is LiftOutcome.STILL_DIFFERS
    async with wallet.database.read() as connection:
        assert await is_held(connection, CLOSES, "GBP")
        assert not await is_held(connection, CLOSES, "EUR")

    await wallet.change(f"UPDATE ledger_account SET credits_posted=1000 WHERE id='{cash}'")  # noqa: S608 - ours
    wallet.tomorrow()
    assert (await wallet.closer.close(SECOND)).differences == 0
    assert await _lift(wallet, lifting) is LiftOutcome.LIFTED
    assert await _lift(wallet, lifting) is LiftOutcome.NOT_HELD
    async with wallet.database.read() as connection:
        assert not await is_held(connection, CLOSES, "GBP")


async def _lift(wallet: ClosedWallet, lifting: Lifting) -> LiftOutcome:
    async with wallet.database.write() as connection:
        return await lift(connection, CLOSES, lifting)


async def test_what_belongs_to_no_currency_stops_all(wallet: ClosedWallet) -> None:
    """It is safer not to pay."""
    await wallet.pay(NORTH, 1000)
    accounts = CustomerAccounts(wallet.database, CUSTOMER_ACCOUNT, wallet.ledger)
    await accounts.open_cash(Owner(NORTH, "bob"), "EUR", AT)
    wallet.tomorrow()
    await wallet.change("INSERT INTO pending_transfer (id, status, ended_by) VALUES ('stray', 'pending', '')")
    await wallet.closer.close(FIRST)
    async with wallet.database.read() as connection:
        assert [hold.currency for hold in await open_holds(connection, CLOSES)] == ["EUR", "GBP"]


async def test_an_opening_is_the_closing_before(wallet: ClosedWallet) -> None:
    """Transfers that came into a closed day differ, unless somebody says why the chain begins anew."""
    await wallet.pay(NORTH, 1000)
    await wallet.pay(NORTH, 30)
    wallet.tomorrow()
    await wallet.closer.close(FIRST)
    await wallet.change("UPDATE transfer SET amount=31 WHERE id='transfer 2'")
    wallet.tomorrow()
    wallet.tomorrow()
    close = (await wallet.closer.close(SECOND)).close
    told = [difference for difference in close.differences if difference.what == NOT_THE_DAY_BEFORE]
    assert [(one.about, one.recorded, one.computed) for one in told] == [
        (f"CASH of {NORTH}", 1030, 1031),
        (f"PAYMENTS of {NORTH}", -1030, -1031),
    ]
    await wallet.change("UPDATE transfer SET amount=30 WHERE id='transfer 2'")
    close = (await wallet.closer.close(THIRD, begins="a backup was restored")).close
    assert close.differences == ()
    assert close.begins == "a backup was restored"


@pytest.mark.parametrize("noted", [True, False])
async def test_a_noted_reason_begins_the_chain_anew_once(wallet: ClosedWallet, *, noted: bool) -> None:
    """Whoever folds accounts of closed days notes it in the same transaction; later closes compare again."""
    await wallet.pay(NORTH, 1000)
    wallet.tomorrow()
    await wallet.closer.close(FIRST)
    async with wallet.database.write() as connection:
        folded = [wallet.cash[NORTH]], house_account(NORTH, "GBP", AccountCode.ERASED)
        assert await fold(connection, *folded)
        if noted:
            await begin_anew(connection, CLOSES, "for a reason")
    wallet.tomorrow()
    wallet.tomorrow()
    second, third = [(await wallet.closer.close(day)).close for day in (SECOND, THIRD)]
    assert (second.begins, third.begins) == ("for a reason" if noted else "", "")
    assert (not second.differences, third.differences) == (noted, ())
    assert (not (await wallet.verify()).faults) is noted


async def test_rows_that_change_while_a_day_is_closed_are_read_again(
    wallet: ClosedWallet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reason that is noted behind the reading is not forgotten with the close."""
    await wallet.pay(NORTH, 1000)
    wallet.tomorrow()
    digest = DayReader.digest

    async def meanwhile(reader: DayReader, span: Span) -> Digest:
        async with wallet.database.write() as connection:
            await begin_anew(connection, CLOSES, "for a reason")
        return await digest(reader, span)

    monkeypatch.setattr(DayReader, "digest", meanwhile)
    with pytest.raises(NotClosable, match="try again"):
        await wallet.closer.close(FIRST)
    monkeypatch.undo()
    assert (await wallet.closer.close(FIRST)).close.begins == "for a reason"


async def test_a_database_of_which_rows_were_moved_begins_anew(wallet: ClosedWallet) -> None:
    """Each move of a cell changes the epoch of its databases."""
    await wallet.pay(NORTH, 1000)
    wallet.tomorrow()
    await wallet.closer.close(FIRST)
    async with wallet.database.write() as connection:
        await write_cell(connection, CellRow(Cell("a", 0, 23, 24), 2, CellState.OPEN, datetime.now(UTC)))
    wallet.tomorrow()
    assert (await wallet.closer.close(SECOND)).close.begins == ROWS_MOVED


@pytest.mark.parametrize("cut", ["lost", "unanswered"])
async def test_whoever_is_killed_while_closing_leaves_nothing_or_a_close(
    wallet: ClosedWallet, database: CutOffDatabase, cut: str
) -> None:
    """The next attempt makes it, or finds it."""
    await wallet.pay(NORTH, 5)
    wallet.tomorrow()
    database.cut = cut
    with pytest.raises(Killed):
        await wallet.closer.close(FIRST)
    async with database.read() as connection:
        assert (await of_day(connection, CLOSES, FIRST) is not None) is (cut == "unanswered")
    assert (await wallet.closer.close(FIRST)).sequence == 1
    assert (await wallet.verify()).faults == ()


async def test_the_worker_closes_what_is_over(wallet: ClosedWallet) -> None:
    """A day in each round, and tells how many wait, and how many holds stop payouts."""
    rounds = DailyClose(OpenedWallet.of(wallet.database, SystemClock()), wallet.closer)
    nothing = {"payouts": 0, "correction": 0, "postponed": 0, "failing": 0}
    assert await rounds.round() == {"close": 0, **nothing}
    await wallet.pay(NORTH, 5)
    for _ in range(3):
        wallet.tomorrow()
    assert [await rounds.round() for _ in range(4)] == [
        {"close": 2, **nothing},
        {"close": 1, **nothing},
        {"close": 0, **nothing},
        {"close": 0, **nothing},
    ]
    assert await _days(wallet.database) == [FIRST, SECOND, THIRD]


async def _days(database: Database) -> list[date]:
    async with database.read() as connection:
        return list(await connection.scalars(select(CLOSES.close.c.day).order_by(CLOSES.close.c.sequence)))
