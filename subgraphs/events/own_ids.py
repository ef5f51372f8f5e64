"""The platform's own ids of offers and competitions, derived from the providers' as those of markets are."""

from functools import lru_cache
from typing import Final

from subgraphs.kit.domain.selections import digest

_BYTES: Final = 10
MAX_COMPETITIONS: Final = 4_096
"""Of how many competitions the ids are remembered: all events are made again whenever one changes."""


def offer_id(provider: str, sports_event_id: str) -> str:
    """Return the id of an offer, which is also that of the event whose first offer it is: 16 characters."""
    return digest(f"event:{provider}:{sports_event_id}", _BYTES)


@lru_cache(MAX_COMPETITIONS)
def competition_id(sport: str, name: str) -> str:
    """Return the id of a competition, by its normal name: 16 characters."""
    return digest(f"competition:{sport}:{name}", _BYTES)
