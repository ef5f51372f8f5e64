"""`furlong reconcile …`: compares data that are stored twice, and repairs differences."""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Annotated

import typer

from furlong.cli.command_work import run, run_with
from furlong.cli.json_lists import amount
from furlong.cli.known_names import require_names
from furlong.cli.long_work import Items, Verbose, working
from furlong.cli.options import database_settings, product_clock, upstream_settings

if TYPE_CHECKING:
    from foundation.storage.database import Database
    from furlong.workers.upstream_reconciliation import Difference
    from subgraphs.kit.settings import CompareSettings
    from subgraphs.progress.ledger.reconciliation import Drift, Sums

cli = typer.Typer(no_args_is_help=True, help="Compare data that are stored twice, and repair differences.")
Brand = Annotated[str | None, typer.Option(help="Only this brand.")]
Week = Annotated[str | None, typer.Option(help="Only this ISO week, such as 2026-W13.")]


@cli.callback()
def reconcile_group() -> None:
    """Make each comparison a subcommand."""


@cli.command()
def progress(
    *,
    brand: Brand = None,
    week: Week = None,
    repair: Annotated[
        bool, typer.Option("--repair", help="Repair wrong totals, with an audit row for each.")
    ] = False,
    verbose: Verbose = False,
) -> None:
    """Compare totals with the sums of their contributions. The exit status is 1 if any remains wrong."""
    drifts = _drift(brand, week, repair=repair)
    items = Items(verbose=verbose)
    for drift, currency in drifts:
        items.echo(_line(drift, currency))
    items.end()
    if not drifts:
        typer.echo("No drift: every total is the sum of its contributions.")
    elif repair:
        typer.echo(f"{len(drifts)} totals repaired.")
    else:
        typer.echo(f"{len(drifts)} totals drift; --repair corrects them.")
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
    verbose: Verbose = False,
) -> None:
    """Compare memberships and choices with the upstream's record, and adopt changes of other channels.

    The exit status is 1 if any difference remains.
    """
    from subgraphs.club_kit.comparison import DIFFERENT, UNSETTLED
    from subgraphs.kit.settings import CompareSettings

    settings = CompareSettings() if per_second is None else CompareSettings(per_second=per_second)
    outcomes = run(_upstream(brand, settings, Items(verbose=verbose), dry_run=dry_run))
    different = sum(compared.outcome in DIFFERENT for compared in outcomes)
    unsettled = different if dry_run else sum(compared.outcome in UNSETTLED for compared in outcomes)
    customers = {compared.owner for compared in outcomes}
    typer.echo(f"{len(customers)} customers compared: {different} differences.")
    if unsettled:
        raise typer.Exit(1)


def _drift(brand: str | None, week: str | None, *, repair: bool) -> list[tuple[Drift, str | None]]:
    """Return the totals that drift, each with the currency of its customer, if that is known."""
    from subgraphs.club_kit.records.reference import ReferenceRepository
    from subgraphs.kit.domain.keys import Owner
    from subgraphs.progress.ledger.reconciliation import Reconciliation
    from subgraphs.progress.models import REFERENCE

    async def compared(database: Database) -> list[tuple[Drift, str | None]]:
        await require_names(database, REFERENCE, brand, week)
        reconciliation = Reconciliation(database, database.dialect, product_clock())
        drifts = [drift async for drift in reconciliation.drift(brand=brand, iso_week=week, repair=repair)]
        owners = {Owner(drift.brand, drift.customer) for drift in drifts}
        async with database.read() as connection:
            currencies = await ReferenceRepository(REFERENCE).currencies(connection, owners)
        return [(drift, currencies.get(Owner(drift.brand, drift.customer))) for drift in drifts]

    return run_with(("progress",), compared)


async def _upstream(
    brand: str | None, settings: CompareSettings, items: Items, *, dry_run: bool
) -> list[Difference]:
    """Print each difference as it is found, and return the outcomes."""
    from furlong.workers.upstream_reconciliation import UpstreamReconciliation
    from subgraphs.club_kit.comparison import DIFFERENT, UNSETTLED
    from subgraphs.kit.mutations.recovery_parts import RecoveryParts

    outcomes = []
    async with AsyncExitStack() as stack:
        advance = stack.enter_context(working("Customers compared"))
        parts = RecoveryParts(stack, database_settings(), upstream_settings(), product_clock())
        async for compared in UpstreamReconciliation.open(parts, settings, dry=dry_run).compare_all(brand):
            advance()
            outcomes.append(compared)
            if compared.outcome in DIFFERENT | UNSETTLED:
                owner = compared.owner
                items.echo(f"{compared.outcome.value}  {owner.brand}  {owner.customer}  {compared.what}")
    items.end()
    return outcomes


def _line(drift: Drift, currency: str | None) -> str:
    mark = "repaired" if drift.repaired else "drift"
    stored, right = _sums(drift.stored, currency), _sums(drift.right, currency)
    where = f"{drift.brand}  {drift.iso_week}  {drift.customer}"
    return f"{mark}  {where}: stored {stored}, contributions {right}"


def _sums(sums: Sums | None, currency: str | None) -> str:
    if sums is None:
        return "none"
    total = amount(sums.total_minor, currency)
    return f"{total} by {sums.counted_bets} bets as of {sums.as_of:%Y-%m-%dT%H:%M:%S.%fZ}"
