"""Providers in operations' part of the graph."""

from typing import Annotated

import strawberry
from strawberry import ID

from backoffice.access import Permission
from backoffice.graph.area import ALL, OfficeInfo, permitted
from backoffice.graph.pages import Page, number_key, page_of, page_size
from backoffice.operations.area import OperationsArea
from backoffice.operations.graph.provider_types import (
    ProviderConfigurationInput,
    ProviderFieldChange,
    ProviderInfo,
    ProviderProblem,
    ProviderRevisionInfo,
    RollBackProviderInput,
    SubmitProviderInput,
    shown_change,
    shown_problem,
    shown_provider,
    shown_provider_revision,
)

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
            shown_provider(one)
            for one in await info.context.area(OperationsArea).providers.listed(info.context.actor)
        ]

    @strawberry.field(description="A provider.", directives=[permitted(_READ, ALL)])
    async def provider(self, info: OfficeInfo, id: ID) -> ProviderInfo:  # noqa: A002
        """Return a provider."""
        return shown_provider(await info.context.area(OperationsArea).providers.find(info.context.actor, id))

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
        return page_of(found, first, shown_provider_revision, lambda one: one.revision)

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
        return [shown_change(one) for one in found]

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
        return [shown_problem(one) for one in found]


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
