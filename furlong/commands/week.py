"""Commands around the club's weeks: how far they are, opening and closing by hand, the worker for both."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated

import typer
from sqlalchemy.exc import SQLAlchemyError

from furlong.commands.db import check_databases
from furlong.commands.options import (
    database_settings,
    fail,
    log_to_stderr,
    product_clock,
    running_clock,
    stream_settings,
)
from furlong.known_names import require_names
from furlong.stopping import stop_on_signals
from furlong.week_keeping import WeekKeeping
from subgraphs.kit.domain.errors import BadInput
from subgraphs.kit.domain.schemes import Scheme
from subgraphs.progress.errors import CannotClose, CannotOpen
from subgraphs.progress.models import REFERENCE
from subgraphs.progress.weeks.lifecycle import WeekLifecycle
from subgraphs.progress.weeks.week_status import WeekStatus

cli = typer.Typer(no_args_is_help=True, help="How far the weeks are; opening and closing one by hand.")


def worker() -> None:
    """Open weeks, turn them provisional and closed, confirm what was reached, until stopped."""
    log_to_stderr()
    check_databases("progress", "rewards")
    asyncio.run(_work())


async def _work() -> None:
    keeping = WeekKeeping.open(database_settings(), running_clock(), stream_settings())
    try:
        with stop_on_signals() as stop:
            await keeping.run(stop)
    finally:
        await keeping.close()


@cli.command()
def status(*, brand: Annotated[str | None, typer.Option(help="Only of this one.")] = None) -> None:
    """Show how far each week is, by which scheme it is played, and how many have earned its reward.

    A line for each jurisdiction and currency, with the numbers of its own customers.
    """

    async def show(keeping: WeekKeeping) -> None:
        await require_names(keeping.progress, REFERENCE, brand)
        lifecycle = keeping.lifecycle
        for name in await lifecycle.brands():
            if brand in {None, name}:
                typer.echo("\n".join(await _lines(lifecycle, name)))

    _with_weeks(show)


@cli.command(name="open")
def open_week(
    brand: Annotated[str, typer.Argument(help="The brand.")],
    week: Annotated[str, typer.Argument(help="The week, as 2026-W13.")],
) -> None:
    """Open a week: store by which schemes it is played. Doing it twice does no harm."""

    async def act(keeping: WeekKeeping) -> None:
        for status in await keeping.lifecycle.open(brand, week):
            territory = f"{status.jurisdiction} {status.currency}"
            typer.echo(
                f"{week} of {brand} is open since {status.opened_at:%Y-%m-%d %H:%M} UTC, "
                f"{territory}: {_by(status)}"
            )

    _with_weeks(act)


@cli.command()
def close(
    brand: Annotated[str, typer.Argument(help="The brand.")],
    week: Annotated[str, typer.Argument(help="The week, as 2026-W13.")],
) -> None:
    """Close a week whose grace is over, and confirm what was reached in it. Doing it twice does no harm."""

    async def act(keeping: WeekKeeping) -> None:
        news = await keeping.lifecycle.close(brand, week)
        typer.echo(f"{week} of {brand} is closed: news of {news} customers")

    _with_weeks(act)


async def _lines(lifecycle: WeekLifecycle, brand: str) -> list[str]:
    """The recorded weeks of a brand, and the next one."""
    qualified, schemes = await lifecycle.qualification_counts(), await lifecycle.schemes(brand)
    weeks: dict[str, list[str]] = {}
    for status in await lifecycle.statuses(brand):
        figures = _figures(qualified.pop((brand, status.iso_week, status.territory), {}))
        scheme = _by(status, schemes[status.iso_week].get(status.territory))
        state = f"{status.state.value}  confirmed" if status.confirmed_at else status.state.value
        parts = (brand, status.iso_week, *status.territory, state, scheme, figures)
        weeks.setdefault(status.iso_week, []).append("  ".join(part for part in parts if part))
    for (of_brand, iso_week, territory), counts in sorted(qualified.items()):
        if (
            of_brand == brand and iso_week in weeks
        ):  # nobody is left out because a territory is played no more
            weeks[iso_week].append("  ".join((brand, iso_week, *territory, "NOT KEPT", _figures(counts))))
    lines = [line for week in sorted(weeks) for line in weeks[week]]
    coming = max(schemes)
    for territory, one in schemes[coming].items():
        lines.append("  ".join((brand, coming, *territory, "NEXT", f"scheme {one.version}")))
    return lines


def _figures(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{number} {status}" for status, number in sorted(counts.items()))


def _by(status: WeekStatus, now: Scheme | None = None) -> str:
    """By which scheme a week was opened, and by which it is played now, should that be another."""
    if status.scheme_version is None:
        return ""
    if now is None or now.version == status.scheme_version:
        return f"scheme {status.scheme_version}"
    return f"scheme {status.scheme_version} when opened, {now.version} now"


def _with_weeks(act: Callable[[WeekKeeping], Awaitable[None]]) -> None:
    async def run() -> None:
        keeping = WeekKeeping.open(database_settings(), product_clock())
        try:
            await act(keeping)
        finally:
            await keeping.close()

    try:
        asyncio.run(run())
    except (CannotClose, CannotOpen, BadInput, SQLAlchemyError) as error:
        fail(error)
