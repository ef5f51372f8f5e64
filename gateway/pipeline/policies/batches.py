"""Requests that came together, in a batch."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.pipeline.policies.policy import PolicyInput


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


class BatchPolicy:
    """Notes which requests of a batch may be cancelled."""

    @staticmethod
    def check(policy_input: PolicyInput) -> None:
        """Note whether the request may be cancelled from now on."""
        request = policy_input.request
        if isinstance(request, BatchEntry):
            request.is_cancellable = policy_input.prepared.document.is_query
