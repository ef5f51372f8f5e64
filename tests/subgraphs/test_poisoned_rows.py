"""A row that nobody can go on with, first, last and alone in each loop: it waits, and the others go on."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

import pytest
from sqlalchemy import delete, update

from consumers.feeds.delivery.forwarder import RECORDS as RECORDS_OF_FEEDS
from consumers.stream.database.sink import RECORDS
from foundation.storage.clock import ManualClock, SystemClock
from furlong.workers.upstream_reconciliation import COMPARISONS
from furlong.workers.week_worker import CHOICES
from furlong.workers.week_worker import PARTS as PARTS_OF_WEEKS
from subgraphs.bets.betting.bet import BetStatus
from subgraphs.bets.models import POSTPONED as POSTPONED_BETS
from subgraphs.bets.records.results import ResultStore
from subgraphs.bets.upkeep import DUE_BETS
from subgraphs.bets.upkeep import PARTS as PARTS_OF_BETS
from subgraphs.bets.upkeep import Upkeep as BetsUpkeep
from subgraphs.events.upkeep import PARTS as PARTS_OF_EVENTS
from subgraphs.events.upkeep import RESULTS
from subgraphs.events.upkeep import Upkeep as EventsUpkeep
from subgraphs.fulfilment.payout.unit_of_work import REWARDS
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.durable_steps.postponed import CASE_AFTER, PostponedItems
from subgraphs.kit.funds import Purpose, Reservation
from subgraphs.kit.mutations.recovery import CHANGES_IN_DOUBT
from subgraphs.kit.records.outbox_relay import FACTS
from subgraphs.lobby.upkeep import PROVIDERS
from subgraphs.progress.weeks.lifecycle import BRANDS, CLOSED_WEEKS, WeekLifecycle
from subgraphs.progress.weeks.lifecycle import CUSTOMERS as CUSTOMERS_OF_WEEKS
from subgraphs.wallet.cashier import BANKS, REPORTS, Cashier
from subgraphs.wallet.closes import DAYS_TO_CLOSE, DailyClose
from subgraphs.wallet.closing.closer import Closer
from subgraphs.wallet.corrections import CORRECTIONS, Correction, CorrectionWork, add_corrections
from subgraphs.wallet.funds.expired_credits import CREDITS
from subgraphs.wallet.ledger.ledger import Ledger
from subgraphs.wallet.models import (
    CLOSES,
    CORRECTION,
    CUSTOMER_ACCOUNT,
    ERASED_CUSTOMER,
    LIMITS,
    PAYMENTS,
    POSTPONED,
)
from subgraphs.wallet.opened import OpenedWallet
from subgraphs.wallet.operators import REQUESTS
from subgraphs.wallet.paying.reconciliation.statements import STATEMENTS, _hear
from subgraphs.wallet.paying.work import DUE_PAYMENTS
from subgraphs.wallet.payments.processor import Notice, PartState
from subgraphs.wallet.retention.forgetting import ERASED, Forgetting
from subgraphs.wallet.upkeep import CUSTOMERS, PARTS, Upkeep
from tests.subgraphs.bets.house import opened_house
from tests.subgraphs.bets.slips import offer, offered
from tests.subgraphs.poisoned import LONG, LoopFixture, Make, declared_loops, run_sql
from tests.subgraphs.poisoned_club import changes_in_doubt, comparisons
from tests.subgraphs.poisoned_events import results
from tests.subgraphs.poisoned_lobby import providers
from tests.subgraphs.poisoned_outbox import facts
from tests.subgraphs.poisoned_rewards import rewards
from tests.subgraphs.poisoned_weeks import brands, choices, closed_weeks, customers_of_a_week
from tests.subgraphs.wallet.credits_wallet import CreditsWallet, opened_dying
from tests.subgraphs.wallet.payments.payments_wallet import PaymentsWallet
from tests.subgraphs.wallet.seamless.operators import OperatorWallet, operators_of
from tests.support.money.contract import CURRENCY
from tests.support.wallet.ledgers import StoppedClock, opened_database, opened_ledger

NOON: Final = datetime(2026, 11, 28, 12, tzinfo=UTC)


@asynccontextmanager
async def bets(folder: Path, poisoned: Sequence[bool]) -> AsyncIterator[LoopFixture]:
    """Bets in play that wait for the delay; of one, the slip is no JSON."""
    url = f"sqlite+aiosqlite:///{folder}/bets"
    (folder / "bets").mkdir()
    async with opened_house(url, folder, delay_seconds=5.0, minimum_stake=1) as house:
        house.offers.offers = offered(offer(in_play=True))
        ids = [(await house.place(f"k{number}")).bet_id for number in range(len(poisoned))]
        for bet_id, is_poisoned in zip(ids, poisoned, strict=True):
            if is_poisoned:
                await run_sql(house.database, "update bet set slip = '{' where bet_id = :id", id=bet_id)
        house.clock.advance(timedelta(seconds=6))
        await house.bets.placing.close()

        async def done() -> set[int]:
            healthy = [number for number, is_poisoned in enumerate(poisoned) if not is_poisoned]
            seen = {number: await house.bets.work.load(ids[number]) for number in healthy}
            return {number for number in healthy if seen[number].bet.status is BetStatus.OPEN}  # type: ignore[union-attr]

        upkeep = BetsUpkeep(house.database, house.bets)
        postponed = PostponedItems(house.database, POSTPONED_BETS)
        yield LoopFixture(postponed, upkeep.round, done, house.clock.advance)


@asynccontextmanager
async def payments_wallet(folder: Path) -> AsyncIterator[PaymentsWallet]:
    """Yield a wallet at processors that are played."""
    clock = StoppedClock()
    async with (
        opened_dying(f"sqlite+aiosqlite:///{folder}") as database,
        opened_ledger(database, clock) as ledger,
    ):
        yield PaymentsWallet(database, ledger, clock)


def later_of(wallet: PaymentsWallet) -> Callable[[timedelta], None]:
    """Return what lets time pass in a wallet."""
    return lambda time: wallet.later(seconds=time.total_seconds())


@asynccontextmanager
async def payments(folder: Path, poisoned: Sequence[bool]) -> AsyncIterator[LoopFixture]:
    """Deposits that were paid; of one, the processor's signed webhook has a negative amount."""
    async with payments_wallet(folder) as wallet:
        first, owners = wallet.played["first"], [Owner("northbet", f"c{n}") for n in range(len(poisoned))]
        for number, is_poisoned in enumerate(poisoned):
            await wallet.deposit(owners[number], "d", 1_000)
            first.pays(f"first-{number + 1}", -500 if is_poisoned else 1_000)
        for notice in list(first.said):
            if notice.amount < 0:
                assert await wallet.payments.work.notice("first", notice)
        wallet.later(minutes=1)

        async def done() -> set[int]:
            return {number for number, owner in enumerate(owners) if await wallet.cash(owner) == 990}

        async def cases() -> int:
            return len(await wallet.rows(PAYMENTS.case))

        cashier = Cashier(wallet.opened, wallet.payments)
        postponed = PostponedItems(wallet.database, POSTPONED)
        yield LoopFixture(postponed, cashier.round, done, later_of(wallet), cases)


