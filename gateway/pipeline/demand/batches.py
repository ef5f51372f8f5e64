"""How much the requests of a batch may cost together."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.errors import InvalidDocument
from gateway.pipeline.demand.policy import TOO_EXPENSIVE, CostLimits
from gateway.pipeline.policies import PolicyInput


@dataclass(slots=True)
class Batch:
    """What the requests of a batch have in common.

    Attributes:
        cost: The estimated cost of those that were let through so far, in points.
    """

    cost: int = 0


class BatchEntry:
    """A request that came in a batch.

    Attributes:
        batch: The batch.
        is_cancellable: Whether the request may be cancelled; it must not if it makes a change.
    """

    __slots__ = ()

    batch: Batch
    is_cancellable: bool


@dataclass(frozen=True, slots=True)
class BatchPolicy:
    """Refuses requests of a batch that together may cost more than one request may.

    Attributes:
        limits: The limits by class of clients; None if costs are not limited.
    """

    limits: CostLimits | None

    def check(self, policy_input: PolicyInput) -> None:
        """Count the request, and note whether it may be cancelled from now on.

        Raises:
            InvalidDocument: The batch would cost too much with it.
        """
        request, prepared = policy_input.request, policy_input.prepared
        if not isinstance(request, BatchEntry):
            return
        if self.limits is not None:
            limit, total = (
                self.limits.of(policy_input.client.client_class),
                request.batch.cost + prepared.cost,
            )
            if total > limit:
                message = (
                    f"The batch may cost {total} points with this request, more than the limit of {limit}."
                )
                raise InvalidDocument([{"message": message}], TOO_EXPENSIVE)
            request.batch.cost = total
        request.is_cancellable = prepared.document.is_query
