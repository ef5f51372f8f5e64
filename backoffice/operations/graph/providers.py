"""Providers in operations' part of the graph."""

from typing import Annotated

import strawberry
from strawberry import ID

from backoffice.access import Permission
from backoffice.graph.area import ALL, OfficeInfo, permitted
from backoffice.graph.pages import Page, number_key, page_of, page_size
from backoffice.operations.area import OperationsArea
from backoffice.operations.graph.adapter_types import AdapterSettingsInput, SubmitAdapterInput
from backoffice.operations.graph.provider_types import (
    ProviderConfigurationInput,
    ProviderFieldChange,
    ProviderInfo,
    ProviderProblem,
    ProviderRevisionInfo,
    RollBackProviderInput,
    SubmitProviderInput,
    change_to_graphql,
    problem_to_graphql,
    provider_revision_to_graphql,
    provider_to_graphql,
)
from subgraphs.kit.graphql.descriptions import fields_described

First = Annotated[int, strawberry.argument(description="How many rows: 1 to 100.")]
_READ, _CHANGE = Permission.OPERATIONS_READ, Permission.OPERATIONS_PROVIDER


@fields_described
@strawberry.type
class ProviderQuery:
    """Reads of providers."""

    @strawberry.field(directives=[permitted(_READ, ALL)])
    async def providers(self, info: OfficeInfo) -> list[ProviderInfo]:
        """All providers with their health; those of rewards in the order in which they are asked."""
        return [
            provider_to_graphql(state)
            for state in await info.context.area(OperationsArea).adapters.listed(info.context.actor)
        ]

    @strawberry.field(directives=[permitted(_READ, ALL)])
    async def provider(self, info: OfficeInfo, id: ID) -> ProviderInfo:  # noqa: A002
        """A provider."""
        return provider_to_graphql(
            await info.context.area(OperationsArea).adapters.find(info.context.actor, id)
        )

    @strawberry.field(directives=[permitted(_READ, ALL)])
    def provider_adapters(self, info: OfficeInfo) -> list[str]:
        """The adapters that a provider's configuration can name."""
        return info.context.area(OperationsArea).providers.adapters(info.context.actor)

    @strawberry.field(directives=[permitted(_READ, ALL)])
    async def provider_revisions(
        self, info: OfficeInfo, provider: str, first: First = 25, after: str | None = None
    ) -> Page[ProviderRevisionInfo]:
        """The revisions of a provider's configuration, the newest first."""
        context, before = info.context, number_key(after)
        revisions = (
            await context.area(OperationsArea)
            .revisions_of(provider)
            .revisions(context.actor, provider, page_size(first), before)
        )
        return page_of(revisions, first, provider_revision_to_graphql, lambda revision: revision.revision)

    @strawberry.field(directives=[permitted(_READ, ALL)])
    async def provider_diff(
        self, info: OfficeInfo, provider: str, before: int, after: int
    ) -> list[ProviderFieldChange]:
        """The fields that differ between two revisions of a provider's configuration."""
        context = info.context
        changes = (
            await context.area(OperationsArea)
            .revisions_of(provider)
            .diff(context.actor, provider, before, after)
        )
        return [change_to_graphql(change) for change in changes]

    @strawberry.field(directives=[permitted(_CHANGE, ALL)])
    async def try_provider(
        self,
        info: OfficeInfo,
        input: ProviderConfigurationInput,  # noqa: A002
    ) -> list[ProviderProblem]:
        """What is wrong with a configuration, as it is typed; nothing of it is kept."""
        check = await info.context.area(OperationsArea).configurations.check(info.context.actor, input.fields)
        return [problem_to_graphql(problem) for problem in check]

    @strawberry.field(directives=[permitted(_CHANGE, ALL)])
    async def try_adapter(
        self,
        info: OfficeInfo,
        input: AdapterSettingsInput,  # noqa: A002
    ) -> list[ProviderProblem]:
        """What is wrong with the settings of an adapter, as they are typed; nothing of them is kept."""
        check = await info.context.area(OperationsArea).settings.check(info.context.actor, input.fields)
        return [problem_to_graphql(problem) for problem in check]


@fields_described
@strawberry.type
class ProviderMutation:
    """Changes of providers."""

    @strawberry.mutation(directives=[permitted(_CHANGE, ALL)])
    async def submit_provider(self, info: OfficeInfo, input: SubmitProviderInput) -> ID:  # noqa: A002
        """Propose a provider's configuration for all nodes; another person approves it.

        Secrets are refused: name one.
        """
        context = info.context
        return ID(
            await context.area(OperationsArea).configurations.submit(
                context.actor, input.configuration.fields, seen=input.revision, reason=input.reason
            )
        )

    @strawberry.mutation(directives=[permitted(_CHANGE, ALL)])
    async def submit_adapter(self, info: OfficeInfo, input: SubmitAdapterInput) -> ID:  # noqa: A002
        """Propose the settings of an adapter's process; another person approves them.

        Secrets are refused: they stand on the node.
        """
        context = info.context
        return ID(
            await context.area(OperationsArea).settings.submit(
                context.actor, input.configuration.fields, seen=input.revision, reason=input.reason
            )
        )

    @strawberry.mutation(directives=[permitted(_CHANGE, ALL)])
    async def roll_back_provider(
        self,
        info: OfficeInfo,
        input: RollBackProviderInput,  # noqa: A002
    ) -> ID:
        """Propose an earlier revision of a provider's configuration again; another person approves it."""
        context = info.context
        return ID(
            await context.area(OperationsArea)
            .revisions_of(input.provider)
            .roll_back(context.actor, input.provider, input.revision, seen=input.seen, reason=input.reason)
        )
