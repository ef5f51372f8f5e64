"""The scheme message: one version of the rules of a week, with the brand that it belongs to."""

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

SCHEME_TOPIC: Final = "club.scheme.v1"


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

    def __post_init__(self) -> None:
        """Validate what the field types cannot, and that the brand serves these customers."""
        require_utc(effective_from=self.effective_from, occurred_at=self.occurred_at)
        require_utc(issued_at=self.issued_at or self.occurred_at)
        if self.jurisdiction not in self.brand.jurisdictions:
            raise ValueError(f"the brand is not in jurisdiction {self.jurisdiction!r}")
        if self.currency not in self.brand.currencies:
            raise ValueError(f"the brand has no currency {self.currency!r}")

    def row(self) -> dict[str, Any]:
        """Return the columns of the scheme table."""
        row = super().row()
        del row["brand"], row["terms"], row["occurred_at"]
        return row | {
            "issued_at": self.issued_at or self.occurred_at,
            "bet_types": list(self.bet_types),
            "channels": list(self.channels),
            "terms_version": self.terms.version,
            "terms_summary": self.terms.summary,
            "terms_url": self.terms.url,
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
