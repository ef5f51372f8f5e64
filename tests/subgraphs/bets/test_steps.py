"""What follows next for a bet, by what is known of it, and which facts exclude each other."""

from datetime import datetime, timedelta
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subgraphs.bets.accepting.acceptance import Accepted, Refused, accept
from subgraphs.bets.betting.bet import Asked, Bet, BetStatus, Settlement, asked_bet
from subgraphs.bets.betting.facts import (
    Decided,
    Delayed,
    Fact,
    Moved,
    RefusedFor,
    Released,
    Reserved,
    Settled,
    Taken,
    with_fact,
)
from subgraphs.bets.betting.steps import (
    PATIENCE,
    GiveBack,
    GiveUp,
    Look,
    Move,
    Reserve,
    Take,
    due_at,
    next_step,
)
from subgraphs.kit.domain.keys import Owner
from tests.subgraphs.bets.slips import NOON, RULES, bet, made, offer, offered, slip

SOON: Final = NOON + timedelta(seconds=5)
LATE: Final = NOON + PATIENCE + timedelta(seconds=1)
FIRST: Final = Settlement(
    number=1, status=BetStatus.LOST, returns_minor=0, counting_minor=1000, outcomes={}, decided_at=NOON
)


@pytest.mark.parametrize(
    ("known", "at", "step"),
    [
        (bet(), NOON, Reserve()),
        (bet(look_at=SOON), NOON, Reserve()),
        (bet(reserved_at=NOON), NOON, Look()),
        (bet(reserved_at=NOON, look_at=SOON), NOON, None),
        (bet(reserved_at=NOON, look_at=SOON), SOON, Look()),
        (bet(), LATE, GiveUp()),
        (bet(reserved_at=NOON), LATE, GiveUp()),
        (bet(reserved_at=NOON, decided_at=NOON), LATE, Take()),
        (bet(refusal="DECLINED"), NOON, GiveBack()),
        (bet(refusal="DECLINED", reserved_at=NOON), NOON, GiveBack()),
        (bet(refusal="DECLINED", released_at=NOON), NOON, None),
        (made(), LATE, None),
        (made(settlements=(FIRST,)), LATE, Move(FIRST)),
    ],
)
def test_steps(known: Bet, at: datetime, step: object) -> None:
    """In the order of a bet's life; whatever is refused gives its stake back."""
    assert next_step(known, at) == step


@pytest.mark.parametrize(
    ("known", "due"),
    [
        (bet(), NOON),
        (bet(reserved_at=NOON, look_at=SOON), SOON),
        (bet(reserved_at=NOON, look_at=SOON, decided_at=SOON), NOON),
        (bet(refusal="DECLINED"), NOON),
        (bet(refusal="DECLINED", released_at=NOON), None),
        (made(), None),
        (made(settlements=(FIRST,)), NOON),
        (made(settlements=(with_fact(made(settlements=(FIRST,)), Moved(1, NOON)).settlements)), None),
    ],
)
def test_when_somebody_has_to_look(known: Bet, due: datetime | None) -> None:
    """At once, after the bet delay, or when a result comes."""
    assert due_at(known) == due


def test_a_slip_that_is_refused_at_once_holds_nothing() -> None:
    """It is kept all the same: its key has one outcome."""
    asked = slip(stake=1)
    decision = accept(asked, offered(offer()), RULES, NOON)
    begun = asked_bet(
        Asked(owner=Owner("northbet", "ann"), key="k1", slip=asked, jurisdiction="GB"), decision, NOON, NOON
    )
    assert isinstance(decision, Refused)
    assert (begun.status, begun.refusal) == (BetStatus.REFUSED, "STAKE_TOO_LOW")
    assert next_step(begun, NOON) is None


@pytest.mark.parametrize(("in_play", "seconds"), [(False, 0), (True, RULES.delay_seconds)])
def test_a_bet_on_an_event_that_has_begun_waits(in_play: bool, seconds: float) -> None:  # noqa: FBT001 - a row
    """Whoever sees a goal before the prices do cannot bet on it."""
    decision = accept(slip(), offered(offer(in_play=in_play)), RULES, NOON)
    begun = asked_bet(
        Asked(owner=Owner("northbet", "ann"), key="k1", slip=slip(), jurisdiction="GB"), decision, NOON, NOON
    )
    assert isinstance(decision, Accepted)
    assert begun.look_at == NOON + timedelta(seconds=seconds)
    assert begun.status is BetStatus.PENDING
    assert begun.stake.id == begun.bet_id


def facts() -> st.SearchStrategy[Fact]:
    """Return anything that may be learnt."""
    at = st.sampled_from([NOON, SOON, LATE])
    numbers = st.integers(1, 3)
    legs = bet().legs
    return st.one_of(
        st.builds(Reserved, at),
        st.builds(Delayed, at),
        st.builds(Decided, at, st.just(legs)),
        st.builds(
            RefusedFor, st.sampled_from(["DECLINED", "SUSPENDED"]), st.just("No."), is_of_stake=st.booleans()
        ),
        st.builds(Taken, at),
        st.builds(Released, at),
        st.builds(lambda number: Settled(settlement_numbered(number)), numbers),
        st.builds(Moved, numbers, at, st.sampled_from(["", "INSUFFICIENT_FUNDS"])),
    )


def settlement_numbered(number: int) -> Settlement:
    """Return a settlement."""
    return Settlement(
        number=number,
        status=BetStatus.WON,
        returns_minor=number,
        counting_minor=1000,
        outcomes={},
        decided_at=NOON,
    )


ONCE: Final = ("reserved_at", "decided_at", "taken_at", "released_at", "refusal", "message")


@given(st.lists(facts(), max_size=25))
def test_in_any_order_facts_only_rise(told: list[Fact]) -> None:
    """What is known stays; a bet is never both refused and made, and settles in the order of numbers."""
    known = bet()
    for fact in told:
        after = with_fact(known, fact)
        assert with_fact(after, fact) == after
        for name in ONCE:
            before: Any = getattr(known, name)
            assert not before or getattr(after, name) == before
        assert after.look_at >= known.look_at
        for old, new in zip(known.settlements, after.settlements, strict=False):
            assert not old.is_over or new == old
            assert (old.number, old.returns_minor) == (new.number, new.returns_minor)
        known = after
    assert not (known.refusal and known.taken_at)
    assert known.taken_at is None or known.decided_at is not None
    assert known.released_at is None or known.refusal
    assert [settlement.number for settlement in known.settlements] == [*range(1, len(known.settlements) + 1)]
    assert not known.settlements or known.taken_at is not None
