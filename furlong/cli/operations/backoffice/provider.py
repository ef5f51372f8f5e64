"""`furlong provider …` for providers of rewards: how workers call them, in revisions, on all nodes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeVar

import typer

from furlong.cli.command_work import run_with
from furlong.cli.json_lists import AsJson, echo_json, echo_list, echo_table
from furlong.cli.operating_person import operator
from furlong.cli.operations.backoffice.signed_in import User, run_as
from furlong.cli.options import database_settings, fail, fulfilment_settings, product_clock, stream_settings

if TYPE_CHECKING:
    from backoffice.access import Actor
    from backoffice.approvals.service import Approvals
    from backoffice.audit.audit_log import AuditLog
    from backoffice.base import Base
    from backoffice.operations.providers.adapter_configurations import AdapterConfigurations
    from backoffice.operations.providers.adapter_list import AdapterState
    from backoffice.operations.providers.configurations import Configurations, ProviderConfigurations
    from backoffice.operations.providers.repository import ProviderRevision
    from backoffice.operations.providers.service import NodeHealth, ProviderService, ProviderState
    from foundation.storage.clock import Clock
    from foundation.storage.database import Database

R = TypeVar("R")
cli = typer.Typer(
    no_args_is_help=True,
    help="Providers of all kinds: try one, switch one off; configurations of those that pay rewards; health.",
)
Name = Annotated[str, typer.Argument(help="The provider.")]
HEALTH_HEADS: Final = (
    *("provider", "node", "worker", "revision", "circuit", "calls", "due"),
    *("succeeded", "failed", "error", "problem"),
)
Reason = Annotated[str, typer.Option(help="Why; the approver, the audit log and the nodes show it.")]


@cli.command()
def history(*, provider: Name, limit: int = 20, as_json: AsJson = False) -> None:
    """List the revisions of a provider's configuration, the newest first."""
    revisions = _read(
        lambda service, actor: revisions_of(service, provider).revisions(actor, provider, limit)
    )
    if not revisions:
        fail(f"no revision of {provider!r} is known; `furlong provider list` shows all providers")
    echo_list(
        revisions,
        as_json=as_json,
        facts=lambda revision: (
            {**document_of(revision), "reason": revision.reason, "submitted_by": revision.submitted_by}
            | {"approved_by": revision.approved_by, "in_force_at": revision.in_force_at}
        ),
        heads=("revision", "in force", "submitted by", "approved by", "reason"),
        cells=lambda revision: (
            *(revision.revision, revision.in_force_at, revision.submitted_by),
            *(revision.approved_by, revision.reason),
        ),
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
    echo_list(
        _read(lambda service, actor: revisions_of(service, provider).diff(actor, provider, before, after)),
        as_json=as_json,
        heads=("field", f"revision {before}", f"revision {after}"),
        cells=lambda change: (change.field, str(change.before), str(change.after)),
        nothing="Nothing differs.",
    )


@cli.command()
def submit(
    *,
    file: Annotated[
        Path, typer.Argument(help="In the form of `furlong provider show`; of an adapter with `--revision`.")
    ],
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
        seen, name = int(fields.pop("revision", 0)), str(fields.get("name"))
    except (OSError, ValueError, yaml.YAMLError, AttributeError, TypeError):
        fail(f"{file} is not in the form of `furlong provider show`")

    async def work(service: ProviderService, actor: Actor) -> str:
        return await revisions_of(service, name).submit(actor, fields, seen=seen, reason=reason)

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
        configurations = revisions_of(service, provider)
        present = await configurations.find(actor, provider)
        return await configurations.roll_back(actor, provider, revision, seen=present.revision, reason=reason)

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
        async def approve_and_publish(service: ProviderService, actor: Actor) -> str:
            now = service.clock.machine.now()
            approved = await base.approvals.approve(actor, proposal, content_hash, now)
            await publish_now(base.database, stream_settings(), base.clock)
            return f"{approved.subject} is {approved.status.value}, for all nodes"

        return await _with_service(base, actor, approve_and_publish)

    typer.echo(run_as(user, work, step_up=True))


@cli.command()
def health(*, provider: Annotated[str | None, typer.Argument()] = None, as_json: AsJson = False) -> None:
    """Show what the workers of each node know about providers.

    The exit status is 1 if a configuration cannot be used, a circuit is not closed, or no worker reports.
    """
    reports = [
        (state.name, report)
        for state in _read(lambda service, actor: service.listed(actor))
        if provider in {None, state.name}
        for report in state.health
    ]
    if as_json:
        echo_json(_health_facts(report) for _, report in reports)
    else:
        echo_table(
            HEALTH_HEADS,
            ((name, *_health_cells(report)) for name, report in reports),
            nothing="No node has reported about providers yet.",
        )
    if not reports or not all(
        report.is_alive and report.health.circuit == "closed" and not report.health.problem
        for _, report in reports
    ):
        raise typer.Exit(1)


def _propose(user: str, work: Callable[[ProviderService, Actor], Awaitable[str]]) -> None:
    from backoffice.approvals import repository

    async def run(base: Base, actor: Actor) -> str:
        proposal_id = await _with_service(base, actor, work)
        async with base.database.read() as connection:
            proposal = await repository.find(connection, proposal_id)
        return f"{proposal_id} {proposal.content_hash if proposal else ''}"

    typer.echo(run_as(user, run))


def _read(work: Callable[[ProviderService, Actor], Awaitable[R]]) -> R:
    from backoffice.approvals.service import Approvals
    from backoffice.audit.audit_log import AuditLog

    clock = product_clock()
    audit = AuditLog(clock)

    async def read(own: Database, fulfilment: Database) -> R:
        service = rewards_service((own, audit, Approvals(own, audit, clock), clock), fulfilment)
        return await work(service, operator(None))

    return run_with(("backoffice", "fulfilment"), read, ValueError)


async def _with_service(
    base: Base, actor: Actor, work: Callable[[ProviderService, Actor], Awaitable[R]]
) -> R:
    from foundation.storage.database import open_databases

    parts = (base.database, base.audit, base.approvals, base.clock)
    async with open_databases(database_settings(), "fulfilment") as (fulfilment,):
        return await work(rewards_service(parts, fulfilment), actor)


def rewards_service(
    parts: tuple[Database, AuditLog, Approvals, Clock], fulfilment: Database
) -> ProviderService:
    """Return what reads and changes the providers of rewards."""
    from backoffice.operations.providers.configurations import ProviderConfigurations
    from backoffice.operations.providers.service import ProviderService

    own, audit, approvals, clock = parts
    settings = fulfilment_settings()
    files = {provider.name: provider for provider in settings.list_providers()}
    configurations = ProviderConfigurations(own, audit, approvals, clock, files, settings)
    approvals.register(configurations.proposal_kind)
    approvals.register(adapter_configurations(configurations).proposal_kind)
    return ProviderService(fulfilment, own, configurations, clock)


def adapter_configurations(beside: ProviderConfigurations) -> AdapterConfigurations:
    """Return what changes the settings of adapters, beside what changes the providers of rewards."""
    from backoffice.operations.providers.adapter_configurations import AdapterConfigurations
    from backoffice.operations.providers.adapter_document import environment_configurations

    return AdapterConfigurations(
        beside.database, beside.audit, beside.approvals, beside.clock, environment_configurations()
    )


def revisions_of(service: ProviderService, provider: str) -> Configurations[Any]:
    """Return where the revisions of a provider are: an adapter with a process, or one of rewards."""
    from providers.registry import NAMES

    rewards = service.configurations
    return adapter_configurations(rewards) if provider in NAMES else rewards


def document_of(revision: ProviderRevision[Any]) -> dict[str, Any]:
    """Return a configuration in the form that `submit` reads, with the number of its revision."""
    return {"revision": revision.revision, **revision.document.model_dump(mode="json")}


def _health_facts(report: NodeHealth) -> dict[str, Any]:
    import msgspec

    return {"node": report.node, "alive": report.is_alive, **msgspec.structs.asdict(report.health)}


def _health_cells(report: NodeHealth) -> tuple[object, ...]:
    health = report.health
    return (
        report.node if report.is_alive else f"! {report.node} is silent",
        health.worker or "! none",
        *(health.revision, health.circuit, health.calls, health.due),
        *(health.succeeded_at, health.failed_at, health.error, health.problem),
    )


def rewards_facts(state: ProviderState) -> dict[str, Any]:
    """Return what is known of a provider of rewards alone, for programs."""
    reason, since = state.stopped or (None, None)
    return {
        "imported": state.present is not None and state.present.approved_by is None,
        "configuration": None if state.present is None else state.present.document.model_dump(mode="json"),
        "adapter_kinds": state.adapter_kinds,
        "stopped": state.stopped is not None,
        "everywhere": state.everywhere,
        "reason": reason,
        "since": since,
        "waiting": dict(state.waiting),
        "missing": dict(state.missing),
        "pending": [proposal.proposal_id for proposal in state.pending],
    }


def offer_cells(adapter: AdapterState) -> tuple[object, ...]:
    """Return what a provider of rewards offers, for people."""
    state = adapter.rewards
    if state is None:
        return adapter.name, "", "not configured", "", "", "", "", ""
    document = None if state.present is None else state.present.document
    use = "stopped" if state.stopped else "in use" if document and document.enabled else "not enabled"
    offered = ("", "", "") if document is None else (document.kinds, document.brands, document.currencies)
    pays, brands, currencies = (", ".join(names) for names in offered)
    waiting = ", ".join(f"{number} {name}" for name, number in sorted(state.waiting.items()))
    present = state.present
    number = "" if present is None else f"{present.revision}{'' if present.approved_by else ' (file)'}"
    offer = (pays, brands or "all", currencies or "all")
    return state.name, number, use, *offer, waiting, ", ".join(state.missing)
