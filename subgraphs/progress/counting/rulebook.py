"""The counting rules of brands in one transaction, and what a bet's revisions contribute by them.

A week closes when its grace is over. Later events of a bet (a settlement in May of a bet placed in March) do
not change the closed week: the revision in force is the highest one that happened in time. When a week closes
depends on its scheme, which may arrive after the bet. So a lower revision is dropped only if a higher one
happened before the end of its week, which is in time under any scheme.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Final, TypeAlias

from subgraphs.club_kit.domain.accounts import unknown_account
from subgraphs.club_kit.domain.schemes import Brand, Scheme
from subgraphs.club_kit.domain.weeks import Calendar, Week
from subgraphs.club_kit.records.week_definitions import OpenedWeeks
from subgraphs.progress.counting.contribution import (
    Bet,
    Contribution,
    CustomerKey,
    KeptRevision,
    PendingReview,
)
from subgraphs.progress.counting.legs import KnownEvents
from subgraphs.progress.counting.rules import LATE, ContributionReason, WeekRules, evaluate_bet

Territory: TypeAlias = tuple[str, str]
"""Jurisdiction and currency, which together select the scheme that a customer plays by."""


@dataclass(frozen=True, slots=True)
class KnownCustomers:
    """Facts about some customers, and about what they bet on. They may arrive after bets, and may change.

    Attributes:
        territories: The customers' territories, unless it is the brand's default territory.
        opted_in_at: When customers first opted in; absent for those who never did.
        events: The sports events of legs, as far as known; only for schemes that do not count all of them.
    """

    territories: Mapping[CustomerKey, Territory] = field(default_factory=dict)
    opted_in_at: Mapping[CustomerKey, datetime] = field(default_factory=dict)
    events: KnownEvents = field(default_factory=dict)


InTime: TypeAlias = Callable[[Bet], bool]
"""Returns whether a revision happened in time."""


def with_revision(known: Sequence[Bet], bet: Bet, settled: InTime) -> Sequence[Bet]:
    """Return the revisions that matter after another one has arrived; `known` itself if it changes nothing.

    Args:
        known: The revisions that mattered before, the lowest first.
        bet: The revision that has arrived.
        settled: Returns whether a revision happened before the end of its week, so in time under any scheme.
    """
    for other in known:
        if other.revision == bet.revision or (other.revision > bet.revision and settled(other)):
            return known
    if not known or (known[-1].revision < bet.revision and settled(bet)):
        return (bet,)
    lower = () if settled(bet) else tuple(other for other in known if other.revision < bet.revision)
    return (*lower, bet, *(other for other in known if other.revision > bet.revision))


def in_force(known: Sequence[Bet], in_time: InTime) -> tuple[Bet, bool]:
    """Return the revision in force, and whether it happened in time.

    It is the highest revision in time, or the highest of all if none was in time.

    Args:
        known: The revisions that matter, the lowest first; at least one.
        in_time: Returns whether a revision happened before its week closed.
    """
    for bet in reversed(known):
        if in_time(bet):
            return bet, True
    return known[-1], False


MAX_REMEMBERED: Final = 1024
_UNDECIDED: Final[Mapping[int, bool]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class BrandRulebook:
    """One brand with all versions of its schemes. The rules of a week are derived once and kept.

    Attributes:
        default_territory: The territory of customers whose account is unknown.
        opened: The weeks that have opened, each with the scheme version that it opened with.
    """

    brand: Brand
    schemes: Sequence[Scheme]
    calendar: Calendar
    default_territory: Territory
    opened: OpenedWeeks = field(default_factory=OpenedWeeks)
    _weeks: dict[tuple[str, Territory], WeekRules] = field(default_factory=dict)
    _latest: dict[Territory, WeekRules] = field(default_factory=dict)

    @classmethod
    def of(
        cls, brand: Brand, schemes: Sequence[Scheme], opened: OpenedWeeks | None = None
    ) -> "BrandRulebook":
        """Return the rulebook of a brand."""
        opened, unknown = opened or OpenedWeeks(), unknown_account(brand)
        calendar = opened.calendar(brand.time_zone)
        return cls(brand, schemes, calendar, (unknown.jurisdiction, unknown.currency), opened)

    @property
    def ask_for_opt_in(self) -> bool:
        """Return whether any bet of the brand may depend on when its customer opted in."""
        return any(not scheme.count_before_opt_in for scheme in self.schemes)

    @property
    def ask_for_events(self) -> bool:
        """Return whether any bet of the brand may depend on which sports events it is on."""
        return any(scheme.events is not None for scheme in self.schemes)

    @property
    def least_target(self) -> int:
        """Return the lowest target of any scheme: no smaller total reaches one."""
        return min((scheme.target_minor for scheme in self.schemes), default=0)

    def week_rules(self, week: Week, territory: Territory) -> WeekRules:
        """Return the rules of a week for customers of a territory."""
        rules = self._weeks.get((week.iso, territory))
        if rules is None:
            if len(self._weeks) >= MAX_REMEMBERED:
                self._weeks.clear()
            versions = [s for s in self.schemes if (s.jurisdiction, s.currency) == territory]
            rules = self._weeks[week.iso, territory] = WeekRules.of(
                versions, week, self.opened.version(week.iso, *territory)
            )
        return rules

    def rules_of(self, bet: Bet, territory: Territory) -> WeekRules:
        """Return the rules for a bet of a customer of a territory: mostly the same as for the bet before."""
        placed_at, rules = bet.placed_at, self._latest.get(territory)
        if rules is None or not rules.week.starts_at <= placed_at < rules.week.ends_at:
            rules = self.week_rules(self.calendar.week_at(placed_at), territory)
            if len(self._latest) >= MAX_REMEMBERED:
                self._latest.clear()
            self._latest[territory] = rules
        return rules

    def same_rules(self, other: "BrandRulebook", week: Week) -> bool:
        """Return whether the rules of a week are the same in both rulebooks, for every territory."""
        territories = {(scheme.jurisdiction, scheme.currency) for scheme in (*self.schemes, *other.schemes)}
        return all(
            self.week_rules(week, territory) == other.week_rules(week, territory) for territory in territories
        )


@dataclass(frozen=True, slots=True)
class Rulebook:
    """The rulebooks of brands, by brand id."""

    brands: Mapping[str, BrandRulebook]

    def settled(self, bet: Bet) -> bool:
        """Return whether a revision happened before the end of its week, so in time under any scheme."""
        occurred_at = bet.occurred_at
        return (
            occurred_at <= bet.placed_at
            or occurred_at < self.brands[bet.brand].calendar.week_at(bet.placed_at).ends_at
        )

    def with_revision(self, known: Sequence[Bet], bet: Bet) -> Sequence[Bet]:
        """Return the revisions that matter after another one has arrived; `known` if it changes nothing."""
        return with_revision(known, bet, self.settled)

    def assess(
        self, revisions: Sequence[Bet], customers: KnownCustomers, decided: Mapping[int, bool] = _UNDECIDED
    ) -> Contribution:
        """Return what a bet contributes: a pure function of the revisions that matter.

        Args:
            revisions: The revisions of one bet, the lowest first.
            customers: The facts about the customer who placed it.
            decided: By late revision, whether a person accepted it.
        """
        first = revisions[0]
        owner, rules = (first.brand, first.customer), self.brands[first.brand]
        territory = customers.territories.get(owner) or rules.default_territory
        if len(revisions) == 1:
            week_rules = rules.rules_of(first, territory)
            closes_at = week_rules.closes_at
            if closes_at is not None and first.occurred_at >= closes_at and not decided.get(first.revision):
                return Contribution(first, week_rules.week.iso, LATE)
            verdict = evaluate_bet(first, week_rules, customers.opted_in_at.get(owner), customers.events)
            return Contribution(first, week_rules.week.iso, verdict)

        def in_time_or_accepted(one: Bet) -> bool:
            return decided.get(one.revision, False) or rules.rules_of(one, territory).still_open(
                one.occurred_at
            )

        bet, in_time = in_force(revisions, in_time_or_accepted)
        week_rules = rules.rules_of(bet, territory)
        verdict = LATE
        if in_time:
            verdict = evaluate_bet(bet, week_rules, customers.opted_in_at.get(owner), customers.events)
        kept = [
            KeptRevision(other, rules.rules_of(other, territory).week.iso)
            for other in revisions
            if other is not bet
        ]
        return Contribution(bet, week_rules.week.iso, verdict, tuple(kept))

    def review(
        self, contribution: Contribution, customers: KnownCustomers, decided: Mapping[int, bool] = _UNDECIDED
    ) -> PendingReview | None:
        """Return the newest revision for review if it happened too late and would count differently."""
        newest = contribution.revisions[-1]
        if contribution.verdict.reason is ContributionReason.DISPUTED:
            return None
        if newest.revision in decided or (newest is contribution.bet and contribution.verdict != LATE):
            return None
        rules = self.brands[newest.brand]
        week_rules = rules.rules_of(
            newest, customers.territories.get(newest.owner) or rules.default_territory
        )
        opted_in_at = customers.opted_in_at.get(newest.owner)
        would_be = evaluate_bet(newest, week_rules, opted_in_at, customers.events)
        closes_at = week_rules.closes_at
        if closes_at is None or would_be.counted_minor == contribution.verdict.counted_minor:
            return None
        return PendingReview(
            newest, week_rules.week.iso, closes_at, contribution.verdict.counted_minor, would_be
        )
