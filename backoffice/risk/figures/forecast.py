"""Forecasts how many rewards a week will earn, from the share that earlier weeks had at the same hour.

The method is simple on purpose. For each of the last weeks it is recorded how many rewards were expected
after each hour, and how many in the end. The current number divided by the weeks' common share is the
forecast; the largest and the smallest share of a single week give the range. It is an estimate: `backtest`
says how far the same method was off in the weeks that are over.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from backoffice.figures.repository import FINAL_HOUR, CurvePoint
from subgraphs.club_kit.domain.weeks import Week

LEAST_WEEKS: Final = 3
MAX_WEEKS: Final = 8
LEAST_SHARE: Final = 0.05
"""Below this share of a week's rewards, a few more customers would change the forecast a lot."""

OLDEST_HOURS: Final = 3
"""How many hours old a recorded count may be: the back office may have been stopped for a while."""

METHOD: Final = (
    "The present number of qualified customers, divided by the share that the last weeks (at most 8) had at "
    "the same hour; the range uses the largest and the smallest share of a single week. Not a promise: a "
    "week that differs from those before it ends outside the range."
)


class Amount(NamedTuple):
    """A number of rewards, and their value in minor units."""

    rewards: int
    value_minor: int


@dataclass(frozen=True, slots=True)
class Curve:
    """The recorded counts of one week and currency.

    Attributes:
        hours: The count at the end of each hour that was recorded.
        final: The count after the end; None while the week goes on.
    """

    iso_week: str
    currency: str
    hours: Mapping[int, Amount]
    final: Amount | None

    def share(self, elapsed: float) -> float | None:
        """Return which share of the final rewards there was after some hours; None if not recorded."""
        if self.final is None or self.final.rewards == 0:
            return None
        before, fraction = int(elapsed) - 1, elapsed - int(elapsed)
        first = 0.0 if before < 0 else self._at(before)
        following = self._at(before + 1)
        if first is None or following is None:
            return None
        return (first + (following - first) * fraction) / self.final.rewards

    def _at(self, hour: int) -> float | None:
        for earlier in range(hour, hour - OLDEST_HOURS - 1, -1):
            if earlier in self.hours:
                return float(self.hours[earlier].rewards)
        return None


@dataclass(frozen=True, slots=True)
class Estimate:
    """A forecast of a week's end: the rewards and their value, with the range."""

    likely: Amount
    low: Amount
    high: Amount


@dataclass(frozen=True, slots=True)
class Forecast:
    """A forecast, or why there is none.

    Attributes:
        weeks: The earlier weeks that it is made from.
        estimate: None if there is too little history, or the week is too young.
        unavailable: Why there is no estimate.
    """

    weeks: tuple[str, ...]
    estimate: Estimate | None
    unavailable: str | None


@dataclass(frozen=True, slots=True)
class Tested:
    """What the method would have forecast for a week that is over, and the actual number."""

    iso_week: str
    estimate: Estimate
    actual: Amount

    @property
    def error(self) -> float:
        """Return how far the likely number was off, as a share of the actual number."""
        return (self.estimate.likely.rewards - self.actual.rewards) / max(1, self.actual.rewards)

    @property
    def within(self) -> bool:
        """Return whether the actual number was in the range."""
        return self.estimate.low.rewards <= self.actual.rewards <= self.estimate.high.rewards


def curves(points: Iterable[CurvePoint]) -> dict[str, list[Curve]]:
    """Return the recorded weeks of each currency, the newest first."""
    hours: dict[tuple[str, str], dict[int, Amount]] = {}
    for point in points:
        amounts = hours.setdefault((point.iso_week, point.currency), {})
        amounts[point.hour] = Amount(point.rewards, point.value_minor)
    by_week: dict[str, list[Curve]] = {}
    for (iso_week, currency), amounts in sorted(hours.items(), reverse=True):
        final = amounts.pop(FINAL_HOUR, None)
        by_week.setdefault(currency, []).append(Curve(iso_week, currency, amounts, final))
    return by_week


def elapsed_hours(week: Week, now: datetime) -> float:
    """Return how many hours of a week are over."""
    return max(0.0, min((now - week.starts_at) / timedelta(hours=1), float(week.hours)))


def forecast(now: Amount, elapsed: float, earlier: Sequence[Curve]) -> Forecast:
    """Forecast the end of a week.

    Args:
        now: What is expected now.
        elapsed: How many hours of the week are over.
        earlier: The recorded weeks before it, the newest first.
    """
    usable = [(curve, share) for curve in earlier if (share := curve.share(elapsed)) is not None]
    usable = usable[:MAX_WEEKS]
    weeks = tuple(curve.iso_week for curve, _ in usable)
    if len(usable) < LEAST_WEEKS:
        reason = (
            f"Too little history: {len(usable)} of at least {LEAST_WEEKS} weeks were recorded at this hour."
        )
        return Forecast(weeks, None, reason)
    shares = [share for _, share in usable]
    finals = [curve.final.rewards for curve, _ in usable if curve.final is not None]
    common = sum(share * final for share, final in zip(shares, finals, strict=True)) / sum(finals)
    if min(shares) < LEAST_SHARE or now.rewards == 0:
        return Forecast(weeks, None, "Too early in the week: too few customers have qualified at this hour.")
    return Forecast(
        weeks, Estimate(_grown(now, common), _grown(now, max(shares)), _grown(now, min(shares))), None
    )


def backtest(elapsed: float, earlier: Sequence[Curve]) -> list[Tested]:
    """Forecast each week that is over from those before it, at the same hour; the newest first."""
    tests = []
    for place, curve in enumerate(earlier):
        share = curve.share(elapsed)
        if curve.final is None or share is None:
            continue
        then = Amount(round(share * curve.final.rewards), round(share * curve.final.value_minor))
        made = forecast(then, elapsed, earlier[place + 1 :])
        if made.estimate is not None:
            tests.append(Tested(curve.iso_week, made.estimate, curve.final))
    return tests[:MAX_WEEKS]


def _grown(now: Amount, share: float) -> Amount:
    return Amount(round(now.rewards / share), round(now.value_minor / share))
