"""A version of a scheme: its form, as a file or a person writes it, when it applies, and its message.

The message publishes it on `club.scheme.v1`.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from itertools import groupby
from typing import Annotated, Any, Final, Literal

import babel
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from backoffice.scopes.items import ScopeItem
from subgraphs.club_kit.domain.control_groups import DRAWS, MAX_CONTROL_PER_MILLE, require_whole_trial
from subgraphs.club_kit.domain.event_scopes import MAX_SCOPE_IDS, EventScope, LegsRule
from subgraphs.club_kit.domain.schemes import Brand, scheme_of_week
from subgraphs.club_kit.domain.schemes import Scheme as KnownScheme
from subgraphs.club_kit.domain.weeks import Calendar, Week
from subgraphs.rewards.catalogue.law import no_trial

MAX_MINOR = 2**31 - 1
Identifier = Annotated[str, Field(pattern=r"^[^:\s]{1,64}$")]
Minor = Annotated[int, Field(ge=0, le=MAX_MINOR)]
Jurisdiction = Annotated[str, Field(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$")]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
Url = Annotated[str, Field(pattern=r"^(https?://|/)\S+$", max_length=2000)]


def _known_language(value: str) -> str:
    try:
        babel.Locale.parse(value, sep="-")
    except (babel.UnknownLocaleError, ValueError) as error:
        raise ValueError(f"{value!r} is not a known language such as en-GB") from error
    return value


Locale = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Z]{2})?$"), AfterValidator(_known_language)]


def _without_brand(value: str) -> str:
    if ":" in value:
        raise PydanticCustomError("scope_id", "has a brand: write the platform's own id, without one")
    return value


ScopeId = Annotated[str, AfterValidator(_without_brand), Field(pattern=r"^[^\s\x00-\x1f\x7f\ufeff]{1,64}$")]


class Part(BaseModel):
    """A part of a file or form: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class CountedEvents(Part):
    """Which sports events count; their ids are the platform's own."""

    sports: tuple[ScopeId, ...] = ()
    competitions: tuple[ScopeId, ...] = ()
    events: tuple[ScopeId, ...] = ()
    legs: LegsRule = "all"

    @field_validator("sports", "competitions", "events")
    @classmethod
    def _in_order(cls, ids: tuple[str, ...]) -> tuple[str, ...]:
        named = tuple(sorted(set(ids)))
        if len(named) > MAX_SCOPE_IDS:
            raise PydanticCustomError("long_scope", f"names {len(named)}: choose at most {MAX_SCOPE_IDS}")
        return named

    @model_validator(mode="after")
    def _names_something(self) -> "CountedEvents":
        if not (self.sports or self.competitions or self.events):
            raise PydanticCustomError(
                "empty_scope", "no bet would count: choose a sport, a competition or an event"
            )
        return self

    @property
    def scope(self) -> EventScope:
        """Return it as the club knows scopes."""
        return EventScope(self.sports, self.competitions, self.events, self.legs)


class Terms(Part):
    """The terms that a customer agrees to by opting in."""

    version: Annotated[str, Field(min_length=1, max_length=64)]
    summary: Annotated[str, Field(min_length=1)]
    url: Url


class Scheme(Part):
    """One version of the rules for a jurisdiction and currency. Versions never change; add a new one."""

    jurisdiction: Jurisdiction
    currency: Currency
    version: Annotated[int, Field(ge=1)]
    qualifying_product: Literal["betting", "casino", "bingo", "poker"]
    target_minor: Annotated[int, Field(ge=1, le=MAX_MINOR)]
    min_stake_minor: Minor
    min_odds_milli: Minor
    bet_types: tuple[Literal["single", "multiple", "system"], ...]
    channels: tuple[Literal["sports", "esports", "virtual", "exchange"], ...] = (
        "sports",
        "esports",
        "virtual",
        "exchange",
    )
    count_before_opt_in: bool = True
    void_policy: Literal["exclude"] = "exclude"
    default_reward_id: Identifier | None = None
    choice_lock_minutes: Annotated[int, Field(ge=0, le=7 * 24 * 60)] = 0
    grace_minutes: Annotated[int, Field(ge=0, le=7 * 24 * 60)]
    terms: Terms
    effective_from: AwareDatetime
    control_per_mille: Annotated[int, Field(ge=0, le=MAX_CONTROL_PER_MILLE)] = 0
    trial_reward_id: Identifier | None = None
    trial_per_mille: Annotated[int, Field(ge=0, lt=DRAWS, validate_default=True)] = 0
    events: CountedEvents | None = None

    @property
    def scope(self) -> EventScope | None:
        """Return which sports events count; None for all."""
        return None if self.events is None else self.events.scope

    @field_validator("trial_per_mille")
    @classmethod
    def _is_whole_trial(cls, per_mille: int, info: ValidationInfo) -> int:
        """Refuse a trial without one of its parts, without a reward to stand against, or against the law."""
        if info.data.keys() >= {"trial_reward_id", "default_reward_id"}:
            require_whole_trial(info.data["trial_reward_id"], per_mille, info.data["default_reward_id"])
        known = per_mille and info.data.keys() >= {"jurisdiction", "effective_from"}
        if known and (why := no_trial(info.data["jurisdiction"], info.data["effective_from"])):
            raise ValueError(why)
        return per_mille


