"""`furlong provider …`: how workers call providers of rewards, in revisions, on all nodes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from furlong.cli.json_lists import AsJson, echo_json, echo_table
from furlong.cli.operating_person import operator
from furlong.cli.operations.backoffice.signed_in import User, run_as
from furlong.cli.options import database_settings, fail, fulfilment_settings, product_clock, stream_settings

if TYPE_CHECKING:
    from backoffice.access import Actor
    from backoffice.base import Base
    from backoffice.operations.providers.repository import ProviderRevision
    from backoffice.operations.providers.service import ProviderService, ProviderState

R = TypeVar("R")
cli = typer.Typer(
    no_args_is_help=True,
    help="Providers of rewards: how workers call them, in revisions that another person approves; health.",
)
Name = Annotated[str, typer.Argument(help="The provider.")]
Reason = Annotated[str, typer.Option(help="Why; the approver, the audit log and the nodes show it.")]


@cli.command("list")
def list_(*, as_json: AsJson = False) -> None:
    """List the providers in their order, with what each offers."""
    found = _read(lambda service, actor: service.listed(actor))
    if as_json:
        echo_json(_facts(one) for one in found)
        return
    echo_table(
        ("provider", "revision", "state", "pays", "brands", "currencies", "waiting", "not used by"),
        (_line(one) for one in found),
        nothing="No provider is configured: see `furlong provider submit`.",
    )


@cli.command()
def show(
    *, provider: Name, revision: Annotated[int | None, typer.Option(help="An earlier one.")] = None
) -> None:
    """Print a configuration in the form that `submit` reads, with the number of its revision."""
    import yaml

    found = _read(lambda service, actor: service.configurations.find(actor, provider, revision))
    typer.echo(yaml.safe_dump(_document(found), sort_keys=False).rstrip())


@cli.command()
def history(*, provider: Name, limit: int = 20, as_json: AsJson = False) -> None:
    """List the revisions of a provider's configuration, the newest first."""
    found = _read(lambda service, actor: service.configurations.revisions(actor, provider, limit))
    if as_json:
        echo_json(
            {**_document(one), "reason": one.reason, "submitted_by": one.submitted_by}
            | {"approved_by": one.approved_by, "in_force_at": one.in_force_at}
            for one in found
        )
        return
    echo_table(
        ("revision", "in force", "submitted by", "approved by", "reason"),
        ((one.revision, one.in_force_at, one.submitted_by, one.approved_by, one.reason) for one in found),
        nothing=f"There is no provider {provider}.",
    )


@cli.command()
def diff(
    *,
    provider: Name,
    before: Annotated[int, typer.Argument(help="The earlier revision.")],
    after: Annotated[int, typer.Argument(help="The later revision.")],
    as_json: AsJson = False,
) -> None:
    """Show the fields that differ between two revisions."""
    found = _read(lambda service, actor: service.configurations.diff(actor, provider, before, after))
    if as_json:
        echo_json(found)
        return
    echo_table(
        ("field", f"revision {before}", f"revision {after}"),
        ((one.field, str(one.before), str(one.after)) for one in found),
        nothing="Nothing differs.",
    )


@cli.command()
def submit(
    *,
    file: Annotated[Path, typer.Argument(help="In the form of `furlong provider show`.")],
    reason: Reason,
    user: User,
) -> None:
    """Propose a configuration for another person's approval; print the proposal and the hash of its content.

    `revision` in the file is the one that it was made from; without it, the provider is new. Secrets are
    refused: the file names one.
    """
    import yaml

    try:
        fields = yaml.safe_load(file.read_text(encoding="utf-8"))
        seen = int(fields.pop("revision", 0))
    except (OSError, ValueError, yaml.YAMLError, AttributeError, TypeError):
        fail(f"{file} is not in the form of `furlong provider show`")

    async def work(service: ProviderService, actor: Actor) -> str:
        return await service.configurations.submit(actor, fields, seen=seen, reason=reason)

    _propose(user, work)


@cli.command()
def rollback(
    *,
    provider: Name,
    revision: Annotated[int, typer.Argument(help="The revision to go back to.")],
    reason: Reason,
    user: User,
) -> None:
    """Propose an earlier revision again, as a new one; print the proposal and the hash of its content."""

    async def work(service: ProviderService, actor: Actor) -> str:
        present = await service.configurations.find(actor, provider)
        return await service.configurations.roll_back(
            actor, provider, revision, seen=present.revision, reason=reason
        )

    _propose(user, work)


@cli.command()
def approve(
    *,
    proposal: Annotated[str, typer.Argument(help="The proposal.")],
    content_hash: Annotated[str, typer.Argument(help="The hash of the content that you have seen.")],
    user: User,
) -> None:
    """Approve a configuration that another person proposed: it holds on all nodes."""
    from backoffice.run_publisher import publish_now

    async def work(base: Base, actor: Actor) -> str:
        async def approved(service: ProviderService, actor: Actor) -> str:
            now = service.clock.machine.now()
            found = await base.approvals.approve(actor, proposal, content_hash, now)
            await publish_now(base.database, stream_settings(), base.clock)
            return f"{found.subject} is {found.status.value}, for all nodes"

        return await _with_service(base, actor, approved)

    typer.echo(run_as(user, work, step_up=True))