@asynccontextmanager
async def statements(folder: Path, poisoned: Sequence[bool]) -> AsyncIterator[LoopFixture]:
    """Entries of a bank's statement, one of which says something that no part can become."""
    async with payments_wallet(folder) as wallet:
        owners = [Owner("northbet", f"c{n}") for n in range(len(poisoned))]
        first = wallet.played["first"]
        for number in range(len(poisoned)):
            await wallet.deposit(owners[number], "d", 1_000)
            first.pays(f"first-{number + 1}", 1_000)
        paid = [notice for notice in first.said if notice.state is PartState.DONE]
        notices = [
            Notice(**{**{f: getattr(notice, f) for f in Notice.__struct_fields__}, "amount": 2**80})
            if is_poisoned
            else notice
            for notice, is_poisoned in zip(paid, poisoned, strict=True)
        ]
        arrival = SimpleNamespace(
            name="s.xml",
            digest="d" * 64,
            why="",
            lines=(),
            notices=tuple(notices),
            kept_as="s.xml",
            copy=0,
            odd=(),
        )

        async def heard() -> None:
            await _hear(wallet.payments.work, "first", arrival)  # type: ignore[arg-type]

        async def done() -> set[int]:
            return {number for number, owner in enumerate(owners) if await wallet.cash(owner) == 990}

        async def cases() -> int:
            return len(await wallet.rows(PAYMENTS.case))

        postponed = PostponedItems(wallet.database, POSTPONED)
        yield LoopFixture(postponed, heard, done, later_of(wallet), cases)


