"""Refuses requests that may cost too much, and reports and counts what responses have cost."""

from __future__ import annotations

import random
from bisect import bisect_left
from collections.abc import Callable, Iterator
from functools import partial
from typing import Final

from msgspec import Struct
from msgspec.structs import replace
from prometheus_client.core import HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from gateway.errors import InvalidDocument
from gateway.feature import Core, Feature, Version, VersionParts
from gateway.features.cost.settings import CostSettings
from gateway.pipeline.costs import CostRules, OperationCost, operation_cost
from gateway.pipeline.policies import BatchEntry, PolicyInput, SharedCosts
from gateway.pipeline.preparation.prepared import PreparedRequest
from gateway.pipeline.stages import GraphQLResponse
from gateway.settings.client_class import ClientClass

TOO_EXPENSIVE: Final = "COST_ESTIMATED_TOO_EXPENSIVE"
INVALID_SLICING: Final = "COST_INVALID_SLICING_ARGUMENTS"
ACTUAL_TOO_EXPENSIVE: Final = "COST_ACTUAL_TOO_EXPENSIVE"
OK: Final = "COST_OK"
BUCKETS: Final = (1, 3, 10, 30, 100, 300, 1_000, 3_000, 10_000, 30_000, 100_000, 1_000_000)


class Cost(Feature):
    """Estimates and counts the costs of requests, in points."""

    metrics: CostMetrics
    in_batches: bool

    def install(self, core: Core) -> None:
        """Add the metrics, and ask whether requests may come in batches."""
        self.in_batches = core.wanted(SharedCosts) is not None
        self.metrics = CostMetrics()
        core.register(self.metrics)

    def of(self, version: Version) -> VersionParts:
        """Count by the annotations of a version's graph."""
        settings, supergraph = version.settings.of(CostSettings), version.supergraph
        limits, enforced = CostLimits(settings.limit), settings.mode == "enforce"
        batches = (BatchCostPolicy(limits),) if enforced and self.in_batches else ()
        report = CostReport(
            limits,
            header=settings.header.encode("latin-1"),
            in_response=settings.in_response,
            share=settings.actual_share,
            metrics=self.metrics,
        )
        return VersionParts(
            costs=partial(
                operation_cost, CostRules(supergraph.public, supergraph.annotations, settings.list_size)
            ),
            policies=(CostPolicy(limits, enforced, self.metrics), *batches),
            responses=(report,),
        )


class CostLimits(Struct, frozen=True):
    """The most points that a request may cost.

    Attributes:
        default: For classes of clients that have no limit of their own.
    """

    default: int

    def of(self, client_class: ClientClass) -> int:
        """Return the limit of a class of clients."""
        own = client_class.cost
        return self.default if own is None else own


class CostPolicy(Struct, frozen=True):
    """Refuses requests whose estimated cost is above the limit of their class of clients.

    Attributes:
        limits: The limits by class of client.
        enforced: Whether such requests are refused; otherwise they are only counted.
        metrics: Counts estimates.
    """

    limits: CostLimits
    enforced: bool
    metrics: CostMetrics

    def check(self, policy_input: PolicyInput) -> None:
        """Refuse a request that may cost too much, or lacks the one slicing argument that a list requires.

        Raises:
            InvalidDocument: One of these holds, and limits are enforced.
        """
        prepared = policy_input.prepared
        limit = self.limits.of(policy_input.client.client_class)
        if prepared.cost_fault is not None:
            self.metrics.estimated(prepared.cost, "invalid_slicing")
            self._refuse(prepared.cost_fault, INVALID_SLICING)
        elif prepared.cost > limit:
            self.metrics.estimated(prepared.cost, "too_expensive")
            message = f"The operation may cost {prepared.cost} points, more than the limit of {limit}."
            self._refuse(message, TOO_EXPENSIVE)
        else:
            self.metrics.estimated(prepared.cost, "ok")

    def _refuse(self, message: str, code: str) -> None:
        if self.enforced:
            raise InvalidDocument([{"message": message}], code)


class BatchCostPolicy(Struct, frozen=True):
    """Refuses requests of a batch that together may cost more than one request may.

    Attributes:
        limits: The limits by class of clients.
    """

    limits: CostLimits

    def check(self, policy_input: PolicyInput) -> None:
        """Count the request in its batch.

        Raises:
            InvalidDocument: The batch would cost too much with it.
        """
        request = policy_input.request
        if not isinstance(request, BatchEntry):
            return
        limit = self.limits.of(policy_input.client.client_class)
        total = request.batch.cost + policy_input.prepared.cost
        if total > limit:
            message = f"The batch may cost {total} points with this request, more than the limit of {limit}."
            raise InvalidDocument([{"message": message}], TOO_EXPENSIVE)
        request.batch.cost = total


