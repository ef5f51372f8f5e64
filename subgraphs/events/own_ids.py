"""The platform's own ids, which are derived from the providers' and so are the same in every database."""

from base64 import b32encode
from functools import lru_cache
from hashlib import blake2b
from typing import Final

_BYTES: Final = 10
_SELECTION_BYTES: Final = 5
MAX_COMPETITIONS: Final = 4_096
"""Of how many competitions the ids are remembered: all events are made again whenever one changes."""


def offer_id(provider: str, sports_event_id: str) -> str:
    """Return the id of an offer, which is also that of the event whose first offer it is: 16 characters."""
    return _digest(f"event:{provider}:{sports_event_id}", _BYTES)


@lru_cache(MAX_COMPETITIONS)
def competition_id(sport: str, name: str) -> str:
    """Return the id of a competition, by its normal name: 16 characters."""
    return _digest(f"competition:{sport}:{name}", _BYTES)


def market_id(provider: str, theirs: str) -> str:
    """Return the id of a market: 16 characters."""
    return _digest(f"market:{provider}:{theirs}", _BYTES)


def selection_id(market: str, theirs: str, handicap_milli: int) -> str:
    """Return the id of a selection: 25 characters, of which `market_of` finds the market's."""
    return f"{market}-{_digest(f'{theirs}:{handicap_milli}', _SELECTION_BYTES)}"


def _digest(text: str, size: int) -> str:
    return b32encode(blake2b(text.encode(), digest_size=size).digest()).decode().lower()
