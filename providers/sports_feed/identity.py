"""Our ids of what the feed names by several parts, with characters that our contracts do not allow."""

import re
from collections.abc import Mapping
from hashlib import blake2b
from typing import Final

MAX_ID: Final = 64
DIGEST_BYTES: Final = 16
_PLAIN: Final = re.compile(r"\A[A-Za-z0-9_.|=+\-]+\Z")


def event_id(urn: str) -> str:
    """Return our id of an event: `sr.match.123` for `sr:match:123`."""
    return urn.replace(":", ".")


def outcome_id(outcome: str) -> str:
    """Return our id of an outcome; one that is long, or has other characters, becomes a digest."""
    plain = outcome.replace(":", ".")
    return plain if len(plain) <= MAX_ID and _PLAIN.match(plain) else _digest(outcome)


def canonical(specifiers: str) -> str:
    """Return specifiers in one order, because the feed sends the same ones in any."""
    return "|".join(sorted(filter(None, specifiers.split("|"))))


def market_id(urn: str, market: int, specifiers: str) -> str:
    """Return our id of a market by its event, its number, and its specifiers in their canonical order.

    Such as `sr.match.123-18-total=2.5`. Specifiers that are long, or have other characters, become a digest.
    """
    begin = f"{event_id(urn)}-{market}"
    if not specifiers:
        return begin
    plain = f"{begin}-{specifiers}"
    return plain if len(plain) <= MAX_ID and _PLAIN.match(plain) else f"{begin}-{_digest(specifiers)}"


def specifier_values(specifiers: str) -> Mapping[str, str]:
    """Return the value of each specifier."""
    pairs = (part.partition("=") for part in specifiers.split("|") if part)
    return {name: value for name, _, value in pairs}


def _digest(text: str) -> str:
    return blake2b(text.encode(), digest_size=DIGEST_BYTES).hexdigest()
