"""A subgraph in the gateway's own process."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import structlog

from gateway.errors import SubgraphUnreachable
from gateway.transport.base import SubgraphRequest


@dataclass(frozen=True, slots=True)
class MemoryTransport:
    """Hands the request to a function of the same process.

    Attributes:
        execute: Answers as the subgraph would answer over HTTP. The gateway writes into the answer.
    """

    execute: Callable[[SubgraphRequest], Awaitable[Mapping[str, Any]]]

    async def send(self, request: SubgraphRequest) -> Mapping[str, Any]:
        """Call the function and check that it gave a GraphQL response.

        Raises:
            SubgraphUnreachable: It raised, or gave something else than an object with `data` or `errors`.
        """
        try:
            answer = await self.execute(request)
        except SubgraphUnreachable:
            raise
        except Exception as error:
            structlog.get_logger("gateway").error("subgraph_raised", exc_info=error)
            raise SubgraphUnreachable(f"raised {type(error).__name__}") from error
        if not isinstance(answer, Mapping):
            raise SubgraphUnreachable(f"answered with {type(answer).__name__}, no GraphQL response")
        if "data" not in answer and not answer.get("errors"):
            raise SubgraphUnreachable("no GraphQL response")
        return answer
