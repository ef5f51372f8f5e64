"""Enforces the access annotations of a supergraph: the core leaves out of plans what this decides to hide."""

from __future__ import annotations

from typing import Final

import structlog

from gateway.access.operations import Narrowing, OperationAccess
from gateway.access.requirements import policies_in
from gateway.access.visible_schema import VisibleSchemas
from gateway.errors import SupergraphError
from gateway.feature import Core, Feature, Version, VersionParts
from gateway.features.access.deciders import AccessMetrics, Coprocessor, Expressions, PolicyDecision
from gateway.features.access.policy import AccessPolicy, GrantedByClaims
from gateway.features.access.settings import AccessSettings

RESULTS: Final = {"enforce": "restricted", "reject": "rejected", "dry-run": "answered"}


class Access(Feature):
    """Finds the rules that do not hold for a client, by its session and by policies."""

    core: Core
    metrics: AccessMetrics
    decision: PolicyDecision

    def install(self, core: Core) -> None:
        """Make what decides policies, and register its metrics.

        Raises:
            ValueError: An expression is not valid, or both the application and a coprocessor decide policies.
        """
        settings = core.settings.of(AccessSettings)
        coprocessor = _coprocessor(settings)
        if coprocessor is not None and core.decide_policies is not None:
            raise ValueError("The application decides policies: unset FURLONG_GATEWAY__ACCESS__POLICY_URL.")
        expressions = Expressions(settings.policies) if settings.policies else None
        self.core = core
        self.metrics = AccessMetrics()
        self.decision = PolicyDecision(self.metrics, expressions, core.decide_policies or coprocessor)
        core.register(self.metrics)
        if coprocessor is not None:
            core.close_at_end(coprocessor.close)

    def of(self, version: Version) -> VersionParts:
        """Enforce what the supergraph demands, unless the settings leave that to the subgraphs.

        Raises:
            SupergraphError: The supergraph uses access directives in an unknown way.
        """
        settings, annotations = version.settings.of(AccessSettings), version.supergraph.annotations
        if not annotations.guarded:
            return VersionParts()
        if settings.mode == "subgraphs":
            return VersionParts(narrowing=Narrowing())
        if not annotations.access:
            raise SupergraphError(
                "The supergraph is linked to @authenticated, @requiresScopes or @policy, but uses none of "
                "them under a name that this gateway knows. If nothing is meant to be guarded, or every "
                "subgraph checks access to its own fields, set FURLONG_GATEWAY__ACCESS__MODE=subgraphs."
            )
        operations = OperationAccess.of(version.supergraph, rejects=settings.mode == "reject")
        self._warn(operations)
        granted = self.core.access_of or GrantedByClaims(self.core.settings.of(AccessSettings).scope_claims)
        policy = AccessPolicy(granted, self.decision, RESULTS[settings.mode], self.metrics)
        return VersionParts(
            narrowing=Narrowing(operations, VisibleSchemas(operations.fields.rules)), policies=(policy,)
        )

    def _warn(self, operations: OperationAccess) -> None:
        """Warn if every request is anonymous, and about policies without a decider, which never hold."""
        log = structlog.get_logger("gateway")
        if not self.core.authentication.is_required:
            log.warning("access_without_sessions")
        expressions = self.decision.expressions
        known = frozenset() if expressions is None else expressions.policies
        undecided = sorted(policies_in(operations.fields.rules.all) - known)
        if undecided and self.decision.decide is None:
            log.warning("policies_never_hold", policies=undecided)


def _coprocessor(settings: AccessSettings) -> Coprocessor | None:
    if settings.policy_url is None:
        return None
    token = settings.policy_token
    return Coprocessor(
        settings.policy_url, settings.policy_seconds, None if token is None else token.get_secret_value()
    )
