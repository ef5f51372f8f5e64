"""What people see of liability: the worst case is never less than what is true."""

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any, NamedTuple

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from subgraphs.bets.models import METADATA
from subgraphs.bets.models import TRADING as TABLES
from subgraphs.bets.trading.exposure import ExposedBet
from subgraphs.bets.trading.liability import (
    EventLiability,
    SelectionLiability,
    events_at_risk,
    selections_at_risk,
)
from tests.subgraphs.bets.trading.exposed import (
    BRAND,
    ExposureFixture,
    chosen,
    exposed,
)
from tests.support.examples import examples

NONE, PLACED, WINS = 0, 1, 2
EVENTS = (1, 2)
PICKS = (1, 2)
SELECTIONS = st.lists(
    st.builds(chosen, st.sampled_from(EVENTS), st.sampled_from(PICKS)),
    min_size=1,
    max_size=2,
    unique_by=lambda selection: selection.sports_event_id,
)


class EachWay(NamedTuple):
    """A bet and what it returns: `win` if all its selections win, `place` beside it if all are placed."""

    bet: ExposedBet
    win: int
    place: int

    def lost(self, outcome: dict[str, int]) -> int:
        """Return what the house loses by it."""
        least = min(outcome[selection.selection_id] for selection in self.bet.selections)
        paid = {NONE: 0, PLACED: self.place, WINS: self.win + self.place}[least]
        return paid - self.bet.stake_minor


@st.composite
def bets(draw: st.DrawFn) -> list[EachWay]:
    """Draw bets, some of them each way or of two events."""
    drawn = []
    for number in range(draw(st.integers(0, 7))):
        win, place = draw(st.integers(100, 2_000)), draw(st.just(0) | st.integers(1, 500))
        stake = draw(st.integers(0, 100)) * (2 if place else 1)
        bet = exposed(f"b{number}", draw(SELECTIONS), stake=stake, returns=win + place, places=place)
        drawn.append(EachWay(bet, win, place))
    return drawn


def outcomes() -> Iterator[dict[str, int]]:
    """Return all that may become of two markets: in each one wins or none, and any others are placed."""
    of_market = [
        states for states in product((NONE, PLACED, WINS), repeat=len(PICKS)) if states.count(WINS) < 2
    ]
    for markets in product(of_market, repeat=len(EVENTS)):
        yield {
            chosen(event, pick).selection_id: states[place]
            for event, states in zip(EVENTS, markets, strict=True)
            for place, pick in enumerate(PICKS)
        }


async def at_risk(exposures: ExposureFixture, **options: Any) -> Sequence[EventLiability]:
    """Return the events by which the brand may lose something."""
    async with exposures.database.read() as connection:
        return await events_at_risk(connection, TABLES, BRAND, 10, **options)


async def of_event(exposures: ExposureFixture, number: int) -> Sequence[SelectionLiability]:
    """Return the selections of an event by which the brand may lose something."""
    async with exposures.database.read() as connection:
        return await selections_at_risk(connection, TABLES, BRAND, f"event{number}", 10)


@settings(
    max_examples=examples(40), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(drawn=bets())
async def test_the_worst_case_is_never_less_than_what_is_true(
    exposures: ExposureFixture, drawn: list[EachWay]
) -> None:
    """Whatever wins and is placed; and it is met exactly where all bets are singles to win."""
    async with exposures.database.write() as connection:
        for table in METADATA.sorted_tables:
            await connection.execute(delete(table))
        for one in drawn:
            await exposures.exposures.take(connection, one.bet, {})
    worst = {event.sports_event_id: event for event in await at_risk(exposures)}
    for number in EVENTS:
        name = f"event{number}"
        mine = [one for one in drawn if any(leg.sports_event_id == name for leg in one.bet.selections)]
        true = max(sum(one.lost(outcome) for one in mine) for outcome in outcomes())
        if not mine:
            assert name not in worst
            continue
        assert max(true, 0) <= worst[name].worst_minor
        if all(one.place == 0 and len(one.bet.selections) == 1 for one in mine):
            assert worst[name].worst_minor == max(true, 0)
        assert worst[name].bets == len(mine)
        assert worst[name].stake_minor == sum(one.bet.stake_minor for one in mine)
        for selection in await of_event(exposures, number):
            lost = [
                one
                for one in mine
                if selection.selection_id in {leg.selection_id for leg in one.bet.selections}
            ]
            assert selection.liability_minor == sum(one.win + one.place - one.bet.stake_minor for one in lost)


async def test_events_by_which_most_can_be_lost_come_first(exposures: ExposureFixture) -> None:
    """Currencies are apart, and another brand's bets are not seen; of several winners all may win."""
    await exposures.take(exposed("b1", [chosen(1)], returns=500), {})
    await exposures.take(exposed("b2", [chosen(1, 2)], returns=500), {})
    await exposures.take(exposed("b3", [chosen(2, 1, kind="PLACE", sport="greyhounds")], returns=400), {})
    await exposures.take(exposed("b4", [chosen(2, 2, kind="PLACE", sport="greyhounds")], returns=400), {})
    await exposures.take(exposed("b5", [chosen(2)], currency="EUR"), {})
    await exposures.take(exposed("b6", [chosen(3)], brand="southbet"), {})
    found = [(event.sports_event_id, event.currency, event.worst_minor) for event in await at_risk(exposures)]
    assert found == [("event2", "GBP", 600), ("event1", "GBP", 300), ("event2", "EUR", 200)]
    assert [event.event for event in await at_risk(exposures, sport="horse-racing")] == ["Race 1"]
    picks = [(one.pick, one.liability_minor, one.bets) for one in await of_event(exposures, 1)]
    assert picks == [("Horse 1", 400, 1), ("Horse 2", 400, 1)]
    assert await of_event(exposures, 3) == []
