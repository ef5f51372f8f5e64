"""The seam between the gateway and a subgraph: an operation is prepared once and then called."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol, TypeAlias

SubgraphOperation: TypeAlias = Callable[[Mapping[str, Any], Mapping[str, str]], Awaitable[Mapping[str, Any]]]
"""Sends a prepared operation with its variables (as JSON) and headers (names in lower case).

It gives the decoded GraphQL response, `data`, `errors` and `extensions`, which belongs to the caller, all but
what is in a `SharedList` list: that is copied before anything is written into it. It
raises `SubgraphUnreachable` where there is none. The variables are only read.
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
