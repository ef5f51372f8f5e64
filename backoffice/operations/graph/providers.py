"""Providers in operations' part of the graph."""

from datetime import datetime
from typing import Annotated, Any

import strawberry
from strawberry import ID
from strawberry.scalars import JSON

from backoffice.access import Permission
from backoffice.approvals.proposals import Proposal
from backoffice.errors import Problem
from backoffice.graph.area import ALL, OfficeInfo, permitted
from backoffice.graph.pages import Page, number_key, page_of, page_size
from backoffice.operations.area import OperationsArea
from backoffice.operations.providers.document import FieldChange
from backoffice.operations.providers.repository import ProviderRevision
from backoffice.operations.providers.service import NodeHealth, ProviderState
from backoffice.operations.types import MissingNode
from subgraphs.fulfilment.providers.settings import ProviderConfig


@strawberry.type(description="How workers call a provider. Secrets are named, never shown.")
class ProviderConfiguration:
    """How workers call a provider."""

    position: int = strawberry.field(description="The place in the order in which providers are asked.")
    adapter: str
    url: str
    secret: str = strawberry.field(description="The name of its secret on the nodes.")
    kinds: list[str] = strawberry.field(description="The kinds of reward that it pays.")
    brands: list[str] = strawberry.field(description="Empty for all brands.")
    currencies: list[str] = strawberry.field(description="Empty for all currencies.")
    limit_minor: int = strawberry.field(description="A reward worth more waits for a person.")
    in_flight: int = strawberry.field(description="The most calls at once.")
    timeout_seconds: float
    attempts: int = strawberry.field(description="How often a request is sent, under the same key.")
    pause_seconds: float = strawberry.field(description="The first pause between attempts.")
    breaker_failures: int = strawberry.field(description="How many failures in a row open the circuit.")
    breaker_rest_seconds: float
    key_hours: float = strawberry.field(description="How long the provider remembers a key.")
    learns: str = strawberry.field(description="How use and expiry become known: poll or callback.")
    poll_minutes: float
    enabled: bool


@strawberry.type(description="What a worker of a node knows about a provider.")
class ProviderHealthInfo:
    """What a worker of a node knows about a provider."""

    id: ID
    node: str
    worker: str | None = strawberry.field(description="Null if no worker of the node reports.")
    alive: bool = strawberry.field(description="Whether the node still reports.")
    revision: int = strawberry.field(description="The revision in use; 0 for that of the node's file.")
    problem: str | None = strawberry.field(description="Why the newest configuration cannot be used.")
    circuit: str = strawberry.field(description="closed, open, half_open, or none if nothing can be sent.")
    calls: int = strawberry.field(description="Running calls.")
    due: int = strawberry.field(description="The rewards of the node that are due.")
    succeeded_at: datetime | None
    failed_at: datetime | None
    error: str | None = strawberry.field(description="The class of the last failure.")
    credited_at: datetime | None


@strawberry.type(description="A proposed configuration that waits for another person.")
class PendingConfiguration:
    """A proposed configuration."""

    id: ID = strawberry.field(description="The proposal.")
    proposed_by: str
    proposed_at: datetime
    reason: str


@strawberry.type(description="A provider of rewards.")
class ProviderInfo:
    """A provider of rewards."""

    id: ID
    revision: int = strawberry.field(description="In force; 0 if no configuration is known here.")
    imported: bool = strawberry.field(description="Whether it is that of the workers' file.")
    endpoint: str | None
    configuration: ProviderConfiguration | None
    adapter_kinds: list[str] = strawberry.field(
        description="The kinds of reward that its adapter can ask for."
    )
    missing: list[MissingNode] = strawberry.field(description="Parts of nodes that do not use the revision.")
    pending: list[PendingConfiguration]
    health: list[ProviderHealthInfo]
    stopped: bool = strawberry.field(description="Whether nothing is sent to it.")
    everywhere: bool = strawberry.field(description="Whether its kill switch is on, on all nodes.")
    reason: str | None
    since: datetime | None
    waiting: JSON = strawberry.field(description="How many rewards are in each state.")


