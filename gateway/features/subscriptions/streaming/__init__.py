"""Subscriptions to subgraphs over HTTP: SSE, multipart responses or WebSocket."""

from gateway.features.subscriptions.streaming.offered import AskingTransport
from gateway.features.subscriptions.streaming.options import Protocol, StreamOptions, StreamTarget
from gateway.features.subscriptions.streaming.subscriptions import (
    StreamingTransport,
    SubscribingTransport,
    operation_of,
    post,
    request_of,
)

__all__ = [
    "AskingTransport",
    "Protocol",
    "StreamOptions",
    "StreamTarget",
    "StreamingTransport",
    "SubscribingTransport",
    "operation_of",
    "post",
    "request_of",
]
