"""Bets on a few sports events, with all that is told of them, for tests of what they come to."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from math import floor
from typing import Any, Final

from hypothesis import strategies as st

from consumers.stream.records import Record
from tests.support.consumers.sample_messages import LEG, bet_state

SUNDAY: Final = datetime(2026, 3, 22, 22, tzinfo=UTC)
"""A moment that is two hours before another week."""

BRANDS: Final = ("northbet", "southbet")
CURRENCIES: Final = ("GBP", "EUR")
PLACE: Final = Fraction(1, 4)
"""The part of the odds that is paid for a place."""


@dataclass(frozen=True)
class Pick:
    """A selection: the event, the market of it, and the runner."""

    event: int
    market: int
    runner: int
    odds_milli: int

    @property
    def name(self) -> str:
        """Return its id."""
        return f"market{self.event}{self.market}-{self.runner}"

    def told(self, result: str | None) -> dict[str, Any]:
        """Return the leg of a message."""
        names = {"event": f"Race {self.event}", "market": f"Market {self.market}", "pick": self.name}
        ids = {"selection_id": self.name, "market_id": self.name.partition("-")[0]}
        own = {"sports_event_id": f"event{self.event}", "odds_milli": self.odds_milli, "result": result}
        return LEG | names | ids | own


@dataclass(frozen=True)
class State:
    """How a bet stands from a moment on, so many hours after it was placed.

    Attributes:
        returns: None while it is open.
    """

    hours: int
    status: str
    counting: int
    returns: int | None


@dataclass(frozen=True)
class MadeBet:
    """A bet, and its state at each of its revisions."""

    number: int
    brand: str
    currency: str
    product: str
    is_free: bool
    each_way: bool
    stake: int
    placed_at: datetime
    picks: tuple[Pick, ...]
    states: tuple[State, ...]

    @property
    def cash(self) -> int:
        """Return what the customer paid."""
        return 0 if self.is_free else self.stake

    @property
    def most(self) -> int:
        """Return what it returns if all wins."""
        lines = [self.line(Fraction(1))]
        if self.each_way:
            lines.append(self.line(PLACE))
        return floor(sum(lines) + Fraction(1, 2))

    @property
    def least_of_place(self) -> int:
        """Return what it returns if all is placed and nothing wins."""
        return floor(self.line(PLACE) + Fraction(1, 2)) if self.each_way else 0

    def line(self, part: Fraction) -> Fraction:
        """Return what a line returns, where this part of the odds is paid."""
        whole = Fraction(self.stake, 2 if self.each_way else 1)
        product = whole
        for pick in self.picks:
            product *= 1 + Fraction(pick.odds_milli - 1000, 1000) * part
        return product - whole if self.is_free else product

    def day_of(self, state: State) -> str:
        """Return the day from which it is so."""
        return f"{self.placed_at + timedelta(hours=state.hours):%Y-%m-%d}"

    def record(self, revision: int) -> Record:
        """Return what is told of it at a revision."""
        state = self.states[revision - 1]
        product = {} if self.product == "betting" else {"product": self.product}
        return bet_state(
            brand_id=self.brand,
            customer_id=f"c-{self.number % 3}",
            bet_id=f"b-{self.number}",
            bet_revision=revision,
            status=state.status,
            stake_minor=self.stake,
            counting_stake_minor=state.counting,
            currency=self.currency,
            each_way=self.each_way,
            stake_source="free_bet" if self.is_free else "cash",
            returns_minor=state.returns,
            potential_returns_minor=self.most,
            placed_at=written(self.placed_at),
            occurred_at=written(self.placed_at + timedelta(hours=state.hours)),
            legs=[pick.told(None if state.status == "OPEN" else "WON") for pick in self.picks],
            **product,
        )


def written(at: datetime) -> str:
    """Return an instant as messages write it."""
    return at.isoformat().replace("+00:00", "Z")


@st.composite
def made_bets(draw: st.DrawFn) -> list[MadeBet]:
    """Return bets of two brands, that were placed on a few days about a Sunday's midnight."""
    return [draw(_made_bet(number)) for number in range(draw(st.integers(4, 24)))]


@st.composite
def _made_bet(draw: st.DrawFn, number: int) -> MadeBet:
    product = draw(st.sampled_from(["betting"] * 5 + ["casino"]))
    events = draw(st.lists(st.integers(1, 3), min_size=1, max_size=3, unique=True))
    is_free, stake = draw(st.booleans()), draw(st.sampled_from([2, 20, 1000]))
    made = MadeBet(
        number=number,
        brand=draw(st.sampled_from(BRANDS)),
        currency=draw(st.sampled_from(CURRENCIES)),
        product=product,
        is_free=is_free,
        each_way=product == "betting" and draw(st.booleans()),
        stake=stake,
        placed_at=SUNDAY + timedelta(hours=draw(st.integers(-30, 30))),
        picks=tuple(draw(_pick(event)) for event in events) if product == "betting" else (),
        states=(),
    )
    hours, states = 0, [State(0, "OPEN", stake, None)]
    for _ in range(draw(st.integers(0, 3))):
        hours += draw(st.integers(0, 40))
        status = draw(st.sampled_from(["WON", "LOST", "VOID", "PARTLY_VOID", "OPEN"]))
        states.append(_settled(status, made, hours))
    return replace(made, states=tuple(states))


@st.composite
def _pick(draw: st.DrawFn, event: int) -> Pick:
    odds = draw(st.sampled_from([1010, 2000, 3333, 21000]))
    return Pick(event, draw(st.integers(1, 2)), draw(st.integers(1, 3)), odds)


def _settled(status: str, made: MadeBet, hours: int) -> State:
    """Return a settlement, or that results were taken back; the stake of a free bet does not come back."""
    if status == "OPEN":
        return State(hours, status, made.stake, None)
    void = {"VOID": made.stake, "PARTLY_VOID": made.stake // 2}.get(status, 0)
    back = 0 if made.is_free else void
    won = {"WON": made.most, "PARTLY_VOID": made.most // 2}.get(status, 0)
    return State(hours, status, made.stake - void, back + won)


def told_of(bets: Sequence[MadeBet]) -> list[tuple[MadeBet, int]]:
    """Return each bet with each of its revisions."""
    return [(bet, revision) for bet in bets for revision in range(1, len(bet.states) + 1)]
