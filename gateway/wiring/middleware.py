"""Builds what is wrapped around the calls of subgraphs."""

from __future__ import annotations

from gateway.executor import CallMiddleware
from gateway.response_cache import ResponseCache
from gateway.supergraph import Supergraph
from gateway.wiring.shared_parts import SharedParts


def call_middleware(model: Supergraph, shared: SharedParts) -> tuple[CallMiddleware, ...]:
    """Return the middleware by the settings; the first is the outermost."""
    if shared.caching is None or not model.cache_hints:
        return ()
    return (ResponseCache(model, shared.caching),)
