"""A subgraph in the gateway's own process."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from gateway.errors import SubgraphUnreachable
from gateway.transport.base import SubgraphRequest


@dataclass(frozen=True, slots=True)
class MemoryTransport:
    """Hands the request to a function of the same process.

    Attributes:
        execute: Answers as the subgraph would answer over HTTP.
    """

    execute: Callable[[SubgraphRequest], Awaitable[Mapping[str, Any]]]

    async def send(self, request: SubgraphRequest) -> Mapping[str, Any]:
        """Call the function and check that it gave a GraphQL response.

        Raises:
            SubgraphUnreachable: The answer has neither `data` nor `errors`.
        """
        answer = await self.execute(request)
        if "data" not in answer and not answer.get("errors"):
            raise SubgraphUnreachable("no GraphQL response")
        return answer
