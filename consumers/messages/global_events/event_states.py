"""The states of global messages about sports events: what people decided of offers, and what brands show."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from consumers.messages.fields import Count, Instant, Link, Locale, Ordinal, PlatformId, require_utc
from subgraphs.kit.records.global_state import Subject, board_subject, match_subject

ShownName = Annotated[str, Meta(min_length=1, max_length=200)]
Territory = Annotated[str, Meta(pattern=r"\A[A-Z]{2}\Z")]


class OfferRef(msgspec.Struct, frozen=True, order=True):
    """A sports event as a provider offers it, by the provider's id."""

    provider: Annotated[str, Meta(pattern=r"\A[a-z0-9-]{1,64}\Z")]
    sports_event_id: PlatformId

    def __str__(self) -> str:
        return f"{self.provider}:{self.sports_event_id}"


class MatchState(msgspec.Struct, frozen=True, kw_only=True):
    """What a person decided about the offers of two providers, the lower one first.

    Attributes:
        verdict: Whether they are of one event; `open` takes the decision back.
        aliases: What that teaches about names, in the words of the matcher.
    """

    first: OfferRef
    second: OfferRef
    verdict: Literal["same", "different", "open"]
    aliases: Annotated[tuple[tuple[Annotated[str, Meta(max_length=200)], ...], ...], Meta(max_length=10)] = ()

    def __post_init__(self) -> None:
        """Refuse two offers of one provider, and those in another order."""
        if self.first.provider == self.second.provider or self.first > self.second:
            raise ValueError("two offers of different providers, the lower one first")

    def subject(self, brand: str) -> Subject:
        """Return the subject of the state."""
        del brand
        return match_subject(str(self.first), str(self.second))


class Placement(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How something is shown in some territories for some time.

    Attributes:
        territories: Codes of ISO 3166-1, such as `GB`; empty for all.
        since, until: From this instant, and before that one; null is without an end there.
        position: Its place among its like, the lowest first; those without one come behind.
        names: By locale; in other languages it has its provider's name.
    """

    territories: Annotated[tuple[Territory, ...], Meta(max_length=250)] = ()
    since: Instant | None = None
    until: Instant | None = None
    hidden: bool = False
    position: Count | None = None
    names: Annotated[dict[Locale, ShownName], Meta(max_length=50)] = {}
    image_url: Link | None = None

    def __post_init__(self) -> None:
        """Refuse instants that are not in UTC, and an end that is not after the beginning."""
        instants: dict[str, datetime | None] = {"since": self.since, "until": self.until}
        require_utc(**{name: instant for name, instant in instants.items() if instant is not None})
        if self.since is not None and self.until is not None and self.since >= self.until:
            raise ValueError("`until` must be after `since`")


class BoardEntry(msgspec.Struct, frozen=True, kw_only=True):
    """How a sport, a competition or an event is shown: the first placement that is in force says it.

    Attributes:
        id: The platform's own, without the brand.
    """

    scope: Literal["sport", "competition", "event"]
    id: PlatformId
    placements: Annotated[tuple[Placement, ...], Meta(min_length=1, max_length=20)]


class BoardState(msgspec.Struct, frozen=True, kw_only=True):
    """What a brand shows of sports, and how; what has no entry is shown as its providers tell it.

    Attributes:
        revision: The revision's number in the back office.
    """

    revision: Ordinal
    entries: Annotated[tuple[BoardEntry, ...], Meta(max_length=500)]

    def __post_init__(self) -> None:
        """Refuse two entries about one thing."""
        if len({(entry.scope, entry.id) for entry in self.entries}) < len(self.entries):
            raise ValueError("each sport, competition and event has one entry")

    def subject(self, brand: str) -> Subject:
        """Return the subject of the state."""
        return board_subject(brand)
