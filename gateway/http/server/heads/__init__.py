"""The heads of requests and replies: what is ambiguous, ASGI scopes, and replies as bytes."""

from gateway.http.server.heads.asgi_scope import of_connection, target
from gateway.http.server.heads.response_heads import ResponseHeads
from gateway.http.server.heads.strict_head import CHUNK_BYTES, DECISIVE, PIECE, refusal, size

__all__ = [
    "CHUNK_BYTES",
    "DECISIVE",
    "PIECE",
    "ResponseHeads",
    "of_connection",
    "refusal",
    "size",
    "target",
]
