"""Commands around the paying of rewards: the worker, what a person decides, comparisons, and what is owed."""

import asyncio
import getpass
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from typing import Annotated

import typer
from sqlalchemy.exc import SQLAlchemyError

from furlong.commands.options import address, database_settings, fail, log_to_stderr
from furlong.fulfilling import Fulfilling, fulfil
from furlong.http_server import listen as open_listener
from furlong.stopping import stop_on_signals
from subgraphs.fulfilment.decisions import CannotDecide, Decisions
from subgraphs.fulfilment.liability import LiabilityLine
from subgraphs.fulfilment.liability import liability as figures
from subgraphs.fulfilment.providers.base import JournalUnavailable
from subgraphs.fulfilment.providers.settings import FulfilmentSettings, ProviderConfigError
from subgraphs.fulfilment.reconciliation import Reconciliation, Report
from subgraphs.fulfilment.repository import Fulfilment
from subgraphs.fulfilment.states import STOPPING, FulfilmentState
from subgraphs.kit.database import Database

cli = typer.Typer(no_args_is_help=True, help="Rewards in review, providers that were stopped, comparisons.")
Key = Annotated[str, typer.Argument(help="The reward's key, as listed.")]
Person = Annotated[str, typer.Option("--by", help="Who decides; kept with the decision.")]
Provider = Annotated[str, typer.Argument(help="The provider's name.")]


def worker(
    *,
    listen: Annotated[
        str | None,
        typer.Option(metavar="HOST:PORT", help="Where to serve /health, /metrics and /callbacks."),
    ] = None,
) -> None:
    """Pay confirmed rewards through the providers, until stopped. Safe on several nodes."""
    log_to_stderr()
    try:
        asyncio.run(_work(listen))
    except OSError as error:
        fail(error)


async def _work(listen: str | None) -> None:
    listener = open_listener(*address(listen)) if listen else None
    fulfilling = _open()
    with stop_on_signals() as stop:
        await fulfil(fulfilling, listener, stop)


@cli.command()
def reviews(*, limit: Annotated[int, typer.Option(min=1, help="At most so many of each.")] = 50) -> None:
    """List what waits for a person: rewards in review, being stopped, or with a flag; stopped providers."""

    async def show(fulfilling: Fulfilling) -> None:
        repository = fulfilling.desk.ledger.repository
        async with fulfilling.database.home.read() as connection:
            waiting = await repository.in_states(connection, {FulfilmentState.REVIEW, *STOPPING}, limit)
            flagged = await repository.flagged(connection, limit)
            stopped = await fulfilling.desk.alarms.stopped(connection)
        for one in waiting:
            typer.echo(_line(one, one.reason))
        for one in flagged:
            typer.echo(_line(one, one.flag))
        for name, alarm in sorted(stopped.items()):
            typer.echo(f"provider {name} is stopped since {alarm.since:%Y-%m-%d %H:%M:%S}Z: {alarm.reason}")
        if not (waiting or flagged or stopped):
            typer.echo("Nothing waits for a person.")

    _run(show)


@cli.command()
def history(*, key: Key) -> None:
    """Show what was asked and decided about a reward."""

    async def show(fulfilling: Fulfilling) -> None:
        async with fulfilling.database.home.read() as connection:
            for attempt in await fulfilling.desk.ledger.repository.attempts(connection, key):
                when = f"{attempt.at:%Y-%m-%d %H:%M:%S}Z"
                typer.echo(f"{when}  {attempt.step}  {attempt.outcome}  {attempt.detail or ''}")

    _run(show)


@cli.command()
def retry(*, key: Key, by: Person = "") -> None:
    """Let a reward in review be sent again, under the same key."""
    _run(lambda fulfilling: Decisions(fulfilling.desk).retry(key, by or getpass.getuser()))
    typer.echo("It will be sent again.")