@strawberry.type(description="A revision of a provider's configuration.")
class ProviderRevisionInfo:
    """A revision."""

    id: ID
    revision: int
    configuration: ProviderConfiguration
    reason: str | None
    submitted_by: str
    approved_by: str | None = strawberry.field(description="Null for what was imported from a file.")
    in_force_at: datetime


@strawberry.type(description="A field that differs between two revisions.")
class ProviderFieldChange:
    """A field that differs."""

    field: str
    before: JSON | None
    after: JSON | None


@strawberry.type(description="What is wrong with a configuration.")
class ProviderProblem:
    """What is wrong."""

    path: str
    message: str


@strawberry.input
class ProviderConfigurationInput:
    """How workers call a provider; the secret is a name, never a value."""

    name: str
    position: int = 0
    adapter: str
    url: str
    secret: str
    kinds: list[str]
    brands: list[str] = strawberry.field(default_factory=list)
    currencies: list[str] = strawberry.field(default_factory=list)
    limit_minor: int = 10_000
    in_flight: int = 8
    timeout_seconds: float = 1.5
    attempts: int = 3
    pause_seconds: float = 0.1
    breaker_failures: int = 5
    breaker_rest_seconds: float = 10.0
    key_hours: float = 24.0
    learns: str = "poll"
    poll_minutes: float = 60.0
    enabled: bool = True

    @property
    def fields(self) -> dict[str, Any]:
        """Return the document's fields."""
        return {name: getattr(self, name) for name in ProviderConfig.model_fields}


@strawberry.input
class SubmitProviderInput:
    """A configuration for another person's approval, made from a revision; 0 for a new provider."""

    revision: int
    configuration: ProviderConfigurationInput
    reason: str


@strawberry.input
class RollBackProviderInput:
    """An earlier revision to propose again; `seen` is the present one."""

    provider: str
    revision: int
    seen: int
    reason: str


def provider_to_graphql(one: ProviderState) -> ProviderInfo:
    """Return a provider."""
    reason, since = one.stopped or (None, None)
    present = one.present
    return ProviderInfo(
        id=ID(one.name),
        revision=0 if present is None else present.revision,
        imported=present is not None and present.approved_by is None,
        endpoint=None if present is None else present.document.url,
        configuration=None if present is None else _configuration(present.document),
        adapter_kinds=list(one.adapter_kinds),
        missing=[MissingNode(node=name, reason=why) for name, why in one.missing.items()],
        pending=[_pending(each) for each in one.pending],
        health=[_health(each) for each in one.health],
        stopped=one.stopped is not None,
        everywhere=one.everywhere,
        reason=reason,
        since=since,
        waiting=JSON(dict(one.waiting)),
    )


def provider_revision_to_graphql(one: ProviderRevision) -> ProviderRevisionInfo:
    """Return a revision."""
    return ProviderRevisionInfo(
        id=ID(f"{one.provider}:{one.revision}"),
        revision=one.revision,
        configuration=_configuration(one.document),
        reason=one.reason,
        submitted_by=one.submitted_by,
        approved_by=one.approved_by,
        in_force_at=one.in_force_at,
    )


def change_to_graphql(one: FieldChange) -> ProviderFieldChange:
    """Return a field that differs."""
    return ProviderFieldChange(field=one.field, before=one.before, after=one.after)


def problem_to_graphql(one: Problem) -> ProviderProblem:
    """Return what is wrong."""
    return ProviderProblem(path=one.path, message=one.message)


def _pending(one: Proposal) -> PendingConfiguration:
    return PendingConfiguration(
        id=ID(one.proposal_id),
        proposed_by=one.proposer_name,
        proposed_at=one.proposed_at,
        reason=one.reason,
    )


def _health(one: NodeHealth) -> ProviderHealthInfo:
    found = one.health
    return ProviderHealthInfo(
        id=ID(f"{one.node}:{found.worker}"),
        node=one.node,
        worker=found.worker or None,
        alive=one.is_alive,
        revision=found.revision,
        problem=found.problem,
        circuit=found.circuit,
        calls=found.calls,
        due=found.due,
        succeeded_at=found.succeeded_at,
        failed_at=found.failed_at,
        error=found.error,
        credited_at=found.credited_at,
    )


