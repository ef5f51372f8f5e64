"""Commands around the paying of rewards: the worker, what a person decides, and comparisons."""

import asyncio
import getpass
from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from typing import Annotated

import typer
from sqlalchemy.exc import SQLAlchemyError

from furlong.commands.db import check_databases
from furlong.commands.options import (
    address,
    database_settings,
    fail,
    log_to_stderr,
    product_clock,
    running_clock,
    stream_settings,
)
from furlong.fulfilling import Fulfilling, fulfil
from furlong.http_server import listen as open_listener
from furlong.stopping import stop_on_signals
from storage.clock import Clock
from subgraphs.fulfilment.decisions import CannotDecide, Decisions, RewardVersion
from subgraphs.fulfilment.providers.base import JournalUnavailable
from subgraphs.fulfilment.providers.registry import Registered
from subgraphs.fulfilment.providers.settings import FulfilmentSettings, ProviderConfigError
from subgraphs.fulfilment.reconciliation import Reconciliation, Report
from subgraphs.fulfilment.repository import Fulfilment
from subgraphs.fulfilment.states import STOPPING, FulfilmentState
from subgraphs.kit.domain.errors import BadInput
from subgraphs.rewards.catalogue.rewards import OptionId

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
    check_databases("fulfilment")
    try:
        asyncio.run(_work(listen))
    except OSError as error:
        fail(error)


async def _work(listen: str | None) -> None:
    listener = open_listener(*address(listen)) if listen else None
    fulfilling = _open(running_clock())
    with stop_on_signals() as stop:
        await fulfil(fulfilling, listener, stop, stream_settings())


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
        repository = fulfilling.desk.ledger.repository
        async with fulfilling.database.home.read() as connection:
            if await repository.by_key(connection, key) is None:
                fail("there is no such reward")
            attempts = await repository.attempts(connection, key)
        for attempt in attempts:
            when = f"{attempt.at:%Y-%m-%d %H:%M:%S}Z"
            typer.echo(f"{when}  {attempt.step}  {attempt.outcome}  {attempt.detail or ''}")
        if not attempts:
            typer.echo("Nothing was asked or decided yet.")

    _run(show)


@cli.command()
def retry(
    *,
    key: Annotated[str | None, typer.Argument(help="The reward's key, as listed.")] = None,
    reason: Annotated[
        str | None, typer.Option(help="Instead of a key: all that are in review for this reason.")
    ] = None,
    by: Person = "",
) -> None:
    """Let a reward in review be sent again, under the same key; or all that are in review for a reason."""
    if (key is None) == (reason is None):
        fail("give a key, or --reason with what `furlong fulfilment reviews` shows")
    sent = 1

    async def again(fulfilling: Fulfilling) -> None:
        nonlocal sent
        decisions, person = Decisions(fulfilling.desk), by or getpass.getuser()
        if key is not None:
            await decisions.retry(key, person)
        else:
            sent = await decisions.retry_all(reason or "", person)

    _run(again)
    typer.echo("It will be sent again." if key is not None else f"{sent} rewards will be sent again.")


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
def hold(
    version: Annotated[str, typer.Argument(metavar="BRAND:REWARD:VERSION", help="As northbet:fb-5:3.")],
    *,
    by: Person = "",
) -> None:
    """Keep what was not sent yet of a version of a reward for review, as after a recall."""
    held = 0

    async def keep(fulfilling: Fulfilling) -> None:
        nonlocal held
        option = OptionId.parse(version)
        wanted = RewardVersion(option.brand, option.reward_id, option.version)
        held = await Decisions(fulfilling.desk).hold(wanted, by or getpass.getuser())

    _run(keep)
    typer.echo(f"{held} rewards are in review now.")


@cli.command()
def stop(*, provider: Provider, reason: Annotated[str, typer.Option(help="Why.")], by: Person = "") -> None:
    """Stop a provider: what is meant for it waits."""

    async def end(fulfilling: Fulfilling) -> None:
        if any(fulfilling.registry):  # else this is no node that pays, and the name cannot be looked up
            _found(fulfilling, provider)
        await Decisions(fulfilling.desk).stop(provider, by or getpass.getuser(), reason)

    _run(end)
    typer.echo(f"Nothing is sent to {provider} any more.")


@cli.command()
def resume(*, provider: Provider, by: Person = "") -> None:
    """Let a provider go on that an alarm or a person had stopped."""

    async def go_on(fulfilling: Fulfilling) -> None:
        async with fulfilling.database.home.read() as connection:
            if provider not in await fulfilling.desk.alarms.stopped(connection):
                fail(f"{provider} is not stopped")
        await Decisions(fulfilling.desk).resume(provider, by or getpass.getuser())

    _run(go_on)
    typer.echo(f"{provider} goes on.")


@cli.command()
def reconcile(
    *,
    day: Annotated[
        str | None, typer.Option(metavar="YYYY-MM-DD", help="In UTC; by default yesterday.")
    ] = None,
    provider: Annotated[str | None, typer.Option(help="Only this one.")] = None,
) -> None:
    """Compare the providers' books of a day with ours; ends with 1 when they differ, or cannot be read."""
    agree = True

    async def compare(fulfilling: Fulfilling) -> None:
        nonlocal agree
        wanted = _day(day, fulfilling.desk.clock.now())
        for registered in _found(fulfilling, provider):
            try:
                report = await Reconciliation(fulfilling.desk).compare(registered, wanted)
            except JournalUnavailable as fault:
                typer.echo(f"{registered.config.name} {wanted}: {fault}", err=True)
                agree = False
            else:
                typer.echo("\n".join(_report(report)))
                agree = agree and not report.differences

    _run(compare)
    if not agree:
        raise typer.Exit(1)


def _day(text: str | None, now: datetime) -> date:
    if text is None:
        return now.date() - timedelta(days=1)
    try:
        return date.fromisoformat(text)
    except ValueError:
        fail(f"{text!r} is no day, such as 2026-03-30")


def _found(fulfilling: Fulfilling, name: str | None) -> list[Registered]:
    """The provider of a name, or all of them; ends the command where there is none."""
    all_of_them = list(fulfilling.registry)
    if not all_of_them:
        fail("no provider is configured: FURLONG_FULFILMENT_PROVIDERS names the file")
    found = [one for one in all_of_them if name in {None, one.config.name}]
    if not found:
        fail(f"no provider {name!r}: there are {', '.join(one.config.name for one in all_of_them)}")
    return found


def _open(clock: Clock) -> Fulfilling:
    try:
        return Fulfilling.open(database_settings(), FulfilmentSettings(), clock)
    except (ProviderConfigError, ValueError) as error:
        fail(error)


def _run(task: Callable[[Fulfilling], Awaitable[None]]) -> None:
    async def run() -> None:
        fulfilling = _open(product_clock())
        try:
            await task(fulfilling)
        finally:
            await fulfilling.close()

    try:
        asyncio.run(run())
    except (CannotDecide, BadInput, SQLAlchemyError, OSError) as error:
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
