"""Gives each customer the same labels of progressive overrides in all requests."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.clients import CustomerOf
from gateway.pipeline.policies.policy import PolicyInput
from gateway.pipeline.preparation.labels import Labels


@dataclass(frozen=True, slots=True)
class OverrideLabelsPolicy:
    """Decides the labels for the customer of a request; it refuses no request.

    Attributes:
        labels: Decides which labels are on.
        names: The labels of the supergraph.
        customer_of: Returns the key of a session's customer.
    """

    labels: Labels
    names: frozenset[str]
    customer_of: CustomerOf

    def check(self, policy_input: PolicyInput) -> None:
        """Record in the prepared request which labels are on."""
        customer = None if policy_input.session is None else self.customer_of(policy_input.session)
        if customer is not None:
            policy_input.prepared.labels = self.labels.decide(self.names, customer)
