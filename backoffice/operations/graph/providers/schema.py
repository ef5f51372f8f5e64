"""Providers in operations' part of the graph."""

from datetime import datetime

import strawberry
from strawberry import ID, Info
from strawberry.scalars import JSON

from backoffice.access.roles import Permission
from backoffice.graph.permitted import ALL, permitted
from backoffice.operations.context import OperationsContext
from backoffice.operations.providers.service import ProviderState
from subgraphs.fulfilment.providers.settings import ProviderConfig


@strawberry.type(description="How workers call a provider. Secrets are named, never shown.")
class ProviderConfiguration:
    """How workers call a provider."""

    adapter: str
    secret: str = strawberry.field(description="The name of its secret in FURLONG_FULFILMENT_SECRETS.")
    kinds: list[str] = strawberry.field(description="The kinds of reward that it pays.")
    brands: list[str] = strawberry.field(description="Empty for all brands.")
    currencies: list[str] = strawberry.field(description="Empty for all currencies.")
    limit_minor: int = strawberry.field(description="A reward worth more waits for a person.")
    in_flight: int = strawberry.field(description="The most calls at once.")
    timeout_seconds: float
    attempts: int
    enabled: bool


@strawberry.type(description="A provider of rewards.")
class ProviderInfo:
    """A provider of rewards."""

    id: ID
    endpoint: str | None
    configuration: ProviderConfiguration | None = strawberry.field(
        description="Null if the back office was not given the file that workers read."
    )
    stopped: bool = strawberry.field(description="Whether nothing is sent to it.")
    everywhere: bool = strawberry.field(description="Whether its kill switch is on, on all nodes.")
    reason: str | None
    since: datetime | None
    waiting: JSON = strawberry.field(description="How many rewards are in each state.")


@strawberry.type
class ProviderQuery:
    """Reads of providers."""

    @strawberry.field(
        description="Providers in the order in which they are asked, with what waits for each.",
        directives=[permitted(Permission.OPERATIONS_READ, ALL)],
    )
    async def providers(self, info: Info[OperationsContext, None]) -> list[ProviderInfo]:
        """Return providers."""
        return [_shown(one) for one in await info.context.providers.listed(info.context.actor)]


def _shown(one: ProviderState) -> ProviderInfo:
    reason, since = one.stopped or (None, None)
    return ProviderInfo(
        id=ID(one.name),
        endpoint=one.endpoint,
        configuration=None if one.config is None else _configuration(one.config),
        stopped=one.stopped is not None,
        everywhere=one.everywhere,
        reason=reason,
        since=since,
        waiting=JSON(dict(one.waiting)),
    )


def _configuration(config: ProviderConfig) -> ProviderConfiguration:
    return ProviderConfiguration(
        adapter=config.adapter,
        secret=config.secret,
        kinds=list(config.kinds),
        brands=list(config.brands),
        currencies=list(config.currencies),
        limit_minor=config.limit_minor,
        in_flight=config.in_flight,
        timeout_seconds=config.timeout_seconds,
        attempts=config.attempts,
        enabled=config.enabled,
    )
