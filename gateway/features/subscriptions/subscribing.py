"""Opens the streams of subscriptions that are authenticated, checked and planned."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import partial

from gateway.clients import CustomerOf
from gateway.errors import SubgraphUnreachable, Unauthorized
from gateway.features.subscriptions.metrics import OperationCounts, SubscriptionMetrics
from gateway.features.subscriptions.open_subscriptions import OpenSubscriptions, source_failed
from gateway.features.subscriptions.sharing import Sharing
from gateway.features.subscriptions.sources import SourceGuards, queue_of
from gateway.features.subscriptions.stream import Begin, EventResponses, SubscriptionStream
from gateway.monitoring import KnownNames
from gateway.pipeline.authentication import ExpiresOf
from gateway.pipeline.components import AuthenticationComponent
from gateway.pipeline.operation_executor import OperationExecutor
from gateway.pipeline.policies import PolicyInput
from gateway.pipeline.preparation.plan_cache import PlannedOperation
from gateway.pipeline.subscribing import Make, ObserveEvent
from gateway.transport import EventSource


@dataclass(frozen=True, slots=True)
class Subscribing:
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
            RequestError: The client may not see the field, a limit is reached, or the subgraph refuses or
                cannot be reached.
        """
        if not planned.plan.fetches:
            raise Unauthorized([_root(planned)])
        subgraph = planned.plan.fetches[0].subgraph
        customer = None if self.customer_of is None else self.customer_of(policy_input.session)
        self.open.enter(customer)
        try:
            source = await self._source(policy_input, planned, headers)
        except BaseException as error:
            self.open.leave(customer)
            if isinstance(error, SubgraphUnreachable):
                raise source_failed(subgraph, error) from error
            raise
        counts = self.metrics.of(
            self.names.operation(policy_input.prepared.document, policy_input.client), subgraph
        )
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
            self.observe,
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
            return await self.sharing.subscribe(subscribe, fetch, variables, headers)
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
    return [each.response for fields in planned.plan.shape.fields.values() for each in fields]
