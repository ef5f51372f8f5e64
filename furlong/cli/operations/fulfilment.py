"""`furlong fulfilment …`: rewards in review, stopped providers, comparison with the providers' journals."""

from __future__ import annotations

import asyncio
import getpass
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from furlong.cli.json_lists import AsJson, echo_json, echo_table
from furlong.cli.options import (
    database_settings,
    fail,
    fulfilment_settings,
    product_clock,
)

if TYPE_CHECKING:
    from foundation.storage.clock import Clock
    from foundation.storage.settings import DatabaseSettings
    from furlong.workers.fulfilment_worker import FulfilmentProcess
    from subgraphs.fulfilment.accounting.repository import Report
    from subgraphs.fulfilment.providers.registry import RegisteredProvider
    from subgraphs.fulfilment.state.fulfilment import Fulfilment

cli = typer.Typer(
    no_args_is_help=True, help="Rewards in review, stopped providers, comparisons with providers' journals."
)
HEADS: Final = ("key", "customer", "week", "reward", "provider", "state", "reason", "since")
Key = Annotated[str, typer.Argument(help="The reward's key, as listed.")]
Person = Annotated[str, typer.Option("--by", help="Who made the decision; recorded with it.")]
Provider = Annotated[str, typer.Argument(help="The provider's name.")]


