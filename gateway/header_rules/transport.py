"""A transport that applies the header rules of its subgraph."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gateway.header_rules.requests import RequestHeaders
from gateway.transport import (
    EventSource,
    SubgraphOperation,
    SubgraphSubscription,
    Transport,
    prepared_subscription,
)


@dataclass(frozen=True, slots=True)
class RuledTransport:
    """Sends operations by another transport, with headers according to the rules.

    Attributes:
        transport: The other transport.
        headers: The subgraph's headers.
    """

    transport: Transport
    headers: RequestHeaders

    @property
    def trusted(self) -> bool:
        """Whether the other transport is trusted."""
        return self.transport.trusted

    def prepare(self, document: str, operation_name: str | None) -> SubgraphOperation:
        """Prepare an operation, as the other transport does."""
        call, headers = self.transport.prepare(document, operation_name), self.headers
        shares_session = headers.shares_session

        async def with_headers(
            variables: Mapping[str, Any], collected: Mapping[str, str], session: object
        ) -> Mapping[str, Any]:
            return await call(variables, headers.of_request(collected), session if shares_session else None)

        return with_headers

    def prepare_subscription(self, document: str, operation_name: str | None) -> SubgraphSubscription:
        """Prepare a subscription, as the other transport does."""
        headers = self.headers
        subscribe = prepared_subscription(self.transport, document, operation_name)

        async def with_headers(
            variables: Mapping[str, Any], collected: Mapping[str, str], session: object
        ) -> EventSource:
            seen = headers.of_request(collected)
            return await subscribe(variables, seen, session if headers.shares_session else None)

        return with_headers
