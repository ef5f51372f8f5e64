"""Commands that compare what is stored twice, and show what waits for a person."""

import asyncio
from typing import Annotated

import typer
from sqlalchemy.exc import SQLAlchemyError

from furlong.commands.options import database_settings, fail
from subgraphs.kit.clock import SystemClock
from subgraphs.kit.database import Database
from subgraphs.progress.reconcile import Drift, Reconciliation, Sums
from subgraphs.progress.review import LateRevision, late_revisions

reconcile = typer.Typer(no_args_is_help=True, help="Compare what is stored twice, and set it right.")
review = typer.Typer(no_args_is_help=True, help="What waits for a person.")
Brand = Annotated[str | None, typer.Option(help="Only of this brand.")]
Week = Annotated[str | None, typer.Option(help="Only of this ISO week, as 2026-W13.")]


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    app.add_typer(reconcile, name="reconcile")
    app.add_typer(review, name="review")


@reconcile.callback()
def reconcile_group() -> None:
    """Keeps each comparison a command of its own."""


@review.callback()
def review_group() -> None:
    """Keeps each queue a command of its own."""


@reconcile.command()
def progress(
    *,
    brand: Brand = None,
    week: Week = None,
    repair: Annotated[
        bool, typer.Option("--repair", help="Set wrong totals right, with an audit row each.")
    ] = False,
) -> None:
    """Compare totals with the sums of their contributions; ends with 1 where any is wrong and stays so."""
    found = asyncio.run(_drift(brand, week, repair=repair))
    for drift in found:
        typer.echo(_line(drift))
    if not found:
        typer.echo("No drift: every total is the sum of its contributions.")
    elif not repair:
        typer.echo(f"{len(found)} totals drift; --repair sets them right.")
        raise typer.Exit(1)


@review.command()
def late(
    *,
    brand: Brand = None,
    week: Week = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="At most so many.")] = 100,
) -> None:
    """List bets that would count otherwise if their newest revision had not come after their week closed."""
    found = asyncio.run(_late(brand, week, limit))
    for one in found:
        typer.echo(
            f"{one.brand}  {one.iso_week}  {one.customer}  {one.bet_id} revision {one.revision}: counts "
            f"{one.counted_minor}, would count {one.would_count_minor} ({one.would_be}); "
            f"came about {one.occurred_at:%Y-%m-%d %H:%M:%S}Z, closed {one.closed_at:%Y-%m-%d %H:%M:%S}Z"
        )
    if not found:
        typer.echo("Nothing waits.")


async def _drift(brand: str | None, week: str | None, *, repair: bool) -> list[Drift]:
    database = Database.open(database_settings(), "progress")
    try:
        reconciliation = Reconciliation(database.home, database.dialect, SystemClock())
        return [drift async for drift in reconciliation.drift(brand=brand, iso_week=week, repair=repair)]
    except SQLAlchemyError as error:
        fail(error)
    finally:
        await database.close()


async def _late(brand: str | None, week: str | None, limit: int) -> list[LateRevision]:
    database = Database.open(database_settings(), "progress")
    try:
        async with database.home.read() as connection:
            return await late_revisions(connection, brand=brand, iso_week=week, limit=limit)
    except SQLAlchemyError as error:
        fail(error)
    finally:
        await database.close()


def _line(drift: Drift) -> str:
    mark = "repaired" if drift.repaired else "drift"
    where = f"{drift.brand}  {drift.iso_week}  {drift.customer}"
    return f"{mark}  {where}: stored {_sums(drift.stored)}, contributions {_sums(drift.right)}"


def _sums(sums: Sums | None) -> str:
    if sums is None:
        return "none"
    return f"{sums.total_minor} by {sums.counted_bets} bets as of {sums.as_of:%Y-%m-%dT%H:%M:%S.%fZ}"
