"""Brands and schemes: the rules of a week, and which version of them applies."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

import msgspec

from subgraphs.club_kit.domain.event_scopes import EventScope
from subgraphs.club_kit.domain.weeks import Week


class WeekState(Enum):
    """The state of a week: open, ended with late bets still applied, or final."""

    OPEN = "OPEN"
    PROVISIONAL = "PROVISIONAL"
    CLOSED = "CLOSED"


@dataclass(frozen=True, slots=True)
class ThemeColour:
    """A colour of the widget, as `#rrggbb`, on light and on dark pages.

    Attributes:
        name: The token without its prefix, such as `accent` for `--club-accent`.
    """

    name: str
    light: str
    dark: str


@dataclass(frozen=True, slots=True)
class Brand:
    """A betting site: a tenant, part of every key.

    Attributes:
        time_zone: IANA name, such as Europe/London.
        locales: BCP 47 names of the languages of its texts; `default_locale` is one of them.
        jurisdictions: Where it is licensed; `default_jurisdiction` applies to unknown customers.
        theme: The colours of the widget that differ from its own.
    """

    id: str
    name: str
    time_zone: str
    default_locale: str
    locales: tuple[str, ...]
    default_jurisdiction: str
    jurisdictions: tuple[str, ...]
    default_currency: str
    currencies: tuple[str, ...]
    theme: tuple[ThemeColour, ...] = ()


class Terms(msgspec.Struct, frozen=True, gc=False):
    """What a customer agrees to by opting in."""

    version: str
    summary: str
    url: str


@dataclass(frozen=True, slots=True)
class Scheme:
    """One immutable version of the rules for customers of one brand, jurisdiction and currency.

    Attributes:
        target_minor: The amount that must be staked in a week, in minor units.
        min_odds_milli: The lowest decimal odds that count, times 1000.
        choice_lock_minutes: How long before the week's end the choice is fixed.
        grace_minutes: How long after the week's end late messages are applied.
        effective_from: The version applies to weeks that start at this instant or later.
        issued_at: When the version was issued; it never changes a week that had already started.
        control_per_mille: How many of 1,000 customers are its control group, to whom the club is not offered.
        trial_reward_id: What takes the place of the default reward for customers who are drawn, and is not
            offered to others; None without a trial.
        trial_per_mille: How many of 1,000 customers are drawn for it; 0 without a trial.
        events: Which sports events count; None if all do, and bets that name none as well.
    """

    brand: str
    jurisdiction: str
    currency: str
    version: int
    qualifying_product: str
    target_minor: int
    min_stake_minor: int
    min_odds_milli: int
    bet_types: tuple[str, ...]
    channels: tuple[str, ...]
    count_before_opt_in: bool
    void_policy: str
    default_reward_id: str | None
    choice_lock_minutes: int
    grace_minutes: int
    terms: Terms
    effective_from: datetime
    issued_at: datetime
    control_per_mille: int = 0
    trial_reward_id: str | None = None
    trial_per_mille: int = 0
    events: EventScope | None = None

    def grace_until(self, week: Week) -> datetime:
        """Return until when late messages about bets of the week are applied."""
        return week.ends_at + timedelta(minutes=self.grace_minutes)

    def locks_at(self, week: Week) -> datetime:
        """Return when the choice of the week is locked."""
        return week.ends_at - timedelta(minutes=self.choice_lock_minutes)

    def state_of(self, week: Week, now: datetime) -> WeekState:
        """Return the state of the week at an instant."""
        if now < week.ends_at:
            return WeekState.OPEN
        return WeekState.PROVISIONAL if now < self.grace_until(week) else WeekState.CLOSED


def scheme_of_week(versions: Iterable[Scheme], week: Week, opened_with: int | None = None) -> Scheme | None:
    """Return the version that applies to a week; None if there are no versions.

    This is the version that the week opened with. Before it opens, it is the newest version both effective
    and issued by its start; if there is none, the oldest version (a club may be set up in mid-week). A pure
    function of the set of versions, so that their order of arrival cannot matter.

    Args:
        versions: The versions for one jurisdiction and currency.
        week: The week.
        opened_with: The version that was stored when it opened; None if it has not opened.
    """
    ordered = sorted(versions, key=lambda scheme: scheme.version)
    if opened_with is not None:
        for scheme in ordered:
            if scheme.version == opened_with:
                return scheme
    return _holding(ordered, week) or next(iter(ordered), None)


def currencies_in(jurisdiction: str, served: Iterable[tuple[str, str]]) -> frozenset[str]:
    """Return the currencies of a jurisdiction, from pairs of jurisdiction and currency."""
    return frozenset(currency for place, currency in served if place == jurisdiction)


def has_begun(versions: Iterable[Scheme], week: Week) -> bool:
    """Return whether the club exists in a week: a version applies, or the oldest is effective by its end.

    The oldest version may have been issued later, since a club may be set up in mid-week. A later version
    must have been issued in time, so that it cannot create a week of the club in retrospect.
    """
    ordered = sorted(versions, key=lambda scheme: scheme.version)
    return bool(ordered) and (ordered[0].effective_from < week.ends_at or _holding(ordered, week) is not None)


def _holding(ordered: Sequence[Scheme], week: Week) -> Scheme | None:
    holding = [
        scheme
        for scheme in ordered
        if scheme.effective_from <= week.starts_at and scheme.issued_at <= week.starts_at
    ]
    return holding[-1] if holding else None
