"""Serves subscriptions: opens sources at subgraphs, and the streams that answer their events."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import structlog
from msgspec import Struct
from msgspec.structs import replace

from gateway.errors import SubgraphNotCalled, SubgraphUnreachable, SupergraphError, Unauthorized
from gateway.executor import CallMiddleware
from gateway.feature import Core, Feature, Version, VersionParts
from gateway.features.subscriptions.entity_batches import EntityBatches
from gateway.features.subscriptions.open_subscriptions import (
    OpenSubscriptions,
    OperationCounts,
    SubscriptionLimits,
    SubscriptionMetrics,
    source_failed,
)
from gateway.features.subscriptions.positions import wanted_position, with_position
from gateway.features.subscriptions.settings import SubscriptionSettings
from gateway.features.subscriptions.sharing import SharedSources, Sharing
from gateway.features.subscriptions.sources import SourceGuards, queue_of
from gateway.features.subscriptions.stream import Begin, EventResponses, SubscriptionStream
from gateway.features.subscriptions.transports import with_streams
from gateway.monitoring import KnownNames
from gateway.pipeline.cache_control.cacheable_fields import PublicFetches
from gateway.pipeline.components import AuthenticationComponent
from gateway.pipeline.hooks import Hooks, ResponseHook, is_added_to
from gateway.pipeline.identification import CustomerOf
from gateway.pipeline.operation_executor import OperationExecutor
from gateway.pipeline.policies import PolicyInput
from gateway.pipeline.preparation.plan_cache import PlannedOperation
from gateway.pipeline.sessions import ExpiresOf
from gateway.pipeline.subscriptions import Make, ObserveEvent
from gateway.transport import EventSource, Transport

if TYPE_CHECKING:
    from gateway.features.subscriptions.callbacks import Callbacks


class Subscriptions(Feature):
    """Opens subscriptions at subgraphs, with limits across all versions of the graph.

    Attributes:
        core: The process.
        open: The open subscriptions.
        metrics: Counts subscriptions.
        callbacks: The subscriptions that wait for callbacks; None without a callback URL.
    """

    core: Core
    open: OpenSubscriptions
    metrics: SubscriptionMetrics
    callbacks: Callbacks | None

    def install(self, core: Core) -> None:
        """Make what outlives versions of the graph, and add its metrics and the callbacks' route."""
        settings = core.settings.of(SubscriptionSettings)
        self.core = core
        self.open = OpenSubscriptions(SubscriptionLimits(settings.open, settings.of_customer))
        self.metrics = SubscriptionMetrics(core.settings.metrics.operations)
        self.callbacks = _callbacks(core, settings)
        core.register(self.metrics)
        core.close_at_end(self.open.close)
        if (
            not core.settings.live.enabled
        ):  # else connections end with their subscriptions, one after the other
            core.ending.append(self.open.drain)

    def transports(self, version: Version) -> Mapping[str, Transport]:
        """Let subgraphs over HTTP be subscribed to.

        Raises:
            SupergraphError: The settings name an unknown subgraph, or the callback protocol without its URL.
        """
        return with_streams(version, self.core.signer_of, self.callbacks)

    def of(self, version: Version) -> VersionParts:
        """Answer the subscriptions of a version, if its graph has any.

        Raises:
            SupergraphError: The settings name an unknown field.
        """
        model, settings = version.supergraph, version.settings.of(SubscriptionSettings)
        if model.subscription is None:
            return VersionParts()
        root = model.public.subscription_type
        known = set() if root is None else {f"{root.name}.{name}" for name in root.fields}
        if unknown := {*settings.public_fields, *settings.merged_fields} - known:
            raise SupergraphError(f"The supergraph has no subscription field {', '.join(sorted(unknown))}.")
        return VersionParts(
            subscriptions=partial(self._subscribing, version), event_calls=self._event_calls(version)
        )

    def _subscribing(
        self, version: Version, executor: OperationExecutor, names: KnownNames, hooks: Hooks
    ) -> Subscribing:
        """Answers subscriptions."""
        settings, core = version.settings.of(SubscriptionSettings), self.core
        sources = self.metrics.sources
        return Subscribing(
            authentication=core.sessions,
            executor=executor,
            large_responses=core.thread,
            open=self.open,
            metrics=self.metrics,
            names=names,
            begin=_begin(executor, hooks),
            customer_of=core.sessions.customer_of,
            expires_of=core.sessions.expires_of or _never,
            guards=SourceGuards(settings.at_subgraph, settings.at_subgraphs, hooks.sources, sources),
            sharing=self._sharing(version) if settings.shared else None,
            responses=hooks.responses,
        )

    def _sharing(self, version: Version) -> Sharing:
        settings = version.settings.of(SubscriptionSettings)
        return Sharing(
            version.supergraph,
            frozenset(settings.public_fields),
            frozenset(settings.merged_fields),
            frozenset(version.settings.subgraphs.share_ignores_headers),
            SharedSources(settings.queue, self.metrics),
        )

    def _event_calls(self, version: Version) -> tuple[CallMiddleware, ...]:
        """Return the middleware that joins entity fetches of events; empty without subgraphs over HTTP."""
        if not version.over_http:
            return ()
        settings, customer_of = version.settings, self.core.sessions.customer_of
        ignored = frozenset(settings.subgraphs.share_ignores_headers)
        public = PublicFetches(version.supergraph).includes
        identify = id if customer_of is None else customer_of
        joined = frozenset(version.over_http)
        return (EntityBatches(joined, settings.responses.fetch_entities, ignored, public, identify),)