@cli.command()
def health(*, provider: Annotated[str | None, typer.Argument()] = None, as_json: AsJson = False) -> None:
    """Show what the workers of each node know about providers.

    The exit status is 1 if a configuration cannot be used, a circuit is not closed, or no worker reports.
    """
    found = [
        (one.name, each)
        for one in _read(lambda service, actor: service.listed(actor))
        if provider in {None, one.name}
        for each in one.health
    ]
    if as_json:
        echo_json({"node": one.node, "alive": one.is_alive, **_health(one.health)} for _, one in found)
    else:
        echo_table(
            (
                "provider",
                "node",
                "worker",
                "revision",
                "circuit",
                "calls",
                "due",
                "succeeded",
                "failed",
                "error",
                "problem",
            ),
            (
                (
                    name,
                    one.node if one.is_alive else f"! {one.node} is silent",
                    one.health.worker or "! none",
                    one.health.revision,
                    one.health.circuit,
                    one.health.calls,
                    one.health.due,
                    one.health.succeeded_at,
                    one.health.failed_at,
                    one.health.error,
                    one.health.problem,
                )
                for name, one in found
            ),
            nothing="No node has reported about providers yet.",
        )
    if not all(
        one.is_alive and one.health.circuit == "closed" and not one.health.problem for _, one in found
    ):
        raise typer.Exit(1)


def _propose(user: str, work: Callable[[ProviderService, Actor], Awaitable[str]]) -> None:
    from backoffice.approvals import repository

    async def run(base: Base, actor: Actor) -> str:
        proposal_id = await _with_service(base, actor, work)
        async with base.database.read() as connection:
            found = await repository.find(connection, proposal_id)
        return f"{proposal_id} {found.content_hash if found else ''}"

    typer.echo(run_as(user, run))


def _read(work: Callable[[ProviderService, Actor], Awaitable[R]]) -> R:
    from sqlalchemy.exc import SQLAlchemyError

    from backoffice.errors import BackofficeError

    async def run() -> R:
        from backoffice.approvals.service import Approvals
        from backoffice.audit.audit_log import AuditLog
        from foundation.storage.database import Database

        clock, own = product_clock(), Database.open(database_settings(), "backoffice")
        audit = AuditLog(clock)
        try:
            parts = (own, audit, Approvals(own, audit, clock), clock)
            return await _over(parts, lambda service: work(service, operator(None)))
        finally:
            await own.close()

    try:
        return asyncio.run(run())
    except (BackofficeError, SQLAlchemyError, OSError, ValueError) as error:
        fail(error)


async def _with_service(
    base: Base, actor: Actor, work: Callable[[ProviderService, Actor], Awaitable[R]]
) -> R:
    parts = (base.database, base.audit, base.approvals, base.clock)
    return await _over(parts, lambda service: work(service, actor))


async def _over(parts: tuple[Any, Any, Any, Any], work: Callable[[ProviderService], Awaitable[R]]) -> R:
    from backoffice.operations.providers.configurations import ProviderConfigurations
    from backoffice.operations.providers.service import ProviderService
    from foundation.storage.database import Database

    own, audit, approvals, clock = parts
    settings, fulfilment = fulfilment_settings(), Database.open(database_settings(), "fulfilment")
    files = {provider.name: provider for provider in settings.list_providers()}
    configurations = ProviderConfigurations(own, audit, approvals, clock, files, settings)
    approvals.register(configurations.proposal_kind)
    try:
        return await work(ProviderService(fulfilment, own, configurations, clock))
    finally:
        await fulfilment.close()


def _document(one: ProviderRevision) -> dict[str, Any]:
    return {"revision": one.revision, **one.document.model_dump(mode="json")}


def _health(one: Any) -> dict[str, Any]:
    import msgspec

    found: dict[str, Any] = msgspec.structs.asdict(one)
    return found


def _facts(one: ProviderState) -> dict[str, Any]:
    reason, since = one.stopped or (None, None)
    return {
        "provider": one.name,
        "revision": None if one.present is None else one.present.revision,
        "imported": one.present is not None and one.present.approved_by is None,
        "configuration": None if one.present is None else one.present.document.model_dump(mode="json"),
        "adapter_kinds": one.adapter_kinds,
        "stopped": one.stopped is not None,
        "everywhere": one.everywhere,
        "reason": reason,
        "since": since,
        "waiting": dict(one.waiting),
        "missing": dict(one.missing),
        "pending": [each.proposal_id for each in one.pending],
    }


def _line(one: ProviderState) -> tuple[object, ...]:
    document = None if one.present is None else one.present.document
    state = "stopped" if one.stopped else "in use" if document and document.enabled else "not enabled"
    offered = ("", "", "") if document is None else (document.kinds, document.brands, document.currencies)
    pays, brands, currencies = (", ".join(names) for names in offered)
    waiting = ", ".join(f"{number} {name}" for name, number in sorted(one.waiting.items()))
    number = (
        "" if one.present is None else f"{one.present.revision}{'' if one.present.approved_by else ' (file)'}"
    )
    return (
        one.name,
        number,
        state,
        pays,
        brands or "all",
        currencies or "all",
        waiting,
        ", ".join(one.missing),
    )
