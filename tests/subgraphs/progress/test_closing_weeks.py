"""Weeks open and close by the clock, and what was reached is confirmed; every step can be repeated."""

import asyncio
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from foundation.storage.clock import Clock, ClockDiffers, ManualClock
from furlong.workers.week_worker import WeekWorker
from subgraphs.club_kit.domain.control_groups import ControlGroups
from subgraphs.club_kit.topics import QUALIFICATION_TOPIC
from subgraphs.kit.domain.errors import BadInput
from subgraphs.progress.errors import CannotClose, CannotOpen
from subgraphs.progress.ledger.ledger import Ledger, ledger_of
from subgraphs.progress.models import OUTBOX
from subgraphs.progress.weeks import lifecycle as module
from subgraphs.progress.weeks.lifecycle import WeekLifecycle
from tests.support.consumers.progress_reducer import Reducer, reducer
from tests.support.consumers.sample_messages import BRAND, account, bet, membership, scheme
from tests.support.skewed_clock import SkewedClock

__all__ = ["reducer"]

DURING = datetime(2026, 3, 25, 12, tzinfo=UTC)
ENDS = datetime(2026, 3, 29, 23, tzinfo=UTC)
GRACE = timedelta(minutes=60)
W13 = "2026-W13"


@dataclass
class WeekFixture:
    """A reducer, and the lifecycle of its weeks by a clock of its own."""

    reducer: Reducer
    clock: ManualClock

    @property
    def closing(self) -> WeekLifecycle:
        """A lifecycle of its own, as each node has one."""
        return self.node(self.clock)

    def node(self, clock: Clock) -> WeekLifecycle:
        """The lifecycle on a node with another clock."""
        database = self.reducer.database
        return WeekLifecycle(database, ledger_of(database.dialect, clock), clock)

    async def keep(self, at: datetime) -> int:
        """Do what a worker does at an instant."""
        self.clock.instant = at
        return await self.closing.advance()

    async def qualifier(self, customer: str = "c-1") -> None:
        """Add a member who reaches the target."""
        await self.reducer.memberships(membership(customer_id=customer))
        whole = {"stake_minor": 2500, "counting_stake_minor": 2500}
        await self.reducer.bets(bet(bet_id=f"b-{customer}", customer_id=customer, **whole))

    async def told(self) -> list[tuple[str, str]]:
        """Return customer and status of the unpublished qualifications, oldest first."""
        async with self.reducer.database.read() as connection:
            c = OUTBOX.outbox.c
            wanted = select(c.value).where(c.topic == QUALIFICATION_TOPIC).order_by(c.id)
            values = await connection.scalars(wanted)
            return [(one["customer_id"], one["status"]) for one in map(json.loads, values)]

    async def states(self) -> list[tuple[str, str, str, bool]]:
        """Return week, currency, state, and whether the week is confirmed."""
        steps = await self.closing.statuses()
        return [(s.iso_week, s.currency, s.state.value, s.confirmed_at is not None) for s in steps]


@pytest.fixture
def week_fixture(reducer: Reducer) -> WeekFixture:
    """A fixture whose clock stands in the middle of a week."""
    return WeekFixture(reducer, ManualClock(DURING))


async def test_a_week_opens_turns_provisional_and_closes_by_the_clock(week_fixture: WeekFixture) -> None:
    """It ends, and closes at the end of its grace; the next week is open meanwhile."""
    await week_fixture.keep(DURING)
    assert await week_fixture.states() == [(W13, "GBP", "OPEN", False)]
    await week_fixture.keep(ENDS - timedelta(seconds=1))
    assert await week_fixture.states() == [(W13, "GBP", "OPEN", False)]
    await week_fixture.keep(ENDS)
    assert await week_fixture.states() == [
        (W13, "GBP", "PROVISIONAL", False),
        ("2026-W14", "GBP", "OPEN", False),
    ]
    await week_fixture.keep(ENDS + GRACE)
    assert await week_fixture.states() == [(W13, "GBP", "CLOSED", True), ("2026-W14", "GBP", "OPEN", False)]


