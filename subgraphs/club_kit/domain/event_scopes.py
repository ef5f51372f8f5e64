"""Which sports events a scheme counts: by their sports, their competitions, or one by one."""

from collections.abc import Iterable
from typing import Annotated, Final, Literal, TypeAlias

import msgspec
from msgspec import Meta

MAX_SCOPE_IDS: Final = 50
"""So many sports, so many competitions and so many events are named at most."""

ScopeId: TypeAlias = Annotated[
    str, Meta(min_length=1, max_length=64, pattern=r"\A[^:\s\ufeff\x00-\x1f\x7f]+\Z")
]
ScopeIds: TypeAlias = Annotated[tuple[ScopeId, ...], Meta(max_length=MAX_SCOPE_IDS)]
LegsRule: TypeAlias = Literal["all", "qualifying"]


class EventScope(msgspec.Struct, frozen=True, gc=False):
    """What bets must be on to count; ids are the platform's own, without a brand.

    A leg qualifies if its event, its competition or its sport is named.

    Attributes:
        sports: Keys of sports, such as `horse-racing`.
        competitions: Ids of competitions.
        events: Ids of sports events.
        legs: All legs of a bet must qualify; or one of them must, and the minimum odds are those of the legs
            that qualify.
    """

    sports: ScopeIds = ()
    competitions: ScopeIds = ()
    events: ScopeIds = ()
    legs: LegsRule = "all"

    def __post_init__(self) -> None:
        """Refuse a scope that names nothing, so that nothing could count."""
        if not (self.sports or self.competitions or self.events):
            raise ValueError("a scope names at least one sport, competition or event")

    @classmethod
    def of(
        cls,
        *,
        sports: Iterable[str] = (),
        competitions: Iterable[str] = (),
        events: Iterable[str] = (),
        legs: LegsRule = "all",
    ) -> "EventScope":
        """Return the scope with its ids in order and each once, as schemes are issued.

        Raises:
            ValueError: An id or a number of ids is out of bounds, or nothing is named.
        """
        ids = {"sports": sports, "competitions": competitions, "events": events}
        return scope_from({name: sorted(set(named)) for name, named in ids.items()} | {"legs": legs})

    def facts(self) -> dict[str, object]:
        """Return the scope as messages and tables have it."""
        return {
            "sports": list(self.sports),
            "competitions": list(self.competitions),
            "events": list(self.events),
            "legs": self.legs,
        }


def scope_from(facts: object) -> EventScope:
    """Return the scope that `EventScope.facts` has described.

    Raises:
        ValueError: It describes none.
    """
    return msgspec.convert(facts, EventScope)
