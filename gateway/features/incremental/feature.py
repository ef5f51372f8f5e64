"""Answers operations in parts, as `@defer` and `@stream` ask for, and counts them.

How parts are fetched and delivered is imported by the first such operation: many gateways never answer one.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import orjson
from msgspec import Struct
from msgspec.structs import replace
from prometheus_client.core import CounterMetricFamily, Metric
from prometheus_client.registry import Collector

from foundation.graphql_http.media import LATEST, IncrementalSpec
from gateway.errors import RequestError, ResponseTooLarge
from gateway.executor import Failure
from gateway.feature import Core, Feature, Version, VersionParts
from gateway.features.incremental.payloads import Errors, MergedResponse, Payload
from gateway.features.incremental.records import DeliveryLimits
from gateway.features.incremental.settings import IncrementalSettings
from gateway.features.incremental.targets import Keys
from gateway.monitoring.families import SummedGauge
from gateway.pipeline.hooks import ResponseHook
from gateway.pipeline.in_parts import StreamOfParts
from gateway.pipeline.operation_executor import OperationExecutor
from gateway.pipeline.policies import PolicyInput
from gateway.pipeline.preparation.plan_cache import PlannedOperation
from gateway.pipeline.preparation.prepared import PreparedRequest
from gateway.pipeline.stages import GraphQLResponse, Response
from gateway.settings import GatewaySettings

if TYPE_CHECKING:
    from gateway.features.incremental.delivery import Delivering


class IncrementalDelivery(Feature):
    """Sends parts of a response as soon as they are there."""

    metrics: IncrementalMetrics

    def install(self, core: Core) -> None:
        """Add the metrics."""
        self.metrics = IncrementalMetrics()
        core.register(self.metrics)

    def of(self, version: Version) -> VersionParts:
        """Answer the operations of a version in parts."""
        return VersionParts(in_parts=partial(_responses, version.settings, self.metrics))


def _responses(
    settings: GatewaySettings,
    metrics: IncrementalMetrics,
    executor: OperationExecutor,
    hooks: tuple[ResponseHook, ...],
) -> IncrementalResponses:
    """Return what fetches and sends the parts of responses to clients that accept them."""
    own = settings.of(IncrementalSettings)
    limits = DeliveryLimits(
        list_items=settings.responses.list_items, items_at_once=own.items, records=own.records
    )
    return IncrementalResponses(executor, limits, settings.responses.bytes, hooks, metrics)


class IncrementalResponses(Struct, frozen=True):
    """Answers operations in parts.

    Attributes:
        executor: Fetches.
        limits: Limits on one response.
        response_bytes: The most bytes of all its parts.
        hooks: Called once with the whole response.
        metrics: Counts responses.
    """

    executor: OperationExecutor
    limits: DeliveryLimits
    response_bytes: int
    hooks: tuple[ResponseHook, ...]
    metrics: IncrementalMetrics

    def stream(
        self,
        policy_input: PolicyInput,
        planned: PlannedOperation,
        headers: Mapping[str, str],
        spec: IncrementalSpec,
        release: Callable[[], None],
    ) -> IncrementalStream:
        """Return the response to a request, whose first part is still to be made.

        Args:
            policy_input: The request.
            planned: Its plan.
            headers: The headers that subgraphs may see.
            spec: The format of the parts.
            release: Called once when the response has ended.

        Raises:
            RequestError: An argument of `@stream` is not valid.
        """
        from gateway.features.incremental.delivery import Delivering  # noqa: PLC0415 - see above
        from gateway.features.incremental.stages import Fetching  # noqa: PLC0415 - the same

        prepared, plan = policy_input.prepared, planned.plan
        session = policy_input.session if prepared.document.is_query else None
        counts = initial_counts(prepared, planned)
        fetching = Fetching(plan, self.executor.context(planned, prepared.variables, headers, session))
        fetching.data.update(self.executor.introspected(prepared, planned))

        def formatted(failures: list[Failure]) -> Errors:
            return self.executor.formatted(failures, plan, fetching.data)

        delivering = Delivering(plan, fetching, counts, self.limits, formatted)
        return IncrementalStream(self, policy_input, delivering, spec, release)

    def with_hook(self, hook: ResponseHook) -> IncrementalResponses:
        """Return one that shows the whole response to a further hook."""
        return replace(self, hooks=(*self.hooks, hook))


def initial_counts(prepared: PreparedRequest, planned: PlannedOperation) -> dict[Keys, int]:
    """Return how many items of each streamed list are delivered first.

    Raises:
        RequestError: It is a negative number.
    """
    streams = planned.plan.streams
    if not streams:
        return {}
    given = prepared.document.variables.coerce(prepared.variables)
    coerced: Mapping[str, Any] = {} if isinstance(given, list) else given.coerced
    counts: dict[Keys, int] = {
        stream.path: coerced[stream.initial_count]
        if isinstance(stream.initial_count, str)
        else stream.initial_count
        for stream in streams
    }
    if any(count < 0 for count in counts.values()):
        raise RequestError("The initialCount of @stream must not be negative.", code="BAD_USER_INPUT")
    return counts


class IncrementalStream(StreamOfParts):
    """The parts of one response."""

    __slots__ = (
        "_bytes",
        "_delivering",
        "_first",
        "_has_next",
        "_incremental",
        "_is_closed",
        "_merged",
        "_parts",
        "_policy_input",
        "_release",
    )

    def __init__(
        self,
        parts: IncrementalResponses,
        policy_input: PolicyInput,
        delivering: Delivering,
        spec: IncrementalSpec,
        release: Callable[[], None],
    ) -> None:
        super().__init__(spec)
        self._parts = parts
        self._policy_input = policy_input
        self._delivering = delivering
        self._release = release
        self._first: Response | None = None
        self._merged = MergedResponse() if parts.hooks or spec != LATEST else None
        self._incremental: Callable[[Payload], Mapping[str, Any]] | None = None
        if spec != LATEST and self._merged is not None:
            from gateway.features.incremental.older_format import OlderFormat  # noqa: PLC0415 - see above

            self._incremental = OlderFormat(delivering.plan, self._merged).incremental
        self._bytes = 0
        self._has_next = True
        self._is_closed = False
        parts.metrics.open += 1
        parts.metrics.responses += 1

    async def begin(self) -> None:
        """Make the first part; close the stream if that fails or is cancelled.

        Raises:
            RequestError: There is no response.
        """
        try:
            self._first = self._encoded(await self._delivering.initial())
        except BaseException:
            await self.aclose()
            raise

    def __aiter__(self) -> AsyncIterator[Response]:
        """Return the stream itself."""
        return self

    async def __anext__(self) -> Response:
        """Return the next part; after a cancelled wait, the method can be called again.

        Raises:
            StopAsyncIteration: There are no more parts.
        """
        if self._first is not None:
            first, self._first = self._first, None
            return first
        if not self._has_next or self._is_closed:
            await self.aclose()
            raise StopAsyncIteration
        try:
            return self._encoded(await self._delivering.next())
        except RequestError as error:
            return self._encoded(self._delivering.abandon(error))

    async def aclose(self) -> None:
        """Cancel everything that is in progress."""
        if not self._is_closed:
            self._is_closed = True
            self._parts.metrics.open -= 1
            self._release()
            await self._delivering.close()

    def _encoded(self, payload: Payload) -> Response:
        """Encode a part.

        Raises:
            ResponseTooLarge: All parts together have too many bytes.
        """
        if self._merged is not None:
            self._complete(payload, self._merged)
        content = orjson.dumps(payload.body(self._incremental))
        self._bytes += len(content)
        most, is_last_word = self._parts.response_bytes, not payload.has_next and not payload.increments
        if self._bytes > most and not is_last_word:
            raise ResponseTooLarge(f"The response is too large (over {most} bytes): select less.")
        self._delivering.confirm(payload)
        self._has_next = payload.has_next
        metrics = self._parts.metrics
        metrics.parts += 1
        metrics.failed += sum(1 for completed in payload.completed if completed.errors)
        has_errors = payload.initial is not None and "errors" in payload.initial
        return Response(content, "partial" if has_errors else "ok")

    def _complete(self, payload: Payload, merged: MergedResponse) -> None:
        """Show the whole response to the hooks, and send what they add to it with the last part."""
        merged.add(payload)
        if payload.has_next:
            return
        response = GraphQLResponse(merged.body())
        for hook in self._parts.hooks:
            response = hook.complete(self._policy_input, response)
        payload.extensions = response.body.get("extensions")


class IncrementalMetrics(Collector):
    """Counts of one process.

    Attributes:
        responses: Responses in parts.
        parts: Their parts, including the first.
        failed: Deferred fragments and streamed lists that could not be delivered.
        open: Responses in parts that are in progress.
    """

    def __init__(self) -> None:
        self.responses = 0
        self.parts = 0
        self.failed = 0
        self.open = 0

    def collect(self) -> Iterator[Metric]:
        """Yield the metrics."""
        counters = (
            ("responses", "Responses in parts.", self.responses),
            ("parts", "Parts of responses, including the first of each.", self.parts),
            ("failures", "Deferred fragments and streamed lists that could not be delivered.", self.failed),
        )
        for name, meaning, count in counters:
            yield CounterMetricFamily(f"furlong_gateway_incremental_{name}", meaning, value=count)
        yield SummedGauge("furlong_gateway_incremental_open", "Responses in parts in progress.", self.open)
