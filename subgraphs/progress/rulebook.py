"""The rules of brands as they stand in a transaction, and what a bet comes to by them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from subgraphs.kit.domain.accounts import unknown_account
from subgraphs.kit.domain.schemes import Brand, Scheme
from subgraphs.kit.domain.weeks import Calendar, Week
from subgraphs.kit.records.week_definitions import OpenedWeeks
from subgraphs.progress.customers import KnownCustomers, Place
from subgraphs.progress.entries import Bet, Entry, Kept, Review
from subgraphs.progress.revisions import in_force, with_revision
from subgraphs.progress.rules import DISPUTED, LATE, WeekRules, judge

MOST_REMEMBERED: Final = 1024
_UNDECIDED: Final[Mapping[int, bool]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class BrandRules:
    """One brand with all versions of its schemes. What was looked up once is kept.

    Attributes:
        default_place: where customers are at home whose account is not known.
    """

    brand: Brand
    schemes: Sequence[Scheme]
    calendar: Calendar
    default_place: Place
    opened: OpenedWeeks = field(default_factory=OpenedWeeks)
    _weeks: dict[tuple[str, Place], WeekRules] = field(default_factory=dict)
    _latest: dict[Place, WeekRules] = field(default_factory=dict)

    @classmethod
    def of(cls, brand: Brand, schemes: Sequence[Scheme], opened: OpenedWeeks | None = None) -> "BrandRules":
        """The rules of a brand."""
        opened, unknown = opened or OpenedWeeks(), unknown_account(brand)
        calendar = opened.calendar(brand.time_zone)
        return cls(brand, schemes, calendar, (unknown.jurisdiction, unknown.currency), opened)

    @property
    def ask_for_opt_in(self) -> bool:
        """Whether any bet of the brand may depend on when its customer joined."""
        return any(not scheme.count_before_opt_in for scheme in self.schemes)

    @property
    def least_target(self) -> int:
        """The total below which nobody has reached a target, in any currency."""
        return min((scheme.target_minor for scheme in self.schemes), default=0)

    def week_rules(self, week: Week, place: Place) -> WeekRules:
        """What the bets of a week are judged by, for customers of a jurisdiction and currency."""
        found = self._weeks.get((week.iso, place))
        if found is None:
            if len(self._weeks) >= MOST_REMEMBERED:
                self._weeks.clear()
            versions = [s for s in self.schemes if (s.jurisdiction, s.currency) == place]
            found = self._weeks[week.iso, place] = WeekRules.of(
                versions, week, self.opened.version(week.iso, *place)
            )
        return found

    def rules_of(self, bet: Bet, place: Place) -> WeekRules:
        """What a bet is judged by, if its customer is at home in a place: mostly what the last one was."""
        placed_at, found = bet.placed_at, self._latest.get(place)
        if found is None or not found.week.starts_at <= placed_at < found.week.ends_at:
            found = self.week_rules(self.calendar.week_at(placed_at), place)
            if len(self._latest) >= MOST_REMEMBERED:
                self._latest.clear()
            self._latest[place] = found
        return found

    def plays_alike(self, other: "BrandRules", week: Week) -> bool:
        """Whether all customers play a week by the same rules here and there."""
        places = {(scheme.jurisdiction, scheme.currency) for scheme in (*self.schemes, *other.schemes)}
        return all(self.week_rules(week, place) == other.week_rules(week, place) for place in places)


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of brands, by brand."""

    brands: Mapping[str, BrandRules]

    @property
    def ask_for_opt_in(self) -> bool:
        """Whether any bet may depend on when its customer joined."""
        return any(rules.ask_for_opt_in for rules in self.brands.values())

    def settled(self, bet: Bet) -> bool:
        """Whether a revision came about before its week's end: then it is in time under any scheme."""
        occurred_at = bet.occurred_at
        return (
            occurred_at <= bet.placed_at
            or occurred_at < self.brands[bet.brand].calendar.week_at(bet.placed_at).ends_at
        )

    def with_revision(self, known: Sequence[Bet], bet: Bet) -> Sequence[Bet]:
        """The revisions that matter when another one has come; `known` itself where it changes nothing."""
        return with_revision(known, bet, self.settled)

    def assess(
        self, revisions: Sequence[Bet], customers: KnownCustomers, decided: Mapping[int, bool] = _UNDECIDED
    ) -> Entry:
        """What a bet comes to: a pure function of its revisions that matter, the lowest first.

        Args:
            revisions: of one bet.
            customers: with the one who placed it.
            decided: by revision, whether a person accepted it although it came too late.
        """
        first = revisions[0]
        owner, rules = (first.brand, first.customer), self.brands[first.brand]
        place = customers.places.get(owner) or rules.default_place
        if len(revisions) == 1:
            judged_by = rules.rules_of(first, place)
            if not (judged_by.still_open(first.occurred_at) or decided.get(first.revision)):
                return Entry(first, judged_by.week.iso, LATE)
            return Entry(first, judged_by.week.iso, judge(first, judged_by, customers.opted_in_at.get(owner)))

        def holds(one: Bet) -> bool:
            return decided.get(one.revision, False) or rules.rules_of(one, place).still_open(one.occurred_at)

        bet, in_time = in_force(revisions, holds)
        judged_by = rules.rules_of(bet, place)
        verdict = judge(bet, judged_by, customers.opted_in_at.get(owner)) if in_time else LATE
        kept = [Kept(other, rules.rules_of(other, place).week.iso) for other in revisions if other is not bet]
        return Entry(bet, judged_by.week.iso, verdict, tuple(kept))

    def review(
        self, entry: Entry, customers: KnownCustomers, decided: Mapping[int, bool] = _UNDECIDED
    ) -> Review | None:
        """What a person should look at: the newest revision came too late, and would count otherwise."""
        newest = entry.revisions[-1]
        if entry.verdict == DISPUTED:
            return None
        if newest.revision in decided or (newest is entry.bet and entry.verdict != LATE):
            return None
        rules = self.brands[newest.brand]
        judged_by = rules.rules_of(newest, customers.places.get(newest.owner) or rules.default_place)
        would_be = judge(newest, judged_by, customers.opted_in_at.get(newest.owner))
        closes_at = judged_by.closes_at
        if closes_at is None or would_be.counted_minor == entry.verdict.counted_minor:
            return None
        return Review(newest, judged_by.week.iso, closes_at, entry.verdict.counted_minor, would_be)