def _callbacks(core: Core, settings: SubscriptionSettings) -> Callbacks | None:
    """Return what receives callbacks, with its route under the path of their URL."""
    if settings.callback_url is None:
        return None
    # It imports the protocols of subgraphs, which take long to import.
    from gateway.features.subscriptions.callbacks import CallbackRoute, Callbacks  # noqa: PLC0415

    callbacks = Callbacks(settings.callback_url, settings.heartbeat_seconds, settings.queue)
    route = CallbackRoute(callbacks, core.settings.subgraphs.answer_bytes)
    core.route(f"{urlsplit(callbacks.url).path}/{{id}}", route.respond)
    return callbacks


def _begin(executor: OperationExecutor, hooks: Hooks) -> Callable[[], None]:
    """Return a function that begins an event, with a response budget of its own."""
    if not hooks.events:
        return executor.budget

    def begin() -> None:
        executor.budget()
        for event in hooks.events:
            event()

    return begin


def _never(_session: object) -> None:
    """Return None: no session ends."""


class Subscribing(Struct, frozen=True):
    """Opens the streams of subscriptions.

    Attributes:
        authentication: Finds sessions.
        executor: Subscribes to subgraphs and fetches missing fields.
        large_responses: An executor with a thread for large responses.
        open: The open subscriptions.
        metrics: Counts subscriptions.
        names: Decides which operations have labels of their own in metrics.
        begin: Called before each event is requested.
        customer_of: Returns the customer, whose subscriptions are limited; None disables that limit.
        expires_of: Returns when a session expires.
        guards: Limits the open sources of each subgraph.
        sharing: Shares sources between equal subscriptions; None if sharing is disabled.
        responses: What features may add to responses.
        observe: Observes the events of a subscription; None if nothing is observed.
    """

    authentication: AuthenticationComponent
    executor: OperationExecutor
    large_responses: Executor
    open: OpenSubscriptions
    metrics: SubscriptionMetrics
    names: KnownNames
    begin: Begin
    customer_of: CustomerOf | None
    expires_of: ExpiresOf
    guards: SourceGuards
    sharing: Sharing | None
    responses: tuple[ResponseHook, ...] = ()
    observe: ObserveEvent | None = None

    async def stream(
        self, policy_input: PolicyInput, planned: PlannedOperation, headers: Mapping[str, str], make: Make
    ) -> SubscriptionStream:
        """Subscribe to the subgraph of the plan's first fetch.

        Args:
            policy_input: The subscription request.
            planned: The subscription's plan.
            headers: The headers that are forwarded to subgraphs.
            make: Projects and encodes responses.

        Raises:
            RequestError: The client may not see the field, its position cannot be one, a limit is reached, or
                the subgraph refuses or cannot be reached.
        """
        if not planned.plan.fetches:
            raise Unauthorized([_root(planned)])
        subgraph = planned.plan.fetches[0].subgraph
        position = wanted_position(policy_input)
        headers = with_position(headers, position)
        customer = None if self.customer_of is None else self.customer_of(policy_input.session)
        self.open.enter(customer)
        try:
            source = await self._source(policy_input, planned, headers)
        except BaseException as error:
            self.open.leave(customer)
            if isinstance(error, SubgraphUnreachable):
                if not isinstance(error, SubgraphNotCalled):
                    structlog.get_logger("gateway").warning(
                        "subscription_refused", service=subgraph, reason=error.reason
                    )
                raise source_failed(subgraph, error) from error
            raise
        counts = self.metrics.of(
            self.names.operation(policy_input.prepared.document, policy_input.client), subgraph
        )
        is_extended = self.observe is not None or is_added_to(self.responses, policy_input)
        answers = EventResponses(
            self.authentication,
            self.executor,
            make,
            self.large_responses,
            self.begin,
            policy_input,
            planned,
            headers,
            counts,
            passes=not is_extended and self.executor.passes_events(planned),
            is_extended=is_extended,
            continues=position is not None,
            observe=self.observe,
        )
        queue = queue_of(source)
        if queue is not None:
            queue.merged = counts.count_merged
        ended = partial(self._ended, customer, counts)
        stream = SubscriptionStream(source, subgraph, answers, self.expires_of(policy_input.session), ended)
        counts.open += 1
        counts.started += 1
        self.open.add(stream)
        return stream

    def observed_by(self, observe: ObserveEvent) -> Subscribing:
        """Return one whose events are observed."""
        return replace(self, observe=observe)

    async def _source(
        self, policy_input: PolicyInput, planned: PlannedOperation, headers: Mapping[str, str]
    ) -> EventSource:
        fetch, given = planned.plan.fetches[0], policy_input.prepared.variables
        variables = {name: given[name] for name in fetch.variables if name in given}
        subscribe = self.guards.guarded(self.executor.subscription(planned), fetch)
        if self.sharing is not None and self.sharing.is_public(fetch):
            changes = len(planned.plan.fetches) > 1
            return await self.sharing.subscribe(subscribe, fetch, variables, headers, changes=changes)
        return await subscribe(variables, headers, policy_input.session)

    def _ended(
        self, customer: str | None, counts: OperationCounts, stream: SubscriptionStream, reason: str
    ) -> None:
        counts.open -= 1
        self.metrics.ended[reason] += 1
        self.open.discard(stream)
        self.open.leave(customer)


def _root(planned: PlannedOperation) -> list[str]:
    """Return the path of the root field, which is hidden from the client."""
    return [field.response for fields in planned.plan.shape.fields.values() for field in fields]
