"""Forecasts in risk's part of the graph, in minor units of the currency beside them."""

from collections.abc import Iterable, Mapping
from datetime import datetime

import strawberry
from strawberry import ID

from backoffice.risk.figures.forecast import METHOD, Amount, Tested
from backoffice.risk.service import CurrencyForecast
from subgraphs.kit.graphql.descriptions import described


@described
@strawberry.type
class RiskAmount:
    """A number of rewards and their value."""

    rewards: int
    value_minor: float


@described
@strawberry.type
class RiskForecastTest:
    """What the method would have said about a week that is over.

    Attributes:
        error: As a share of the actual number; positive: too many.
    """

    iso_week: str
    forecast: int
    low: int
    high: int
    actual: int
    error: float
    within: bool


@described
@strawberry.type
class RiskHour:
    """What was expected at the end of an hour of a week.

    Attributes:
        hour: 0 is the week's first; the present one is not over yet.
    """

    hour: int
    rewards: int
    value_minor: float


@described
@strawberry.type
class RiskForecast:
    """An estimate of the current week's rewards in one currency.

    Attributes:
        unavailable: Why there is no forecast.
        weeks: The earlier weeks that it is made from.
        hours: This week, by the hours that were counted.
        before: The same of the week before.
    """

    id: ID
    brand: str
    iso_week: str
    currency: str
    as_of: datetime
    elapsed_hours: float
    week_hours: int
    now: RiskAmount
    likely: RiskAmount | None
    low: RiskAmount | None
    high: RiskAmount | None
    unavailable: str | None
    method: str
    weeks: list[str]
    tests: list[RiskForecastTest]
    hours: list[RiskHour]
    before: list[RiskHour]


def forecast_to_graphql(brand: str, forecast: CurrencyForecast) -> RiskForecast:
    """Return a forecast."""
    estimate = forecast.forecast.estimate
    return RiskForecast(
        id=ID(f"{brand}:{forecast.currency}"),
        brand=brand,
        iso_week=forecast.week.iso,
        currency=forecast.currency,
        as_of=forecast.as_of,
        elapsed_hours=forecast.elapsed,
        week_hours=forecast.week.hours,
        now=_amount(forecast.now),
        likely=None if estimate is None else _amount(estimate.likely),
        low=None if estimate is None else _amount(estimate.low),
        high=None if estimate is None else _amount(estimate.high),
        unavailable=forecast.forecast.unavailable,
        method=METHOD,
        weeks=list(forecast.forecast.weeks),
        tests=_tests(forecast.tested),
        hours=_hours(forecast.hours),
        before=_hours(forecast.before),
    )


def _amount(amount: Amount) -> RiskAmount:
    return RiskAmount(rewards=amount.rewards, value_minor=amount.value_minor)


def _hours(amounts: Mapping[int, Amount]) -> list[RiskHour]:
    return [
        RiskHour(hour=hour, rewards=amount.rewards, value_minor=amount.value_minor)
        for hour, amount in sorted(amounts.items())
    ]


def _tests(tested: Iterable[Tested]) -> list[RiskForecastTest]:
    return [
        RiskForecastTest(
            iso_week=test.iso_week,
            forecast=test.estimate.likely.rewards,
            low=test.estimate.low.rewards,
            high=test.estimate.high.rewards,
            actual=test.actual.rewards,
            error=test.error,
            within=test.within,
        )
        for test in tested
    ]
