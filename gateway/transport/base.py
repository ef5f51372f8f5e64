"""The interface between the gateway and a subgraph: an operation is prepared once, then called."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol, TypeAlias

SubgraphOperation: TypeAlias = Callable[
    [Mapping[str, Any], Mapping[str, str], object], Awaitable[Mapping[str, Any]]
]
"""Sends a prepared operation.

It is called with the variables as JSON values, which it only reads; with the headers, whose names are in
lower case; and with the session that authentication returned for the request, or None. A subgraph in this
process need not authenticate again if it gets a session. No client can supply one, and none is sent over
HTTP.

It returns the decoded GraphQL response, with `data`, `errors` and `extensions`. The response belongs to the
caller, except for `SharedList` lists: the caller copies these before it changes anything in them.

Raises:
    SubgraphUnreachable: The subgraph gave no GraphQL response.
"""


Sign: TypeAlias = Callable[[bytes, Mapping[str, str]], bytes]
"""Returns header lines that sign a request, given its body as sent and the headers of the call.

Raises:
    SubgraphUnreachable: The request cannot be signed.
"""


class SignerOf(Protocol):
    """Chooses how the requests to a subgraph are signed."""

    def __call__(self, name: str, url: str, method: str = "POST", /) -> Sign:
        """Return the signer for a subgraph's name, its URL and the method of its requests."""
        ...


class FailedResponse(dict[str, Any]):
    """A GraphQL response whose HTTP status says that the subgraph failed: 500 or above."""


class Transport(Protocol):
    """Sends operations to a subgraph.

    Attributes:
        trusted: Whether responses without errors are known to be complete, so that they need no check.
    """

    @property
    def trusted(self) -> bool:
        """Whether responses without errors are known to be complete."""
        ...

    def prepare(self, document: str, operation_name: str | None) -> SubgraphOperation:
        """Prepare an operation that will be sent many times.

        If the operation is faulty, only its calls report that: by their response or by `SubgraphUnreachable`.

        Args:
            document: A GraphQL document with one operation.
            operation_name: The operation's name in the document, if it has one.
        """
        ...
