"""Finds the access rules that do not hold for the client of a request, by the rights of its session."""

from __future__ import annotations

from collections.abc import Awaitable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import structlog

from gateway.access.application import AccessOf, PolicyQuestion
from gateway.access.operation_rules import DocumentAccess
from gateway.access.requirements import Granted, Requirement
from gateway.clients.session import Session
from gateway.features.access.deciders import AccessMetrics, PolicyDecision
from gateway.pipeline.policies import PolicyInput
from gateway.pipeline.preparation.prepared import PreparedDocument

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


@dataclass(frozen=True, slots=True)
class GrantedByClaims:
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
            return [each for each in claim.split(" ") if each]  # a tab or another blank separates nothing
        case list() | tuple() | set() | frozenset():
            return [each for each in claim if isinstance(each, str)]
        case _:
            return ()
