"""Counts the actual cost of responses, and reports it to clients that may ask."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from msgspec.structs import replace

from gateway.clients import ClientClass
from gateway.features.cost.metrics import CostMetrics
from gateway.features.cost.operation_cost import OperationCost
from gateway.features.cost.policy import INVALID_SLICING, TOO_EXPENSIVE, CostLimits
from gateway.pipeline.graphql_response import GraphQLResponse
from gateway.pipeline.policies import PolicyInput
from gateway.pipeline.preparation.prepared import PreparedRequest

ACTUAL_TOO_EXPENSIVE: Final = "COST_ACTUAL_TOO_EXPENSIVE"
OK: Final = "COST_OK"


@dataclass(frozen=True, slots=True)
class CostReport:
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

    def complete(self, policy_input: PolicyInput, response: GraphQLResponse) -> GraphQLResponse:
        """Return a response, with its cost if the client asks for it and is allowed to."""
        client_class = policy_input.client.client_class
        wanted = self.header in policy_input.request.headers and self._may_ask(client_class)
        if not wanted and self.draw() >= self.share:
            return response
        prepared = policy_input.prepared
        actual = _actual(prepared, response)
        if actual is None:
            return response
        self.metrics.actual(actual)
        if not wanted:
            return response
        limit = self.limits.of(client_class)
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
