"""The rules of brands as they stand in a transaction, and what a bet comes to by them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from subgraphs.kit.accounts import Account, unknown_account
from subgraphs.kit.schemes import Brand, Scheme
from subgraphs.kit.weeks import Calendar, Week
from subgraphs.progress.customers import KnownCustomers
from subgraphs.progress.entries import Bet, Entry, Kept, Review
from subgraphs.progress.revisions import in_force, with_revision
from subgraphs.progress.rules import LATE, WeekRules, judge


@dataclass(frozen=True, slots=True)
class BrandRules:
    """One brand with all versions of its schemes. What was looked up once is kept."""

    brand: Brand
    schemes: Sequence[Scheme]
    calendar: Calendar
    _weeks: dict[tuple[str, str, str], WeekRules] = field(default_factory=dict)

    @classmethod
    def of(cls, brand: Brand, schemes: Sequence[Scheme]) -> "BrandRules":
        """The rules of a brand."""
        return cls(brand, schemes, Calendar(brand.time_zone))

    @property
    def ask_for_opt_in(self) -> bool:
        """Whether any bet of the brand may depend on when its customer joined."""
        return any(not scheme.count_before_opt_in for scheme in self.schemes)

    def week_rules(self, week: Week, account: Account | None) -> WeekRules:
        """What the bets of a week are judged by, for a customer with this account or none."""
        known = account or unknown_account(self.brand)
        place = (week.iso, known.jurisdiction, known.currency)
        found = self._weeks.get(place)
        if found is None:
            found = WeekRules.of(self._versions(known.jurisdiction, known.currency), week)
            self._weeks[place] = found
        return found

    def plays_alike(self, other: "BrandRules", week: Week) -> bool:
        """Whether all customers play a week by the same rules here and there."""
        places = {(scheme.jurisdiction, scheme.currency) for scheme in (*self.schemes, *other.schemes)}
        return all(
            self.week_rules(week, Account(*place)) == other.week_rules(week, Account(*place))
            for place in places
        )

    def _versions(self, jurisdiction: str, currency: str) -> list[Scheme]:
        wanted = (jurisdiction, currency)
        return [s for s in self.schemes if (s.jurisdiction, s.currency) == wanted]


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

    def assess(self, revisions: Sequence[Bet], customers: KnownCustomers) -> Entry:
        """What a bet comes to: a pure function of its revisions that matter, the lowest first."""
        owner, rules = revisions[0].owner, self.brands[revisions[0].brand]
        account = customers.accounts.get(owner)
        opted_in_at = customers.opted_in_at.get(owner)
        calendar = rules.calendar

        def in_time(bet: Bet) -> bool:
            closes_at = rules.week_rules(calendar.week_at(bet.placed_at), account).closes_at
            return closes_at is None or bet.occurred_at < closes_at

        bet, known_in_time = in_force(revisions, in_time)
        week = calendar.week_at(bet.placed_at)
        verdict = judge(bet, rules.week_rules(week, account), opted_in_at) if known_in_time else LATE
        if len(revisions) == 1:
            return Entry(bet, week.iso, verdict)
        others = (other for other in revisions if other is not bet)
        kept = tuple(Kept(other, calendar.week_at(other.placed_at).iso) for other in others)
        return Entry(bet, week.iso, verdict, kept)

    def review(self, entry: Entry, customers: KnownCustomers) -> Review | None:
        """What a person should look at: the newest revision came too late, and would count otherwise."""
        newest = entry.revisions[-1]
        if newest is entry.bet and entry.verdict != LATE:
            return None
        rules = self.brands[newest.brand]
        week = rules.calendar.week_at(newest.placed_at)
        judged_by = rules.week_rules(week, customers.accounts.get(newest.owner))
        would_be = judge(newest, judged_by, customers.opted_in_at.get(newest.owner))
        closes_at = judged_by.closes_at
        if closes_at is None or would_be.counted_minor == entry.verdict.counted_minor:
            return None
        return Review(newest, week.iso, closes_at, entry.verdict.counted_minor, would_be)


def brands_of(bets: Iterable[Bet]) -> set[str]:
    """The brands of bets."""
    return {bet.brand for bet in bets}
