"""Builds the opening of subscriptions, and the state that all versions of the graph share."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass

from prometheus_client import CollectorRegistry

from gateway.cache_control.public_fetches import PublicFetches
from gateway.clients import CustomerOf
from gateway.clients.session import Session
from gateway.errors import SupergraphError
from gateway.executor import CallMiddleware
from gateway.feature import Version
from gateway.monitoring import Recorders
from gateway.pipeline.components import AuthenticationComponent
from gateway.pipeline.hooks import Hooks
from gateway.pipeline.operation_executor import OperationExecutor
from gateway.pipeline.subscriptions import Subscribing
from gateway.pipeline.subscriptions.subscribing import ExpiresOf
from gateway.settings import GatewaySettings
from gateway.subscriptions import (
    EntityBatches,
    OpenSubscriptions,
    SharedSources,
    Sharing,
    SourceGuards,
    SubscriptionLimits,
    SubscriptionMetrics,
)
from gateway.subscriptions.callbacks import Callbacks
from gateway.supergraph import Supergraph


@dataclass(frozen=True, slots=True)
class SharedSubscriptions:
    """The state of subscriptions that all versions of the graph share.

    Attributes:
        open: The open subscriptions.
        metrics: Counts subscriptions.
        customer_of: Returns the key of a session's customer.
        expires_of: Returns when a session expires.
        callbacks: The subscriptions that wait for callbacks; None without a callback URL.
    """

    open: OpenSubscriptions
    metrics: SubscriptionMetrics
    customer_of: CustomerOf | None
    expires_of: ExpiresOf
    callbacks: Callbacks | None = None


def shared_subscriptions(
    settings: GatewaySettings,
    registry: CollectorRegistry,
    customer_of: CustomerOf | None,
    expires_of: ExpiresOf | None,
) -> SharedSubscriptions:
    """Build the state that outlives versions of the graph, and register its metrics."""
    limits = SubscriptionLimits(settings.subscriptions_open, settings.subscriptions_of_customer)
    metrics = SubscriptionMetrics(settings.metrics_operations)
    registry.register(metrics)
    url = settings.subscriptions_callback_url
    callbacks = None
    if url is not None:
        callbacks = Callbacks(url, settings.subscriptions_heartbeat_seconds, settings.subscriptions_queue)
    return SharedSubscriptions(
        OpenSubscriptions(limits), metrics, customer_of, expires_of or _expires_of_token, callbacks
    )


def subscribing(
    settings: GatewaySettings,
    shared: SharedSubscriptions,
    executor: OperationExecutor,
    recorders: Recorders,
    hooks: Hooks,
    *,
    authentication: AuthenticationComponent,
    large_responses: Executor,
) -> Subscribing | None:
    """Build the opening of subscriptions for one version of the graph; None if it serves none."""
    if not settings.subscriptions or executor.preparer.supergraph.subscription is None:
        return None
    return Subscribing(
        authentication=authentication,
        executor=executor,
        large_responses=large_responses,
        open=shared.open,
        metrics=shared.metrics,
        names=recorders.names,
        begin=_begin(executor, hooks),
        customer_of=shared.customer_of,
        expires_of=shared.expires_of,
        guards=SourceGuards(
            settings.subscriptions_at_subgraph,
            settings.subscriptions_at_subgraphs,
            hooks.sources,
            shared.metrics.sources,
        ),
        sharing=_sharing(settings, executor.preparer.supergraph, shared),
    )


def event_calls(version: Version, customer_of: CustomerOf | None) -> tuple[CallMiddleware, ...]:
    """Build the middleware that joins entity fetches of events; empty without subscriptions."""
    model, settings = version.supergraph, version.settings
    if not settings.subscriptions or model.subscription is None or not version.over_http:
        return ()
    joined = frozenset(version.over_http)
    ignored = frozenset(settings.share_ignores_headers)
    public = PublicFetches(model).includes
    identify = id if customer_of is None else customer_of
    return (EntityBatches(joined, settings.fetch_entities, ignored, public, identify),)


def _sharing(
    settings: GatewaySettings, supergraph: Supergraph, shared: SharedSubscriptions
) -> Sharing | None:
    root = supergraph.public.subscription_type
    known = set() if root is None else {f"{root.name}.{name}" for name in root.fields}
    unknown = {*settings.subscriptions_public_fields, *settings.subscriptions_merged_fields} - known
    if unknown:
        raise SupergraphError(f"The supergraph has no subscription field {', '.join(sorted(unknown))}.")
    if not settings.subscriptions_shared:
        return None
    return Sharing(
        supergraph,
        frozenset(settings.subscriptions_public_fields),
        frozenset(settings.subscriptions_merged_fields),
        frozenset(settings.share_ignores_headers),
        SharedSources(settings.subscriptions_queue, shared.metrics),
    )


def _begin(executor: OperationExecutor, hooks: Hooks) -> Callable[[], None]:
    """Return a function that begins an event, with a response budget of its own."""
    if not hooks.events:
        return executor.budget

    def begin() -> None:
        executor.budget()
        for each in hooks.events:
            each()

    return begin


def _expires_of_token(session: object) -> float | None:
    return session.expires if isinstance(session, Session) else None
