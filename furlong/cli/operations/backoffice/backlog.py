"""`furlong backlog …`: what waits: the lag of consumers, outboxes, and changes in doubt."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from furlong.cli.json_lists import AsJson, echo_json, echo_table
from furlong.cli.operating_person import As, operator
from furlong.cli.options import database_settings, fail, product_clock, stream_settings

if TYPE_CHECKING:
    from backoffice.operations.installation import InstallationService
    from foundation.storage.clock import Clock
    from foundation.storage.database import Database

R = TypeVar("R")
cli = typer.Typer(no_args_is_help=True, help="What waits: the lag of consumers, outboxes, changes in doubt.")


@cli.command()
def lag(
    *,
    every: Annotated[bool, typer.Option("--all", help="Also partitions in which nothing waits.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show how far each consumer of each node is behind, by topic and partition.

    Nothing joins a group or commits anything. The exit status is 1 if Kafka does not answer.
    """
    from backoffice.operations.consumer_lag import ConsumerLag, LagService

    async def read(databases: dict[str, Database], clock: Clock) -> ConsumerLag:
        service = LagService(database_settings(), stream_settings(), databases["backoffice"], clock)
        return await service.read(operator(None))

    found = _run(read, ("backoffice",))
    if found.problem:
        fail(found.problem)
    shown = [partition for partition in found.partitions if every or partition.lag]
    if as_json:
        echo_json(shown)
        return
    echo_table(
        ("group", "topic", "partition", "committed", "end", "lag", "oldest"),
        (
            (
                partition.group,
                partition.topic,
                partition.partition,
                partition.committed,
                partition.end,
                partition.lag,
                partition.oldest_at,
            )
            for partition in shown
        ),
        nothing="Nothing waits.",
    )


@cli.command()
def outboxes(*, as_json: AsJson = False) -> None:
    """Show how many messages of each database are not on Kafka yet, and since when the oldest waits."""
    found = _installation(lambda service: service.outboxes(operator(None)))
    if as_json:
        echo_json(found)
        return
    echo_table(
        ("database", "waiting", "oldest"), ((one.database, one.waiting, one.oldest_at) for one in found)
    )


@cli.command()
def intents(
    *,
    brand: Annotated[str, typer.Argument(help="The brand.")],
    subgraph: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only of this subgraph: club or rewards.")
    ] = None,
    older_than: Annotated[
        int | None, typer.Option(min=0, metavar="MINUTES", help="Only those in doubt for so long.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="The maximum number.")] = 50,
    person: As = None,
    as_json: AsJson = False,
) -> None:
    """List a brand's customers' changes in doubt, the oldest first; the access is recorded.

    `furlong worker intents` asks the upstream API until it knows.
    """
    from backoffice.operations.installation import IntentFilter

    wanted = IntentFilter(subgraph, older_than)
    found = _installation(lambda service: service.pending_intents(operator(person), brand, limit, wanted))
    rows = [
        {
            "created_at": one.created_at,
            "subgraph": name,
            "operation": one.operation,
            "customer": one.owner.customer,
            "key": one.upstream_key,
            "waits_until": one.not_before,
        }
        for name, one in found
    ]
    if as_json:
        echo_json(rows)
        return
    echo_table(
        ("since", "asked by", "operation", "customer", "key", "upstream asked to wait until"),
        (tuple(row.values()) for row in rows),
        nothing="Nothing is in doubt.",
    )


def _installation(work: Callable[[InstallationService], Awaitable[R]]) -> R:
    from backoffice.audit.audit_log import AuditLog
    from backoffice.operations.installation import OUTBOXES, InstallationService

    async def run(databases: dict[str, Database], clock: Clock) -> R:
        return await work(InstallationService(databases, AuditLog(clock), clock))

    return _run(run, tuple(OUTBOXES))


def _run(work: Callable[[dict[str, Database], Clock], Awaitable[R]], names: tuple[str, ...]) -> R:
    from sqlalchemy.exc import SQLAlchemyError

    from backoffice.errors import BackofficeError

    async def run() -> R:
        from foundation.storage.database import Database

        async with AsyncExitStack() as stack:
            databases = {name: Database.open(database_settings(), name) for name in names}
            for database in databases.values():
                stack.push_async_callback(database.close)
            return await work(databases, product_clock())

    try:
        return asyncio.run(run())
    except (BackofficeError, SQLAlchemyError, OSError) as error:
        fail(error)
