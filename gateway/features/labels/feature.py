"""Decides which labels of progressive overrides are on for a request; the planner knows no shares."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from gateway.clients import CustomerOf
from gateway.feature import Core, Feature, Version, VersionParts
from gateway.features.labels.settings import LabelSettings
from gateway.features.labels.shares import Labels, labels
from gateway.pipeline.policies import PolicyInput


class OverrideLabels(Feature):
    """Gives each customer the same labels in all requests, and draws them for requests of nobody."""

    core: Core

    def install(self, core: Core) -> None:
        """Remember how customers are told apart."""
        self.core = core

    def of(self, version: Version) -> VersionParts:
        """Decide the labels of a version, unless its supergraph has none."""
        names, customer_of = version.supergraph.labels, self.core.customer_of
        if not names:
            return VersionParts()
        settings = version.settings.of(LabelSettings)
        decision = labels(settings.on, settings.seed, settings.shares)
        by_customer = () if customer_of is None else (CustomerLabels(decision, names, customer_of),)
        return VersionParts(labels=partial(decision.decide, names), policies=by_customer)


@dataclass(frozen=True, slots=True)
class CustomerLabels:
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
