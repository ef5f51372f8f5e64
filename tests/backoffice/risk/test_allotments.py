"""A budget over four cells is never exceeded, and reached in the end, whatever happens on the way."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from itertools import count

import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from backoffice.risk.budgets.allotter import CellUse, divided
from consumers.acknowledgements.message import CellRange
from consumers.messages.global_events.states import AllotmentState, CellShare
from subgraphs.rewards.budgets import BudgetRepository
from tests.backoffice.risk.allotted_cells import BRAND, CELLS, REWARD, AllottedCells, allotted_cells
from tests.backoffice.risk.risk_fixture import WEEK
from tests.support.long_form import LONG_FORM

ROUNDS = 20


@pytest.fixture(scope="module")
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    """An event loop in which all examples run: opening databases for each would take most of the time."""
    made = asyncio.new_event_loop()
    yield made
    made.close()


@pytest.fixture(scope="module")
def installation(
    loop: asyncio.AbstractEventLoop, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[AllottedCells]:
    """A back office and four cells."""
    stack = AsyncExitStack()
    folder = tmp_path_factory.mktemp("cells")
    urls = (f"sqlite+aiosqlite:///{folder / str(number)}" for number in count())
    manager = allotted_cells(urls.__next__)
    yield loop.run_until_complete(stack.enter_async_context(manager))
    loop.run_until_complete(stack.aclose())


PLACES = st.integers(0, len(CELLS) - 1)


@dataclass(frozen=True)
class Round:
    """What happens in some seconds.

    Attributes:
        raised: By how much the budget is raised.
        asks: How many customers of each cell ask; a cell's gateway serves also while its consumer is down.
        alive: The cells whose consumers run; the others read and report nothing.
        answered: The cells whose upstream answers.
        lost: The cells whose reports are lost.
        old: The place of an old report that arrives again.
    """

    raised: int
    asks: tuple[int, int, int, int]
    alive: frozenset[int]
    answered: frozenset[int]
    lost: frozenset[int]
    old: int


ALL, NOBODY = frozenset(range(4)), frozenset[int]()
ASKS = st.integers(0, 3)
SOME = st.frozensets(PLACES)
ROUND = st.builds(
    Round,
    raised=st.sampled_from([0, 0, 0, 0, 2]),
    asks=st.tuples(ASKS, ASKS, ASKS, ASKS),
    alive=SOME | st.just(ALL),
    answered=SOME,
    lost=st.frozensets(PLACES, max_size=1),
    old=st.integers(0, 100),
)


async def ask(installation: AllottedCells, asks: Sequence[int], budget: int) -> None:
    """Let customers of each cell ask; no more than the budget may have the reward."""
    for cell, number in zip(installation.cells, asks, strict=True):
        for _ in range(number):
            await cell.ask()
    assert await installation.used() <= budget


async def play(installation: AllottedCells, one: Round, budget: int) -> None:
    """Let a round happen: a consumer that was killed reads some messages again."""
    await ask(installation, one.asks, budget)
    for place in sorted(one.alive):
        await installation.read(place, len(installation.topic), repeated=place)
        if place in one.answered:
            await installation.cells[place].settle()
        await installation.report(place)
        if place not in one.lost:
            await installation.hear(installation.reports[-1:])
    if installation.reports:
        await installation.hear([installation.reports[one.old % len(installation.reports)]])
    await installation.divide()


@settings(max_examples=100 if LONG_FORM else 4, phases=[Phase.explicit, Phase.generate])
@example(
    number=7,
    rounds=[
        Round(0, (3, 0, 0, 0), ALL, ALL, NOBODY, 0),
        Round(0, (0, 0, 0, 0), frozenset({0}), ALL, NOBODY, 0),
        Round(0, (0, 0, 0, 0), frozenset({0}), ALL, NOBODY, 0),
        Round(0, (3, 2, 2, 2), NOBODY, NOBODY, NOBODY, 0),
    ],
    last=frozenset({0}),
)
@given(number=st.integers(0, 8), rounds=st.lists(ROUND, min_size=3, max_size=6), last=SOME)
def test_a_budget_is_never_exceeded_and_reached_in_the_end(
    installation: AllottedCells,
    loop: asyncio.AbstractEventLoop,
    number: int,
    rounds: list[Round],
    last: frozenset[int],
) -> None:
    """Messages are late, repeated, reordered and lost; consumers are killed while gateways serve on.

    The budget holds from the moment in which a cell has heard of it, and each begins with that. In the end
    customers of some cells, or of all, ask for what is left.
    """

    async def run() -> None:
        budget = number
        await installation.clear()
        await installation.set_budget(budget)
        for place in range(len(CELLS)):
            await installation.read(place, 1)
        await ask(installation, (1, 1, 1, 1), budget)
        await installation.settle_down()
        for one in rounds:
            budget += one.raised
            await installation.set_budget(budget)
            await play(installation, one, budget)
        wanting = [3 if place in (last or {0}) else 0 for place in range(len(CELLS))]
        for _ in range(ROUNDS):
            await ask(installation, wanting, budget)
            await installation.settle_down()
            if await installation.used() == budget:
                return
        assert await installation.used() == budget

    loop.run_until_complete(run())


def test_a_menu_says_that_a_reward_is_spent_once_nothing_is_left_anywhere(
    installation: AllottedCells, loop: asyncio.AbstractEventLoop
) -> None:
    """A cell whose share is used up still offers the reward while another has some; the last one ends it."""

    async def run() -> None:
        await installation.clear()
        await installation.set_budget(4)
        await installation.settle_down()
        first, *others = installation.cells
        assert await first.ask()
        assert await spent(installation) == [False, False, False, False]
        assert not await first.ask()
        await installation.settle_down()
        assert await first.ask()
        await installation.settle_down()
        while await installation.used() < 4:
            await first.ask()
            await installation.settle_down()
        assert [await one.used() for one in others] == [0, 0, 0]
        assert await spent(installation) == [True, True, True, True]
        await installation.set_budget(None)
        await installation.settle_down()
        assert await others[0].ask()

    loop.run_until_complete(run())


async def spent(installation: AllottedCells) -> list[bool]:
    """Return whether each cell shows the reward as spent."""
    found = []
    for cell in installation.cells:
        async with cell.database.read() as connection:
            shown = await BudgetRepository().spent(connection, BRAND, WEEK.iso)
        found.append(REWARD in shown.rewards)
    return found


def cell(name: str, first: int, last: int) -> CellRange:
    """Return a cell of twelve partitions."""
    return CellRange(name=name, first=first, last=last, of=12)


def test_after_a_split_each_half_holds_what_its_customers_have() -> None:
    """The share of the former cell is given out again once both halves have reported."""
    share = CellShare(cell="c1", first=0, last=11, rewards=10, held=10, asked=0)
    before = AllotmentState(reward_id=REWARD, iso_week=WEEK.iso, spent=False, shares=(share,))
    half = CellUse(cell("c1", 0, 5), used=3, asked=0)
    other = CellUse(cell("c2", 6, 11), used=4, asked=0)
    one = divided(before, 10, [half], 12)
    assert sum(each.rewards for each in one.shares) == 10
    both = divided(before, 10, [half, other], 12)
    assert [(each.cell, each.first, each.rewards) for each in both.shares] == [("c1", 0, 5), ("c2", 6, 5)]
    assert divided(both, 10, [], 12) == both


def test_what_a_cell_asked_for_before_a_split_is_not_asked_for_again() -> None:
    """Neither half gets more of what is left, nor do others give up any, until somebody asks in a half."""
    own = CellShare(cell="c1", first=0, last=7, rewards=6, held=6, asked=5)
    far = CellShare(cell="c3", first=8, last=11, rewards=4, held=4, asked=0)
    before = AllotmentState(reward_id=REWARD, iso_week=WEEK.iso, spent=False, shares=(own, far))
    uses = [
        CellUse(cell("c1", 0, 3), used=3, asked=5),
        CellUse(cell("c2", 4, 7), used=3, asked=0),
        CellUse(cell("c3", 8, 11), used=0, asked=0),
    ]
    after = divided(before, 10, uses, 12)
    assert [share.rewards for share in after.shares] == [0, 0, 4]
    after = divided(after, 10, uses, 12)
    assert [one.rewards for one in after.shares] == [0, 0, 4]
    uses[1] = CellUse(cell("c2", 4, 7), used=3, asked=1)
    assert [one.rewards for one in divided(after, 10, uses, 12).shares] == [0, 0, 2]


def test_a_lowered_budget_takes_back_only_what_is_unused() -> None:
    """Customers keep what they have chosen, and a cell that does not answer keeps its share."""
    shares = tuple(
        CellShare(cell=name, first=first, last=first + 3, rewards=10, held=10, asked=0)
        for name, first in (("c0", 0), ("c1", 4), ("c2", 8))
    )
    before = AllotmentState(reward_id=REWARD, iso_week=WEEK.iso, spent=False, shares=shares)
    uses = [CellUse(cell("c0", 0, 3), used=8, asked=0), CellUse(cell("c1", 4, 7), used=1, asked=0)]
    after = divided(before, 15, uses, 12)
    assert [one.rewards for one in after.shares] == [8, 1, 10]
    answered = [replace(share, held=share.rewards) for share in after.shares]
    assert divided(after, 15, uses, 12).shares == tuple(answered)
