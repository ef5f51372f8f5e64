"""The messages that are signed with the secrets shared with providers.

A request is signed over its time, method, target and body. A response is signed over the request's signature,
its status and its body, so that it cannot answer another request.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from subgraphs.fulfilment.errors import BadSignature

TIMESTAMP: Final = "X-Furlong-Timestamp"
SIGNATURE: Final = "X-Furlong-Signature"
TOLERANCE: Final = timedelta(minutes=5)
TIMESTAMP_DIGITS: Final = 10  # enough until the year 2286


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs and checks messages with one shared secret."""

    secret: bytes

    def sign_request(self, method: str, target: str, body: bytes, now: datetime) -> dict[str, str]:
        """Return the headers that sign a request; the target is path and query, as sent."""
        timestamp = str(int(now.timestamp()))
        return {TIMESTAMP: timestamp, SIGNATURE: self._of_request(timestamp, method, target, body)}

    def sign_response(self, request_signature: str, status: int, body: bytes) -> dict[str, str]:
        """Return the header that signs the response to a request."""
        return {SIGNATURE: self._sign(request_signature, str(status), hashlib.sha256(body).hexdigest())}

    def check_request(
        self, headers: Mapping[str, str], method: str, target: str, body: bytes, now: datetime
    ) -> None:
        """Check a request.

        Args:
            headers: A mapping that ignores case.
            method: Such as GET.
            target: Path and query, as received.
            body: The body as received.
            now: The current time.

        Raises:
            subgraphs.fulfilment.errors.BadSignature: The timestamp or the signature is not valid.
        """
        timestamp = headers.get(TIMESTAMP, "")
        if not (timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= TIMESTAMP_DIGITS):
            raise BadSignature("the timestamp is missing or malformed")
        if abs(datetime.fromtimestamp(int(timestamp), UTC) - now) > TOLERANCE:
            raise BadSignature("the timestamp is too old, or in the future")
        self._check(headers, self._of_request(timestamp, method, target, body))

    def check_response(
        self, headers: Mapping[str, str], request_signature: str, status: int, body: bytes
    ) -> None:
        """Check the response to a request.

        Raises:
            subgraphs.fulfilment.errors.BadSignature: The signature is not valid.
        """
        self._check(headers, self.sign_response(request_signature, status, body)[SIGNATURE])

    def _check(self, headers: Mapping[str, str], expected: str) -> None:
        given = headers.get(SIGNATURE, "")
        if not hmac.compare_digest(given.encode(), expected.encode()):
            raise BadSignature("the signature is missing or does not match")

    def _of_request(self, timestamp: str, method: str, target: str, body: bytes) -> str:
        return self._sign(timestamp, method, target, hashlib.sha256(body).hexdigest())

    def _sign(self, *parts: str) -> str:
        return hmac.new(self.secret, "\n".join(parts).encode(), hashlib.sha256).hexdigest()
