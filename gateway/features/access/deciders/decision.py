"""Decides the policies of a request once, each by the decider that is responsible for it."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from gateway.access.application import DecidePolicies, PolicyQuestion
from gateway.features.access.deciders.expressions import Expressions
from gateway.features.access.metrics import AccessMetrics


@dataclass(slots=True)
class PolicyDecision:
    """Decides policies: by expressions, and those without one by the application or a coprocessor.

    A policy without a decider does not hold, nor does one whose decision fails.

    Attributes:
        metrics: Counts decisions.
        expressions: The policies that have expressions.
        decide: Decides all other policies; None if nothing does.
    """

    metrics: AccessMetrics
    expressions: Expressions | None = None
    decide: DecidePolicies | None = None
    _is_failing: bool = False

    async def __call__(self, question: PolicyQuestion) -> frozenset[str]:
        """Return the policies that hold for a request."""
        by_expression: frozenset[str] = frozenset()
        others = question
        if self.expressions is not None:
            by_expression = self.expressions.decide(question)
            others = question.without(self.expressions.policies)
        if self.decide is None or not others.policies:
            return by_expression
        return by_expression | await self._ask(self.decide, others)

    async def _ask(self, decide: DecidePolicies, question: PolicyQuestion) -> frozenset[str]:
        try:
            held = question.policies & frozenset(await decide(question))
        except Exception as error:  # noqa: BLE001 - the application's function may raise anything
            self.metrics.decisions["failed"] += 1
            if not self._is_failing:  # log once until it works again, not for each request
                structlog.get_logger("gateway").warning("policy_decision_failed", reason=repr(error))
            self._is_failing = True
            return frozenset()
        self.metrics.decisions["ok"] += 1
        self._is_failing = False
        return held
