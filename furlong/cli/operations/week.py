"""Commands around the club's weeks: how far they are, opening and closing by hand, the worker for both."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated

import typer
from sqlalchemy.exc import SQLAlchemyError

from furlong.cli.known_names import require_names
from furlong.cli.options import (
    database_settings,
    fail,
    product_clock,
)
from furlong.workers.week_worker import WeekWorker
from subgraphs.kit.domain.errors import BadInput
from subgraphs.kit.domain.schemes import Scheme
from subgraphs.progress.closing import CannotClose, CannotOpen, Closing
from subgraphs.progress.models import REFERENCE
from subgraphs.progress.week_steps import WeekStep

cli = typer.Typer(no_args_is_help=True, help="How far the weeks are; opening and closing one by hand.")


@cli.command()
def status(*, brand: Annotated[str | None, typer.Option(help="Only of this one.")] = None) -> None:
    """Show how far each week is, by which scheme it is played, and how many have earned its reward.

    A line for each jurisdiction and currency, with the numbers of its own customers.
    """

    async def show(keeping: WeekWorker) -> None:
        await require_names(keeping.progress, REFERENCE, brand)
        closing = keeping.closing
        for name in await closing.brands():
            if brand in {None, name}:
                typer.echo("\n".join(await _lines(closing, name)))

    _with_weeks(show)


@cli.command(name="open")
def open_week(
    brand: Annotated[str, typer.Argument(help="The brand.")],
    week: Annotated[str, typer.Argument(help="The week, as 2026-W13.")],
) -> None:
    """Open a week: store by which schemes it is played. Doing it twice does no harm."""

    async def act(keeping: WeekWorker) -> None:
        for step in await keeping.closing.open(brand, week):
            place = f"{step.jurisdiction} {step.currency}"
            typer.echo(
                f"{week} of {brand} is open since {step.opened_at:%Y-%m-%d %H:%M} UTC, {place}: {_by(step)}"
            )

    _with_weeks(act)


@cli.command()
def close(
    brand: Annotated[str, typer.Argument(help="The brand.")],
    week: Annotated[str, typer.Argument(help="The week, as 2026-W13.")],
) -> None:
    """Close a week whose grace is over, and confirm what was reached in it. Doing it twice does no harm."""

    async def act(keeping: WeekWorker) -> None:
        news = await keeping.closing.close(brand, week)
        typer.echo(f"{week} of {brand} is closed: news of {news} customers")

    _with_weeks(act)


async def _lines(closing: Closing, brand: str) -> list[str]:
    """The recorded weeks of a brand, and the next one."""
    standings, schemes = await closing.standings(), await closing.schemes(brand)
    weeks: dict[str, list[str]] = {}
    for step in await closing.steps(brand):
        figures = _figures(standings.pop((brand, step.iso_week, step.place), {}))
        scheme = _by(step, schemes[step.iso_week].get(step.place))
        state = f"{step.state.value}  confirmed" if step.confirmed_at else step.state.value
        parts = (brand, step.iso_week, *step.place, state, scheme, figures)
        weeks.setdefault(step.iso_week, []).append("  ".join(part for part in parts if part))
    for (of_brand, iso_week, place), counts in sorted(standings.items()):
        if of_brand == brand and iso_week in weeks:  # nobody is left out because a place is played no more
            weeks[iso_week].append("  ".join((brand, iso_week, *place, "NOT KEPT", _figures(counts))))
    lines = [line for week in sorted(weeks) for line in weeks[week]]
    coming = max(schemes)
    for place, one in schemes[coming].items():
        lines.append("  ".join((brand, coming, *place, "NEXT", f"scheme {one.version}")))
    return lines


def _figures(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{number} {status}" for status, number in sorted(counts.items()))


def _by(step: WeekStep, now: Scheme | None = None) -> str:
    """By which scheme a week was opened, and by which it is played now, should that be another."""
    if step.scheme_version is None:
        return ""
    if now is None or now.version == step.scheme_version:
        return f"scheme {step.scheme_version}"
    return f"scheme {step.scheme_version} when opened, {now.version} now"


def _with_weeks(act: Callable[[WeekWorker], Awaitable[None]]) -> None:
    async def run() -> None:
        keeping = WeekWorker.open(database_settings(), product_clock())
        try:
            await act(keeping)
        finally:
            await keeping.close()

    try:
        asyncio.run(run())
    except (CannotClose, CannotOpen, BadInput, SQLAlchemyError) as error:
        fail(error)
