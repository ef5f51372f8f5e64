"""Fetches each part of a query separately, so that a part that fails does not affect the others."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog

from gateway.errors import CircuitOpen, SubgraphNotCalled, SubgraphUnreachable
from gateway.features.resilience.circuits.query_parts import QueryPart
from gateway.masking import OwnCode
from gateway.transport import SubgraphOperation

INVALID = "SUBGRAPH_INVALID_RESPONSE"


@dataclass(frozen=True, slots=True)
class SeparateCalls:
    """The calls of one query's parts, each behind its own circuit.

    Attributes:
        subgraph: The name of the subgraph.
        calls: The parts, each with the function that fetches it.
    """

    subgraph: str
    calls: Sequence[tuple[QueryPart, SubgraphOperation]]

    async def ask(
        self, variables: Mapping[str, Any], headers: Mapping[str, str], session: object
    ) -> Mapping[str, Any]:
        """Return one response combined from those of the parts.

        A part without a response is null, with an error at its path that clients may see.

        Raises:
            CircuitOpen: All circuits are open.
        """
        outcomes = await asyncio.gather(
            *(
                call({name: variables[name] for name in part.variables & variables.keys()}, headers, session)
                for part, call in self.calls
            ),
            return_exceptions=True,
        )
        if all(isinstance(each, CircuitOpen) for each in outcomes):
            raise CircuitOpen("the circuits of all fields are open")
        data: dict[str, Any] = {}
        errors: list[Any] = []
        for (part, _), outcome in zip(self.calls, outcomes, strict=True):
            if isinstance(outcome, SubgraphUnreachable):
                errors += self._unanswered(part, outcome)
                data |= dict.fromkeys(part.keys)
            elif isinstance(outcome, BaseException):
                raise outcome
            else:
                errors += self._added(data, part, outcome)
        return {"data": data, "errors": errors} if errors else {"data": data}

    def _unanswered(self, part: QueryPart, error: SubgraphUnreachable) -> list[Any]:
        """Return the errors of a part that has no response."""
        if not isinstance(error, SubgraphNotCalled):
            structlog.get_logger("gateway").warning(
                "subgraph_unreachable", service=self.subgraph, reason=error.reason
            )
        return self._told(part, error.message, error.code)

    def _added(self, data: dict[str, Any], part: QueryPart, response: Mapping[str, Any]) -> list[Any]:
        """Add the response of a part, and return its errors."""
        given, errors = response.get("data"), response.get("errors") or []
        if not isinstance(errors, list):
            data |= dict.fromkeys(part.keys)
            return self._told(part, "returned errors that are not a list", INVALID)
        if isinstance(given, Mapping):
            data |= given
            return errors
        data |= dict.fromkeys(part.keys)
        # Without data an error without a path is about this part, and must not seem to be about others.
        return [_at(part.keys[0], each) for each in errors] or self._told(part, "returned no data", INVALID)

    def _told(self, part: QueryPart, what: str, code: str) -> list[Any]:
        message = f"The service {self.subgraph} {what}."
        return [
            {"message": message, "path": [key], "extensions": {"code": OwnCode(code)}} for key in part.keys
        ]


def _at(key: str, error: object) -> object:
    return {**error, "path": [key]} if isinstance(error, Mapping) and not error.get("path") else error