async def test_what_was_reached_is_confirmed_after_the_grace(week_fixture: WeekFixture) -> None:
    """Members who have reached the target are confirmed then, not before."""
    await week_fixture.qualifier()
    await week_fixture.reducer.memberships(membership(customer_id="c-2"))
    await week_fixture.reducer.bets(bet(bet_id="b-less", customer_id="c-2"))
    await week_fixture.keep(DURING)
    assert await week_fixture.keep(ENDS + GRACE - timedelta(seconds=1)) == 0
    assert await week_fixture.keep(ENDS + GRACE) == 1
    assert await week_fixture.told() == [("c-1", "provisional"), ("c-1", "confirmed")]


async def test_a_worker_that_was_away_makes_up_for_it(week_fixture: WeekFixture) -> None:
    """Weeks that ended while no worker was running are closed when it is back."""
    await week_fixture.keep(DURING)
    await week_fixture.qualifier()
    await week_fixture.keep(ENDS + timedelta(days=15))
    states = await week_fixture.states()
    assert [(week, state) for week, _, state, _ in states] == [
        (W13, "CLOSED"),
        ("2026-W14", "CLOSED"),
        ("2026-W15", "CLOSED"),
        ("2026-W16", "OPEN"),
    ]
    assert await week_fixture.told() == [("c-1", "provisional"), ("c-1", "confirmed")]


async def test_weeks_from_before_the_first_that_was_kept_are_left_alone(week_fixture: WeekFixture) -> None:
    """They were paid in some other way, or not at all."""
    await week_fixture.qualifier()
    await week_fixture.keep(ENDS + timedelta(days=3))
    assert [week for week, *_ in await week_fixture.states()] == ["2026-W14"]
    assert await week_fixture.told() == [("c-1", "provisional")]


async def test_doing_it_again_tells_nothing_new(week_fixture: WeekFixture) -> None:
    """Neither the worker nor a command publishes anything a second time."""
    await week_fixture.keep(DURING)
    await week_fixture.qualifier()
    await week_fixture.keep(ENDS + GRACE)
    assert await week_fixture.keep(ENDS + GRACE) == 0
    assert await week_fixture.closing.close("northbet", W13) == 0
    assert await week_fixture.told() == [("c-1", "provisional"), ("c-1", "confirmed")]


