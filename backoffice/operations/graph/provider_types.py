"""The types of providers in operations' part of the graph."""

from datetime import datetime
from typing import Any

import strawberry
from strawberry import ID
from strawberry.scalars import JSON

from backoffice.approvals.proposals import Proposal
from backoffice.errors import Problem
from backoffice.operations.graph.adapter_types import (
    ProviderLimits,
    ProviderProcess,
    ProviderSetting,
    process_to_graphql,
    settings_to_graphql,
)
from backoffice.operations.providers.adapter_document import AdapterConfiguration
from backoffice.operations.providers.adapter_list import AdapterState
from backoffice.operations.providers.document import FieldChange
from backoffice.operations.providers.repository import ProviderRevision
from backoffice.operations.providers.service import NodeHealth
from backoffice.operations.types import MissingNode
from foundation.same_fields import with_fields_of
from subgraphs.fulfilment.providers.settings import ProviderConfig
from subgraphs.kit.graphql.descriptions import described


@described
@strawberry.type
class ProviderConfiguration:
    """How workers call a provider. Secrets are named, never shown.

    Attributes:
        position: The place in the order in which providers are asked.
        secret: The name of its secret on the nodes.
        kinds: The kinds of reward that it pays.
        brands: Empty for all brands.
        currencies: Empty for all currencies.
        limit_minor: A reward worth more waits for a person.
        in_flight: The most calls at once.
        attempts: How often a request is sent, under the same key.
        pause_seconds: The first pause between attempts.
        breaker_failures: How many failures in a row open the circuit.
        key_hours: How long the provider remembers a key.
        learns: How use and expiry become known: poll or callback.
    """

    position: int
    adapter: str
    url: str
    secret: str
    kinds: list[str]
    brands: list[str]
    currencies: list[str]
    limit_minor: int
    in_flight: int
    timeout_seconds: float
    attempts: int
    pause_seconds: float
    breaker_failures: int
    breaker_rest_seconds: float
    key_hours: float
    learns: str
    poll_minutes: float
    enabled: bool


@described
@strawberry.type
class ProviderHealthInfo:
    """What a worker of a node knows about a provider.

    Attributes:
        worker: Null if no worker of the node reports.
        alive: Whether the node still reports.
        revision: The revision in use; 0 for that of the node's file.
        problem: Why the newest configuration cannot be used.
        circuit: closed, open, half_open, or none if nothing can be sent.
        calls: Running calls.
        due: The rewards of the node that are due.
        error: The class of the last failure.
    """

    id: ID
    node: str
    worker: str | None
    alive: bool
    revision: int
    problem: str | None
    circuit: str
    calls: int
    due: int
    succeeded_at: datetime | None
    failed_at: datetime | None
    error: str | None
    credited_at: datetime | None


@described
@strawberry.type
class PendingConfiguration:
    """A proposed configuration that waits for another person.

    Attributes:
        id: The proposal.
    """

    id: ID
    proposed_by: str
    proposed_at: datetime
    reason: str


@described
@strawberry.type
class ProviderStatusInfo:
    """How a provider is.

    Attributes:
        state: One of up, down, off and unknown.
        says: What is wrong, or what is known.
        since: Since when something is wrong, or it is off; null if that is not known, or nothing is.
        details: The technical words behind it; empty if there are none.
    """

    state: str
    says: str
    since: datetime | None
    details: str


@described
@strawberry.type
class ProviderInfo:
    """A provider: of rewards, a feed of bets, or one with a process of its own.

    Attributes:
        kind: Such as rewards, exchange, or bet feed.
        adapter: The code that speaks to it; null if its configuration is not known here.
        runs_in: The command of the process that it runs in.
        capabilities: What it brings, such as live odds.
        enabled: Whether it is configured, and nobody has switched it off.
        status: How it is, wherever it runs.
        revision: In force; 0 if no configuration is known here.
        imported: Whether it is that of the workers' file, or of the environment.
        adapter_kinds: The kinds of reward that its adapter can ask for.
        missing: Parts of nodes that do not use the revision.
        stopped: Whether nothing is sent to it.
        everywhere: Whether its kill switch is on, on all nodes.
        waiting: How many rewards are in each state.
        settings: Those of an adapter with a process; empty for others.
        process: What that process has told; null if nothing.
    """

    id: ID
    kind: str
    adapter: str | None
    runs_in: str
    capabilities: list[str]
    enabled: bool
    status: ProviderStatusInfo
    revision: int
    imported: bool
    endpoint: str | None
    configuration: ProviderConfiguration | None
    adapter_kinds: list[str]
    missing: list[MissingNode]
    pending: list[PendingConfiguration]
    health: list[ProviderHealthInfo]
    stopped: bool
    everywhere: bool
    reason: str | None
    since: datetime | None
    waiting: JSON
    settings: list[ProviderSetting]
    process: ProviderProcess | None
    limits: ProviderLimits