@asynccontextmanager
async def banks(folder: Path, poisoned: Sequence[bool]) -> AsyncIterator[LoopFixture]:
    """Banks, of which one has sent what makes its reader fail."""
    async with payments_wallet(folder) as wallet:
        read: set[int] = set()

        class Bank:
            """A bank of the test."""

            def __init__(self, number: int, *, is_poisoned: bool) -> None:
                self.number, self.is_poisoned = number, is_poisoned

            async def take_in(self, _hear: Any) -> int:
                """Read what has come."""
                if self.is_poisoned:
                    raise ValueError("nobody has thought of this")
                read.add(self.number)
                return 0

        opened = wallet.payments.work.asking.processors["first"]
        made: list[Any] = [Bank(number, is_poisoned=each) for number, each in enumerate(poisoned)]
        processors = {
            f"bank{bank.number}": replace(opened, name=f"bank{bank.number}", bank=bank) for bank in made
        }
        asking = replace(wallet.payments.work.asking, processors=processors)
        bad = replace(wallet.payments, work=replace(wallet.payments.work, asking=asking))

        async def again() -> None:
            await Cashier(wallet.opened, bad).round()

        async def done() -> set[int]:
            return set(read)

        yield LoopFixture(PostponedItems(wallet.database, POSTPONED), again, done, later_of(wallet))


@asynccontextmanager
async def reports(folder: Path, poisoned: Sequence[bool]) -> AsyncIterator[LoopFixture]:
    """Days of a processor's report, one of which cannot be compared for a reason that nobody knows."""
    async with payments_wallet(folder) as wallet:
        await wallet.deposit(Owner("northbet", "ann"), "d", 1_000)
        start = wallet.time.now().date()
        days = [start + timedelta(days=number) for number in range(len(poisoned))]
        wallet.later(days=len(poisoned), hours=7)
        ask = wallet.played["first"].report
        compared: set[int] = set()

        async def report(day: Any) -> AsyncIterator[Any]:
            if day in days and poisoned[days.index(day)]:
                raise ValueError("nobody has thought of this")
            async for line in ask(day):
                yield line
            if day in days:
                compared.add(days.index(day))

        wallet.played["first"].report = report  # type: ignore[method-assign]

        async def again() -> None:
            await Cashier(wallet.opened, wallet.payments).round()

        async def done() -> set[int]:
            return set(compared)

        yield LoopFixture(PostponedItems(wallet.database, POSTPONED), again, done, later_of(wallet))


@asynccontextmanager
async def customers(folder: Path, poisoned: Sequence[bool]) -> AsyncIterator[LoopFixture]:
    """Customers for whom something may be due; where one is, cannot be told."""
    async with payments_wallet(folder) as wallet:
        owners = [Owner("northbet", f"c{n}") for n in range(len(poisoned))]
        at = wallet.time.now()
        holder = LIMITS.holder
        for owner in owners:
            await wallet.deposit(owner, "d", 1_000)
            async with wallet.database.write() as connection:
                mine = (holder.c.brand_id == owner.brand, holder.c.customer_id == owner.customer)
                noted = await connection.execute(update(holder).where(*mine).values(look_at=at))
                assert noted.rowcount == 1
        standing_of = wallet.opened.standing_of

        async def standing(owner: Owner) -> Any:
            if owner in owners and poisoned[owners.index(owner)]:
                raise ValueError("nobody has thought of this")
            return await standing_of(owner)

        opened = replace(wallet.opened, standing_of=standing)  # type: ignore[arg-type]
        forgetting = Forgetting(wallet.database, wallet.accounts, wallet.time, None)  # type: ignore[arg-type]
        upkeep = Upkeep(opened, forgetting, _forgets_at=float("inf"))

        async def done() -> set[int]:
            rows = await run_sql(
                wallet.database,
                "select customer_id from limit_holder where look_at is null or look_at > :at",
                at=wallet.time.now().replace(tzinfo=None).isoformat(" "),
            )
            gone = {row[0] for row in rows}
            return {n for n, owner in enumerate(owners) if owner.customer in gone and not poisoned[n]}

        yield LoopFixture(PostponedItems(wallet.database, POSTPONED), upkeep.round, done, later_of(wallet))


