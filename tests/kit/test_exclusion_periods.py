"""Who could not take part once a week was over, by all revisions of an account."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subgraphs.club_kit.domain.accounts import Account, IneligibleReason
from subgraphs.club_kit.records.accounts import AccountChange, excluded_at, exclusion_periods_of
from tests.support.subgraphs.club_samples import good_account, make_brand

END = datetime(2026, 3, 29, 23, tzinfo=UTC)
HOUR = timedelta(hours=1)
BRAND, SERVED = make_brand(), {("GB", "GBP")}
GOOD = good_account()
OUT = good_account(rg_state="self_excluded")
EXCLUDED = IneligibleReason.SELF_EXCLUDED


def final(*told: tuple[int, Account, float], grace: float | None = None) -> IneligibleReason | None:
    """What is final of a week, by revisions with accounts and hours since the week's end."""
    changes = [AccountChange(revision, account, END + HOUR * hours) for revision, account, hours in told]
    return excluded_at(
        exclusion_periods_of(changes, BRAND, SERVED), END, None if grace is None else END + HOUR * grace
    )


@pytest.mark.parametrize(
    ("since", "until", "reason"),
    [
        (-3, -1, None),
        (-3, 0, None),
        (-1, 0.1, EXCLUDED),
        (-1, None, EXCLUDED),
        (0, 0.1, EXCLUDED),
        (2, 3, EXCLUDED),
    ],
)
def test_an_exclusion_counts_from_the_end_of_the_week_on(
    since: float, until: float | None, reason: IneligibleReason | None
) -> None:
    """Lifted by the end it is forgotten; there at the end or later it is final, however short it was."""
    lifted = [] if until is None else [(3, GOOD, until)]
    assert final((1, GOOD, -9), (2, OUT, since), *lifted) is reason


def test_what_begins_after_the_close_is_another_matter() -> None:
    """Where only the time until the close is asked for; one that was there at the end counts in any case."""
    later = ((1, GOOD, -9), (2, OUT, 5), (3, GOOD, 6))
    assert final(*later, grace=5) is None
    assert final(*later, grace=5.1) is EXCLUDED
    assert final((1, OUT, -9), (2, GOOD, 1), grace=0) is EXCLUDED


def test_a_revision_that_was_overtaken_before_it_began_counts_never() -> None:
    """By a later one with an earlier instant, as clocks that differ make them."""
    assert final((1, GOOD, -9), (2, OUT, 2), (3, GOOD, 1)) is None


def test_nobody_is_barred_by_what_is_not_known() -> None:
    """Before the first known revision, and where there is none."""
    assert final((7, GOOD, 3)) is None
    assert final() is None


def test_a_jurisdiction_or_a_currency_without_a_club_bars_as_well() -> None:
    """Each for a reason of its own."""
    assert final((1, good_account(currency="EUR"), -1), (2, GOOD, 1)) is IneligibleReason.CURRENCY
    assert final((1, good_account(jurisdiction="MT"), -1), (2, GOOD, 1)) is IneligibleReason.JURISDICTION


HOURS = st.integers(-4, 6)
CHANGES = st.lists(
    st.tuples(st.sampled_from([GOOD, GOOD, OUT, good_account(verified=False)]), HOURS), max_size=5
)


@given(changes=CHANGES, order=st.randoms(use_true_random=False), grace=st.none() | st.integers(0, 4))
def test_it_is_what_looking_at_every_instant_finds(
    changes: list[tuple[Account, int]], order: object, grace: int | None
) -> None:
    """At each instant the highest revision so far decides; the order of arrival does not matter."""
    told = [(number, account, float(hours)) for number, (account, hours) in enumerate(changes, 1)]
    instants = [0.0, *(hours for _, _, hours in told if hours > 0 and (grace is None or hours < grace))]
    expected = False
    for instant in instants:
        come = [account for _, account, hours in told if hours <= instant]
        expected = expected or (bool(come) and come[-1] is not GOOD)
    order.shuffle(told)  # type: ignore[attr-defined] # Hypothesis's Random
    assert (final(*told, grace=grace) is not None) == expected