class CostReport(Struct, frozen=True):
    """Counts the actual cost of a share of all responses, and of those whose clients ask for it.

    Attributes:
        limits: The limits that are reported to clients.
        header: The header by which a client asks.
        in_response: Whether classes of clients without a setting of their own may ask.
        share: The share of responses that are counted for metrics.
        metrics: Counts costs.
        draw: Returns a random number from 0 to 1.
    """

    limits: CostLimits
    header: bytes
    in_response: bool
    share: float
    metrics: CostMetrics
    draw: Callable[[], float] = random.random

    def adds_to(self, policy_input: PolicyInput) -> bool:
        """Return whether the client asks for costs, and is allowed to."""
        return self.header in policy_input.request.headers and self._may_ask(policy_input.client.client_class)

    def complete(self, policy_input: PolicyInput, response: GraphQLResponse) -> GraphQLResponse:
        """Return a response, with its cost if the client asks for it and is allowed to."""
        wanted = self.adds_to(policy_input)
        if not wanted and self.draw() >= self.share:
            return response
        prepared = policy_input.prepared
        actual = _actual(prepared, response)
        if actual is None:
            return response
        self.metrics.actual(actual)
        if not wanted:
            return response
        limit = self.limits.of(policy_input.client.client_class)
        cost = {
            "estimated": prepared.cost,
            "actual": actual,
            "limit": limit,
            "result": _result(prepared, actual, limit),
        }
        extensions = {**response.body.get("extensions", {}), "cost": cost}
        return replace(response, body={**response.body, "extensions": extensions})

    def _may_ask(self, client_class: ClientClass) -> bool:
        own = client_class.cost_in_response
        return self.in_response if own is None else own


def _actual(prepared: PreparedRequest, response: GraphQLResponse) -> int | None:
    cost, data = prepared.operation_cost, response.body["data"]
    if not isinstance(cost, OperationCost):
        return None
    if cost.fixed is not None:
        return cost.actual(data, None)
    given = prepared.document.variables.coerce(prepared.variables)
    return None if isinstance(given, list) else cost.actual(data, given)


def _result(prepared: PreparedRequest, actual: int, limit: int) -> str:
    """Return the code that the request would be refused with, whether or not limits are enforced."""
    if prepared.cost_fault is not None:
        return INVALID_SLICING
    if prepared.cost > limit:
        return TOO_EXPENSIVE
    return ACTUAL_TOO_EXPENSIVE if actual > limit else OK


class _Counts:
    """How many costs fell into each bucket, and their sum."""

    __slots__ = ("buckets", "total")

    def __init__(self) -> None:
        self.buckets = [0] * (len(BUCKETS) + 1)
        self.total = 0

    def add(self, cost: int) -> None:
        self.buckets[bisect_left(BUCKETS, cost)] += 1
        self.total += cost

    def cumulative(self) -> list[tuple[str, float]]:
        counts, total = [], 0
        for bound, count in zip([*map(str, map(float, BUCKETS)), "+Inf"], self.buckets, strict=True):
            total += count
            counts.append((bound, float(total)))
        return counts


class CostMetrics(Collector):
    """Counts costs; metrics are built from the counts when they are collected."""

    def __init__(self) -> None:
        self._estimated: dict[str, _Counts] = {}
        self._actual = _Counts()

    def estimated(self, cost: int, result: str) -> None:
        """Count an estimate by its result: ok, too_expensive, or invalid_slicing."""
        counts = self._estimated.get(result)
        if counts is None:
            counts = self._estimated[result] = _Counts()
        counts.buckets[bisect_left(BUCKETS, cost)] += 1  # as `add` does: each request comes here
        counts.total += cost

    def actual(self, cost: int) -> None:
        """Count the actual cost of a response."""
        self._actual.add(cost)

    def collect(self) -> Iterator[Metric]:
        """Yield all metrics."""
        estimated = HistogramMetricFamily(
            "furlong_gateway_cost_estimated",
            "Estimated cost of requests in points, by result: ok, too_expensive, invalid_slicing.",
            labels=["result"],
        )
        for result, counts in self._estimated.items():
            estimated.add_metric([result], counts.cumulative(), counts.total)
        yield estimated
        yield HistogramMetricFamily(
            "furlong_gateway_cost_actual",
            "Cost of responses in points, counted in a share of them.",
            buckets=self._actual.cumulative(),
            sum_value=self._actual.total,
        )
