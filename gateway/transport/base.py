"""The seam between the gateway and a subgraph: an operation is prepared once and then called."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol, TypeAlias

SubgraphOperation: TypeAlias = Callable[
    [Mapping[str, Any], Mapping[str, str], object], Awaitable[Mapping[str, Any]]
]
"""Sends a prepared operation.

It is called with the variables as JSON values, which it only reads; with the headers, whose names are in
lower case; and with the session that authentication returned for the request, or None. A subgraph in this
process need not authenticate again if it gets a session: no client can supply one, and none is sent over HTTP.

It returns the decoded GraphQL response, with `data`, `errors` and `extensions`. The response belongs to the
caller, except for `SharedList` lists: the caller copies these before it changes anything in them.

Raises:
    SubgraphUnreachable: The subgraph gave no GraphQL response.
"""


class Transport(Protocol):
    """How a subgraph is reached.

    Attributes:
        trusted: Whether an answer without errors is known to have all that was asked for. Then nobody looks.
    """

    @property
    def trusted(self) -> bool:
        """As said above."""
        ...

    def prepare(self, document: str, operation_name: str | None) -> SubgraphOperation:
        """Prepare an operation that is going to be sent many times.

        What is wrong with it shows only when it is called, as an answer or as `SubgraphUnreachable`.

        Args:
            document: GraphQL, with one operation.
            operation_name: The operation's name in the document, if it has one.
        """
        ...
