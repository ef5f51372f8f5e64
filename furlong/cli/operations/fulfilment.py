"""`furlong fulfilment …`: rewards in review, stopped providers, comparison with the providers' journals."""

from __future__ import annotations

import getpass
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeVar

import typer

from furlong.cli.command_work import run
from furlong.cli.json_lists import AsJson, echo_json, echo_list, echo_table, week_cell
from furlong.cli.known_names import version_named
from furlong.cli.options import database_settings, fail, fulfilment_settings, product_clock

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
R = TypeVar("R")
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
            for uow in process.uow.each_origin():
                repository = uow.lifecycle.repository
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
            echo_table(HEADS, (_cells(reward, why) for reward, why in reasons))
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
            uow, reward = await process.uow.owning(connection, key)
            if reward is None:
                fail(f"there is no such reward: {key[:64]!r}; `furlong fulfilment reviews` lists what waits")
            attempts = await uow.lifecycle.repository.attempts(connection, key)
        echo_list(
            attempts,
            as_json=as_json,
            heads=("at", "step", "outcome", "detail"),
            cells=lambda attempt: (attempt.at, attempt.step, attempt.outcome, attempt.detail),
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

    async def again(process: FulfilmentProcess) -> int:
        decisions, person = Decisions(process.uow), by or getpass.getuser()
        if key is None:
            return await decisions.retry_all(reason or "", person)
        await decisions.retry(key, person)
        return 1

    sent = _run(again)
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

    async def keep(process: FulfilmentProcess) -> int:
        option = version_named(version)
        wanted = RewardVersion(option.brand, option.reward_id, option.version)
        return await Decisions(process.uow).hold(wanted, by or getpass.getuser())

    typer.echo(f"{_run(keep)} rewards are in review now.")


@cli.command()
def stop(*, provider: Provider, reason: Annotated[str, typer.Option(help="Why.")], by: Person = "") -> None:
    """Stop a provider on this node; its rewards wait. `furlong switch off provider` stops it on all nodes."""
    from subgraphs.fulfilment.payout.decisions import Decisions

    async def end(process: FulfilmentProcess) -> None:
        if any(process.registry):  # without the file, this node has no providers and cannot check the name
            _providers(process, provider)
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

    async def compare(process: FulfilmentProcess) -> bool:
        agree = True
        wanted = _day(day, process.uow.clock.now())
        for registered in _providers(process, provider):
            try:
                report = await process.reconciliation.compare(registered, wanted)
            except JournalUnavailable as fault:
                typer.echo(f"{registered.config.name} {wanted}: {fault}", err=True)
                agree = False
            else:
                typer.echo("\n".join(_report(report)))
                agree = agree and not report.differences
        return agree

    if not _run(compare):
        raise typer.Exit(1)


def _day(text: str | None, now: datetime) -> date:
    if text is None:
        return now.date() - timedelta(days=1)
    try:
        return date.fromisoformat(text)
    except ValueError:
        fail(f"{text!r} is not a day such as 2026-03-30")


def _providers(process: FulfilmentProcess, name: str | None) -> list[RegisteredProvider]:
    """Return the provider of a name, or all of them; end the command if there is none."""
    providers = list(process.registry)
    if problems := [
        f"{use.name}: {use.problem}" for use in process.configuration.uses.values() if use.problem
    ]:
        fail("; ".join(problems))
    if not providers:
        fail("no provider is configured: `furlong provider`, or the file of FURLONG_FULFILMENT_PROVIDERS")
    named = [provider for provider in providers if name in {None, provider.config.name}]
    if not named:
        names = ", ".join(provider.config.name for provider in providers)
        fail(f"there is no provider {name!r}; there are {names}")
    return named


def open_fulfilment(clock: Clock, database: DatabaseSettings) -> FulfilmentProcess:
    """Build the parts of the fulfilment worker; end the command if its providers cannot be used."""
    from furlong.workers.fulfilment_worker import FulfilmentProcess
    from subgraphs.fulfilment.errors import ProviderConfigError

    try:
        return FulfilmentProcess.open(database, fulfilment_settings(), clock)
    except (ProviderConfigError, ValueError) as error:
        fail(error)


def _run(task: Callable[[FulfilmentProcess], Awaitable[R]]) -> R:
    from subgraphs.fulfilment.errors import InvalidDecision

    async def opened() -> R:
        # Providers that had been stopped are stopped again before their database is opened.
        process = open_fulfilment(product_clock(), database_settings().entering_closed())
        try:
            await process.configuration.apply()
            return await task(process)
        finally:
            await process.close()

    return run(opened(), InvalidDecision)


def _facts(reward: Fulfilment) -> dict[str, Any]:
    return {
        "kind": "reward",
        "key": reward.key,
        "brand": reward.club.brand,
        "customer": reward.club.customer,
        "week": reward.club.iso_week,
        "reward": reward.reward and reward.reward.reward_id,
        "provider": reward.provider,
        "state": reward.state.value,
        "reason": reward.reason,
        "flag": reward.flag,
        "since": reward.changed_at,
    }


def _cells(reward: Fulfilment, why: str | None) -> tuple[object, ...]:
    name = reward.reward.reward_id if reward.reward else "no reward"
    club, provider = reward.club, reward.provider or "nobody"
    customer = f"{club.brand}:{club.customer}"
    return (
        reward.key,
        customer,
        week_cell(club.iso_week),
        name,
        provider,
        reward.state.value,
        why,
        reward.changed_at,
    )


def _report(report: Report) -> list[str]:
    head = f"{report.provider} {report.day}: {report.compared} credits, {len(report.differences)} differences"
    return [
        head,
        *(f"  {difference.kind}  {difference.key}  {difference.detail}" for difference in report.differences),
    ]
