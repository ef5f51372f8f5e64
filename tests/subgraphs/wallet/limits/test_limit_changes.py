"""A lower limit holds at once; a higher one only after its cooling, and when it is confirmed in time."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subgraphs.kit.domain.errors import BadInput
from subgraphs.kit.graphql.platform_errors import PlatformErrorCode
from subgraphs.kit.mutations.refusals import Refusal
from subgraphs.wallet.limits.changes import Change, Outcome, Wanted, change
from subgraphs.wallet.limits.limit import DEPOSITS, MAX_LIMIT_MINOR, Limit, LimitKind
from subgraphs.wallet.limits.rule_rows import RULES
from subgraphs.wallet.limits.rules import Raises, Rules

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
GB, DK = (Rules.of(RULES, place, NOW) for place in ("GB", "DK"))
KIND = LimitKind.DEPOSIT_WEEK


def asked(
    limits: dict[LimitKind, Limit],
    amount: int | None,
    at: datetime,
    *,
    kind: LimitKind = KIND,
    rules: Rules = GB,
    currency: str = "GBP",
) -> Outcome | Refusal:
    """Ask for a limit; store what becomes of it."""
    done = change(limits, Wanted(kind, amount, currency), currency=currency, rules=rules, at=at)
    if isinstance(done, Refusal):
        return done
    limits.pop(kind, None)
    if done.limit is not None:
        limits[kind] = done.limit
    return done.outcome


def test_a_first_limit_and_lower_ones_hold_at_once() -> None:
    """From the first limit on, each lower one is the limit at once; its frames keep their beginning."""
    limits: dict[LimitKind, Limit] = {}
    for hours, amount in enumerate((100_00, 50_00, 50_00, 0)):
        assert asked(limits, amount, NOW + timedelta(hours=hours)) is Outcome.SET
        assert limits[KIND] == Limit(KIND, amount, "GBP", NOW)


@pytest.mark.parametrize("raised", [200_00, None])
def test_a_raise_holds_when_it_is_confirmed_after_a_day(raised: int | None) -> None:
    """Also the removal of a limit; until the confirmation, the lower limit holds."""
    limits: dict[LimitKind, Limit] = {}
    asked(limits, 100_00, NOW)
    assert asked(limits, raised, NOW) is Outcome.ASKED
    assert limits[KIND].amount == 100_00
    assert asked(limits, raised, NOW + DAY - SECOND) is Outcome.WAITING
    assert limits[KIND].amount == 100_00
    assert asked(limits, raised, NOW + DAY) is Outcome.CONFIRMED
    assert (KIND in limits and limits[KIND].amount) == (raised or False)


def test_a_raise_that_is_not_confirmed_in_time_lapses() -> None:
    """The same request is then a new one, and has to cool again."""
    limits: dict[LimitKind, Limit] = {}
    asked(limits, 100_00, NOW)
    asked(limits, 200_00, NOW)
    late = NOW + DAY + GB.raises.confirm_within
    assert limits[KIND].at(late - SECOND).pending is not None
    assert limits[KIND].at(late).pending is None
    assert asked(limits, 200_00, late) is Outcome.ASKED
    assert asked(limits, 200_00, late + DAY) is Outcome.CONFIRMED


@pytest.mark.parametrize("between", [100_00, 50_00, 300_00, None])
def test_whatever_else_is_asked_for_ends_a_raise(between: int | None) -> None:
    """A lower limit, the same one, another raise or a removal: the first raise cannot be confirmed."""
    limits: dict[LimitKind, Limit] = {}
    asked(limits, 100_00, NOW)
    asked(limits, 200_00, NOW)
    asked(limits, between, NOW + DAY / 2)
    assert asked(limits, 200_00, NOW + DAY) is Outcome.ASKED


def test_a_move_to_stricter_rules_lengthens_the_cooling_of_a_raise() -> None:
    """And one to laxer rules does not shorten it."""
    strict = replace(GB, raises=Raises(3 * DAY))
    limits: dict[LimitKind, Limit] = {}
    asked(limits, 100_00, NOW)
    asked(limits, 200_00, NOW)
    assert asked(limits, 200_00, NOW + 2 * DAY, rules=strict) is Outcome.WAITING
    assert asked(limits, 200_00, NOW + 2 * DAY) is Outcome.WAITING
    assert asked(limits, 200_00, NOW + 3 * DAY) is Outcome.CONFIRMED


def test_a_raise_that_waits_longer_lapses_later() -> None:
    """There are as many days to confirm it as ever."""
    strict = replace(GB, raises=Raises(10 * DAY))
    limits: dict[LimitKind, Limit] = {}
    asked(limits, 100_00, NOW)
    asked(limits, 200_00, NOW)
    assert asked(limits, 200_00, NOW + DAY, rules=strict) is Outcome.WAITING
    assert limits[KIND].at(NOW + 17 * DAY - SECOND).pending is not None
    assert limits[KIND].at(NOW + 17 * DAY).pending is None
    assert asked(limits, 200_00, NOW + 10 * DAY, rules=strict) is Outcome.CONFIRMED


def test_only_the_accounts_currency_is_a_limits() -> None:
    """Another one is refused; a limit that an earlier currency left behind becomes another like a raise."""
    limits: dict[LimitKind, Limit] = {}
    wrong = change(limits, Wanted(KIND, 1, "EUR"), currency="GBP", rules=GB, at=NOW)
    assert isinstance(wrong, Refusal)
    assert PlatformErrorCode(wrong.code) is PlatformErrorCode.WRONG_CURRENCY
    asked(limits, 100_00, NOW)
    assert asked(limits, 10_00, NOW, currency="EUR") is Outcome.ASKED
    assert asked(limits, 10_00, NOW + DAY, currency="EUR") is Outcome.CONFIRMED
    assert limits[KIND] == Limit(KIND, 10_00, "EUR", NOW)
    asked(limits, 200_00, NOW + DAY, currency="EUR")
    assert asked(limits, 200_00, NOW + 2 * DAY) is Outcome.ASKED


@pytest.mark.parametrize("amount", [100_00, None])
def test_money_without_a_currency_is_no_limit(amount: int | None) -> None:
    """It would limit nothing that has a currency, and so refuse each deposit and bet for a day at least."""
    unsaid = change({}, Wanted(KIND, amount, ""), currency="GBP", rules=GB, at=NOW)
    assert isinstance(unsaid, Refusal)
    assert PlatformErrorCode(unsaid.code) is PlatformErrorCode.WRONG_CURRENCY


def test_in_denmark_the_last_deposit_limit_cannot_end() -> None:
    """One of two can; also two removals that cooled at the same time leave one."""
    limits: dict[LimitKind, Limit] = {}
    kinds = DEPOSITS[:2]
    for kind in kinds:
        asked(limits, 100_00, NOW, kind=kind, rules=DK)
    for kind in kinds:
        assert asked(limits, None, NOW, kind=kind, rules=DK) is Outcome.ASKED
    first, second = (asked(limits, None, NOW + DAY, kind=kind, rules=DK) for kind in kinds)
    assert first is Outcome.CONFIRMED
    assert isinstance(second, Refusal)
    assert PlatformErrorCode(second.code) is PlatformErrorCode.NOT_ALLOWED_HERE
    assert set(limits) == {kinds[1]}
    loss = {LimitKind.LOSS_DAY: Limit(LimitKind.LOSS_DAY, 1, "GBP", NOW)}
    assert asked(loss, None, NOW, kind=LimitKind.LOSS_DAY, rules=DK) is Outcome.ASKED


@pytest.mark.parametrize(
    ("kind", "amount", "minutes"),
    [
        ("BREAK", 1, None),
        ("NONE", 1, None),
        ("DEPOSIT_DAY", -1, None),
        ("DEPOSIT_DAY", MAX_LIMIT_MINOR + 1, None),
        ("STAKE_BET", None, 10),
        ("SESSION_MINUTES", 10, None),
        ("SESSION_MINUTES", None, 0),
        ("SESSION_MINUTES", None, 1441),
    ],
)
def test_nonsense_is_refused(kind: str, amount: int | None, minutes: int | None) -> None:
    """Kinds that are no amount, the wrong unit, and amounts that are no limit."""
    with pytest.raises(BadInput):
        Wanted.of(kind, amount, minutes, "GBP")


def test_what_the_input_asks_for() -> None:
    """Minor units for money, minutes for sessions, and neither to remove a limit."""
    assert Wanted.of("LOSS_DAY", 0, None, "GBP") == Wanted(LimitKind.LOSS_DAY, 0, "GBP")
    assert Wanted.of("SESSION_MINUTES", None, 30, "GBP") == Wanted(LimitKind.SESSION_MINUTES, 30, "")
    assert Wanted.of("STAKE_BET", None, None, "GBP") == Wanted(LimitKind.STAKE_BET, None, "GBP")


@dataclass(frozen=True)
class Told:
    """A request of the log, and whether it was accepted."""

    amount: int | None
    at: datetime
    outcome: Any


STEPS = st.lists(
    st.tuples(
        st.sampled_from([0, 10, 20, 30, None]),
        st.sampled_from([0, 1, 12, 23, 24, 25, 24 * 7, 24 * 8, 24 * 9]).map(
            lambda hours: timedelta(hours=hours)
        ),
    ),
    max_size=30,
)


def looseness(amount: int | None) -> float:
    """Return a limit as a number: none is the loosest."""
    return float("inf") if amount is None else amount


@given(STEPS)
def test_no_order_of_requests_makes_a_raise_hold_before_its_cooling(
    steps: list[tuple[int | None, timedelta]],
) -> None:
    """Looked up in the log alone, which knows nothing of what waits.

    A limit becomes looser exactly when the same was asked for at least a day and less than eight days before,
    and nothing else since.
    """
    limits: dict[LimitKind, Limit] = {}
    log: list[Told] = []
    at = NOW
    holds: int | None = None
    for amount, later in steps:
        at += later
        outcome = asked(limits, amount, at)
        after = limits[KIND].amount if KIND in limits else None
        first = first_asked(log, amount, at)
        cooled = first is not None and at >= first + DAY
        assert after == (amount if cooled or looseness(amount) <= looseness(holds) else holds)
        log.append(Told(amount, at, outcome))
        holds = after


def first_asked(log: list[Told], amount: int | None, at: datetime) -> datetime | None:
    """Return when an amount was first asked for, if nothing else was since, and it has not lapsed."""
    first = None
    for told in log:
        if told.amount != amount or told.outcome in {Outcome.SET, Outcome.CONFIRMED}:
            first = None
        elif first is None or told.at >= first + 8 * DAY:
            first = told.at
    return first if first is not None and at < first + 8 * DAY else None


def test_a_change_says_what_it_did() -> None:
    """To remove what is not there changes nothing."""
    nothing = change({}, Wanted(KIND, None, "GBP"), currency="GBP", rules=GB, at=NOW)
    assert nothing == Change(Outcome.SET, None)
