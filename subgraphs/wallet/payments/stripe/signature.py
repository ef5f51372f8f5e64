"""Whether a webhook was signed by Stripe, not long ago, and with one of our secrets."""

import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from subgraphs.wallet.payments.processor import WrongSignature

HEADER: Final = "stripe-signature"
SCHEME: Final = "v1"
MAX_HEADER_LENGTH: Final = 4_096
MAX_TIME_DIGITS: Final = 11


def check_signature(
    header: str, body: bytes, secrets: Iterable[str], at: datetime, tolerance_seconds: int
) -> None:
    """Check the signature of a webhook.

    Args:
        header: Stripe's header, with a time and any number of signatures.
        body: As it came.
        secrets: Any of them may have signed.
        at: Now.
        tolerance_seconds: How far the signature's time may be from now, before or after.

    Raises:
        WrongSignature: No secret has signed this body, or not at this time.
    """
    time, signatures = _parts(header)
    if abs(int(time) - at.timestamp()) > tolerance_seconds:
        raise WrongSignature("the webhook is too old, or from the future")
    signed = time.encode() + b"." + body
    expected = [hmac.digest(secret.encode(), signed, hashlib.sha256).hex().encode() for secret in secrets]
    # Each signature is compared with each, so that the time it takes says nothing about which one fits.
    fits = [hmac.compare_digest(known, given) for known in expected for given in signatures]
    if not any(fits):
        raise WrongSignature("no signature fits")


def _parts(header: str) -> tuple[str, list[bytes]]:
    if len(header) > MAX_HEADER_LENGTH:
        raise WrongSignature("the header is too long")
    times: list[str] = []
    signatures: list[bytes] = []
    for item in header.split(","):
        name, _, value = item.partition("=")
        if name.strip() == "t":
            times.append(value.strip())
        elif name.strip() == SCHEME:
            signatures.append(value.strip().encode(errors="replace"))
    if len(times) != 1 or not (times[0].isascii() and times[0].isdecimal()):
        raise WrongSignature("the header has no time, or several")
    if len(times[0]) > MAX_TIME_DIGITS or not signatures:
        raise WrongSignature("the header has no signature, or no such time")
    return times[0], signatures
