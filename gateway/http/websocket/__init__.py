"""GraphQL over WebSocket: the protocol graphql-transport-ws on the path of the graph."""

from gateway.http.websocket.endpoint import WebSocketEndpoint
from gateway.http.websocket.parts import WebSocketParts

__all__ = ["WebSocketEndpoint", "WebSocketParts"]
