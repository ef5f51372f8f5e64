"""The states of global messages about bets: what traders suspend and limit, and what two people void."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta

from consumers.messages.fields import Count, Currency, Instant, Ordinal, PlatformId, require_utc
from subgraphs.kit.records.global_state import Subject, trading_subject, void_subject

Scope: TypeAlias = Literal["brand", "sport", "kind", "event", "market", "selection"]
TargetId = Annotated[str, Meta(max_length=64, pattern=r"\A[^:\s\x00-\x1f\x7f\x85\ufeff]*\Z")]
TargetName = Annotated[str, Meta(max_length=400)]
Liability = Annotated[int, Meta(ge=0, le=2**53 - 1)]


class TradingTarget(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a decision is about.

    Attributes:
        id: The platform's own, without the brand; the name of a sport or of a market's kind; "" of a brand.
        name: What it is called, for people.
        starts_at: When its event begins; None if it has none, or that is not known.
    """

    scope: Scope
    id: TargetId
    name: TargetName = ""
    starts_at: Instant | None = None

    def __post_init__(self) -> None:
        """Refuse a brand with an id, anything else without one, and a time that is not in UTC."""
        _require_target(self.scope, self.id, self.starts_at)

    @property
    def key(self) -> tuple[str, ...]:
        """Return what no two entries have."""
        return self.scope, self.id


class TradingLimit(msgspec.Struct, frozen=True, kw_only=True):
    """The most of each selection that is part of something, in minor units.

    Attributes:
        id, name, starts_at: As those of `TradingTarget`.
        stake_minor: Of one bet in all; None if it is not limited here.
        liability_minor: What the house may lose if the selection wins; None if it is not limited here.
    """

    scope: Scope
    id: TargetId
    name: TargetName = ""
    starts_at: Instant | None = None
    currency: Currency
    stake_minor: Count | None
    liability_minor: Liability | None

    def __post_init__(self) -> None:
        """Refuse what `TradingTarget` refuses, and a limit of nothing."""
        _require_target(self.scope, self.id, self.starts_at)
        if self.stake_minor is None and self.liability_minor is None:
            raise ValueError("a limit is of the stake, of the liability, or of both")

    @property
    def key(self) -> tuple[str, ...]:
        """Return what no two entries have."""
        return self.scope, self.id, self.currency


class TradingStakes(msgspec.Struct, frozen=True, kw_only=True):
    """What a bet may cost in a currency, in minor units: the least on a line, and the most in all."""

    currency: Currency
    minimum_minor: Ordinal
    maximum_minor: Ordinal

    def __post_init__(self) -> None:
        """Refuse a most that is less than the least."""
        if self.minimum_minor > self.maximum_minor:
            raise ValueError("the most is not less than the least")

    @property
    def key(self) -> tuple[str, ...]:
        """Return what no two entries have."""
        return (self.currency,)


class TradingState(msgspec.Struct, frozen=True, kw_only=True):
    """What a brand's traders suspend and limit; of the rest, the installation's settings say it.

    Attributes:
        revision: Counts the states of a brand.
        max_legs: How many selections a bet may have.
        delay_seconds: How long a bet waits on an event that has begun.
    """

    revision: Ordinal
    suspended: Annotated[tuple[TradingTarget, ...], Meta(max_length=500)]
    limits: Annotated[tuple[TradingLimit, ...], Meta(max_length=500)]
    stakes: Annotated[tuple[TradingStakes, ...], Meta(max_length=50)]
    max_legs: Annotated[int, Meta(ge=1, le=30)] | None
    delay_seconds: Annotated[float, Meta(ge=0, le=60)] | None

    def __post_init__(self) -> None:
        """Refuse two entries about one thing."""
        for entries in (self.suspended, self.limits, self.stakes):
            _require_once(entry.key for entry in entries)

    def subject(self, brand: str) -> Subject:
        """Return the subject of the state."""
        return trading_subject(brand)


class VoidState(msgspec.Struct, frozen=True, kw_only=True):
    """Whether all bets of a brand on a market or a selection are void.

    Attributes:
        name: What it is called, for people.
        is_void: False takes the decision back.
    """

    scope: Literal["market", "selection"]
    id: PlatformId
    name: TargetName
    is_void: bool

    def subject(self, brand: str) -> Subject:
        """Return the subject of the state."""
        return void_subject(brand, self.scope, self.id)


def _require_target(scope: Scope, name: str, starts_at: datetime | None) -> None:
    if (scope == "brand") == bool(name):
        raise ValueError("a brand has no id here, and all else has one")
    if starts_at is not None:
        require_utc(starts_at=starts_at)


def _require_once(keys: Iterable[tuple[str, ...]]) -> None:
    listed = list(keys)
    if len(set(listed)) < len(listed):
        raise ValueError("each thing has one entry")