def complete_scheme(values: Mapping[str, Any]) -> Scheme | None:
    """Return the version of a form; None if something is missing or has the wrong form."""
    try:
        return Scheme.model_validate(dict(values))
    except ValidationError:
        return None


SCHEME_SCHEMA: Final = "club.scheme/1"
_BRAND_FACTS: Final = (
    *("name", "time_zone", "default_locale", "locales", "default_jurisdiction", "jurisdictions"),
    *("default_currency", "currencies"),
)


def scheme_key(brand: str, scheme: Scheme) -> str:
    """Return the key of the message, such as `northbet:GB:GBP:2`."""
    return f"{brand}:{scheme.jurisdiction}:{scheme.currency}:{scheme.version}"


def scheme_body(
    brand: str, facts: Mapping[str, Any], scheme: Scheme, issued_at: datetime, now: datetime
) -> dict[str, Any]:
    """Return the message.

    Args:
        brand: The brand's id.
        facts: The brand's other facts, as the message has them.
        scheme: The version.
        issued_at: When the version was first published.
        now: When this message is.
    """
    key = scheme_key(brand, scheme)
    return {
        "schema": SCHEME_SCHEMA,
        "event_id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{key}@{utc(now)}")),
        "brand_id": brand,
        "brand": dict(facts),
        **scheme.model_dump(mode="json", exclude={"effective_from"}),
        "effective_from": utc(scheme.effective_from),
        "issued_at": utc(issued_at),
        "occurred_at": utc(now),
    }


def brand_facts(brand: Brand) -> dict[str, Any]:
    """Return a stored brand's facts, as the message has them."""
    values = {name: getattr(brand, name) for name in _BRAND_FACTS}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


def utc(instant: datetime) -> str:
    """Return an instant in RFC 3339 and UTC, as messages write it."""
    return instant.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


class SchemePhase(Enum):
    """Whether a version holds in the open week."""

    EARLIER = "earlier"
    IN_FORCE = "in_force"
    COMING = "coming"


@dataclass(frozen=True, slots=True)
class DatedVersion:
    """A version with the first week that it applies to.

    Attributes:
        counted: What its scope names; empty without one.
    """

    scheme: KnownScheme
    first_week: Week
    phase: SchemePhase
    counted: Sequence[ScopeItem] = ()


def dated_versions(schemes: Sequence[KnownScheme], zone: str, open_week: Week) -> list[DatedVersion]:
    """Return versions by jurisdiction, currency and version.

    The open week's version is the club's own choice, but that the version it opened with is not looked up.
    """
    ordered = sorted(schemes, key=lambda scheme: (scheme.jurisdiction, scheme.currency, scheme.version))
    calendar, dated = Calendar(zone), []
    for _, group in groupby(ordered, lambda scheme: (scheme.jurisdiction, scheme.currency)):
        versions = list(group)
        held = scheme_of_week(versions, open_week)
        for version in versions:
            week = _first_week(version, calendar, is_oldest=version is versions[0])
            coming = SchemePhase.COMING if week.starts_at > open_week.starts_at else SchemePhase.EARLIER
            dated.append(DatedVersion(version, week, SchemePhase.IN_FORCE if version is held else coming))
    return dated


def _first_week(scheme: KnownScheme, calendar: Calendar, *, is_oldest: bool) -> Week:
    """Return the first week that begins when the version is in effect and issued.

    A club may be set up in mid-week, so the oldest version holds in the week in which it takes effect.
    """
    if is_oldest:
        return calendar.week_at(scheme.effective_from)
    since = max(scheme.effective_from, scheme.issued_at)
    week = calendar.week_at(since)
    return week if week.starts_at == since else calendar.week_after(week)
