"""One path of JSON that answers signed requests alone, and how requests to it are signed.

Requests are signed as docs/gateway/signed-requests.md describes.
"""

from base64 import urlsafe_b64encode
from collections.abc import Awaitable, Callable, Collection, Mapping
from types import MappingProxyType
from typing import Final, TypeAlias

import msgspec
import structlog
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from foundation.signatures import (
    KeySet,
    KeySource,
    Recipient,
    RequestSigner,
    SharedNonces,
    SignatureVerifier,
    read_key_set,
)
from foundation.signatures.asgi import SIGNED_BY, SignedRequests

log = structlog.get_logger(__name__)
JSON: Final = "application/json"
SIGNATURE_SECONDS: Final = 30
MAX_BYTES: Final = 16 * 1024
"""The longest request, and the longest answer that moves money."""

BAD_REQUEST, FORBIDDEN = 400, 403

Answer: TypeAlias = Callable[[bytes, str], Awaitable[Response]]
"""Answers a body that the key of an id has signed.

It raises NotTheirs if the key may not ask for that, and ValueError, OverflowError or RecursionError if the
body cannot be read, or something in it is out of its range.
"""


KeyBrands: TypeAlias = Mapping[str, Collection[str]]
"""For which brands a key acts, by its id; one that is missing acts for all."""

ALL_BRANDS: Final[KeyBrands] = MappingProxyType({})


class NotTheirs(Exception):
    """A key does not act for the brand that a request is about."""


def acts_for(brands: KeyBrands, key: str, brand: str) -> bool:
    """Tell whether a key acts for a brand."""
    return key not in brands or brand in brands[key]


def check_brand(brands: KeyBrands, key: str, brand: str) -> None:
    """Refuse a request about a brand for which its key does not act.

    Raises:
        NotTheirs: It does not.
    """
    if not acts_for(brands, key, brand):
        log.warning("request_about_another_brand", key=key, brand=brand)
        raise NotTheirs


def signed_endpoint(
    audience: str, path: str, answer: Answer, keys: KeySource, shared: SharedNonces | None
) -> SignedRequests:
    """Build an application of one path.

    Args:
        audience: For whom requests are signed.
        path: Where they are posted to.
        answer: What answers them.
        keys: Returns the keys of those who may ask.
        shared: The nonces that the processes of the application share; None if there is only one process.
    """

    async def answered(request: Request) -> Response:
        try:
            response = await answer(await request.body(), request.scope[SIGNED_BY])
        except NotTheirs:
            problem = msgspec.json.encode({"title": "The key does not act for this brand."})
            return Response(problem, FORBIDDEN, media_type="application/problem+json")
        except (ValueError, OverflowError, RecursionError) as error:
            problem = msgspec.json.encode({"title": f"The request is wrong: {error}."})
            return Response(problem, BAD_REQUEST, media_type="application/problem+json")
        response.headers["cache-control"] = "no-store"
        return response

    app = Starlette(routes=[Route(path, answered, methods=["POST"])])
    return SignedRequests(
        app, verifier=SignatureVerifier(audience, keys), body_bytes=MAX_BYTES, shared=shared
    )


def signer_of(keys: KeySource, audience: str, authority: str, target: str) -> RequestSigner:
    """Return what signs requests to such a path."""
    return RequestSigner(keys, Recipient(audience, authority, target), seconds=SIGNATURE_SECONDS)


def signed_headers(signer: RequestSigner, body: bytes) -> dict[str, str]:
    """Return the headers that sign a request with a body of JSON, whose type is sent beside them."""
    lines = signer.lines(body, {}).decode("latin-1").splitlines()
    return dict(line.split(": ", 1) for line in lines)


SHARED: Final = "shared"
"""The name of the key that two sides make of one secret."""


def keys_of_secret(secret: bytes) -> KeySet:
    """Return the keys in a secret: a JSON Web Key Set, or a text that both sides know.

    Raises:
        ValueError: It is a key set that cannot be used, or shorter than 32 bytes.
    """
    if secret.startswith(b"{"):
        return read_key_set(secret)
    key = {"kty": "oct", "kid": SHARED, "k": urlsafe_b64encode(secret).rstrip(b"=").decode()}
    return read_key_set(msgspec.json.encode({"keys": [key]}))
