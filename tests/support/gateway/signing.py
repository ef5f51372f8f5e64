"""Keys of a gateway, and requests that it would sign."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Callable, Generator
from typing import Any

import httpx

from foundation.signatures import FixedKeys, KeySource, Recipient, RequestSigner, read_key_set

# The Ed25519 key of RFC 9421, appendix B.1.4.
PRIVATE = {
    "kty": "OKP",
    "crv": "Ed25519",
    "kid": "test-key-ed25519",
    "d": "n4Ni-HpISpVObnQMW0wOhCKROaIKqKtW_2ZYb2p9KcU",
    "x": "JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs",
}
PUBLIC = {name: value for name, value in PRIVATE.items() if name != "d"}


def secret(key_id: str, octet: str = "s") -> dict[str, str]:
    """A shared secret of 32 equal octets."""
    return {"kty": "oct", "kid": key_id, "k": urlsafe_b64encode(octet.encode() * 32).rstrip(b"=").decode()}


def key_text(*keys: dict[str, str]) -> str:
    """A key set."""
    return json.dumps({"keys": keys})


def fixed(*keys: dict[str, str]) -> KeySource:
    """Keys that do not change."""
    return FixedKeys(read_key_set(key_text(*keys).encode()))


class Signing(httpx.Auth):
    """Signs the requests of a client as a gateway does.

    Attributes:
        change: Changes a request after it was signed.
    """

    requires_request_body = True

    def __init__(
        self,
        keys: KeySource,
        audience: str,
        *,
        now: Callable[[], float] | None = None,
        change: Callable[[httpx.Request], Any] = lambda request: request,
    ) -> None:
        self._keys = keys
        self._audience = audience
        self._clock: dict[str, Any] = {} if now is None else {"now": now}
        self.change = change

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Sign a request."""
        recipient = Recipient(
            self._audience, request.headers["host"], request.url.raw_path.decode(), method=request.method
        )
        signer = RequestSigner(self._keys, recipient, seconds=10, **self._clock)
        signed = {name: request.headers[name] for name in ("authorization",) if name in request.headers}
        for line in signer.lines(request.content, signed).decode("latin-1").splitlines():
            name, value = line.split(": ", 1)
            request.headers[name] = value
        self.change(request)
        yield request
