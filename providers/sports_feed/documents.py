"""The documents of the feed's API: whose token it is, producers, names, fixtures and schedules."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Annotated, Any, Final, TypeVar
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from providers.sports_feed.protocol import EventId, Number, Unreadable
from providers.sports_feed.xml_reader import UnreadableXml, Values, read_xml

Words = Annotated[str, Meta(max_length=500)]
YEARS: Final = range(2000, 2101)
"""The years that our contracts have."""

Wanted = TypeVar("Wanted", bound=msgspec.Struct)


class Account(msgspec.Struct, frozen=True):
    """Whose token it is, and the broker's virtual host for it."""

    bookmaker_id: Number
    virtual_host: str


class ProducerEntry(msgspec.Struct, frozen=True):
    """A producer; `api_url` ends with the name that its recoveries have in the API."""

    id: Number
    name: Words
    api_url: Words
    active: bool
    stateful_recovery_window_in_minutes: Annotated[int, Meta(ge=1, le=525_600)] = 180

    @property
    def path(self) -> str:
        """The last part of its URL's path."""
        return urlsplit(self.api_url).path.rstrip("/").rpartition("/")[2]


class OutcomeName(msgspec.Struct, frozen=True):
    """The name of an outcome, with places to fill in."""

    id: str
    name: Words


class _OutcomeNames(msgspec.Struct, frozen=True):
    outcome: tuple[OutcomeName, ...] = ()


class MarketDescription(msgspec.Struct, frozen=True):
    """The name of a kind of market, with places to fill in; one of a variant is another description."""

    id: Number
    name: Words
    groups: Words = "all"
    variant: str | None = None
    outcomes: tuple[_OutcomeNames, ...] = ()

    @property
    def outcome_names(self) -> Mapping[str, str]:
        """The names of its outcomes by their ids."""
        return {outcome.id: outcome.name for names in self.outcomes for outcome in names.outcome}


class _Named(msgspec.Struct, frozen=True):
    id: str
    name: Words = ""


class _Tournament(msgspec.Struct, frozen=True):
    name: Words = ""
    sport: tuple[_Named, ...] = ()
    category: tuple[_Named, ...] = ()


class _Competitor(msgspec.Struct, frozen=True):
    name: Words
    qualifier: str | None = None


class _Competitors(msgspec.Struct, frozen=True):
    competitor: tuple[_Competitor, ...] = ()


class _SportEvent(msgspec.Struct, frozen=True):
    id: EventId
    name: Words = ""
    scheduled: str = ""
    start_time: str = ""
    status: str = ""
    tournament: tuple[_Tournament, ...] = ()
    competitors: tuple[_Competitors, ...] = ()


class Fixture(msgspec.Struct, frozen=True):
    """The facts of an event.

    Attributes:
        sport: The sport's id in the feed, such as `sr:sport:1`; empty if it is not said.
        competitors: Names, each with `home`, `away` or None.
        starts_at: When it is due to start, in UTC; None if that is open.
        status: As the API has it, such as `not_started`.
    """

    id: str
    name: str
    sport: str
    category: str
    competition: str
    competitors: tuple[tuple[str, str | None], ...]
    starts_at: datetime | None
    status: str


def read_account(document: bytes) -> Account:
    """Return the account of a token."""
    return _converted(_elements(document, "bookmaker_details"), Account)


def read_producers(document: bytes) -> list[ProducerEntry]:
    """Return all producers."""
    entries = _elements(document, "producers").get("producer", [])
    return [_converted(entry, ProducerEntry) for entry in entries]


def read_descriptions(document: bytes) -> dict[int, MarketDescription]:
    """Return the descriptions of markets by their numbers; not those of variants."""
    entries = _elements(document, "market_descriptions").get("market", [])
    described = (_converted(entry, MarketDescription) for entry in entries)
    return {description.id: description for description in described if description.variant is None}


def read_fixture(document: bytes) -> Fixture:
    """Return a fixture."""
    fixtures = _elements(document, "fixtures_fixture").get("fixture", [])
    if not fixtures:
        raise Unreadable("a fixture has no fixture")
    return _fixture(fixtures[0])


def read_schedule(document: bytes) -> list[Fixture]:
    """Return the fixtures of a page of a schedule; events whose ids are of another form are left out."""
    fixtures = []
    for entry in _elements(document, "schedule").get("sport_event", []):
        with suppress(Unreadable):
            fixtures.append(_fixture(entry))
    return fixtures


def _fixture(entry: Values) -> Fixture:
    event = _converted(entry, _SportEvent)
    tournament = next(iter(event.tournament), _Tournament())
    sides = [competitor for group in event.competitors for competitor in group.competitor]
    return Fixture(
        id=event.id,
        name=event.name,
        sport=next((sport.id for sport in tournament.sport), ""),
        category=next((category.name for category in tournament.category), ""),
        competition=tournament.name,
        competitors=tuple((competitor.name, competitor.qualifier) for competitor in sides),
        starts_at=_instant(event.start_time) or _instant(event.scheduled),
        status=event.status,
    )


def _instant(text: str) -> datetime | None:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return None
    instant = instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
    return instant if instant.year in YEARS else None


def _elements(document: bytes, expected: str) -> Values:
    try:
        name, values = read_xml(document)
    except UnreadableXml as fault:
        raise Unreadable(f"{expected} is not readable: {fault}") from fault
    if name != expected:
        raise Unreadable(f"the API answered {name or 'nothing'} instead of {expected}")
    return values


def _converted(values: Any, wanted: type[Wanted]) -> Wanted:
    try:
        return msgspec.convert(values, wanted, strict=False)
    except msgspec.ValidationError as fault:
        raise Unreadable(f"{wanted.__name__} is not of the known form: {fault}") from fault
