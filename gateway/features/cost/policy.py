"""How much a request may cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from gateway.clients import ClientClass
from gateway.errors import InvalidDocument
from gateway.features.cost.metrics import CostMetrics
from gateway.pipeline.policies import PolicyInput
from gateway.pipeline.policies.batch import BatchEntry

TOO_EXPENSIVE: Final = "COST_ESTIMATED_TOO_EXPENSIVE"
INVALID_SLICING: Final = "COST_INVALID_SLICING_ARGUMENTS"


@dataclass(frozen=True, slots=True)
class CostLimits:
    """The most points that a request may cost.

    Attributes:
        default: For classes of clients that have no limit of their own.
    """

    default: int

    def of(self, client_class: ClientClass) -> int:
        """Return the limit of a class of clients."""
        own = client_class.cost
        return self.default if own is None else own


@dataclass(frozen=True, slots=True)
class CostPolicy:
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


@dataclass(frozen=True, slots=True)
class BatchCostPolicy:
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
