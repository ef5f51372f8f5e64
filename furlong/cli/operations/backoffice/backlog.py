"""`furlong backlog …`: what waits: the lag of consumers, outboxes, changes in doubt, and what fails."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from furlong.cli.command_work import run_with
from furlong.cli.json_lists import AsJson, echo_list
from furlong.cli.known_names import require_names
from furlong.cli.operating_person import As, operator
from furlong.cli.options import database_settings, fail, product_clock, stream_settings

if TYPE_CHECKING:
    from backoffice.operations.installation import InstallationService
    from foundation.storage.database import Database
    from subgraphs.kit.mutations.intents import Intent

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

    async def read(database: Database) -> ConsumerLag:
        service = LagService(database_settings(), stream_settings(), database, product_clock())
        return await service.read(operator(None))

    lag = run_with(("backoffice",), read)
    if lag.problem:
        fail(f"{lag.problem}\n  details: {lag.details}")
    echo_list(
        [partition for partition in lag.partitions if every or partition.lag],
        as_json=as_json,
        heads=("group", "topic", "partition", "committed", "end", "lag", "oldest"),
        cells=lambda partition: (
            *(partition.group, partition.topic, partition.partition),
            *(partition.committed, partition.end, partition.lag, partition.oldest_at),
        ),
        nothing="Nothing waits.",
    )


@cli.command()
def outboxes(*, as_json: AsJson = False) -> None:
    """Show how many messages of each database are not on Kafka yet, and since when the oldest waits."""
    echo_list(
        _installation(lambda service: service.outboxes(operator(None))),
        as_json=as_json,
        heads=("database", "waiting", "oldest"),
        cells=lambda outbox: (outbox.database, outbox.waiting, outbox.oldest_at),
    )


@cli.command()
def postponed(
    *,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="The maximum number.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Show what workers could not go on with, and why; what has failed most often comes first."""
    found = _installation(lambda service: service.postponed(operator(None), limit))
    echo_list(
        [
            {
                "database": name,
                "loop": item.loop_name,
                "item": item.item,
                "tries": item.tries,
                "since": item.since,
                "again_at": item.due_at,
                "reason": item.reason,
            }
            for name, item in found
        ],
        as_json=as_json,
        heads=("database", "loop", "item", "tries", "since", "again at", "why"),
        cells=lambda row: tuple(row.values()),
        nothing="Nothing is postponed.",
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
    from subgraphs.club.models import REFERENCE

    wanted = IntentFilter(subgraph, older_than)

    async def pending(service: InstallationService) -> list[tuple[str, Intent]]:
        await require_names(service.databases["club"], REFERENCE, brand)
        return await service.pending_intents(operator(person), brand, limit, wanted)

    intents = _installation(pending)
    rows = [
        {
            "created_at": intent.created_at,
            "subgraph": name,
            "operation": intent.operation,
            "customer": intent.owner.customer,
            "key": intent.upstream_key,
            "waits_until": intent.not_before,
        }
        for name, intent in intents
    ]
    echo_list(
        rows,
        as_json=as_json,
        heads=("since", "asked by", "operation", "customer", "key", "upstream asked to wait until"),
        cells=lambda row: tuple(row.values()),
        nothing="Nothing is in doubt.",
    )


def _installation(work: Callable[[InstallationService], Awaitable[R]]) -> R:
    from backoffice.audit.audit_log import AuditLog
    from backoffice.operations.installation import OUTBOXES, InstallationService

    clock, names = product_clock(), tuple(OUTBOXES)

    async def act(*databases: Database) -> R:
        named = dict(zip(names, databases, strict=True))
        return await work(InstallationService(named, AuditLog(clock), clock))

    return run_with(names, act)
