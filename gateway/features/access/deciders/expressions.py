"""Policies as expressions of CEL, the Common Expression Language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from gateway.access.application import PolicyQuestion

if TYPE_CHECKING:
    from cel import Program


class Expressions:
    """Policies that are decided by expressions, without waiting for anything.

    Args:
        texts: The expressions by policy.

    Raises:
        ValueError: An expression is not valid; the message names its policy.
    """

    def __init__(self, texts: Mapping[str, str]) -> None:
        from cel import compile as compile_expression  # noqa: PLC0415 - most gateways have no expressions

        self._programs: dict[str, Program] = {}
        for policy, text in texts.items():
            try:
                self._programs[policy] = compile_expression(text)
            except ValueError as error:
                raise ValueError(f"The expression of the policy {policy} is not valid: {error}") from error

    @property
    def policies(self) -> frozenset[str]:
        """The policies that have an expression."""
        return frozenset(self._programs)

    def decide(self, question: PolicyQuestion) -> frozenset[str]:
        """Return the policies whose expressions are true; expressions that fail count as false."""
        policies = question.policies & self._programs.keys()
        if not policies:
            return frozenset()
        variables = {
            "authenticated": question.authenticated,
            "scopes": sorted(question.scopes),
            "claims": dict(question.claims),
            "client": question.client,
            "operation": {"name": question.operation, "kind": question.kind},
            "variables": dict(question.variables),
            "headers": dict(question.headers),
        }
        return frozenset(each for each in policies if self._holds(self._programs[each], variables))

    @staticmethod
    def _holds(program: Program, variables: dict[str, object]) -> bool:
        try:
            return program.execute(variables) is True
        except Exception:  # noqa: BLE001 - a key or a type may be missing, a number too large
            return False
