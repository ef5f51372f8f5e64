"""What an application may decide: which policies hold."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Any, TypeAlias

from msgspec import Struct
from msgspec.structs import replace


class PolicyQuestion(Struct, frozen=True):
    """Which of these policies hold for a request?

    Attributes:
        policies: The policies that access to the operation depends on.
        session: The session from authentication.
        claims: The claims of the session; empty if it has none.
        authenticated: Whether the client is authenticated.
        scopes: The scopes of the client.
        client: The name that the client gives itself; it proves nothing.
        operation: The name of the operation.
        kind: Query or mutation.
        variables: The client's variables, checked.
        headers: The headers that subgraphs may see.
    """

    policies: frozenset[str]
    session: object
    claims: Mapping[str, Any]
    authenticated: bool
    scopes: frozenset[str]
    client: str | None
    operation: str | None
    kind: str
    variables: Mapping[str, Any]
    headers: Mapping[str, str]

    def without(self, policies: frozenset[str]) -> PolicyQuestion:
        """Return the question for the other policies."""
        return replace(self, policies=self.policies - policies)


DecidePolicies: TypeAlias = Callable[[PolicyQuestion], Awaitable[Collection[str]]]
"""Returns the policies that hold; if it raises anything, none holds."""


class PolicyDecider(Struct, frozen=True):
    """What decides policies; the application's feature offers it: `core.offer(PolicyDecider(decide))`.

    Attributes:
        decide: Decides those policies for which the settings have no expressions.
    """

    decide: DecidePolicies
