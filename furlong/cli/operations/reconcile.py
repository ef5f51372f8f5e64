"""`furlong reconcile …`: compares what is stored twice, and repairs it."""

import asyncio
from contextlib import AsyncExitStack
from typing import Annotated

import typer
from sqlalchemy.exc import SQLAlchemyError

from furlong.cli.known_names import require_names
from furlong.cli.options import database_settings, fail, product_clock, upstream_settings
from furlong.workers.change_services import ChangeServices
from furlong.workers.upstream_reconciliation import Difference, UpstreamReconciliation
from storage.database import Database
from subgraphs.kit.domain.errors import BadInput
from subgraphs.kit.mutations.comparison import DIFFERENT, UNSETTLED
from subgraphs.kit.settings import CompareSettings
from subgraphs.progress.ledger.reconciliation import Drift, Reconciliation
from subgraphs.progress.ledger.reconciliation_repository import Sums
from subgraphs.progress.models import REFERENCE

cli = typer.Typer(no_args_is_help=True, help="Compare what is stored twice, and repair it.")
Brand = Annotated[str | None, typer.Option(help="Only this brand.")]
Week = Annotated[str | None, typer.Option(help="Only this ISO week, such as 2026-W13.")]


@cli.callback()
def reconcile_group() -> None:
    """Make each comparison a command of its own."""


@cli.command()
def progress(
    *,
    brand: Brand = None,
    week: Week = None,
    repair: Annotated[
        bool, typer.Option("--repair", help="Repair wrong totals, with an audit row for each.")
    ] = False,
) -> None:
    """Compare totals with the sums of their contributions. Ends with 1 if any remains wrong."""
    found = asyncio.run(_drift(brand, week, repair=repair))
    for drift in found:
        typer.echo(_line(drift))
    if not found:
        typer.echo("No drift: every total is the sum of its contributions.")
    elif not repair:
        typer.echo(f"{len(found)} totals drift; --repair corrects them.")
        raise typer.Exit(1)


@cli.command()
def upstream(
    *,
    brand: Brand = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be done.")] = False,
    per_second: Annotated[
        float | None,
        typer.Option(min=0.1, help="Customers per second; by default FURLONG_COMPARE_PER_SECOND."),
    ] = None,
) -> None:
    """Compare memberships and choices with the upstream's record, and adopt what other channels changed.

    The exit status is 1 if any difference remains.
    """
    settings = CompareSettings() if per_second is None else CompareSettings(per_second=per_second)
    found = asyncio.run(_upstream(brand, settings, dry_run=dry_run))
    different = sum(one.outcome in DIFFERENT for one in found)
    unsettled = different if dry_run else sum(one.outcome in UNSETTLED for one in found)
    typer.echo(f"{len({one.owner for one in found})} customers compared: {different} differences.")
    if unsettled:
        raise typer.Exit(1)


async def _drift(brand: str | None, week: str | None, *, repair: bool) -> list[Drift]:
    database = Database.open(database_settings(), "progress")
    try:
        await require_names(database, REFERENCE, brand, week)
        reconciliation = Reconciliation(database.home, database.dialect, product_clock())
        return [drift async for drift in reconciliation.drift(brand=brand, iso_week=week, repair=repair)]
    except (BadInput, SQLAlchemyError) as error:
        fail(error)
    finally:
        await database.close()


async def _upstream(brand: str | None, settings: CompareSettings, *, dry_run: bool) -> list[Difference]:
    """Return the outcomes, and print each difference as it is found."""
    outcomes = []
    try:
        async with AsyncExitStack() as stack:
            services = ChangeServices.open(stack, database_settings(), upstream_settings(), product_clock())
            async for one in UpstreamReconciliation.open(stack, services, settings, dry=dry_run).compare_all(
                brand
            ):
                outcomes.append(one)
                if one.outcome in DIFFERENT | UNSETTLED:
                    typer.echo(f"{one.outcome.value}  {one.owner.brand}  {one.owner.customer}  {one.what}")
    except (SQLAlchemyError, OSError) as error:
        fail(error)
    return outcomes


def _line(drift: Drift) -> str:
    mark = "repaired" if drift.repaired else "drift"
    where = f"{drift.brand}  {drift.iso_week}  {drift.customer}"
    return f"{mark}  {where}: stored {_sums(drift.stored)}, contributions {_sums(drift.right)}"


def _sums(sums: Sums | None) -> str:
    if sums is None:
        return "none"
    return f"{sums.total_minor} by {sums.counted_bets} bets as of {sums.as_of:%Y-%m-%dT%H:%M:%S.%fZ}"
