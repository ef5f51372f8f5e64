"""What the house may lose is kept with each bet, and never goes beyond a limit."""

import asyncio
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from sqlalchemy import delete

from subgraphs.bets.accepting.acceptance import Accepted, accept
from subgraphs.bets.models import METADATA
from subgraphs.bets.trading.exposure import ExposedBet, exposed_bet
from subgraphs.kit.graphql.platform_errors import PlatformErrorCode
from tests.subgraphs.bets.slips import NOON, RULES, bet, offer, offered, slip
from tests.subgraphs.bets.trading.exposed import (
    BRAND,
    ExposureFixture,
    Sums,
    chosen,
    exposed,
    recounted,
)
from tests.support.examples import examples

FIRST, SECOND = chosen(1), chosen(2)
SELECTIONS = st.lists(
    st.builds(chosen, st.integers(1, 4), st.integers(1, 2)),
    min_size=1,
    max_size=3,
    unique_by=lambda selection: selection.sports_event_id,
)
BETS = st.builds(
    exposed,
    st.sampled_from([f"b{number}" for number in range(8)]),
    SELECTIONS,
    stake=st.integers(0, 500),
    returns=st.integers(500, 3_000),
    places=st.integers(0, 400),
    currency=st.sampled_from(["GBP", "EUR"]),
    brand=st.sampled_from([BRAND, "southbet"]),
)
LIMITS = st.dictionaries(
    st.sampled_from([chosen(event, number).selection_id for event in (1, 2) for number in (1, 2)]),
    st.integers(0, 6_000),
)
STEPS = st.lists(st.tuples(BETS, LIMITS | st.none()), max_size=30)


async def test_a_bet_that_would_go_beyond_a_limit_does_not_count(exposures: ExposureFixture) -> None:
    """Nothing is left of it, at none of its selections; a lower stake passes."""
    limits = {FIRST.selection_id: 500, SECOND.selection_id: 100}
    assert await exposures.take(exposed("b1", [FIRST]), limits) is None
    before = await exposures.sums()
    refused = await exposures.take(exposed("b2", [SECOND, FIRST]), limits)
    assert refused is not None
    assert refused.code is PlatformErrorCode.STAKE_TOO_HIGH
    assert SECOND.pick in refused.message
    assert await exposures.sums() == before
    assert not await exposures.give_back("b2")
    assert await exposures.take(exposed("b2", [SECOND, FIRST], returns=200), limits) is None


async def test_a_bet_counts_once_however_often_it_is_taken(exposures: ExposureFixture) -> None:
    """And ends once: who decides it again, after being killed, changes nothing."""
    for _attempt in range(2):
        assert await exposures.take(exposed("b1", [FIRST, SECOND]), {FIRST.selection_id: 200}) is None
    assert set((await exposures.sums()).values()) == {Sums(100, 300, 0, 1)}
    assert await exposures.give_back("b1")
    assert not await exposures.give_back("b1")
    assert await exposures.sums() == {}
    assert await exposures.take(exposed("b2", [FIRST]), {FIRST.selection_id: 200}) is None


@settings(
    max_examples=examples(40), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=STEPS)
async def test_the_sums_are_those_of_all_open_bets(
    exposures: ExposureFixture, steps: list[tuple[ExposedBet, dict[str, int] | None]]
) -> None:
    """Whatever is taken, refused and ended, and no bet takes a selection beyond its limit."""
    async with exposures.database.write() as connection:
        for table in METADATA.sorted_tables:
            await connection.execute(delete(table))
    made: dict[str, ExposedBet] = {}
    for asked, limits in steps:
        if limits is None:
            assert await exposures.give_back(asked.bet_id) is (made.pop(asked.bet_id, None) is not None)
        elif asked.bet_id not in made:
            hoped = recounted([*made.values(), asked])
            fits = all(
                sums.returns - sums.stake <= limits[selection]
                for (brand, currency, selection), sums in hoped.items()
                if (brand, currency) == (asked.brand_id, asked.currency)
                and selection in limits
                and selection in {chosen.selection_id for chosen in asked.selections}
            )
            assert (await exposures.take(asked, limits) is None) is fits
            if fits:
                made[asked.bet_id] = asked
        assert await exposures.sums() == recounted(made.values())


async def test_bets_at_once_use_a_limit_up_and_no_more(exposures: ExposureFixture) -> None:
    """Slips with the same selections in any order do not wait for each other in a circle."""
    selections = [chosen(number) for number in range(5)]
    limits = {selection.selection_id: 1_000 for selection in selections}

    def asked(number: int) -> ExposedBet:
        mine = [selections[(number + step * (1 + number % 3)) % 5] for step in range(1 + number % 4)]
        picked = {selection.selection_id: selection for selection in mine}
        return exposed(f"b{number}", picked.values(), returns=150 + number % 90)

    bets = [asked(number) for number in range(60)]
    refused = await asyncio.gather(*(exposures.take(one, limits) for one in bets))
    made = [one for one, why in zip(bets, refused, strict=True) if why is None]
    sums = await exposures.sums()
    assert sums == recounted(made)
    assert all(one.returns - one.stake <= 1_000 for one in sums.values())
    assert 0 < len(made) < len(bets)
    ended = await asyncio.gather(*(exposures.give_back(one.bet_id) for one in [*made, *made]))
    assert ended.count(True) == len(made)
    assert await exposures.sums() == {}


async def test_what_is_over_is_forgotten(exposures: ExposureFixture) -> None:
    """Unless a bet on it is open still."""
    await exposures.take(exposed("b1", [FIRST, SECOND]), {})
    await exposures.take(exposed("b2", [chosen(3)]), {})
    await exposures.take(exposed("b3", [chosen(1, 2)]), {})
    await exposures.give_back("b1")
    await exposures.give_back("b2")
    async with exposures.database.write() as connection:
        forgotten = await exposures.exposures.forget(connection, NOON + timedelta(hours=3))
    assert forgotten == 2
    assert await exposures.names() == {chosen(3).selection_id, chosen(1, 2).selection_id}
    assert set((await exposures.sums()).values()) == {Sums(100, 300, 0, 1)}


def test_a_bet_counts_with_all_that_it_may_return() -> None:
    """Each way with what its places return beside it, and a free bet without its stake."""
    asked = slip((1, 2), stake=100, each_way=True)
    decision = accept(asked, offered(offer(1, market_kind="WIN"), offer(2, event="E" * 500)), RULES, NOON)
    assert isinstance(decision, Accepted)
    each_way = bet(asked, legs=decision.legs)
    counted = exposed_bet(each_way)
    assert (counted.stake_minor, counted.returns_minor, counted.places_minor) == (200, 900 + 196, 196)
    free = exposed_bet(replace(each_way, slip=replace(asked, free_bet="fb-1")))
    assert (free.stake_minor, free.returns_minor, free.places_minor) == (0, 800 + 96, 96)
    single = exposed_bet(bet(slip((1,), stake=100)))
    assert (single.stake_minor, single.returns_minor, single.places_minor) == (100, 300, 0)
    first, second = counted.selections
    assert (first.kind, first.sports_event_id, first.market_id) == ("WIN", "event1", "market1")
    assert second.event == "E" * 400