async def test_two_nodes_at_once_confirm_everybody_once(
    week_fixture: WeekFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both confirm portions of the customers in turns."""
    monkeypatch.setattr(module, "CUSTOMERS_PER_BATCH", 3)
    customers = [f"c-{number}" for number in range(10)]
    await week_fixture.keep(DURING)
    for customer in customers:
        await week_fixture.qualifier(customer)
    week_fixture.clock.instant = ENDS + GRACE
    await asyncio.gather(week_fixture.closing.advance(), week_fixture.closing.advance())
    told = await week_fixture.told()
    assert sorted(one for one, status in told if status == "confirmed") == customers


async def test_a_worker_that_is_cut_off_is_taken_over(
    week_fixture: WeekFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it has confirmed stays, and the next worker confirms the rest."""
    monkeypatch.setattr(module, "CUSTOMERS_PER_BATCH", 2)
    customers = [f"c-{number}" for number in range(5)]
    await week_fixture.keep(DURING)
    for customer in customers:
        await week_fixture.qualifier(customer)

    class CutOff(BaseException):
        pass

    closing = week_fixture.closing
    pages = 0
    follow = Ledger.requalify_weeks

    async def dies_at_the_second(*arguments: object) -> int:
        nonlocal pages
        pages += 1
        if pages == 2:
            raise CutOff
        return await follow(*arguments)  # type: ignore[arg-type] # handed on as they came

    week_fixture.clock.instant = ENDS + GRACE
    with monkeypatch.context() as dying:
        dying.setattr(Ledger, "requalify_weeks", dies_at_the_second)
        with pytest.raises(CutOff):
            await closing.advance()
    assert [one for one in await week_fixture.told() if one[1] == "confirmed"] == [
        ("c-0", "confirmed"),
        ("c-1", "confirmed"),
    ]
    assert await week_fixture.closing.advance() == 3
    assert sorted(one for one, status in await week_fixture.told() if status == "confirmed") == customers


async def test_each_currency_closes_after_the_grace_of_its_own_scheme(week_fixture: WeekFixture) -> None:
    """Customers of one currency are confirmed while bets in another may still arrive."""
    ireland = {"jurisdiction": "IE", "currency": "EUR", "brand": BRAND, "grace_minutes": 600}
    await week_fixture.reducer.schemes(scheme(**ireland))
    await week_fixture.reducer.accounts(account(customer_id="c-2", jurisdiction="IE", currency="EUR"))
    await week_fixture.keep(DURING)
    await week_fixture.qualifier()
    await week_fixture.reducer.memberships(membership(customer_id="c-2"))
    whole = {"stake_minor": 2500, "counting_stake_minor": 2500, "currency": "EUR"}
    await week_fixture.reducer.bets(bet(bet_id="b-2", customer_id="c-2", **whole))
    await week_fixture.keep(ENDS + GRACE)
    assert ("c-1", "confirmed") in await week_fixture.told()
    assert ("c-2", "confirmed") not in await week_fixture.told()
    await week_fixture.keep(ENDS + timedelta(minutes=600))
    assert ("c-2", "confirmed") in await week_fixture.told()


async def test_a_past_week_can_be_closed_by_hand(week_fixture: WeekFixture) -> None:
    """This also holds for a week from before the first worker, which leaves the weeks between alone."""
    await week_fixture.qualifier()
    week_fixture.clock.instant = ENDS + timedelta(days=10)
    assert await week_fixture.closing.close("northbet", W13) == 1
    assert await week_fixture.told() == [("c-1", "provisional"), ("c-1", "confirmed")]
    await week_fixture.keep(ENDS + timedelta(days=11))
    assert [week for week, *_ in await week_fixture.states()] == [W13, "2026-W15"]


@pytest.mark.parametrize(
    ("brand", "week", "at", "why"),
    [
        ("northbet", W13, ENDS + GRACE - timedelta(seconds=1), "may still change until 2026-03-30 00:00"),
        ("nobody", W13, ENDS + GRACE, "no brand"),
        ("northbet", "2025-W13", ENDS + GRACE, "had no club"),
    ],
)
async def test_a_week_that_cannot_be_closed_is_not(
    week_fixture: WeekFixture, brand: str, week: str, at: datetime, why: str
) -> None:
    """Nothing is recorded about it either."""
    week_fixture.clock.instant = at
    with pytest.raises(CannotClose, match=why):
        await week_fixture.closing.close(brand, week)
    assert await week_fixture.states() == []


async def test_a_week_that_does_not_exist_is_refused(week_fixture: WeekFixture) -> None:
    """Weeks are written as 2026-W13."""
    with pytest.raises(BadInput):
        await week_fixture.closing.close("northbet", "2026-W60")


async def versions(week_fixture: WeekFixture) -> list[tuple[str, int | None]]:
    """Return weeks, and the scheme versions that they opened with."""
    return [(step.iso_week, step.scheme_version) for step in await week_fixture.closing.statuses()]


async def test_opening_by_hand_is_what_the_worker_does(week_fixture: WeekFixture) -> None:
    """The week opens with its scheme; a second opening, by worker or person, changes nothing."""
    first = await week_fixture.closing.open("northbet", W13)
    assert [(step.opened_at, step.scheme_version) for step in first] == [(DURING, 1)]
    await week_fixture.keep(DURING + timedelta(hours=1))
    assert await week_fixture.closing.open("northbet", W13) == first
    assert await versions(week_fixture) == [(W13, 1)]


async def test_two_nodes_open_a_week_once(week_fixture: WeekFixture) -> None:
    """They open it at the same moment, beside a worker."""
    await asyncio.gather(
        *(week_fixture.closing.open("northbet", W13) for _ in range(4)), week_fixture.closing.advance()
    )
    assert await week_fixture.states() == [(W13, "GBP", "OPEN", False)]


async def test_what_is_issued_during_a_week_leaves_its_scheme_alone(week_fixture: WeekFixture) -> None:
    """A version published in the week applies to the next one; the recorded version stays."""
    await week_fixture.closing.open("northbet", W13)
    issued = {"issued_at": "2026-03-25T12:30:00Z", "effective_from": "2026-01-01T00:00:00Z"}
    await week_fixture.reducer.schemes(scheme(version=2, occurred_at="2026-03-25T12:30:00Z", **issued))
    await week_fixture.keep(DURING + timedelta(hours=1))
    place = ("GB", "GBP")
    schemes = {
        week: by[place].version for week, by in (await week_fixture.closing.schemes("northbet")).items()
    }
    assert schemes == {W13: 1, "2026-W14": 2}
    await week_fixture.keep(ENDS)
    assert await versions(week_fixture) == [(W13, 1), ("2026-W14", 2)]


async def test_a_week_is_opened_in_its_own_time_only(week_fixture: WeekFixture) -> None:
    """It opens neither before it begins nor after its end; a recorded week is returned as it is."""
    with pytest.raises(CannotOpen, match="begins at 2026-03-29 23:00 UTC"):
        await week_fixture.closing.open("northbet", "2026-W14")
    with pytest.raises(CannotOpen, match="is over"):
        await week_fixture.closing.open("northbet", "2026-W12")
    await week_fixture.closing.open("northbet", W13)
    await week_fixture.keep(ENDS)
    assert [step.state.value for step in await week_fixture.closing.open("northbet", W13)] == ["PROVISIONAL"]


async def test_a_week_without_the_club_is_not_opened(week_fixture: WeekFixture) -> None:
    """A scheme that takes effect later opens nothing."""
    week_fixture.clock.instant = datetime(2020, 3, 25, 12, tzinfo=UTC)
    with pytest.raises(CannotOpen, match="has no club in 2020-W13"):
        await week_fixture.closing.open("northbet", "2020-W13")


@pytest.mark.parametrize("skew", [timedelta(minutes=5), -timedelta(minutes=5)], ids=["fast", "slow"])
async def test_weeks_go_by_the_databases_time_on_every_node(
    week_fixture: WeekFixture, skew: timedelta
) -> None:
    """A fast node closes nothing within the grace, and a slow one nothing late, by hand neither."""
    await week_fixture.keep(DURING)
    await week_fixture.qualifier()
    node = week_fixture.node(SkewedClock(week_fixture.clock, skew))
    for at, state in (
        (ENDS - timedelta(minutes=1), "OPEN"),
        (ENDS, "PROVISIONAL"),
        (ENDS + GRACE - timedelta(minutes=1), "PROVISIONAL"),
        (ENDS + GRACE, "CLOSED"),
    ):
        week_fixture.clock.instant = at
        await node.advance()
        assert (await week_fixture.states())[0][2] == state
        if state == "PROVISIONAL":
            with pytest.raises(CannotClose):
                await node.close("northbet", W13)
    assert await week_fixture.told() == [("c-1", "provisional"), ("c-1", "confirmed")]
    week_fixture.clock.instant = datetime(2026, 4, 5, 22, 59, tzinfo=UTC)
    with pytest.raises(CannotOpen, match="begins at"):
        await node.open("northbet", "2026-W15")


async def test_a_worker_whose_clock_is_wrong_says_so_and_does_nothing(week_fixture: WeekFixture) -> None:
    """It waits until its clock is right, and its health says how far it is off."""
    await week_fixture.keep(DURING)
    week_fixture.clock.instant = ENDS + GRACE
    database, skew = week_fixture.reducer.database, timedelta(minutes=5)
    clock, stop = SkewedClock(week_fixture.clock, skew), asyncio.Event()
    worker = WeekWorker(database, database, clock, ControlGroups(b""))
    with pytest.raises(ClockDiffers):
        await worker.run_once()
    asyncio.get_running_loop().call_later(0.5, stop.set)
    await worker.run(stop)
    assert worker.status.trouble.startswith("this machine's clock is 300 s ahead of the database's")
    assert (await week_fixture.states())[0][2] == "OPEN"
