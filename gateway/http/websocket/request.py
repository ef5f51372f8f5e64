"""Presents a WebSocket message to the pipeline as a request."""

from __future__ import annotations

from foundation.graphql_http.media import LATEST, IncrementalSpec
from gateway.http.inner_request import InnerRequest


class WebSocketRequest(InnerRequest):
    """The payload of a `subscribe` message; its headers include those that `connection_init` added."""

    __slots__ = ()

    def incremental_spec(self) -> IncrementalSpec:
        """Return the latest format of a response in parts."""
        return LATEST

    def forget_body(self) -> None:
        """Free the body of a started operation, which may last for hours."""
        self._body = b""
