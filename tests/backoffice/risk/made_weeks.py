"""Customers' weeks as Hypothesis makes them: opt-ins, bets, qualifications, choices and payments."""

from datetime import timedelta

from hypothesis import strategies as st

from tests.backoffice.risk.risk_fixture import (
    AFTER,
    BEFORE,
    NOW,
    REWARDS,
    TERRITORIES,
    WEEK,
    CustomerWeek,
    Member,
)

LAST = WEEK.ends_at - timedelta(seconds=1)
TIMES = [BEFORE.starts_at, WEEK.starts_at, NOW, LAST, WEEK.ends_at, AFTER.ends_at]
STAGES = {
    "CONFIRMED": "owed",
    "FULFILLING": "owed",
    "REVIEW": "owed",
    "CREDITED": "outstanding",
    "USED": "used",
    "EXPIRED": "expired",
    "EXCLUDING": "stopped",
    "REVOKING": "stopped",
    "INELIGIBLE": "stopped",
    "REVOKED": "stopped",
}
rewards_of = st.sampled_from(sorted(REWARDS))


@st.composite
def customers(draw: st.DrawFn, name: str) -> CustomerWeek:
    """A customer's week: opt-ins, bets and their results, reversals and expiries included."""
    changes = draw(st.lists(st.tuples(st.sampled_from(TIMES), st.booleans()), max_size=3))
    status = draw(st.sampled_from([None, None, "provisional", "confirmed", "revoked"]))
    paid: dict[str | None, list[str | None]] = {"confirmed": [*STAGES], "revoked": [None, *STAGES]}
    state = draw(st.sampled_from(paid[status])) if status in paid else None
    return CustomerWeek(
        name,
        territory=draw(st.sampled_from([None, *TERRITORIES])),
        changes=tuple(Member(at, opted_in) for at, opted_in in sorted(changes, key=lambda change: change[0])),
        bets=tuple(draw(st.lists(st.sampled_from([0, 500, 2500]), max_size=3))),
        status=status,
        choice=draw(st.none() | rewards_of),
        state=state,
        paid=draw(rewards_of) if state is not None else None,
        excluded=draw(st.booleans()),
        seen=draw(st.booleans()),
    )


@st.composite
def weeks(draw: st.DrawFn) -> list[CustomerWeek]:
    """The customers of a week."""
    number = draw(st.integers(0, 6))
    return [draw(customers(f"c-{place:02}")) for place in range(number)]
