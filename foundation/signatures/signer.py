"""Signs the requests to one subgraph."""

import os
import time
from base64 import b64encode
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Final

from msgspec import Struct

from foundation.signatures.keys import KeySource
from foundation.signatures.profile import (
    AUDIENCE,
    CHANGEABLE,
    DIGEST,
    ENCODING,
    LABEL,
    REQUIRED,
    TAG,
    signature_base,
)

NONCE_BYTES: Final = 16


class Recipient(Struct, frozen=True):
    """What all requests to a subgraph have in common.

    Attributes:
        audience: The subgraph's name.
        authority: The `Host` of the requests, in lower case.
        target: The path, and the query if there is one.
        method: The method.
        content_type: The `Content-Type`.
    """

    audience: str
    authority: str
    target: str
    method: str = "POST"
    content_type: str = "application/json"


class RequestSigner:
    """Signs requests with the first key of a set that can sign.

    Args:
        keys: Returns the keys.
        recipient: The subgraph that the requests are for.
        seconds: How long a signature is valid.
        now: Returns the time in seconds since the epoch.

    Raises:
        ValueError: The subgraph's name is not valid in a header.
    """

    def __init__(
        self,
        keys: KeySource,
        recipient: Recipient,
        *,
        seconds: int,
        now: Callable[[], float] = time.time,
    ) -> None:
        if not (recipient.audience.isascii() and recipient.audience.isprintable()):
            raise ValueError("its name is not valid in a header")
        path, question, query = recipient.target.partition("?")
        self._keys = keys
        self._seconds = seconds
        self._now = now
        self._audience = recipient.audience
        self._before_digest = (
            ("@method", recipient.method),
            ("@authority", recipient.authority.lower()),
            ("@path", path),
            ("@query", f"?{query}" if question else "?"),
            ("content-type", recipient.content_type),
        )

    def lines(self, body: bytes, headers: Mapping[str, str]) -> bytes:
        """Return the header lines that sign a request, each with its line break.

        Args:
            body: The body, as it is sent.
            headers: The headers that are sent besides those of the recipient; all but
                `CHANGEABLE` are signed.

        Raises:
            ValueError: No key can sign, or a header contains characters that are not allowed.
        """
        key = self._keys().signing
        if key is None:
            raise ValueError("no key can sign")
        digest = f"sha-256=:{b64encode(sha256(body).digest()).decode()}:"
        signed = [
            (name.lower(), value.strip(" \t")) for name, value in headers.items() if name not in CHANGEABLE
        ]
        names = " ".join([f'"{name}"' for name in (*REQUIRED, *(name for name, _ in signed))])
        created = int(self._now())
        parameters = (
            f"({names});created={created};expires={created + self._seconds}"
            f';nonce="{os.urandom(NONCE_BYTES).hex()}";keyid="{key.key_id}";tag="{TAG}"'
        )
        components = (*self._before_digest, (DIGEST, digest), (AUDIENCE, self._audience), *signed)
        signature = b64encode(key.sign(signature_base(components, parameters))).decode()
        return (
            f"{DIGEST}: {digest}\r\n{AUDIENCE}: {self._audience}\r\n"
            f"signature-input: {LABEL}={parameters}\r\nsignature: {LABEL}=:{signature}:\r\n"
        ).encode(ENCODING)
