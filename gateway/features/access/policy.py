"""Finds the access rules that do not hold for the client of a request."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass, field, replace
from typing import Final

import structlog

from gateway.access.application import AccessOf, PolicyQuestion
from gateway.access.operation_rules import DocumentAccess
from gateway.access.requirements import Granted, Requirement
from gateway.features.access.deciders import PolicyDecision
from gateway.features.access.granted_by_claims import claims_of
from gateway.features.access.metrics import AccessMetrics
from gateway.pipeline.policies.policy import PolicyInput
from gateway.pipeline.preparation.prepared import PreparedDocument

MAX_LOGGED: Final = 1_000
"""The most distinct warnings that a dry run logs."""


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
