"""Builds access control."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import structlog
from prometheus_client import CollectorRegistry

from gateway.access.deciders import Coprocessor, DecidePolicies, Expressions, PolicyDecision
from gateway.access.granted import AccessOf, GrantedByClaims
from gateway.access.metrics import AccessMetrics
from gateway.access.operations import OperationAccess
from gateway.access.requirements import policies_in
from gateway.access.visible_schema import VisibleSchemas
from gateway.pipeline.policies import AccessPolicy
from gateway.settings import GatewaySettings
from gateway.supergraph import Supergraph

RESULTS: Final = {"enforce": "restricted", "reject": "rejected", "dry-run": "answered"}


@dataclass(frozen=True, slots=True)
class AccessDecisions:
    """The parts of access control that all versions of the graph share.

    Attributes:
        access_of: Returns the rights of a session.
        decision: Decides policies.
        metrics: Counts requests for fields that the client may not see.
        closing: The connections to a coprocessor.
    """

    access_of: AccessOf
    decision: PolicyDecision
    metrics: AccessMetrics
    closing: tuple[Coprocessor, ...] = ()


@dataclass(frozen=True, slots=True)
class AccessControl:
    """The parts of access control of one version; all are absent if the gateway does not check access.

    Attributes:
        operations: Restricts operations.
        visible: The schemas for introspection.
        policies: Finds the rules that do not hold for a client.
    """

    operations: OperationAccess | None = None
    visible: VisibleSchemas | None = None
    policies: tuple[AccessPolicy, ...] = ()


def access_decisions(
    settings: GatewaySettings,
    registry: CollectorRegistry,
    decide: DecidePolicies | None,
    access_of: AccessOf | None,
) -> AccessDecisions:
    """Build the deciders, and register their metrics.

    Args:
        settings: The settings.
        registry: The registry of the gateway's metrics.
        decide: The application's function that decides policies.
        access_of: The application's function that returns the rights of a session.

    Raises:
        ValueError: An expression is not valid, or both the application and a coprocessor decide policies.
    """
    coprocessor = _coprocessor(settings)
    if coprocessor is not None and decide is not None:
        raise ValueError("The application decides policies: unset FURLONG_GATEWAY_ACCESS_POLICY_URL.")
    expressions = Expressions(settings.access_policies) if settings.access_policies else None
    metrics = AccessMetrics()
    registry.register(metrics)
    return AccessDecisions(
        access_of=access_of or GrantedByClaims(settings.access_scope_claims),
        decision=PolicyDecision(metrics, expressions, decide or coprocessor),
        metrics=metrics,
        closing=() if coprocessor is None else (coprocessor,),
    )


def access_control(
    model: Supergraph, settings: GatewaySettings, decisions: AccessDecisions, *, authenticates: bool
) -> AccessControl:
    """Build access control for a version of the graph.

    Args:
        model: The supergraph.
        settings: The settings.
        decisions: The shared parts of access control.
        authenticates: Whether requests have sessions.
    """
    if settings.access == "subgraphs" or not model.annotations.guarded:
        return AccessControl()
    operations = OperationAccess.of(model, rejects=settings.access == "reject")
    _warn(operations, decisions.decision, authenticates=authenticates)
    policy = AccessPolicy(
        decisions.access_of, decisions.decision, RESULTS[settings.access], decisions.metrics
    )
    return AccessControl(
        operations=operations, visible=VisibleSchemas(operations.fields.rules), policies=(policy,)
    )


def _coprocessor(settings: GatewaySettings) -> Coprocessor | None:
    if settings.access_policy_url is None:
        return None
    token = settings.access_policy_token
    return Coprocessor(
        settings.access_policy_url,
        settings.access_policy_seconds,
        None if token is None else token.get_secret_value(),
    )


def _warn(operations: OperationAccess, decision: PolicyDecision, *, authenticates: bool) -> None:
    """Warn if every request is anonymous, and about policies without a decider, which never hold."""
    log = structlog.get_logger("gateway")
    if not authenticates:
        log.warning("access_without_sessions")
    known = frozenset() if decision.expressions is None else decision.expressions.policies
    undecided = sorted(policies_in(operations.fields.rules.all) - known)
    if undecided and decision.decide is None:
        log.warning("policies_never_hold", policies=undecided)
