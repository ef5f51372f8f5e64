"""Checks the signature of a webhook: HMAC-SHA256 over `timestamp.body`, with one of two secrets. Pure."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from typing import Final

TIMESTAMP: Final = "webhook-timestamp"
"""The header with the time at which it was signed, in seconds since 1970."""

SIGNATURE: Final = "webhook-signature"
"""The header with `v1=HEX`, several times with commas while the provider replaces its secret."""

MAX_SIGNATURES: Final = 4
MAX_SECRETS: Final = 2
MAX_DIGITS: Final = 12


class BadSignature(Exception):
    """Nothing says that the provider sent it; the sender gets no details."""


def secrets_of(text: str) -> list[bytes]:
    """Return the secrets of a file: one a line, while one is replaced the new and the former one."""
    return [line.strip().encode() for line in text.splitlines() if line.strip()][:MAX_SECRETS]


def signed_at(timestamp: str, signature: str, body: bytes, secrets: Iterable[bytes]) -> int:
    """Return when a body was signed with one of the secrets, in seconds since 1970.

    Raises:
        BadSignature: It was not.
    """
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= MAX_DIGITS):
        raise BadSignature("the time is none")
    given = [part.strip().removeprefix("v1=") for part in signature.split(",") if part.strip()[:3] == "v1="]
    expected = [signature_of(secret, timestamp, body) for secret in secrets]
    # All are compared, so that the time it takes says nothing.
    matches = [
        hmac.compare_digest(one.encode(errors="replace"), other.encode())
        for one in given[:MAX_SIGNATURES]
        for other in expected
    ]
    if not any(matches):
        raise BadSignature("no signature is of one of the secrets")
    return int(timestamp)


def signature_of(secret: bytes, timestamp: str, body: bytes) -> str:
    """Return the signature in hexadecimal digits."""
    return hmac.new(secret, timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
