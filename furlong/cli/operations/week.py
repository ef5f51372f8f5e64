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
from subgraphs.progress.errors import CannotClose, CannotOpen
from subgraphs.progress.models import REFERENCE
from subgraphs.progress.weeks.lifecycle import WeekLifecycle
from subgraphs.progress.weeks.week_status import WeekStatus

cli = typer.Typer(no_args_is_help=True, help="The state of weeks; opening and closing one by hand.")


@cli.command()
def status(*, brand: Annotated[str | None, typer.Option(help="Only this brand.")] = None) -> None:
    """Show the state of each week, its scheme, and how many customers have earned its reward.

    There is a line for each jurisdiction and currency, with the numbers of its own customers.
    """

    async def show(worker: WeekWorker) -> None:
        await require_names(worker.progress, REFERENCE, brand)
        lifecycle = worker.lifecycle
        for name in await lifecycle.brands():
            if brand in {None, name}:
                typer.echo("\n".join(await _lines(lifecycle, name)))

    _with_weeks(show)


@cli.command(name="open")
def open_week(
    brand: Annotated[str, typer.Argument(help="The brand.")],
    week: Annotated[str, typer.Argument(help="The week, such as 2026-W13.")],
) -> None:
    """Open a week: record the schemes that it is played by. Opening it twice does no harm."""

    async def act(worker: WeekWorker) -> None:
        for status in await worker.lifecycle.open(brand, week):
            territory = f"{status.jurisdiction} {status.currency}"
            typer.echo(
                f"{week} of {brand} is open since {status.opened_at:%Y-%m-%d %H:%M} UTC, "
                f"{territory}: {_by(status)}"
            )

    _with_weeks(act)


@cli.command()
def close(
    brand: Annotated[str, typer.Argument(help="The brand.")],
    week: Annotated[str, typer.Argument(help="The week, such as 2026-W13.")],
) -> None:
    """Close a week whose grace is over, and confirm its qualifications. Closing it twice does no harm."""

    async def act(worker: WeekWorker) -> None:
        changed = await worker.lifecycle.close(brand, week)
        typer.echo(f"{week} of {brand} is closed: news of {changed} customers")

    _with_weeks(act)


async def _lines(lifecycle: WeekLifecycle, brand: str) -> list[str]:
    """Return lines for the recorded weeks of a brand and for the next one."""
    qualified, schemes = await lifecycle.qualification_counts(), await lifecycle.schemes(brand)
    weeks: dict[str, list[str]] = {}
    for status in await lifecycle.statuses(brand):
        figures = _figures(qualified.pop((brand, status.iso_week, status.territory), {}))
        scheme = _by(status, schemes[status.iso_week].get(status.territory))
        state = f"{status.state.value}  confirmed" if status.confirmed_at else status.state.value
        parts = (brand, status.iso_week, *status.territory, state, scheme, figures)
        weeks.setdefault(status.iso_week, []).append("  ".join(part for part in parts if part))
    for (of_brand, iso_week, territory), counts in sorted(qualified.items()):
        if of_brand == brand and iso_week in weeks:  # without a scheme as well
            weeks[iso_week].append("  ".join((brand, iso_week, *territory, "NOT KEPT", _figures(counts))))
    lines = [line for week in sorted(weeks) for line in weeks[week]]
    coming = max(schemes)
    for territory, one in schemes[coming].items():
        lines.append("  ".join((brand, coming, *territory, "NEXT", f"scheme {one.version}")))
    return lines


def _figures(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{number} {status}" for status, number in sorted(counts.items()))


def _by(status: WeekStatus, now: Scheme | None = None) -> str:
    """Return the scheme that a week was opened with, and the present one if it differs."""
    if status.scheme_version is None:
        return ""
    if now is None or now.version == status.scheme_version:
        return f"scheme {status.scheme_version}"
    return f"scheme {status.scheme_version} when opened, {now.version} now"


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
