"""`furlong week …`: the state of weeks, and opening and closing one by hand."""

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

cli = typer.Typer(no_args_is_help=True, help="The state of weeks; opening and closing one by hand.")


@cli.command()
def status(*, brand: Annotated[str | None, typer.Option(help="Only this brand.")] = None) -> None:
    """Show the state of each week, its scheme, and how many customers have earned its reward.

    There is a line for each jurisdiction and currency, with the numbers of its own customers.
    """

    async def show(worker: WeekWorker) -> None:
        await require_names(worker.progress, REFERENCE, brand)
        closing = worker.closing
        for name in await closing.brands():
            if brand in {None, name}:
                typer.echo("\n".join(await _lines(closing, name)))

    _with_weeks(show)


@cli.command(name="open")
def open_week(
    brand: Annotated[str, typer.Argument(help="The brand.")],
    week: Annotated[str, typer.Argument(help="The week, such as 2026-W13.")],
) -> None:
    """Open a week: record the schemes that it is played by. Opening it twice does no harm."""

    async def act(worker: WeekWorker) -> None:
        for step in await worker.closing.open(brand, week):
            place = f"{step.jurisdiction} {step.currency}"
            typer.echo(
                f"{week} of {brand} is open since {step.opened_at:%Y-%m-%d %H:%M} UTC, {place}: {_by(step)}"
            )

    _with_weeks(act)


@cli.command()
def close(
    brand: Annotated[str, typer.Argument(help="The brand.")],
    week: Annotated[str, typer.Argument(help="The week, such as 2026-W13.")],
) -> None:
    """Close a week whose grace is over, and confirm its qualifications. Closing it twice does no harm."""

    async def act(worker: WeekWorker) -> None:
        changed = await worker.closing.close(brand, week)
        typer.echo(f"{week} of {brand} is closed: news of {changed} customers")

    _with_weeks(act)


async def _lines(closing: Closing, brand: str) -> list[str]:
    """Return lines for the recorded weeks of a brand and for the next one."""
    standings, schemes = await closing.standings(), await closing.schemes(brand)
    weeks: dict[str, list[str]] = {}
    for step in await closing.steps(brand):
        figures = _figures(standings.pop((brand, step.iso_week, step.place), {}))
        scheme = _by(step, schemes[step.iso_week].get(step.place))
        state = f"{step.state.value}  confirmed" if step.confirmed_at else step.state.value
        parts = (brand, step.iso_week, *step.place, state, scheme, figures)
        weeks.setdefault(step.iso_week, []).append("  ".join(part for part in parts if part))
    for (of_brand, iso_week, place), counts in sorted(standings.items()):
        if of_brand == brand and iso_week in weeks:  # customers of a place without a scheme are listed too
            weeks[iso_week].append("  ".join((brand, iso_week, *place, "NOT KEPT", _figures(counts))))
    lines = [line for week in sorted(weeks) for line in weeks[week]]
    coming = max(schemes)
    for place, one in schemes[coming].items():
        lines.append("  ".join((brand, coming, *place, "NEXT", f"scheme {one.version}")))
    return lines


def _figures(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{number} {status}" for status, number in sorted(counts.items()))


def _by(step: WeekStep, now: Scheme | None = None) -> str:
    """Return the scheme that a week was opened with, and the present one if it differs."""
    if step.scheme_version is None:
        return ""
    if now is None or now.version == step.scheme_version:
        return f"scheme {step.scheme_version}"
    return f"scheme {step.scheme_version} when opened, {now.version} now"


def _with_weeks(act: Callable[[WeekWorker], Awaitable[None]]) -> None:
    async def run() -> None:
        worker = WeekWorker.open(database_settings(), product_clock())
        try:
            await act(worker)
        finally:
            await worker.close()

    try:
        asyncio.run(run())
    except (CannotClose, CannotOpen, BadInput, SQLAlchemyError) as error:
        fail(error)
