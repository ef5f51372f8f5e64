"""A bet counts from when it is decided until it is refused or settled."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import pytest
from sqlalchemy import select

from foundation.storage.cells.cell import Cell
from foundation.storage.database import Database
from subgraphs.bets.betting.bet import Bet, BetStatus, Settlement
from subgraphs.bets.betting.facts import Decided, Fact, RefusedFor, Reserved, Settled, Taken
from subgraphs.bets.models import BETS, GLOBAL_STATE, METADATA
from subgraphs.bets.models import TRADING as TABLES
from subgraphs.bets.records.results import ResultStore
from subgraphs.bets.trading.counting import BetCounting
from subgraphs.bets.trading.decided import TradingDecisions
from subgraphs.bets.trading.exposure import Exposures
from subgraphs.kit.records.global_state import GlobalStateRepository
from tests.subgraphs.bets.slips import NOON, bet, slip
from tests.subgraphs.bets.trading.traded import stored_trading
from tests.support.database_probe import migrated

LATER: Final = NOON + timedelta(seconds=5)
LIMIT: Final = {"scope": "brand", "id": "", "currency": "GBP", "stake_minor": None, "liability_minor": 4000}
SINGLE: Final = bet(slip(stake=1000))
DECIDED: Final = Decided(LATER, SINGLE.legs)
"""At 3.0, by which the house may lose 2000."""


@dataclass(frozen=True)
class CountingFixture:
    """A database in which no more than 4000 may be lost by a selection."""

    database: Database

    async def learn(self, a_bet: Bet, *facts: Fact, cell: Cell | None = None) -> Bet:
        """Return a bet with what was learnt of it."""
        decisions = TradingDecisions(TABLES, GLOBAL_STATE)
        counting = BetCounting(decisions, Exposures(TABLES), ResultStore(BETS).of_markets, cell)
        async with self.database.write() as connection:
            return await counting.with_facts(connection, a_bet, facts)

    async def open_bets(self) -> Sequence[str]:
        """Return the bets that count."""
        async with self.database.read() as connection:
            return sorted(await connection.scalars(select(TABLES.exposed_leg.c.bet_id)))


@pytest.fixture
async def counting(database_url: str) -> AsyncIterator[CountingFixture]:
    """A new database of bets, once for each engine."""
    async with migrated(database_url, "bets", METADATA) as database:
        async with database.write() as connection:
            repository = GlobalStateRepository(GLOBAL_STATE)
            await repository.store(connection, [stored_trading(limits=[LIMIT])])
        yield CountingFixture(database)


def named(name: str) -> Bet:
    """Return the same bet under another id."""
    return bet(SINGLE.slip, bet_id=name)


async def test_a_bet_counts_as_soon_as_it_is_decided(counting: CountingFixture) -> None:
    """Not before; and what is known already changes nothing."""
    reserved = await counting.learn(SINGLE, Reserved(NOON))
    assert await counting.open_bets() == []
    decided = await counting.learn(reserved, DECIDED)
    assert (decided.decided_at, await counting.open_bets()) == (LATER, ["b1"])
    made = await counting.learn(decided, Taken(LATER), DECIDED)
    assert (made.status, await counting.open_bets()) == (BetStatus.OPEN, ["b1"])


async def test_a_bet_beyond_the_limit_is_refused_instead(counting: CountingFixture) -> None:
    """The third of 2000 each; what was learnt beside it stays."""
    for name in ("b1", "b2"):
        assert (await counting.learn(named(name), Reserved(NOON), DECIDED)).decided_at == LATER
    third = await counting.learn(named("b3"), Reserved(NOON), DECIDED)
    assert (third.status, third.refusal, third.decided_at) == (BetStatus.REFUSED, "STAKE_TOO_HIGH", None)
    assert third.reserved_at == NOON
    assert await counting.open_bets() == ["b1", "b2"]


async def test_a_cell_takes_its_part_alone(counting: CountingFixture) -> None:
    """Half of the partitions, half of the limit."""
    half = Cell("c0", 0, 5, 12)
    assert (await counting.learn(named("b1"), DECIDED, cell=half)).decided_at == LATER
    assert (await counting.learn(named("b2"), DECIDED, cell=half)).refusal == "STAKE_TOO_HIGH"


async def test_a_bet_whose_stake_cannot_be_taken_makes_room(counting: CountingFixture) -> None:
    """It was decided, and is refused after that."""
    for name in ("b1", "b2"):
        await counting.learn(named(name), DECIDED)
    decided = bet(SINGLE.slip, bet_id="b1", decided_at=LATER)
    ended = await counting.learn(decided, RefusedFor("DECLINED", "no", is_of_stake=True))
    assert ended.status is BetStatus.REFUSED
    assert await counting.open_bets() == ["b2"]
    assert (await counting.learn(named("b3"), DECIDED)).decided_at == LATER


async def test_a_bet_makes_room_with_its_first_settlement(counting: CountingFixture) -> None:
    """A correction changes nothing of it."""
    for name in ("b1", "b2"):
        await counting.learn(named(name), DECIDED)
    lost = await counting.learn(bet(SINGLE.slip, decided_at=LATER, taken_at=LATER), Settled(settlement(1)))
    assert await counting.open_bets() == ["b2"]
    assert (await counting.learn(named("b3"), DECIDED)).decided_at == LATER
    corrected = await counting.learn(lost, Settled(settlement(2)))
    assert len(corrected.settlements) == 2
    assert await counting.open_bets() == ["b2", "b3"]


def settlement(number: int) -> Settlement:
    """Return a settlement of a bet that has lost."""
    return Settlement(
        number=number,
        status=BetStatus.LOST,
        returns_minor=0,
        counting_minor=1000,
        outcomes={},
        decided_at=LATER,
    )
