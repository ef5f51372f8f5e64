"""The messages about the rules of weeks: a version of a scheme, and a week that opened under one."""

from typing import Annotated, Any, Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from msgspec import Meta

from consumers.messages.fields import (
    BetType,
    Channel,
    Count,
    Currency,
    Instant,
    IsoWeek,
    Jurisdiction,
    Locale,
    Money,
    Odds,
    Ordinal,
    Product,
    RewardId,
    Url,
    require_utc,
)
from consumers.messages.reader import Body, Reader
from consumers.stream.records import Record
from subgraphs.club_kit.domain.control_groups import DRAWS, MAX_CONTROL_PER_MILLE, require_whole_trial
from subgraphs.club_kit.domain.event_scopes import EventScope
from subgraphs.club_kit.records.week_definitions import WeekDefinition


class BrandFacts(msgspec.Struct, frozen=True, kw_only=True):
    """The brand, as a scheme message describes it."""

    name: Annotated[str, Meta(min_length=1, max_length=200)]
    time_zone: Annotated[str, Meta(min_length=1, max_length=64)]
    default_locale: Locale
    locales: Annotated[tuple[Locale, ...], Meta(min_length=1)]
    default_jurisdiction: Jurisdiction
    jurisdictions: Annotated[tuple[Jurisdiction, ...], Meta(min_length=1)]
    default_currency: Currency
    currencies: Annotated[tuple[Currency, ...], Meta(min_length=1)]

    def __post_init__(self) -> None:
        """Refuse an unknown time zone, and a default that is not in its list."""
        try:
            ZoneInfo(self.time_zone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as fault:
            raise ValueError(f"unknown time zone {self.time_zone!r}") from fault
        for default, served in (
            (self.default_locale, self.locales),
            (self.default_jurisdiction, self.jurisdictions),
            (self.default_currency, self.currencies),
        ):
            if default not in served:
                raise ValueError(f"the default {default!r} is not one of {', '.join(served)}")


class TermsFacts(msgspec.Struct, frozen=True, kw_only=True):
    """The terms that a customer agrees to."""

    version: Annotated[str, Meta(min_length=1, max_length=64)]
    summary: Annotated[str, Meta(min_length=1, max_length=10_000)]
    url: Url


class SchemePublished(Body, frozen=True, kw_only=True):
    """A version of a scheme, and its brand as of `occurred_at`.

    Attributes:
        issued_at: When the version was first published, if it is published again.
    """

    brand: BrandFacts
    jurisdiction: Jurisdiction
    currency: Currency
    version: Ordinal
    qualifying_product: Product
    target_minor: Annotated[int, Meta(ge=1, le=2**31 - 1)]
    min_stake_minor: Money
    min_odds_milli: Odds
    bet_types: Annotated[tuple[BetType, ...], Meta(min_length=1)]
    channels: tuple[Channel, ...]
    count_before_opt_in: bool
    void_policy: Literal["exclude"]
    default_reward_id: RewardId | None
    choice_lock_minutes: Count
    grace_minutes: Count
    terms: TermsFacts
    effective_from: Instant
    issued_at: Instant | None = None
    occurred_at: Instant
    control_per_mille: Annotated[int, Meta(ge=0, le=MAX_CONTROL_PER_MILLE)] = 0
    trial_reward_id: RewardId | None = None
    trial_per_mille: Annotated[int, Meta(ge=0, lt=DRAWS)] = 0
    events: EventScope | None = None

    def __post_init__(self) -> None:
        """Validate what the field types cannot, and that the brand serves these customers."""
        require_utc(effective_from=self.effective_from, occurred_at=self.occurred_at)
        require_utc(issued_at=self.issued_at or self.occurred_at)
        if self.jurisdiction not in self.brand.jurisdictions:
            raise ValueError(f"the brand is not in jurisdiction {self.jurisdiction!r}")
        if self.currency not in self.brand.currencies:
            raise ValueError(f"the brand has no currency {self.currency!r}")
        require_whole_trial(self.trial_reward_id, self.trial_per_mille, self.default_reward_id)

    def row(self) -> dict[str, Any]:
        """Return the columns of the scheme table."""
        row = super().row()
        del row["brand"], row["terms"], row["occurred_at"], row["events"]
        return row | {
            "issued_at": self.issued_at or self.occurred_at,
            "bet_types": list(self.bet_types),
            "channels": list(self.channels),
            "terms_version": self.terms.version,
            "terms_summary": self.terms.summary,
            "terms_url": self.terms.url,
            "event_scope": None if self.events is None else self.events.facts(),
        }

    def brand_row(self) -> dict[str, Any]:
        """Return the columns of the brand table."""
        row = msgspec.structs.asdict(self.brand)
        return row | {
            "brand_id": self.brand_id,
            "locales": list(self.brand.locales),
            "jurisdictions": list(self.brand.jurisdictions),
            "currencies": list(self.brand.currencies),
            "occurred_at": self.occurred_at,
            "zone_issued_at": self.issued_at or self.occurred_at,
        }


_SCHEMES: Final = Reader(
    "club.scheme",
    msgspec.json.Decoder(SchemePublished),
    lambda scheme: f"{scheme.brand_id}:{scheme.jurisdiction}:{scheme.currency}:{scheme.version}",
)


def decode_scheme(record: Record) -> SchemePublished:
    """Return the scheme in a record.

    Raises:
        Poison: The record is not a scheme message.
    """
    return _SCHEMES.read(record)


class WeekOpened(Body, frozen=True, kw_only=True):
    """What defines a week for customers of one jurisdiction and currency."""

    iso_week: IsoWeek
    jurisdiction: Jurisdiction
    currency: Currency
    scheme_version: Ordinal
    time_zone: Annotated[str, Meta(min_length=1, max_length=64)]
    starts_at: Instant
    ends_at: Instant
    locks_at: Instant
    grace_until: Instant
    opened_at: Instant

    def __post_init__(self) -> None:
        """Refuse instants that are not in UTC or not in order."""
        require_utc(starts_at=self.starts_at, ends_at=self.ends_at, locks_at=self.locks_at)
        require_utc(grace_until=self.grace_until, opened_at=self.opened_at)
        if not self.starts_at < self.ends_at <= self.grace_until:
            raise ValueError("the week must start before it ends, and its grace must not end before it")
        if self.locks_at > self.ends_at:
            raise ValueError("the choice must not lock after the week has ended")

    def definition(self) -> WeekDefinition:
        """Return the definition of the week."""
        return WeekDefinition(**self.row())


_WEEKS: Final = Reader(
    "club.week",
    msgspec.json.Decoder(WeekOpened),
    lambda week: f"{week.brand_id}:{week.iso_week}:{week.jurisdiction}:{week.currency}",
)


def decode_week(record: Record) -> WeekOpened:
    """Return the week in a record.

    Raises:
        Poison: The record is not a week message.
    """
    return _WEEKS.read(record)
