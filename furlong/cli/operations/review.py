"""`furlong review …`: bets that wait for a person's decision, late or disputed ones."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import typer
from sqlalchemy.exc import SQLAlchemyError

from furlong.cli.json_lists import AsJson, echo_json
from furlong.cli.known_names import require_names
from furlong.cli.options import database_settings, fail, product_clock
from storage.database import Database
from subgraphs.kit.domain.errors import BadInput
from subgraphs.progress.errors import AlreadyDecided, NoSuchClaim, NothingToDecide
from subgraphs.progress.ledger.ledger import ledger_of
from subgraphs.progress.models import REFERENCE
from subgraphs.progress.review.queue import Decision, DecisionOutcome
from subgraphs.progress.review.repository import disputed_bets, late_revisions
from subgraphs.progress.review.service import ReviewService

R = TypeVar("R")
cli = typer.Typer(no_args_is_help=True, help="What waits for a person.")
late = typer.Typer(help="Bets that would count differently if they had not arrived too late.")
cli.add_typer(late, name="late")
disputed = typer.Typer(help="Bets that are attributed to several customers: they count for nobody.")
cli.add_typer(disputed, name="disputed")

BrandName = Annotated[str, typer.Argument(help="The brand.")]
BetId = Annotated[str, typer.Argument(help="The bet.")]
Revision = Annotated[int, typer.Argument(min=1, help="The revision that the list shows.")]
By = Annotated[str, typer.Option(help="Who decides.")]
Why = Annotated[str, typer.Option(help="The reason, for whoever asks later.")]


@cli.callback()
def review_group() -> None:
    """Make each queue a command of its own."""


@late.callback(invoke_without_command=True)
def listed(
    context: typer.Context,
    *,
    brand: Annotated[str | None, typer.Option(help="Only this brand.")] = None,
    week: Annotated[str | None, typer.Option(help="Only this ISO week, such as 2026-W13.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="The maximum number.")] = 100,
    as_json: AsJson = False,
) -> None:
    """List them, or decide about one."""
    if context.invoked_subcommand is not None:
        return

    async def show(database: Database) -> None:
        await require_names(database, REFERENCE, brand, week)
        async with database.home.read() as connection:
            found = await late_revisions(connection, brand=brand, iso_week=week, limit=limit)
        if as_json:
            echo_json(found)
            return
        for one in found:
            typer.echo(
                f"{one.brand}  {one.iso_week}  {one.customer}  {one.bet_id} revision {one.revision}: counts "
                f"{one.counted_minor}, would count {one.would_count_minor} ({one.would_be}); "
                f"came about {one.occurred_at:%Y-%m-%d %H:%M:%S}Z, "
                f"closed {one.closed_at:%Y-%m-%d %H:%M:%S}Z"
            )
        if not found:
            typer.echo("Nothing waits.")

    _with_database(show)


@late.command()
def accept(brand: BrandName, bet: BetId, revision: Revision, *, by: By, why: Why) -> None:
    """Count a bet as if its revision had arrived in time. A reward that was credited stays."""
    _decide(Decision(brand, bet, revision, accepted=True, by=by, why=why))


@late.command()
def reject(brand: BrandName, bet: BetId, revision: Revision, *, by: By, why: Why) -> None:
    """Leave a bet as it counts now; it does not wait any more."""
    _decide(Decision(brand, bet, revision, accepted=False, by=by, why=why))


@disputed.callback(invoke_without_command=True)
def listed_disputes(
    context: typer.Context,
    *,
    brand: Annotated[str | None, typer.Option(help="Only this brand.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="The maximum number.")] = 100,
    as_json: AsJson = False,
) -> None:
    """List them, or decide whose bet one is."""
    if context.invoked_subcommand is not None:
        return

    async def show(database: Database) -> None:
        async with database.home.read() as connection:
            found = await disputed_bets(connection, brand=brand, limit=limit)
        if as_json:
            echo_json(found)
            return
        for one in found:
            typer.echo(f"{one.brand}  {one.iso_week}  {one.bet_id}: claimed by {', '.join(one.customers)}")
        if not found:
            typer.echo("Nothing waits.")

    _with_database(show)


@disputed.command()
def assign(
    brand: BrandName,
    bet: BetId,
    customer: Annotated[str, typer.Argument(help="Whose bet it is: one of the customers in the list.")],
    *,
    by: By,
    why: Why,
) -> None:
    """Count a disputed bet for one of its claimants, for good. A reward that was credited stays."""

    async def act(database: Database) -> None:
        clock = product_clock()
        service = ReviewService(database, ledger_of(database.dialect, clock), clock)
        await service.assign(brand, bet, customer, by=by, why=why)

    _with_database(act)
    typer.echo(f"{bet} of {brand} is {customer}'s.")


def _decide(decision: Decision) -> None:
    async def act(database: Database) -> DecisionOutcome:
        clock = product_clock()
        return await ReviewService(database, ledger_of(database.dialect, clock), clock).decide(decision)

    typer.echo(_result(_with_database(act), accepted=decision.accepted))


def _result(decided: DecisionOutcome, *, accepted: bool) -> str:
    one = decided.late
    counts = one.would_count_minor if accepted else one.counted_minor
    text = f"{one.bet_id} revision {one.revision} counts {counts} in {one.iso_week}."
    if decided.status_before != decided.status_now:
        text += f" {one.customer} was {decided.status_before or 'not qualified'}, is {decided.status_now}."
        if decided.status_now == "revoked" and decided.week_closed:
            text += " The week is closed: a reward that was credited stays, with a flag in fulfilment."
    return text


def _with_database(act: Callable[[Database], Awaitable[R]]) -> R:
    async def run() -> R:
        database = Database.open(database_settings(), "progress")
        try:
            return await act(database)
        finally:
            await database.close()

    try:
        return asyncio.run(run())
    except (BadInput, NothingToDecide, NoSuchClaim, AlreadyDecided, SQLAlchemyError) as error:
        fail(error)
