"""If a scheme counts only bets placed after the first opt-in, memberships matter whenever they arrive."""

import pytest

from subgraphs.progress.models import MEMBERSHIP
from tests.support.consumers.progress_reducer import Reducer, reducer
from tests.support.consumers.sample_messages import bet, membership, scheme
from tests.support.database_probe import contents, statements_of

__all__ = ["reducer"]

EARLY, LATER = "2026-03-24T12:00:00Z", "2026-03-26T12:00:00Z"


@pytest.fixture
async def asking(reducer: Reducer) -> Reducer:
    """A reducer whose scheme counts bets from the first opt-in on, in all weeks of the test."""
    asks = scheme(version=2, count_before_opt_in=False, occurred_at="2026-01-02T00:00:00Z")
    await reducer.schemes(asks)
    return reducer


async def test_bets_count_from_the_first_opt_in_on(asking: Reducer) -> None:
    """Earlier bets count nothing, and say why."""
    await asking.memberships(membership())
    await asking.bets(bet(bet_id="b-1", placed_at=EARLY), bet(bet_id="b-2", placed_at=LATER))
    assert await asking.reasons() == ["BEFORE_OPT_IN", "COUNTED"]
    assert await asking.counted() == 500


async def test_a_first_opt_in_that_arrives_after_the_bets_has_them_judged_again(asking: Reducer) -> None:
    """Only the customer's own bets are assessed again."""
    await asking.bets(
        bet(bet_id="b-1", placed_at=EARLY),
        bet(bet_id="b-2", placed_at=LATER),
        bet(bet_id="b-3", placed_at=LATER, customer_id="c-2"),
    )
    assert await asking.reasons() == ["BEFORE_OPT_IN"] * 3
    await asking.memberships(membership())
    assert await asking.reasons() == ["BEFORE_OPT_IN", "COUNTED", "BEFORE_OPT_IN"]


async def test_leaving_and_joining_again_changes_nothing(asking: Reducer) -> None:
    """The first opt-in stays the first: contributions are kept."""
    await asking.bets(bet(placed_at=LATER))
    await asking.memberships(membership())
    left = {"change": "opted_out", "opted_in": False, "since": None, "left_at": "2026-03-27T00:00:00Z"}
    await asking.memberships(membership(version=2, **left))
    assert await asking.reasons() == ["COUNTED"]


async def test_an_older_version_that_comes_late_is_stale(asking: Reducer) -> None:
    """The highest version holds, whatever the order."""
    await asking.memberships(membership(version=3))
    before = await contents(asking.database, MEMBERSHIP)
    older = membership(version=2, change="opted_out", opted_in=False, since=None)
    outcome = await asking.memberships(older, membership(version=3), membership())
    assert outcome.stale == 3
    assert await contents(asking.database, MEMBERSHIP) == before


async def test_a_scheme_that_asks_later_finds_the_memberships_that_came_before(reducer: Reducer) -> None:
    """Memberships are kept even while no scheme needs them."""
    await reducer.memberships(membership())
    await reducer.bets(
        bet(bet_id="b-1", placed_at="2026-03-31T12:00:00Z"),
        bet(bet_id="b-2", placed_at="2026-03-31T12:00:00Z", customer_id="c-2"),
    )
    assert await reducer.reasons() == ["COUNTED", "COUNTED"]
    asks = scheme(version=2, count_before_opt_in=False, occurred_at="2026-03-28T00:00:00Z")
    await reducer.schemes(asks)
    assert await reducer.reasons() == ["COUNTED", "BEFORE_OPT_IN"]


async def test_memberships_cost_no_look_at_the_bets_where_no_scheme_asks(reducer: Reducer) -> None:
    """Many opt-ins in one day do not read the ledger."""
    await reducer.bets(*(bet(bet_id=f"b-{n}", customer_id=f"c-{n}") for n in range(20)))
    with statements_of(reducer.database) as sent:
        await reducer.memberships(*(membership(customer_id=f"c-{n}") for n in range(20)))
    assert not [statement for statement in sent if "contribution" in statement]
