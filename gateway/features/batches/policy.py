"""Decides which requests of a batch end with its time."""

from __future__ import annotations

from gateway.pipeline.policies import PolicyInput
from gateway.pipeline.policies.batch import BatchEntry


class BatchPolicy:
    """Notes which requests of a batch may be cancelled."""

    @staticmethod
    def check(policy_input: PolicyInput) -> None:
        """Note whether the request may be cancelled from now on."""
        request = policy_input.request
        if isinstance(request, BatchEntry):
            request.is_cancellable = policy_input.prepared.document.is_query