@described
@strawberry.type
class ProviderRevisionInfo:
    """A revision of a provider's configuration.

    Attributes:
        configuration: Of a provider of rewards.
        settings: Of an adapter with a process, by name.
        approved_by: Null for what was imported from a file, or from the environment.
    """

    id: ID
    revision: int
    configuration: ProviderConfiguration | None
    settings: JSON | None
    reason: str | None
    submitted_by: str
    approved_by: str | None
    in_force_at: datetime


@described
@strawberry.type
class ProviderFieldChange:
    """A field that differs between two revisions."""

    field: str
    before: JSON | None
    after: JSON | None


@described
@strawberry.type
class ProviderProblem:
    """What is wrong with a configuration."""

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


def provider_to_graphql(state: AdapterState) -> ProviderInfo:
    """Return a provider."""
    rewards, off, present = state.rewards, state.off, state.present
    config = None if rewards is None or rewards.present is None else rewards.present.document
    reason, since = (rewards and rewards.stopped) or (off and (off.reason, off.at)) or (None, None)
    return ProviderInfo(
        id=ID(state.name),
        kind=state.declared.kind.value,
        adapter=state.adapter,
        runs_in=state.runs_in,
        capabilities=sorted(capability.value for capability in state.declared.capabilities),
        enabled=state.is_enabled,
        status=with_fields_of(ProviderStatusInfo, state.health, state=state.health.state.value),
        revision=state.revision,
        imported=present is None or present.approved_by is None,
        endpoint=None if config is None else config.url,
        configuration=None if config is None else _configuration(config),
        adapter_kinds=[] if rewards is None else list(rewards.adapter_kinds),
        missing=[
            MissingNode(node=name, reason=why) for name, why in (rewards.missing if rewards else {}).items()
        ],
        pending=[_pending(proposal) for proposal in (rewards.pending if rewards else state.pending)],
        health=[_health(report) for report in (rewards.health if rewards else ())],
        stopped=off is not None or (rewards is not None and rewards.stopped is not None),
        everywhere=off is not None or (rewards is not None and rewards.everywhere),
        reason=reason,
        since=since,
        waiting=JSON({} if rewards is None else dict(rewards.waiting)),
        settings=[] if state.settings is None else settings_to_graphql(state.declared, state.settings),
        process=process_to_graphql(state),
        limits=with_fields_of(ProviderLimits, state.declared.limits),
    )


def provider_revision_to_graphql(revision: ProviderRevision[Any]) -> ProviderRevisionInfo:
    """Return a revision."""
    document = revision.document
    is_adapter = isinstance(document, AdapterConfiguration)
    return with_fields_of(
        ProviderRevisionInfo,
        revision,
        id=ID(f"{revision.provider}:{revision.revision}"),
        configuration=None if is_adapter else _configuration(document),
        settings=JSON(document.settings) if is_adapter else None,
    )


def change_to_graphql(change: FieldChange) -> ProviderFieldChange:
    """Return a field that differs."""
    return ProviderFieldChange(field=change.field, before=change.before, after=change.after)


def problem_to_graphql(problem: Problem) -> ProviderProblem:
    """Return what is wrong."""
    return ProviderProblem(path=problem.path, message=problem.message)


def _pending(proposal: Proposal) -> PendingConfiguration:
    return PendingConfiguration(
        id=ID(proposal.proposal_id),
        proposed_by=proposal.proposer_name,
        proposed_at=proposal.proposed_at,
        reason=proposal.reason,
    )


def _health(report: NodeHealth) -> ProviderHealthInfo:
    health = report.health
    return with_fields_of(
        ProviderHealthInfo,
        health,
        id=ID(f"{report.node}:{health.worker}"),
        node=report.node,
        worker=health.worker or None,
        alive=report.is_alive,
    )


def _configuration(config: ProviderConfig) -> ProviderConfiguration:
    fields = {name: value for name, value in config.model_dump(mode="json").items() if name != "name"}
    return ProviderConfiguration(**fields)
