"""What a customer is asked by the calendar, and reminders within a session."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from subgraphs.wallet.limits.limit import Limit, LimitKind
from subgraphs.wallet.limits.prompts import Prompt, Prompted, needs_check, prompts_due
from subgraphs.wallet.limits.rule_rows import RULES
from subgraphs.wallet.limits.rules import Rules
from subgraphs.wallet.limits.sessions import SessionTime, session_time

SEEN = datetime(2026, 1, 31, 12, tzinfo=UTC)
HALF_A_YEAR = datetime(2026, 7, 31, 11, tzinfo=UTC)  # the same time in London, in summer
A_YEAR = datetime(2027, 1, 31, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
GB, DK = (Rules.of(RULES, place, A_YEAR) for place in ("GB", "DK"))
DEPOSITED = Prompted(SEEN, active_at=HALF_A_YEAR - timedelta(days=1), deposited=True)


def due(prompted: Prompted, at: datetime, *limits: Limit, rules: Rules = GB) -> list[str]:
    """Return what is due."""
    known = {limit.kind: limit for limit in limits}
    zone = ZoneInfo("Europe/London")
    return [prompt.value for prompt in prompts_due(prompted, known, rules=rules, zone=zone, at=at)]


def test_before_the_first_deposit_a_limit_is_asked_for() -> None:
    """Unless there is one, or the customer wants none; in Denmark there is no such choice."""
    new = Prompted(SEEN)
    declined = replace(new, declined_at=SEEN)
    day = Limit(LimitKind.DEPOSIT_DAY, 1, "GBP", SEEN)
    loss = Limit(LimitKind.LOSS_DAY, 1, "GBP", SEEN)
    assert due(new, SEEN) == due(new, SEEN, loss) == [Prompt.FIRST_DEPOSIT]
    assert due(new, SEEN, day) == due(declined, SEEN) == due(DEPOSITED, SEEN) == []
    assert due(declined, SEEN, rules=DK) == [Prompt.FIRST_DEPOSIT]


def test_a_review_is_due_twice_a_year() -> None:
    """From the first time on, and again half a year after each."""
    assert due(DEPOSITED, HALF_A_YEAR - SECOND) == []
    assert due(DEPOSITED, HALF_A_YEAR) == [Prompt.REVIEW]
    reviewed = replace(DEPOSITED, reviewed_at=HALF_A_YEAR)
    assert due(reviewed, A_YEAR - SECOND) == []
    assert Prompt.REVIEW in due(reviewed, A_YEAR)


def test_who_does_nothing_for_a_year_is_not_asked() -> None:
    """A message may be what begins it again."""
    active = DEPOSITED.active_at
    assert active is not None
    still = datetime(2027, 7, 30, 11, tzinfo=UTC)
    assert due(DEPOSITED, still - SECOND) != []
    assert due(DEPOSITED, still) == due(replace(DEPOSITED, active_at=None), still) == []


def test_who_has_no_limit_is_asked_every_year() -> None:
    """From when they said so, or were last asked."""
    reviewed = replace(DEPOSITED, reviewed_at=A_YEAR)
    assert due(reviewed, A_YEAR - SECOND) == []
    assert due(reviewed, A_YEAR) == [Prompt.NO_LIMIT]
    limit = Limit(LimitKind.STAKE_BET, 1, "GBP", SEEN)
    assert due(reviewed, A_YEAR, limit) == []
    assert due(replace(reviewed, declined_at=HALF_A_YEAR), A_YEAR) == []
    assert due(replace(reviewed, no_limit_at=HALF_A_YEAR), A_YEAR) == []


@pytest.mark.parametrize(
    ("at", "net", "needed"),
    [
        (datetime(2024, 8, 29, tzinfo=UTC), 500_00, False),
        (datetime(2025, 2, 27, tzinfo=UTC), 499_99, False),
        (datetime(2025, 2, 27, tzinfo=UTC), 500_00, True),
        (datetime(2025, 2, 28, tzinfo=UTC), 149_99, False),
        (datetime(2025, 2, 28, tzinfo=UTC), 150_00, True),
    ],
)
def test_when_a_person_has_to_look(at: datetime, net: int, *, needed: bool) -> None:
    """The threshold of the day."""
    assert needs_check(Rules.of(RULES, "GB", at), net) is needed


def test_a_session_is_reminded_at_each_multiple() -> None:
    """Of its own minutes; a clock that is behind has nothing to remind of."""
    begin = SEEN
    assert session_time(30, begin, begin + timedelta(minutes=29, seconds=59)) == SessionTime(
        29, 0, begin + timedelta(minutes=30)
    )
    assert session_time(30, begin, begin + timedelta(minutes=65)) == SessionTime(
        65, 2, begin + timedelta(minutes=90)
    )
    assert session_time(30, begin, begin + timedelta(minutes=30)).reminders == 1
    assert session_time(30, begin, begin - SECOND) == SessionTime(0, 0, begin + timedelta(minutes=30))
    assert session_time(None, begin, begin + timedelta(minutes=65)) == SessionTime(65, 0, None)
