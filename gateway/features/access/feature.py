"""Enforces the access annotations of a supergraph: the core leaves out of plans what this decides to hide."""

from __future__ import annotations

from collections.abc import Awaitable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import structlog
from msgspec import Struct
from msgspec.structs import replace

from gateway.errors import SupergraphError
from gateway.feature import Core, Feature, Version, VersionParts
from gateway.features.access.deciders import AccessMetrics, Coprocessor, Expressions, PolicyDecision
from gateway.features.access.settings import AccessSettings
from gateway.pipeline.access.application import PolicyDecider, PolicyQuestion
from gateway.pipeline.access.operation_rules import DocumentAccess
from gateway.pipeline.access.operations import Narrowing, OperationAccess
from gateway.pipeline.access.requirements import Granted, Requirement, policies_in
from gateway.pipeline.access.visible_schema import VisibleSchemas
from gateway.pipeline.policies import PolicyInput
from gateway.pipeline.preparation.prepared import PreparedDocument
from gateway.pipeline.sessions import AccessOf, Session

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
        coprocessor, application = _coprocessor(settings), core.wanted(PolicyDecider)
        if coprocessor is not None and application is not None:
            raise ValueError("The application decides policies: unset FURLONG_GATEWAY__ACCESS__POLICY_URL.")
        expressions = Expressions(settings.policies) if settings.policies else None
        self.core = core
        self.metrics = AccessMetrics()
        self.decision = PolicyDecision(
            self.metrics, expressions, coprocessor if application is None else application.decide
        )
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
        by_claims = GrantedByClaims(self.core.settings.of(AccessSettings).scope_claims)
        granted = self.core.sessions.access_of or by_claims
        policy = AccessPolicy(granted, self.decision, RESULTS[settings.mode], self.metrics)
        return VersionParts(
            narrowing=Narrowing(operations, VisibleSchemas(operations.fields.rules)), policies=(policy,)
        )

    def _warn(self, operations: OperationAccess) -> None:
        """Warn if every request is anonymous, and about policies without a decider, which never hold."""
        log = structlog.get_logger("gateway")
        if not self.core.sessions.is_required:
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


MAX_LOGGED: Final = 1_000
"""The most distinct warnings that a dry run logs."""
ANONYMOUS: Final = Granted()
NO_CLAIMS: Final[Mapping[str, Any]] = {}


@dataclass(slots=True)
class AccessPolicy:
    """Finds the rules that do not hold for a client; its plan leaves out what they guard.

    Attributes:
        access_of: Returns the access rights of a session.
        decision: Decides policies.
        result: The outcome, for metrics, of requests whose clients may not see everything. If it is
            `answered`, such requests are only logged.
        metrics: Counts such requests.
    """

    access_of: AccessOf
    decision: PolicyDecision
    result: str
    metrics: AccessMetrics
    _logged: set[tuple[bytes, Requirement]] = field(default_factory=set)

    def concerns(self, document: PreparedDocument) -> bool:
        """Return whether a document selects anything with rules of access."""
        return document.access is not None

    def check(self, policy_input: PolicyInput) -> Awaitable[None] | None:
        """Record in the prepared request which rules do not hold."""
        access = policy_input.prepared.document.access
        if access is None:
            return None
        granted = self.access_of(policy_input.session)
        if access.policies:
            return self._decide(policy_input, access, granted)
        self._apply(policy_input, access, granted)
        return None

    async def _decide(self, policy_input: PolicyInput, access: DocumentAccess, granted: Granted) -> None:
        document = policy_input.prepared.document
        question = PolicyQuestion(
            policies=access.policies,
            session=policy_input.session,
            claims=claims_of(policy_input.session),
            authenticated=granted.authenticated,
            scopes=granted.scopes,
            client=policy_input.client.name,
            operation=document.name,
            kind=document.kind,
            variables=policy_input.prepared.variables,
            headers=policy_input.request.forwarded,
        )
        held = await self.decision(question)
        self._apply(policy_input, access, replace(granted, policies=granted.policies | held))

    def _apply(self, policy_input: PolicyInput, access: DocumentAccess, granted: Granted) -> None:
        unmet = granted.unmet(access.rules)
        if not unmet:
            return
        self.metrics.requests[self.result] += 1
        if self.result == "answered":
            self._log(policy_input, access, unmet)
        else:
            policy_input.prepared.unmet = unmet

    def _log(self, policy_input: PolicyInput, access: DocumentAccess, unmet: Requirement) -> None:
        """Log what would be hidden, once for each document and set of rules."""
        document = policy_input.prepared.document
        if (document.key, unmet) in self._logged or len(self._logged) >= MAX_LOGGED:
            return
        self._logged.add((document.key, unmet))
        structlog.get_logger("gateway").warning(
            "access_would_be_denied",
            operation=document.name,
            client=policy_input.client.name,
            fields=sorted(at for at, rules in access.coordinates.items() if not unmet.isdisjoint(rules)),
            rules=sorted(map(str, unmet)),
        )


class GrantedByClaims(Struct, frozen=True):
    """Reads the rights of a session from its claims.

    The gateway's own sessions have claims. An application's session provides them if it is a mapping or has
    an attribute `claims`. None means an anonymous client; anything else is authenticated.

    Attributes:
        scope_claims: The claims that contain scopes: a space-separated text (RFC 8693), or a list.
    """

    scope_claims: tuple[str, ...]

    def __call__(self, session: object) -> Granted:
        """Return what a session has."""
        if isinstance(session, Session):
            if session.issuer is None:
                return ANONYMOUS
            claims = session.claims
        elif session is None:
            return ANONYMOUS
        else:
            claims = claims_of(session)
        scopes: set[str] = set()
        for name in self.scope_claims:
            if name in claims:
                scopes.update(_scopes(claims[name]))
        return Granted(authenticated=True, scopes=frozenset(scopes))


def claims_of(session: object) -> Mapping[str, Any]:
    """Return the claims of a session; empty if it has none."""
    if isinstance(session, Session):
        return session.claims
    claims = session if isinstance(session, Mapping) else getattr(session, "claims", None)
    return claims if isinstance(claims, Mapping) else NO_CLAIMS


def _scopes(claim: object) -> Iterable[str]:
    match claim:
        case str():
            return [scope for scope in claim.split(" ") if scope]  # a tab or another blank separates nothing
        case list() | tuple() | set() | frozenset():
            return [scope for scope in claim if isinstance(scope, str)]
        case _:
            return ()