@asynccontextmanager
async def credits_(folder: Path, poisoned: Sequence[bool]) -> AsyncIterator[LoopFixture]:
    """Credits that have expired; of one, the currency is none."""
    clock = StoppedClock()
    async with (
        opened_dying(f"sqlite+aiosqlite:///{folder}") as database,
        opened_ledger(database, clock) as ledger,
    ):
        wallet = CreditsWallet(database, ledger, clock)
        await wallet.begin()
        query = "select account_id from customer_account where credit <> '' order by expires_at, account_id"
        ids = [row[0] for row in await run_sql(database, query)][: len(poisoned)]
        c = CUSTOMER_ACCOUNT.c
        async with database.write() as connection:
            others = delete(CUSTOMER_ACCOUNT).where(c.credit != "", c.account_id.not_in(ids))
            await connection.execute(others)
        for account, is_poisoned in zip(ids, poisoned, strict=True):
            if is_poisoned:
                await run_sql(
                    database,
                    "update customer_account set currency = '???' where account_id = :id",
                    id=account,
                )
        clock.now += 40 * 86_400_000_000

        async def done() -> set[int]:
            query = "select account_id from customer_account where ended_at is not null"
            ended = {row[0] for row in await run_sql(database, query)}
            return {number for number, account in enumerate(ids) if account in ended}

        def later(time: timedelta) -> None:
            clock.now += int(time.total_seconds() * 1_000_000)

        yield LoopFixture(PostponedItems(database, POSTPONED), wallet.expired.end, done, later)


@asynccontextmanager
async def erased(folder: Path, poisoned: Sequence[bool]) -> AsyncIterator[LoopFixture]:
    """Erased customers whose term is over; one has an account in a currency that is none."""
    async with opened_database(f"sqlite+aiosqlite:///{folder}") as database:
        clock = ManualClock(NOON)
        wallet = OpenedWallet.of(database, clock)
        owners = [Owner("northbet", f"erased-{number}") for number in range(len(poisoned))]
        for owner, is_poisoned in zip(owners, poisoned, strict=True):
            await wallet.accounts.open_cash(owner, CURRENCY, NOON)
            async with database.write() as connection:
                row = {
                    "brand_id": owner.brand,
                    "customer_id": owner.customer,
                    "jurisdiction": "GB",
                    "erased_at": NOON,
                }
                await connection.execute(ERASED_CUSTOMER.insert().values(row))
            if is_poisoned:
                wrong = "update customer_account set currency = '???' where customer_id = :id"
                await run_sql(database, wrong, id=owner.customer)
        clock.advance(timedelta(days=20 * 366))
        forgetting = Forgetting(database, wallet.accounts, clock, None)  # type: ignore[arg-type]

        async def done() -> set[int]:
            left = {row[0] for row in await run_sql(database, "select customer_id from erased_customer")}
            return {number for number, owner in enumerate(owners) if owner.customer not in left}

        yield LoopFixture(PostponedItems(database, POSTPONED), forgetting.some, done, clock.advance)
        await wallet.ledger.close()


