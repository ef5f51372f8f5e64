"""The API of statistics, read strictly; unknown members are ignored."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from providers.messages import Competitor, Figure, FixtureMessage, StatsMessage
from providers.polling import Listing
from providers.provider_words import Count, Id, Instant, Text, Word, distinct, platform_sport, require_years

SPORT_ALIASES: Final[Mapping[str, str]] = {"soccer": "football", "hockey": "ice-hockey", "ufc": "mma"}


class Participant(msgspec.Struct, frozen=True):
    """Who takes part, and on which side if there are any."""

    name: Text
    side: Literal["home", "away"] | None = None


class Fixture(msgspec.Struct, frozen=True, kw_only=True):
    """A sports event.

    Attributes:
        stats_revision: Of its figures; None if it has none.
    """

    id: Id
    sport: Word
    category: Text = ""
    competition: Text
    name: Text
    participants: Annotated[tuple[Participant, ...], Meta(max_length=500)]
    starts_at: Instant
    status: Literal["scheduled", "live", "suspended", "finished", "cancelled"]
    score: Word | None = None
    stats_revision: Count | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be told."""
        require_years(self.starts_at)

    def message(self, provider: str, now: datetime) -> FixtureMessage:
        """Return what is told of it."""
        return FixtureMessage(
            provider=provider,
            revision=0,
            occurred_at=now,
            sports_event_id=self.id,
            sport=platform_sport(self.sport, SPORT_ALIASES),
            category=self.category,
            competition=self.competition,
            name=self.name,
            competitors=tuple(_competitor(participant) for participant in self.participants),
            starts_at=self.starts_at.astimezone(UTC),
            status=self.status,
            score=self.score,
            known_since=now,
        )


def _competitor(participant: Participant) -> Competitor:
    return Competitor(name=participant.name, side=participant.side)


class FixtureList(Listing, frozen=True, kw_only=True):
    """All fixtures: the answer to `GET /fixtures`."""

    schema: Literal["stats.fixtures/1"]
    fixtures: tuple[Fixture, ...]

    def by_id(self) -> dict[str, Fixture]:
        """Return the fixtures."""
        return distinct((fixture.id, fixture) for fixture in self.fixtures)


class ProviderFigure(msgspec.Struct, frozen=True):
    """A figure of both sides."""

    name: Word
    home: Annotated[str, Meta(max_length=32)]
    away: Annotated[str, Meta(max_length=32)]


class FixtureStats(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of one fixture: the answer to `GET /fixtures/{id}/stats`."""

    schema: Literal["stats.figures/1"]
    fixture: Id
    revision: Count
    figures: Annotated[tuple[ProviderFigure, ...], Meta(max_length=100)]

    def message(self, provider: str, now: datetime) -> StatsMessage:
        """Return what is told of it."""
        return StatsMessage(
            provider=provider,
            revision=0,
            occurred_at=now,
            sports_event_id=self.fixture,
            figures=tuple(Figure(figure.name, figure.home, figure.away) for figure in self.figures),
        )


FIXTURE_LISTS: Final = msgspec.json.Decoder(FixtureList)
FIXTURE_STATS: Final = msgspec.json.Decoder(FixtureStats)