@cli.command()
def reviews(
    *,
    limit: Annotated[int, typer.Option(min=1, help="The maximum number of each kind.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List what waits for a person: rewards in review, being stopped or flagged, and stopped providers."""
    from subgraphs.fulfilment.state.state_machine import HELD_BACK

    async def show(process: FulfilmentProcess) -> None:
        waiting: list[Fulfilment] = []
        flagged: list[Fulfilment] = []
        async with process.database.read() as connection:
            for each in process.uow.each_origin():
                repository = each.lifecycle.repository
                waiting += await repository.in_states(connection, HELD_BACK, limit)
                flagged += await repository.flagged(connection, limit)
            stopped = await process.uow.provider_holds.stopped(connection)
        if as_json:
            rewards = {fulfilment.key: _facts(fulfilment) for fulfilment in (*waiting, *flagged)}
            holds = [
                {"kind": "provider", "provider": name, **asdict(stopped[name])} for name in sorted(stopped)
            ]
            echo_json([*rewards.values(), *holds])
            return
        reasons = [
            *((fulfilment, fulfilment.reason) for fulfilment in waiting),
            *((fulfilment, fulfilment.flag) for fulfilment in flagged),
        ]
        if reasons:
            echo_table(HEADS, (_cells(one, why) for one, why in reasons))
        for name, hold in sorted(stopped.items()):
            typer.echo(f"provider {name} is stopped since {hold.since:%Y-%m-%d %H:%M:%S}Z: {hold.reason}")
        if not (waiting or flagged or stopped):
            typer.echo("Nothing waits for a person.")

    _run(show)


@cli.command()
def history(*, key: Key, as_json: AsJson = False) -> None:
    """Show what providers were asked about a reward, and what was decided."""

    async def show(process: FulfilmentProcess) -> None:
        async with process.database.read() as connection:
            uow, found = await process.uow.owning(connection, key)
            if found is None:
                fail("there is no such reward")
            attempts = await uow.lifecycle.repository.attempts(connection, key)
        if as_json:
            echo_json(attempts)
            return
        echo_table(
            ("at", "step", "outcome", "detail"),
            ((attempt.at, attempt.step, attempt.outcome, attempt.detail) for attempt in attempts),
            nothing="Nothing was asked or decided yet.",
        )

    _run(show)


@cli.command()
def retry(
    *,
    key: Annotated[str | None, typer.Argument(help="The reward's key, as listed.")] = None,
    reason: Annotated[
        str | None, typer.Option(help="Instead of a key: all rewards in review for this reason.")
    ] = None,
    by: Person = "",
) -> None:
    """Send a reward in review again with the same key, or all rewards that are in review for a reason."""
    from subgraphs.fulfilment.payout.decisions import Decisions

    if (key is None) == (reason is None):
        fail("give a key, or --reason with a reason that `furlong fulfilment reviews` shows")
    sent = 1

    async def again(process: FulfilmentProcess) -> None:
        nonlocal sent
        decisions, person = Decisions(process.uow), by or getpass.getuser()
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
    reference: Annotated[str, typer.Option(help="The provider's reference of the credit.")],
    by: Person = "",
) -> None:
    """Record that a reward in review was credited."""
    from subgraphs.fulfilment.payout.decisions import Decisions

    _run(lambda process: Decisions(process.uow).credited(key, by or getpass.getuser(), reference))
    typer.echo("It counts as credited.")


@cli.command()
def hold(
    version: Annotated[str, typer.Argument(metavar="BRAND:REWARD:VERSION", help="Such as northbet:fb-5:3.")],
    *,
    by: Person = "",
) -> None:
    """Put the unsent rewards of a version into review, for example after a recall."""
    from subgraphs.fulfilment.payout.decisions import Decisions, RewardVersion
    from subgraphs.rewards.catalogue.rewards import OptionId

    held = 0

    async def keep(process: FulfilmentProcess) -> None:
        nonlocal held
        option = OptionId.parse(version)
        wanted = RewardVersion(option.brand, option.reward_id, option.version)
        held = await Decisions(process.uow).hold(wanted, by or getpass.getuser())

    _run(keep)
    typer.echo(f"{held} rewards are in review now.")


@cli.command()
def stop(*, provider: Provider, reason: Annotated[str, typer.Option(help="Why.")], by: Person = "") -> None:
    """Stop a provider on this node; its rewards wait. `furlong switch off provider` stops it on all nodes."""
    from subgraphs.fulfilment.payout.decisions import Decisions

    async def end(process: FulfilmentProcess) -> None:
        if any(process.registry):  # without the file, this node has no providers and cannot check the name
            _found(process, provider)
        await Decisions(process.uow).stop(provider, by or getpass.getuser(), reason)

    _run(end)
    typer.echo(f"Nothing more is sent to {provider}.")


@cli.command()
def resume(*, provider: Provider, by: Person = "") -> None:
    """Resume a provider that an alarm or a person stopped on this node."""
    from subgraphs.fulfilment.payout.decisions import Decisions

    async def go_on(process: FulfilmentProcess) -> None:
        async with process.database.read() as connection:
            if provider not in await process.uow.provider_holds.stopped(connection):
                fail(f"{provider} is not stopped")
            if provider in await process.uow.switches.providers_off(connection):
                fail(f"{provider} is switched off on all nodes: `furlong switch on provider {provider}`")
        await Decisions(process.uow).resume(provider, by or getpass.getuser())

    _run(go_on)
    typer.echo(f"{provider} is resumed.")


@cli.command()
def reconcile(
    *,
    day: Annotated[
        str | None, typer.Option(metavar="YYYY-MM-DD", help="The day in UTC; by default yesterday.")
    ] = None,
    provider: Annotated[str | None, typer.Option(help="Only this provider.")] = None,
) -> None:
    """Compare the providers' journals of a day with ours. Exits with 1 if they differ or cannot be read."""
    from subgraphs.fulfilment.errors import JournalUnavailable

    agree = True

    async def compare(process: FulfilmentProcess) -> None:
        nonlocal agree
        wanted = _day(day, process.uow.clock.now())
        for registered in _found(process, provider):
            try:
                report = await process.reconciliation.compare(registered, wanted)
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
        fail(f"{text!r} is not a day such as 2026-03-30")


def _found(process: FulfilmentProcess, name: str | None) -> list[RegisteredProvider]:
    """Return the provider of a name, or all of them; end the command if there is none."""
    providers = list(process.registry)
    if problems := [
        f"{use.name}: {use.problem}" for use in process.configuration.uses.values() if use.problem
    ]:
        fail("; ".join(problems))
    if not providers:
        fail("no provider is configured: `furlong provider`, or the file of FURLONG_FULFILMENT_PROVIDERS")
    found = [provider for provider in providers if name in {None, provider.config.name}]
    if not found:
        names = ", ".join(provider.config.name for provider in providers)
        fail(f"there is no provider {name!r}; there are {names}")
    return found


def open_fulfilment(clock: Clock, database: DatabaseSettings) -> FulfilmentProcess:
    """Build the parts of the fulfilment worker; end the command if its providers cannot be used."""
    from furlong.workers.fulfilment_worker import FulfilmentProcess
    from subgraphs.fulfilment.errors import ProviderConfigError

    try:
        return FulfilmentProcess.open(database, fulfilment_settings(), clock)
    except (ProviderConfigError, ValueError) as error:
        fail(error)


def _run(task: Callable[[FulfilmentProcess], Awaitable[None]]) -> None:
    from sqlalchemy.exc import SQLAlchemyError

    from subgraphs.fulfilment.errors import InvalidDecision
    from subgraphs.kit.domain.errors import BadInput

    async def run() -> None:
        # Providers that had been stopped are stopped again before their database is opened.
        process = open_fulfilment(product_clock(), database_settings().entering_closed())
        try:
            await process.configuration.apply()
            await task(process)
        finally:
            await process.close()

    try:
        asyncio.run(run())
    except (InvalidDecision, BadInput, SQLAlchemyError, OSError) as error:
        fail(error)


def _facts(one: Fulfilment) -> dict[str, Any]:
    return {
        "kind": "reward",
        "key": one.key,
        "brand": one.club.brand,
        "customer": one.club.customer,
        "week": one.club.iso_week,
        "reward": one.reward and one.reward.reward_id,
        "provider": one.provider,
        "state": one.state.value,
        "reason": one.reason,
        "flag": one.flag,
        "since": one.changed_at,
    }


def _cells(one: Fulfilment, why: str | None) -> tuple[object, ...]:
    reward = one.reward.reward_id if one.reward else "no reward"
    club, provider = one.club, one.provider or "nobody"
    customer = f"{club.brand}:{club.customer}"
    return one.key, customer, club.iso_week, reward, provider, one.state.value, why, one.changed_at


def _report(report: Report) -> list[str]:
    head = f"{report.provider} {report.day}: {report.compared} credits, {len(report.differences)} differences"
    return [
        head,
        *(f"  {difference.kind}  {difference.key}  {difference.detail}" for difference in report.differences),
    ]