@asynccontextmanager
async def requests(folder: Path, poisoned: Sequence[bool]) -> AsyncIterator[LoopFixture]:
    """Bets that an operator's wallet has not answered; of one, the state is none."""
    async with opened_database(f"sqlite+aiosqlite:///{folder}") as database:
        with operators_of(database, folder) as wallet:
            await OperatorWallet.begin(wallet)
            client = wallet.clients["northbet"]
            owner = Owner("northbet", "ann")
            for number, is_poisoned in enumerate(poisoned):
                asked = Reservation(
                    id=f"bet-{number}",
                    owner=owner,
                    currency="GBP",
                    amount=40,
                    purpose=Purpose.BET,
                    seconds=600,
                )
                await wallet.journal.reserve(asked, "token-ann", None, client.lease)
                if is_poisoned:
                    wrong = "update operator_bet set state = '?' where reservation_id = :id"
                    await run_sql(database, wrong, id=asked.id)
            wallet.clock.advance(LONG)

            async def done() -> set[int]:
                query = "select reservation_id from operator_bet where next_at is null"
                ended = {row[0] for row in await run_sql(database, query)}
                return {number for number in range(len(poisoned)) if f"bet-{number}" in ended}

            yield LoopFixture(
                PostponedItems(database, POSTPONED), wallet.rounds.round, done, wallet.clock.advance
            )


@asynccontextmanager
async def corrections(folder: Path, poisoned: Sequence[bool]) -> AsyncIterator[LoopFixture]:
    """Corrections that two people decided; of one, the amount is no number."""
    async with opened_database(f"sqlite+aiosqlite:///{folder}") as database:
        clock = ManualClock(NOON)
        wallet = OpenedWallet.of(database, clock)
        ids = [f"fix-{number}" for number in range(len(poisoned))]
        wanted = [
            Correction(name, "northbet", "ann", "GBP", 70, "", "a mistake", "ann", "bob", NOON)
            for name in ids
        ]
        async with database.write() as connection:
            await add_corrections(connection, CORRECTION, wanted)
        for name, is_poisoned in zip(ids, poisoned, strict=True):
            if is_poisoned:
                wrong = "update correction set amount_minor = 'much' where correction_id = :id"
                await run_sql(database, wrong, id=name)
        work = CorrectionWork(
            database, CORRECTION, CLOSES, wallet.ledger, wallet.accounts, wallet.postponed, clock
        )

        async def again() -> None:
            await work.apply(clock.now(), 10)

        async def done() -> set[int]:
            query = "select correction_id from correction where state = 'applied'"
            applied = {row[0] for row in await run_sql(database, query)}
            return {number for number, name in enumerate(ids) if name in applied}

        yield LoopFixture(wallet.postponed, again, done, clock.advance)
        await wallet.ledger.close()


MADE_UP: Final[dict[str, Make]] = {
    CHANGES_IN_DOUBT: changes_in_doubt,
    COMPARISONS: comparisons,
    BRANDS: brands,
    FACTS: facts,
    REWARDS: rewards,
    RESULTS: results,
    PROVIDERS: providers,
    CLOSED_WEEKS: closed_weeks,
    CUSTOMERS_OF_WEEKS: customers_of_a_week,
    CHOICES: choices,
    DUE_BETS: bets,
    DUE_PAYMENTS: payments,
    STATEMENTS: statements,
    BANKS: banks,
    REPORTS: reports,
    CUSTOMERS: customers,
    CREDITS: credits_,
    ERASED: erased,
    REQUESTS: requests,
    CORRECTIONS: corrections,
}
OF_ROUNDS: Final = {PARTS, PARTS_OF_BETS, PARTS_OF_EVENTS, PARTS_OF_WEEKS}
"""Loops over the parts of a round, which do many rows in one statement."""

IN_ORDER: Final = {DAYS_TO_CLOSE}
"""Loops whose items come one after the other: the next one waits, and other loops of the worker go on."""

DEAD_LETTERS: Final = {RECORDS, RECORDS_OF_FEEDS}
"""Loops over records of Kafka, with tests of their own in `tests/consumers/stream` and `tests/feeds`."""