@cli.command()
def credited(
    *,
    key: Key,
    reference: Annotated[str, typer.Option(help="What the provider calls the credit.")],
    by: Person = "",
) -> None:
    """Take a reward in review for credited, on your word."""
    _run(lambda fulfilling: Decisions(fulfilling.desk).credited(key, by or getpass.getuser(), reference))
    typer.echo("It counts as credited.")


@cli.command()
def stop(*, provider: Provider, reason: Annotated[str, typer.Option(help="Why.")], by: Person = "") -> None:
    """Stop a provider: what is meant for it waits."""
    _run(lambda fulfilling: Decisions(fulfilling.desk).stop(provider, by or getpass.getuser(), reason))
    typer.echo(f"Nothing is sent to {provider} any more.")


@cli.command()
def resume(*, provider: Provider, by: Person = "") -> None:
    """Let a provider go on that an alarm or a person had stopped."""
    _run(lambda fulfilling: Decisions(fulfilling.desk).resume(provider, by or getpass.getuser()))
    typer.echo(f"{provider} goes on.")


@cli.command()
def reconcile(
    *,
    day: Annotated[
        str | None, typer.Option(metavar="YYYY-MM-DD", help="In UTC; by default yesterday.")
    ] = None,
    provider: Annotated[str | None, typer.Option(help="Only this one.")] = None,
) -> None:
    """Compare the providers' books of a day with ours; ends with 1 when they differ."""
    wanted = date.fromisoformat(day) if day else datetime.now(UTC).date() - timedelta(days=1)
    differ = False

    async def compare(fulfilling: Fulfilling) -> None:
        nonlocal differ
        for registered in fulfilling.registry:
            if provider in {None, registered.config.name}:
                report = await Reconciliation(fulfilling.desk).compare(registered, wanted)
                typer.echo("\n".join(_report(report)))
                differ = differ or bool(report.differences)

    _run(compare)
    if differ:
        raise typer.Exit(1)


def liability(
    *,
    brand: Annotated[str | None, typer.Option(help="Only this brand.")] = None,
    week: Annotated[str | None, typer.Option(metavar="2026-W13", help="Only this week.")] = None,
) -> None:
    """Show what the club owes: expected, owed, outstanding, used, expired, stopped; in minor units."""

    async def read() -> list[LiabilityLine]:
        database = Database.open(database_settings(), "fulfilment")
        try:
            async with database.home.read() as connection:
                return list(await figures(connection, brand, week))
        finally:
            await database.close()

    try:
        lines = asyncio.run(read())
    except SQLAlchemyError as error:
        fail(error)
    typer.echo("brand\tweek\tstage\tkind\tcustomers\tvalue\tcurrency\tspins")
    for one in lines:
        typer.echo(
            f"{one.brand}\t{one.iso_week}\t{one.stage}\t{one.kind or 'not chosen'}\t{one.customers}"
            f"\t{one.value_minor}\t{one.currency}\t{one.spins}"
        )


def _open() -> Fulfilling:
    try:
        return Fulfilling.open(database_settings(), FulfilmentSettings())
    except (ProviderConfigError, ValueError) as error:
        fail(error)


def _run(task: Callable[[Fulfilling], Awaitable[None]]) -> None:
    async def run() -> None:
        fulfilling = _open()
        try:
            await task(fulfilling)
        finally:
            await fulfilling.close()

    try:
        asyncio.run(run())
    except (CannotDecide, JournalUnavailable, SQLAlchemyError, OSError) as error:
        fail(error)


def _line(one: Fulfilment, why: str | None) -> str:
    reward = one.reward.reward_id if one.reward else "no reward"
    club = one.club
    return (
        f"{one.key}  {club.brand}:{club.customer} {club.iso_week}  {reward} by {one.provider or 'nobody'}"
        f"  {one.state.value}  {why or ''}  since {one.changed_at:%Y-%m-%d %H:%M:%S}Z"
    )


def _report(report: Report) -> list[str]:
    head = f"{report.provider} {report.day}: {report.compared} credits, {len(report.differences)} differences"
    return [head, *(f"  {one.kind}  {one.key}  {one.detail}" for one in report.differences)]
