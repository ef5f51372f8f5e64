"""Commands around the club's weeks: how far they are, closing one by hand, and the worker that does it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated

import typer
from sqlalchemy.exc import SQLAlchemyError

from furlong.commands.options import database_settings, fail, log_to_stderr
from furlong.stopping import stop_on_signals
from furlong.week_keeping import WeekKeeping
from subgraphs.kit.errors import BadInput
from subgraphs.progress.closing import CannotClose, WeekStep

cli = typer.Typer(no_args_is_help=True, help="How far the weeks are; closing one by hand.")


def worker() -> None:
    """Turn weeks provisional and closed, confirm what was reached, until stopped. Safe on several nodes."""
    log_to_stderr()
    asyncio.run(_work())


async def _work() -> None:
    keeping = WeekKeeping.open(database_settings())
    try:
        with stop_on_signals() as stop:
            await keeping.run(stop)
    finally:
        await keeping.close()


@cli.command()
def status(*, brand: Annotated[str | None, typer.Option(help="Only of this one.")] = None) -> None:
    """Show how far each week is, and how many have earned its reward."""

    async def show(keeping: WeekKeeping) -> None:
        standings = await keeping.closing.standings()
        for step in await keeping.closing.steps(brand):
            figures = ", ".join(
                f"{number} {name}"
                for (of_brand, of_week, name), number in sorted(standings.items())
                if (of_brand, of_week) == (step.brand, step.iso_week)
            )
            typer.echo(f"{_line(step)}  {figures}".rstrip())

    _with_weeks(show)


@cli.command()
def close(
    brand: Annotated[str, typer.Argument(help="The brand.")],
    week: Annotated[str, typer.Argument(help="The week, as 2026-W13.")],
) -> None:
    """Close a week whose grace is over, and confirm what was reached in it. Doing it twice does no harm."""

    async def act(keeping: WeekKeeping) -> None:
        news = await keeping.closing.close(brand, week)
        typer.echo(f"{week} of {brand} is closed: news of {news} customers")

    _with_weeks(act)


def _line(step: WeekStep) -> str:
    confirmed = "confirmed" if step.confirmed_at else ""
    parts = (step.brand, step.iso_week, step.jurisdiction, step.currency, step.state.value, confirmed)
    return "  ".join(part for part in parts if part)


def _with_weeks(act: Callable[[WeekKeeping], Awaitable[None]]) -> None:
    async def run() -> None:
        keeping = WeekKeeping.open(database_settings())
        try:
            await act(keeping)
        finally:
            await keeping.close()

    try:
        asyncio.run(run())
    except (CannotClose, BadInput, SQLAlchemyError) as error:
        fail(error)
