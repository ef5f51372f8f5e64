"""What members of a provider's JSON must be like to be told; checked as they are read."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated, Final, TypeAlias, TypeVar

from msgspec import Meta

from subgraphs.kit.domain.sports import OTHER, SPORTS

Id: TypeAlias = Annotated[str, Meta(pattern=r"\A[A-Za-z0-9][A-Za-z0-9._~-]{0,63}\Z")]
"""An id that needs no escaping in an address."""

Text: TypeAlias = Annotated[str, Meta(max_length=200)]
Word: TypeAlias = Annotated[str, Meta(max_length=64)]
Instant: TypeAlias = Annotated[datetime, Meta(tz=True)]
Count: TypeAlias = Annotated[int, Meta(ge=0, le=2**53 - 1)]
YEARS: Final = range(2001, 2100)
Member = TypeVar("Member")


def distinct(members: Iterable[tuple[str, Member]]) -> dict[str, Member]:
    """Return members by their ids; one that is repeated counts once.

    Raises:
        ValueError: Two different ones have the same id.
    """
    by_id: dict[str, Member] = {}
    for name, member in members:
        if by_id.setdefault(name, member) != member:
            raise ValueError(f"two different ones have the id {name}")
    return by_id


def require_years(*instants: datetime) -> None:
    """Check that times are of this century.

    Raises:
        ValueError: One is not.
    """
    if any(instant.year not in YEARS for instant in instants):
        raise ValueError(f"a time is not of the years {YEARS[0]} to {YEARS[-1]}")


def platform_sport(name: str, aliases: Mapping[str, str]) -> str:
    """Return the platform's name of a sport, by the provider's other names for some."""
    name = name.lower()
    return aliases.get(name, name if name in SPORTS else OTHER)
