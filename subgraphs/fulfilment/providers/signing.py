"""Signed HTTP: each side proves that it holds the shared secret, over the whole of what it says.

A request is signed over its time, method, target and body; an answer over the request's signature, its
status and body, so that it cannot be another request's.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

TIMESTAMP: Final = "X-Furlong-Timestamp"
SIGNATURE: Final = "X-Furlong-Signature"
TOLERANCE: Final = timedelta(minutes=5)
LONGEST_TIMESTAMP: Final = 10  # digits, until the year 2286


class BadSignature(Exception):
    """Not signed, or not by who holds the secret, or too long ago."""


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs and checks with one shared secret."""

    secret: bytes

    def request(self, method: str, target: str, body: bytes, now: datetime) -> dict[str, str]:
        """The headers that sign a request; the target is path and query, as sent."""
        timestamp = str(int(now.timestamp()))
        return {TIMESTAMP: timestamp, SIGNATURE: self._request(timestamp, method, target, body)}

    def answer(self, request_signature: str, status: int, body: bytes) -> dict[str, str]:
        """The header that signs the answer to a request."""
        return {SIGNATURE: self._sign(request_signature, str(status), hashlib.sha256(body).hexdigest())}

    def check_request(
        self, headers: Mapping[str, str], method: str, target: str, body: bytes, now: datetime
    ) -> None:
        """Checks a request that came in.

        Args:
            headers: looked up without regard to case.
            method: as GET.
            target: path and query, as received.
            body: as received.
            now: the present.

        Raises:
            BadSignature: it does not hold.
        """
        timestamp = headers.get(TIMESTAMP, "")
        if not (timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= LONGEST_TIMESTAMP):
            raise BadSignature("no time")
        if abs(datetime.fromtimestamp(int(timestamp), UTC) - now) > TOLERANCE:
            raise BadSignature("made at another time")
        self._check(headers, self._request(timestamp, method, target, body))

    def check_answer(
        self, headers: Mapping[str, str], request_signature: str, status: int, body: bytes
    ) -> None:
        """Checks the answer to a request.

        Raises:
            BadSignature: it does not hold.
        """
        self._check(headers, self.answer(request_signature, status, body)[SIGNATURE])

    def _check(self, headers: Mapping[str, str], expected: str) -> None:
        given = headers.get(SIGNATURE, "")
        if not hmac.compare_digest(given.encode(), expected.encode()):
            raise BadSignature("the signature does not hold")

    def _request(self, timestamp: str, method: str, target: str, body: bytes) -> str:
        return self._sign(timestamp, method, target, hashlib.sha256(body).hexdigest())

    def _sign(self, *parts: str) -> str:
        return hmac.new(self.secret, "\n".join(parts).encode(), hashlib.sha256).hexdigest()
