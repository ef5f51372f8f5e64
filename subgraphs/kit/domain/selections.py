"""The platform's own ids of markets and selections, which are derived from the providers'.

So they are the same in every database, and whoever knows a provider's ids knows them.
"""

from base64 import b32encode
from hashlib import blake2b
from typing import Final

_MARKET_BYTES: Final = 10
_SELECTION_BYTES: Final = 5


def market_id(provider: str, theirs: str) -> str:
    """Return the id of a market: 16 characters."""
    return digest(f"market:{provider}:{theirs}", _MARKET_BYTES)


def selection_id(market: str, theirs: str, handicap_milli: int) -> str:
    """Return the id of a selection: 25 characters, of which `market_of` finds the market's."""
    return f"{market}-{digest(f'{theirs}:{handicap_milli}', _SELECTION_BYTES)}"


def market_of(selection: str) -> str:
    """Return the id of a selection's market; both are the platform's own, without a brand."""
    return selection.partition("-")[0]


def digest(text: str, size: int) -> str:
    """Return a digest of so many bytes, in small letters and digits."""
    return b32encode(blake2b(text.encode(), digest_size=size).digest()).decode().lower()
