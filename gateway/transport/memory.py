"""A subgraph in the gateway's own process."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import structlog
from msgspec import Struct

from gateway.errors import SubgraphUnreachable
from gateway.transport.base import SubgraphOperation
from gateway.transport.events import NO_SUBSCRIPTIONS, EventSource, SubgraphSubscription, refusing


class MemoryTransport(Struct, frozen=True):
    """Hands operations to a function of the same process.

    Attributes:
        prepare_call: Parses, validates and compiles an operation, and returns a function that responds as the
            subgraph would over HTTP. The gateway changes the responses, but not `SharedList` lists in them.
        trusted: Whether the function executes GraphQL, so that it never leaves out a field and always returns
            a GraphQL response, whatever goes wrong. Then responses are not checked.
        masks_errors: Whether all errors in its responses are written for clients.
        records_reads: Whether its calls enter in `foundation.dependencies` all that their responses depend
            on.
        subscribe: Prepares a subscription, and returns a function that makes it; None if the subgraph has
            none.
    """

    prepare_call: Callable[[str, str | None], SubgraphOperation]
    trusted: bool = False
    masks_errors: bool = False
    records_reads: bool = False
    subscribe: Callable[[str, str | None], SubgraphSubscription] | None = None

    def prepare(self, document: str, operation_name: str | None) -> SubgraphOperation:
        """Prepare an operation; the calls check the responses unless the transport is trusted.

        The calls raise `SubgraphUnreachable` if the function raised an exception, or returned anything but an
        object with `data` or `errors`.
        """
        try:
            answer_of = self.prepare_call(document, operation_name)
        except Exception as error:  # noqa: BLE001 - a subgraph's fault must not become the gateway's
            return _failing(error)
        if self.trusted:
            return answer_of

        async def call(
            variables: Mapping[str, Any], headers: Mapping[str, str], session: object
        ) -> Mapping[str, Any]:
            try:
                response = await answer_of(variables, headers, session)
            except SubgraphUnreachable:
                raise
            except Exception as error:
                raise _raised(error) from error
            if response.__class__ is not dict and not isinstance(response, Mapping):
                raise SubgraphUnreachable(f"returned {type(response).__name__}, not a GraphQL response")
            if "data" not in response and not response.get("errors"):
                raise SubgraphUnreachable("not a GraphQL response")
            return response

        return call

    def prepare_subscription(self, document: str, operation_name: str | None) -> SubgraphSubscription:
        """Prepare a subscription; it raises `SubgraphUnreachable` if the subgraph has none or is at fault."""
        if self.subscribe is None:
            return refusing(lambda: SubgraphUnreachable(NO_SUBSCRIPTIONS))
        try:
            prepared = self.subscribe(document, operation_name)
        except Exception as error:  # noqa: BLE001 - a subgraph's fault must not become the gateway's
            raised = error
            return refusing(lambda: _raised(raised))

        async def subscribe(
            variables: Mapping[str, Any], headers: Mapping[str, str], session: object
        ) -> EventSource:
            try:
                return await prepared(variables, headers, session)
            except SubgraphUnreachable:
                raise
            except Exception as error:
                raise _raised(error) from error

        return subscribe


def _failing(error: Exception) -> SubgraphOperation:
    async def call(
        _variables: Mapping[str, Any], _headers: Mapping[str, str], _session: object
    ) -> Mapping[str, Any]:
        raise _raised(error) from error

    return call


def _raised(error: Exception) -> SubgraphUnreachable:
    structlog.get_logger("gateway").error("subgraph_raised", exc_info=error)
    return SubgraphUnreachable(f"raised {type(error).__name__}")
