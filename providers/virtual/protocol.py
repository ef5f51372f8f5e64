"""The webhooks and the API of virtual sports, read strictly; unknown members are ignored."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Final, Literal, TypeAlias

import msgspec
from msgspec import Meta

from providers.messages import Competitor, FixtureMessage, MarketMessage, PriceLevel, Runner
from providers.provider_words import Count, Id, Instant, Text, Word, platform_sport, require_years

SPORT_ALIASES: Final[Mapping[str, str]] = {
    "virtual-football": "virtual",
    "virtual-greyhounds": "virtual",
    "virtual-horses": "virtual",
    "virtual-tennis": "virtual",
    "cs2": "esports",
    "dota2": "esports",
    "lol": "esports",
    "valorant": "esports",
}
KIND_ALIASES: Final[Mapping[str, str]] = {
    "1x2": "MATCH_RESULT",
    "winner": "MATCH_WINNER",
    "total": "TOTALS",
    "handicap": "HANDICAP",
    "race-winner": "WIN",
    "race-place": "PLACE",
}
Milli: TypeAlias = Annotated[int, Meta(ge=-(2**31), le=2**31 - 1)]


class Participant(msgspec.Struct, frozen=True):
    """Who takes part, and on which side if there are any."""

    name: Text
    side: Literal["home", "away"] | None = None


class Fixture(msgspec.Struct, frozen=True, kw_only=True):
    """What an event is."""

    game: Word
    competition: Text
    name: Text
    participants: Annotated[tuple[Participant, ...], Meta(max_length=500)]
    starts_at: Instant
    status: Literal["scheduled", "live", "suspended", "finished", "cancelled"]
    score: Word | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be told."""
        require_years(self.starts_at)

    def message(self, provider: str, event: str, now: datetime) -> FixtureMessage:
        """Return what is told of it."""
        return FixtureMessage(
            provider=provider,
            revision=0,
            occurred_at=now,
            sports_event_id=event,
            sport=platform_sport(self.game, SPORT_ALIASES),
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


class Selection(msgspec.Struct, frozen=True, kw_only=True):
    """A selection: its decimal odds in thousandths, or its result."""

    id: Id
    name: Text
    odds_milli: Annotated[int, Meta(ge=1000, le=2**31 - 1)] | None = None
    handicap_milli: Milli = 0
    status: Literal["active", "suspended", "removed", "winner", "loser", "placed", "void"]


class Market(msgspec.Struct, frozen=True, kw_only=True):
    """The whole state of a market."""

    id: Id
    kind: Word
    name: Text = ""
    line_milli: Milli | None = None
    status: Literal["inactive", "open", "suspended", "closed", "settled", "cancelled"]
    in_play: bool = False
    winners: Annotated[int, Meta(ge=0, le=1000)] = 1
    selections: Annotated[tuple[Selection, ...], Meta(max_length=500)]

    def message(self, provider: str, event: str, currency: str, now: datetime) -> MarketMessage:
        """Return what is told of it."""
        return MarketMessage(
            provider=provider,
            revision=0,
            occurred_at=now,
            market_id=self.id,
            sports_event_id=event,
            kind=KIND_ALIASES.get(self.kind.lower(), self.kind),
            name=self.name,
            line_milli=self.line_milli,
            status=self.status,
            in_play=self.in_play,
            winners=self.winners,
            currency=currency,
            runners=tuple(_runner(one, position) for position, one in enumerate(self.selections, 1)),
        )


def _runner(selection: Selection, position: int) -> Runner:
    return Runner(
        selection_id=selection.id,
        handicap_milli=selection.handicap_milli,
        name=selection.name,
        status=selection.status,
        position=position,
        back=() if selection.odds_milli is None else (PriceLevel(selection.odds_milli),),
    )


Markets: TypeAlias = Annotated[tuple[Market, ...], Meta(max_length=500)]


class EventChange(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="event"):
    """A webhook: what changed of an event, by whole states of its fixture and of markets.

    Attributes:
        id: Of the message; a repeated one has the same id.
        epoch: Changes when the provider counts sequences anew.
        sequence: 1 for the first change of an event, and one more for each further one.
        gone: Whether the event with its markets is no longer there.
    """

    schema: Literal["virtual.webhook/1"]
    id: Id
    epoch: Word
    event: Id
    sequence: Count
    fixture: Fixture | None = None
    markets: Markets = ()
    gone: bool = False


class Heartbeat(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="heartbeat"):
    """A webhook: the provider is there, and these are the last sequences of all its events."""

    schema: Literal["virtual.webhook/1"]
    id: Id
    epoch: Word
    sequences: dict[Id, Count]


class WholeEvent(msgspec.Struct, frozen=True, kw_only=True):
    """All of an event, as of a sequence."""

    event: Id
    sequence: Count
    fixture: Fixture
    markets: Markets


class EventAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to `GET /events/{id}`."""

    schema: Literal["virtual.event/1"]
    epoch: Word
    event: WholeEvent


class EventsAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to `GET /events`."""

    schema: Literal["virtual.events/1"]
    epoch: Word
    total: Count
    events: tuple[WholeEvent, ...]

    def __post_init__(self) -> None:
        """Refuse a list that is not whole."""
        if (count := len({event.event for event in self.events})) != self.total:
            raise ValueError(f"{count} events came instead of {self.total}")


WEBHOOKS: Final = msgspec.json.Decoder(EventChange | Heartbeat)
EVENT: Final = msgspec.json.Decoder(EventAnswer)
EVENTS: Final = msgspec.json.Decoder(EventsAnswer)
