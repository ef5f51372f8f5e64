"""`furlong week …`: the state of weeks, and opening and closing one by hand."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated

import typer

from furlong.cli.command_work import run
from furlong.cli.json_lists import AsJson, echo_list, week_cell
from furlong.cli.known_names import require_names
from furlong.cli.options import database_settings, product_clock

if TYPE_CHECKING:
    from furlong.workers.week_worker import WeekWorker
    from subgraphs.progress.weeks.overview import WeekLine

cli = typer.Typer(no_args_is_help=True, help="Show the state of weeks; open or close one by hand.")


@cli.command()
def status(
    *,
    brand: Annotated[str | None, typer.Option(help="Only this brand.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show the state of each week, its scheme, and how many customers have earned its reward.

    There is a line for each jurisdiction and currency, with the numbers of its own customers.
    """
    from subgraphs.progress.models import REFERENCE
    from subgraphs.progress.weeks.overview import week_lines

    async def show(worker: WeekWorker) -> None:
        await require_names(worker.progress, REFERENCE, brand)
        lifecycle = worker.lifecycle
        lines = [
            line
            for name in await lifecycle.brands()
            if brand in {None, name}
            for line in await week_lines(lifecycle, name)
        ]
        heads = ("brand", "week", "jurisdiction", "currency", "state", "scheme", "customers")
        nothing = "No week of a club is known here."
        echo_list(lines, as_json=as_json, heads=heads, cells=_cells, nothing=nothing)

    _with_weeks(show)


@cli.command(name="open")
def open_week(
    brand: Annotated[str, typer.Argument(help="The brand.")],
    week: Annotated[str, typer.Argument(help="The week, such as 2026-W13.")],
) -> None:
    """Open a week: record the schemes that it is played by. Opening it twice does no harm."""
    from subgraphs.progress.models import REFERENCE

    async def act(worker: WeekWorker) -> None:
        await require_names(worker.progress, REFERENCE, brand, week)
        for status in await worker.lifecycle.open(brand, week):
            territory = f"{status.jurisdiction} {status.currency}"
            typer.echo(
                f"Week {week_cell(week)} of {brand} is open since {status.opened_at:%Y-%m-%d %H:%M} UTC, "
                f"{territory}: {_scheme(status.scheme_version, status.scheme_version)}."
            )

    _with_weeks(act)


@cli.command()
def close(
    brand: Annotated[str, typer.Argument(help="The brand.")],
    week: Annotated[str, typer.Argument(help="The week, such as 2026-W13.")],
) -> None:
    """Close a week whose grace is over, and confirm its qualifications. Closing it twice does no harm."""
    from subgraphs.progress.models import REFERENCE

    async def act(worker: WeekWorker) -> None:
        await require_names(worker.progress, REFERENCE, brand, week)
        changed = await worker.lifecycle.close(brand, week)
        customers = "1 customer" if changed == 1 else f"{changed} customers"
        typer.echo(f"Week {week_cell(week)} of {brand} is closed. Results changed for {customers}.")

    _with_weeks(act)


def _cells(line: WeekLine) -> tuple[str, ...]:
    """Return a line's cells in a table for people."""
    state = line.state.lower() + (", confirmed" if line.confirmed else "")
    figures = ", ".join(f"{number} {status}" for status, number in sorted(line.customers.items()))
    scheme = _scheme(line.opened_with, line.scheme)
    return line.brand, week_cell(line.week), line.jurisdiction, line.currency, state, scheme, figures


def _scheme(opened_with: int | None, now: int | None) -> str:
    """Return the scheme that a week was opened with, and the present one if it differs."""
    if opened_with is None or opened_with == now:
        return "" if now is None else f"scheme {now}"
    return f"scheme {opened_with} when opened, {now} now"


def _with_weeks(act: Callable[[WeekWorker], Awaitable[None]]) -> None:
    from furlong.workers.week_worker import WeekWorker
    from subgraphs.progress.errors import CannotClose, CannotOpen

    async def opened() -> None:
        worker = WeekWorker.open(database_settings(), product_clock())
        try:
            await act(worker)
        finally:
            await worker.close()

    run(opened(), CannotClose, CannotOpen)
