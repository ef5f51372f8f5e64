"""The seam between the gateway and a subgraph: one request, one decoded answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class SubgraphRequest:
    """One GraphQL operation for a subgraph.

    Attributes:
        query: The document.
        variables: Values by name, as JSON.
        operation_name: The operation's name in the document, if it has one.
        headers: What is forwarded of the client's headers, names in lower case.
    """

    query: str
    variables: Mapping[str, Any]
    operation_name: str | None
    headers: Mapping[str, str]


class Transport(Protocol):
    """How a subgraph is reached."""

    async def send(self, request: SubgraphRequest) -> Mapping[str, Any]:
        """Send one operation.

        Returns:
            The decoded GraphQL response: `data`, `errors`, `extensions`.

        Raises:
            SubgraphUnreachable: There is no GraphQL answer.
        """
        ...