def _configuration(config: ProviderConfig) -> ProviderConfiguration:
    fields = {name: value for name, value in config.model_dump(mode="json").items() if name != "name"}
    return ProviderConfiguration(**fields)


First = Annotated[int, strawberry.argument(description="How many rows: 1 to 100.")]
_READ, _CHANGE = Permission.OPERATIONS_READ, Permission.OPERATIONS_PROVIDER


@strawberry.type
class ProviderQuery:
    """Reads of providers."""

    @strawberry.field(
        description="Providers in the order in which they are asked, with health and what waits for each.",
        directives=[permitted(_READ, ALL)],
    )
    async def providers(self, info: OfficeInfo) -> list[ProviderInfo]:
        """Return providers."""
        return [
            provider_to_graphql(one)
            for one in await info.context.area(OperationsArea).providers.listed(info.context.actor)
        ]

    @strawberry.field(description="A provider.", directives=[permitted(_READ, ALL)])
    async def provider(self, info: OfficeInfo, id: ID) -> ProviderInfo:  # noqa: A002
        """Return a provider."""
        return provider_to_graphql(
            await info.context.area(OperationsArea).providers.find(info.context.actor, id)
        )

    @strawberry.field(
        description="The adapters that a provider's configuration can name.",
        directives=[permitted(_READ, ALL)],
    )
    def provider_adapters(self, info: OfficeInfo) -> list[str]:
        """Return the names of adapters."""
        return info.context.area(OperationsArea).providers.adapters(info.context.actor)

    @strawberry.field(
        description="The revisions of a provider's configuration, the newest first.",
        directives=[permitted(_READ, ALL)],
    )
    async def provider_revisions(
        self, info: OfficeInfo, provider: str, first: First = 25, after: str | None = None
    ) -> Page[ProviderRevisionInfo]:
        """Return a page of revisions."""
        context, before = info.context, number_key(after)
        found = await context.area(OperationsArea).configurations.revisions(
            context.actor, provider, page_size(first), before
        )
        return page_of(found, first, provider_revision_to_graphql, lambda one: one.revision)

    @strawberry.field(
        description="The fields that differ between two revisions of a provider's configuration.",
        directives=[permitted(_READ, ALL)],
    )
    async def provider_diff(
        self, info: OfficeInfo, provider: str, before: int, after: int
    ) -> list[ProviderFieldChange]:
        """Return the fields that differ."""
        context = info.context
        found = await context.area(OperationsArea).configurations.diff(context.actor, provider, before, after)
        return [change_to_graphql(one) for one in found]

    @strawberry.field(
        description="What is wrong with a configuration, as it is typed; nothing of it is kept.",
        directives=[permitted(_CHANGE, ALL)],
    )
    async def try_provider(
        self,
        info: OfficeInfo,
        input: ProviderConfigurationInput,  # noqa: A002
    ) -> list[ProviderProblem]:
        """Check a configuration."""
        found = await info.context.area(OperationsArea).configurations.check(info.context.actor, input.fields)
        return [problem_to_graphql(one) for one in found]


@strawberry.type
class ProviderMutation:
    """Changes of providers."""

    @strawberry.mutation(
        description="Propose a provider's configuration for all nodes; another person approves it. Secrets "
        "are refused: name one.",
        directives=[permitted(_CHANGE, ALL)],
    )
    async def submit_provider(self, info: OfficeInfo, input: SubmitProviderInput) -> ID:  # noqa: A002
        """Propose a configuration."""
        context = info.context
        return ID(
            await context.area(OperationsArea).configurations.submit(
                context.actor, input.configuration.fields, seen=input.revision, reason=input.reason
            )
        )

    @strawberry.mutation(
        description="Propose an earlier revision of a provider's configuration again; another person "
        "approves it.",
        directives=[permitted(_CHANGE, ALL)],
    )
    async def roll_back_provider(
        self,
        info: OfficeInfo,
        input: RollBackProviderInput,  # noqa: A002
    ) -> ID:
        """Propose an earlier revision."""
        context = info.context
        return ID(
            await context.area(OperationsArea).configurations.roll_back(
                context.actor, input.provider, input.revision, seen=input.seen, reason=input.reason
            )
        )
