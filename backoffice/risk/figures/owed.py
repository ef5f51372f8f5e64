"""What is owed of all weeks, counted at once, as screens and `furlong liability` show it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.figures.week_figures import RewardFigure
from backoffice.risk.figures.counting import WeekCounter
from subgraphs.club_kit.domain.schemes import Brand
from subgraphs.club_kit.domain.weeks import Week
from subgraphs.club_kit.records.reference import ReferenceRepository
from subgraphs.fulfilment.accounting.week_rewards import earned_weeks
from subgraphs.fulfilment.models import REFERENCE


@dataclass(frozen=True, slots=True)
class OwedLine:
    """Rewards of one week, kind and stage.

    Attributes:
        stage: Expected, owed, outstanding, used, expired or stopped, as in `stage_sql.LiabilityLine`.
        kind: None if no reward can be paid.
        source: `set` if the customers' reward is known, `default` if they have chosen nothing, `none` if no
            reward can be paid.
        value_minor: Their value in minor units of the currency; spins and boosts without a value add nothing.
    """

    brand: str
    iso_week: str
    currency: str
    stage: str
    kind: str | None
    source: str
    customers: int
    value_minor: int
    spins: int


async def owed_lines(
    counter: WeekCounter, brand: str | None = None, iso_week: str | None = None
) -> Sequence[OwedLine]:
    """Count what is owed by brand, week, currency, stage and kind; by default of all brands and weeks."""
    async with counter.databases.fulfilment.read() as connection:
        weeks = await _weeks(connection, brand, iso_week)
    lines = list[OwedLine]()
    for of_brand, week in weeks:
        lines += _lines(of_brand.id, week.iso, await counter.rewards(of_brand, week))
    return lines


async def _weeks(
    connection: AsyncConnection, brand: str | None, iso_week: str | None
) -> list[tuple[Brand, Week]]:
    earned = await earned_weeks(connection, brand, iso_week)
    names, reference = sorted({of_brand for of_brand, _ in earned}), ReferenceRepository(REFERENCE)
    brands = await reference.brands(connection, names)
    opened = await reference.opened_weeks(connection, names)
    calendars = {name: opened[name].calendar(known.time_zone) for name, known in brands.items()}
    return [(brands[name], calendars[name].week_named(iso)) for name, iso in earned if name in brands]


def _lines(brand: str, iso_week: str, figures: Sequence[RewardFigure]) -> Iterator[OwedLine]:
    """Yield one line for all rewards of a kind."""

    def key(figure: RewardFigure) -> tuple[str, str, str, str]:
        return figure.currency, figure.stage, figure.kind or "", figure.source

    for (currency, stage, kind, source), alike in groupby(sorted(figures, key=key), key):
        first, *others = alike
        total = sum(others, first)
        yield OwedLine(
            *(brand, iso_week, currency, stage, kind or None, source),
            *(total.customers, total.value_minor, total.spins),
        )
