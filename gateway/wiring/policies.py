"""Builds the policies that every request is checked against."""

from __future__ import annotations

from gateway.limits import IntrospectionSizes
from gateway.pipeline.demand import DemandControl
from gateway.pipeline.policies import IntrospectionPolicy, Policy, RateLimitPolicy, TrustedDocumentsPolicy
from gateway.rate_limits import RateLimits
from gateway.settings import GatewaySettings
from gateway.supergraph import Supergraph


def policies(
    model: Supergraph,
    settings: GatewaySettings,
    trusted: tuple[TrustedDocumentsPolicy, ...],
    costs: DemandControl,
    limits: RateLimits | None,
) -> tuple[Policy, ...]:
    """Return the policies in the order of their checks: whoever is refused by one spends no points."""
    most = settings.introspection_bytes or 2 * IntrospectionSizes.of(model.public).standard_bytes()
    return (
        IntrospectionPolicy(settings.introspection, most),
        *trusted,
        *costs.policies,
        *(() if limits is None else (RateLimitPolicy(limits),)),
    )