PLACES: Final = {"first": (True, False, False), "last": (False, False, True), "alone": (True,)}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("loop", MADE_UP)
async def test_a_poisoned_row_waits_and_its_neighbours_go_on(loop: str, place: str, tmp_path: Path) -> None:
    """It keeps its reason, and is a case after some tries."""
    poisoned = PLACES[place]
    healthy = {number for number, is_poisoned in enumerate(poisoned) if not is_poisoned}
    async with MADE_UP[loop](tmp_path, poisoned) as items:
        await items.round()
        assert await items.done() == healthy
        [noted] = (await items.postponed.of(loop)).values()
        assert noted.reason
        assert 1 <= noted.tries < CASE_AFTER
        for _ in range(CASE_AFTER):
            items.later(LONG)
            await items.round()
        assert await items.done() == healthy
        [noted] = (await items.postponed.of(loop)).values()
        assert noted.is_case
        worker, clock = loop.partition(":")[0], ManualClock(noted.due_at)
        assert (await items.postponed.counts(worker, clock))["failing"]
        clock.advance(timedelta(days=2))
        await items.postponed.counts(worker, clock)
        assert await items.postponed.of(loop) == {}  # what has not been tried for so long is gone
        if items.cases is not None:
            assert await items.cases() == 1


async def test_a_day_that_cannot_be_closed_keeps_no_correction_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Days are closed in order, so that this one waits with those behind it; others' money does not."""
    today = datetime.now(UTC).date()

    async def due(_closer: Closer) -> list[Any]:
        return [today - timedelta(days=2), today - timedelta(days=1)]

    async def close(_closer: Closer, _day: Any) -> None:
        raise ValueError("nobody has thought of this")

    monkeypatch.setattr(Closer, "due", due)
    monkeypatch.setattr(Closer, "close", close)
    async with corrections(tmp_path, (False,)) as items:
        wallet = OpenedWallet.of(items.postponed.database, SystemClock())
        told = await DailyClose(wallet, Closer.__new__(Closer)).round()
        assert told == {"close": 2, "payouts": 0, "correction": 0, "postponed": 1, "failing": 0}
        assert set(await items.postponed.of(DAYS_TO_CLOSE)) == {str(today - timedelta(days=2))}
        await wallet.ledger.close()


async def test_a_part_of_a_round_that_fails_keeps_no_bet_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sweep for results, which reads many rows at once, is tried again by itself."""

    async def sweep(_results: Any, *_: Any) -> None:
        raise ValueError("nobody has thought of this")

    monkeypatch.setattr(ResultStore, "sweep", sweep)
    async with bets(tmp_path, (False,)) as items:
        assert await items.round() == {"bets": 0, "postponed": 1, "failing": 0}
        assert await items.done() == {0}
        assert set(await items.postponed.of(PARTS_OF_BETS)) == {"sweep"}


async def test_a_part_of_a_round_that_fails_keeps_no_customer_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The end of reservations, which is one statement for many."""

    async def expire(_ledger: Any, *_: Any) -> list[str]:
        raise ValueError("nobody has thought of this")

    monkeypatch.setattr(Ledger, "expire_pending", expire)
    async with customers(tmp_path, (False,)) as items:
        assert (await items.round())["postponed"] == 1
        assert await items.done() == {0}
        assert set(await items.postponed.of(PARTS)) == {"expiry"}


async def test_a_part_of_a_round_that_fails_keeps_no_result_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Providers are judged together, and what one of them has said may be unreadable."""

    async def judge(_upkeep: Any, *_: Any) -> None:
        raise ValueError("nobody has thought of this")

    monkeypatch.setattr(EventsUpkeep, "_judge", judge)
    async with results(tmp_path, (False,)) as items:
        assert (await items.round())["postponed"] == 1
        assert await items.done() == {0}
        assert set(await items.postponed.of(PARTS_OF_EVENTS)) == {"judging"}


async def test_a_part_of_a_round_that_fails_keeps_no_choice_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The brands are read together, before each is an item."""

    async def brands_of(_lifecycle: Any) -> list[str]:
        raise ValueError("nobody has thought of this")

    async with choices(tmp_path, (False,)) as items:
        monkeypatch.setattr(WeekLifecycle, "brands", brands_of)
        await items.round()
        assert await items.done() == {0}


def test_each_declared_loop_is_tried_with_a_poisoned_row() -> None:
    """A loop without one would not be known to do that."""
    assert set(declared_loops()) == MADE_UP.keys() | IN_ORDER | OF_ROUNDS | DEAD_LETTERS
