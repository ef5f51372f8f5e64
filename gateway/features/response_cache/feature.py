"""Caches subgraphs' responses: around their calls, with a route that invalidates them."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Collection
from typing import Any, Final

import orjson
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from gateway.errors import BodyTooLarge, RequestError
from gateway.feature import Core, Feature, Version, VersionParts
from gateway.features.response_cache.caching import Caching, EntryKeys, ResponseCacheMetrics
from gateway.features.response_cache.middleware import ResponseCacheMiddleware
from gateway.features.response_cache.settings import ResponseCacheSettings
from gateway.features.response_cache.stores import MemoryStore, Store, StoreUnavailable
from gateway.pipeline.cache_control.cacheable_fields import subgraph_tag, type_tag, written_tag


class SubgraphResponseCache(Feature):
    """Caches subgraphs' responses for as long as `@cacheControl` allows."""

    caching: Caching

    def install(self, core: Core) -> None:
        """Open the store, and add the metrics and the route.

        Raises:
            ValueError: Private responses are to be cached, but no customers are known.
        """
        settings = core.settings.of(ResponseCacheSettings)
        if settings.private and core.sessions.customer_of is None:
            raise ValueError(
                "FURLONG_GATEWAY__RESPONSE_CACHE__PRIVATE needs sessions: without them no customer is known."
            )
        store = _store(settings)
        metrics = ResponseCacheMetrics(store.cache if isinstance(store, MemoryStore) else None)
        customer_of = core.sessions.customer_of if settings.private else None
        keys = EntryKeys(frozenset(settings.ignored_headers), customer_of)
        self.caching = Caching(store, keys, metrics, settings.longest_seconds)
        core.register(metrics)
        core.close_at_end(store.close)
        if settings.invalidation_key is not None:
            key = settings.invalidation_key.get_secret_value()
            route = InvalidationRoute(self.caching, key, core.subgraphs)
            core.route("/invalidation", route.respond)

    def of(self, version: Version) -> VersionParts:
        """Cache the responses of a version, unless nothing in its graph may be cached."""
        if not version.supergraph.cache_hints:
            return VersionParts()
        return VersionParts(calls=(ResponseCacheMiddleware(version.supergraph, self.caching),))


def _store(settings: ResponseCacheSettings) -> Store:
    if settings.valkey_url is None:
        return MemoryStore(settings.bytes)
    # The client library takes longer to import than all of the gateway.
    from gateway.features.response_cache.valkey_store import ValkeyStore  # noqa: PLC0415

    return ValkeyStore.at(settings.valkey_url, settings.valkey_seconds, settings.longest_seconds)


BODY_BYTES: Final = 256 * 1024
MAX_INVALIDATIONS = 1_000
"""The most invalidations in one request."""


class InvalidationRoute(Struct, frozen=True):
    """Invalidates cached responses for clients that know the key.

    Attributes:
        caching: The response cache.
        key: The bearer token.
        subgraphs: Returns the names of the subgraphs in the supergraph.
    """

    caching: Caching
    key: str
    subgraphs: Callable[[], Collection[str]]

    async def respond(self, request: Request) -> Response:
        """Return 202 once all matching entries are invalid, however many there were."""
        given = request.headers.get("authorization", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {self.key}".encode()):
            return JSONResponse(
                {"error": "The key is missing or wrong."}, 401, headers={"www-authenticate": "Bearer"}
            )
        try:
            wanted = parse_invalidations(await _body(request), self.subgraphs())
            await self.caching.store.invalidate(
                list(dict.fromkeys(tag for invalidation in wanted for tag in invalidation.tags))
            )
        except RequestError as error:
            return JSONResponse({"error": str(error)}, error.status)
        except StoreUnavailable as error:
            return JSONResponse({"error": str(error)}, 503)
        for invalidation in wanted:
            self.caching.metrics.invalidations[invalidation.kind] += 1
        return JSONResponse({"invalidations": len(wanted)}, 202)


async def _body(request: Request) -> object:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_BYTES:
            raise BodyTooLarge(BODY_BYTES)
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise RequestError("The body is not JSON.", code="BAD_REQUEST", status=400) from error


class Invalidation(Struct, frozen=True):
    """One invalidation.

    Attributes:
        kind: `cache_tag`, `subgraph` or `type`.
        tags: The tags whose entries become invalid.
    """

    kind: str
    tags: tuple[str, ...]


def parse_invalidations(value: Any, known: Collection[str]) -> tuple[Invalidation, ...]:
    """Parse a decoded request.

    Args:
        value: A list of `{"kind": "cache_tag", "subgraphs": […], "cache_tag": "…"}`,
            `{"kind": "subgraph", "subgraph": "…"}` and `{"kind": "type", "subgraph": "…", "type": "…"}`.
        known: The subgraphs of the supergraph.

    Raises:
        RequestError: The value is anything else; the message names the entry.
    """
    if not isinstance(value, list) or not 0 < len(value) <= MAX_INVALIDATIONS:
        raise _bad(f"The body must be a list of 1 to {MAX_INVALIDATIONS} invalidations.")
    return tuple(_parsed(index, item, known) for index, item in enumerate(value))


def _parsed(index: int, given: Any, known: Collection[str]) -> Invalidation:
    entry = given if isinstance(given, dict) else {}
    match entry.get("kind"):
        case "cache_tag":
            subgraphs, tag = entry.get("subgraphs"), entry.get("cache_tag")
            if not isinstance(subgraphs, list) or not subgraphs or not isinstance(tag, str) or not tag:
                raise _bad(f"Entry {index}: a cache_tag needs subgraphs, a list of names, and cache_tag.")
            names = [_subgraph(index, subgraph, known) for subgraph in subgraphs]
            return Invalidation("cache_tag", tuple(written_tag(name, tag) for name in names))
        case "subgraph":
            name = _subgraph(index, entry.get("subgraph"), known)
            return Invalidation("subgraph", (subgraph_tag(name),))
        case "type":
            name, type_name = _subgraph(index, entry.get("subgraph"), known), entry.get("type")
            if not isinstance(type_name, str) or not type_name:
                raise _bad(f"Entry {index}: a type needs the name of a type.")
            return Invalidation("type", (type_tag(name, type_name),))
    raise _bad(f"Entry {index}: kind must be cache_tag, subgraph or type.")


def _subgraph(index: int, name: Any, known: Collection[str]) -> str:
    if not isinstance(name, str) or name not in known:
        raise _bad(f"Entry {index}: there is no such subgraph; there are {', '.join(sorted(known))}.")
    return name


def _bad(message: str) -> RequestError:
    return RequestError(message, code="BAD_REQUEST", status=400)
