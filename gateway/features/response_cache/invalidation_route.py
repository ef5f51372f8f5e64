"""`POST /invalidation`: tells the gateway that cached responses are out of date."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Final

import orjson
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from gateway.errors import BodyTooLarge, RequestError
from gateway.features.response_cache.caching import Caching
from gateway.features.response_cache.invalidation import parse_invalidations
from gateway.features.response_cache.stores import StoreUnavailable

BODY_BYTES: Final = 256 * 1024


@dataclass(frozen=True, slots=True)
class InvalidationRoute:
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
                list(dict.fromkeys(tag for each in wanted for tag in each.tags))
            )
        except RequestError as error:
            return JSONResponse({"error": str(error)}, error.status)
        except StoreUnavailable as error:
            return JSONResponse({"error": str(error)}, 503)
        for each in wanted:
            self.caching.metrics.invalidations[each.kind] += 1
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
