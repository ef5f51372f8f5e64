"""A dry run: what a week's bets would have counted, and rewards cost, by other rules.

Verdicts come from the ledger (`Rulebook.assess`), participation from the qualification's functions, and the
reward from the menu: there is no second copy of a rule.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

import msgspec

from backoffice.rules.checks import SchemeContext
from backoffice.rules.repository import Difference
from subgraphs.club_kit.domain.control_groups import ControlGroups
from subgraphs.club_kit.domain.schemes import Scheme as KnownScheme
from subgraphs.club_kit.domain.weeks import Week
from subgraphs.club_kit.records.week_definitions import OpenedWeeks
from subgraphs.kit.domain.keys import Owner
from subgraphs.progress.counting.contribution import Contribution
from subgraphs.progress.counting.rulebook import BrandRulebook, KnownCustomers, Rulebook, Territory
from subgraphs.progress.counting.rules import NOTHING, ContributionReason, Verdict
from subgraphs.progress.ledger.week_reader import CustomerBets
from subgraphs.progress.qualification.qualification import WeekResult
from subgraphs.progress.qualification.week_membership import membership_in
from subgraphs.rewards.menu.options import Menu, StoredChoice

NO_REWARD: Final = ""


class RewardCost(msgspec.Struct):
    """How often a reward is due, and what that costs.

    Attributes:
        value_minor: Of all of them, in minor units; None for rewards without a value, such as boosts.
    """

    rewards: int = 0
    value_minor: int | None = 0


class DryRunTotals(msgspec.Struct):
    """What a dry run has found so far: a part of the job's checkpoint and its result.

    Attributes:
        customers: Who play by the scheme and have bets in the week.
        elsewhere: Customers of other jurisdictions and currencies, for whom nothing changes.
        qualified_before: Who qualified by the week's own rules, as `qualified_after` by the others.
        gained: Who would have qualified and did not.
        lost: Who qualified and would not have.
        cost_before: By reward and version, such as fb-5:1; an empty name for those without any reward.
        reasons: How many bets go from one reason to another, by both, such as COUNTED>BELOW_MIN_ODDS.
        kept: How many of the differing bets are kept, for the list and its CSV.
        without_legs: How many bets are stored without legs, if the version counts some events alone: they do
            not count by it.
    """

    customers: int = 0
    elsewhere: int = 0
    bets: int = 0
    differing_bets: int = 0
    counted_before_minor: int = 0
    counted_after_minor: int = 0
    qualified_before: int = 0
    qualified_after: int = 0
    gained: int = 0
    lost: int = 0
    cost_before: dict[str, RewardCost] = msgspec.field(default_factory=dict)
    cost_after: dict[str, RewardCost] = msgspec.field(default_factory=dict)
    reasons: dict[str, int] = msgspec.field(default_factory=dict)
    kept: int = 0
    without_legs: int = 0

    def as_json(self) -> dict[str, Any]:
        """Return the totals as JSON values."""
        values: dict[str, Any] = msgspec.to_builtins(self)
        return values


@dataclass(frozen=True, slots=True)
class DryRun:
    """Other rules for a week that is over.

    Attributes:
        before: The scheme that the week had; None if these customers had none.
        after: The scheme to try, as if the week had opened with it.
        rules: The rulebook with that scheme.
        groups: Draws customers for trials, of both schemes.
    """

    brand: str
    week: Week
    territory: Territory
    before: KnownScheme | None
    after: KnownScheme
    rules: Rulebook
    default_territory: Territory
    menu_before: Menu | None
    menu_after: Menu
    groups: ControlGroups

    @classmethod
    def of(
        cls,
        context: SchemeContext,
        opened: OpenedWeeks,
        week: Week,
        scheme: KnownScheme,
        groups: ControlGroups,
    ) -> "DryRun":
        """Return the dry run of a scheme over a week; `context` has the content of that week."""
        territory = (scheme.jurisdiction, scheme.currency)
        real = BrandRulebook.of(context.brand, context.schemes, opened)
        tried = replace(scheme, effective_from=week.starts_at, issued_at=week.starts_at)
        others = [scheme for scheme in context.schemes if (scheme.jurisdiction, scheme.currency) != territory]
        before = real.week_rules(week, territory).scheme
        menu = Menu(
            configs=context.configs,
            contents=context.contents,
            scheme=tried,
            jurisdiction=scheme.jurisdiction,
            locale=context.brand.default_locale,
            default_locale=context.brand.default_locale,
            now=week.ends_at - timedelta(microseconds=1),
        )
        return cls(
            brand=context.brand.id,
            week=week,
            territory=territory,
            before=before,
            after=tried,
            rules=Rulebook({context.brand.id: BrandRulebook.of(context.brand, [*others, tried], opened)}),
            default_territory=real.default_territory,
            menu_before=None if before is None else replace(menu, scheme=before),
            menu_after=menu,
            groups=groups,
        )

    def concerns(self, customer: str, customers: KnownCustomers) -> bool:
        """Return whether a customer plays by the scheme."""
        home = customers.territories.get((self.brand, customer), self.default_territory)
        return home == self.territory

    def assess(
        self,
        bets: CustomerBets,
        customers: KnownCustomers,
        choice: StoredChoice | None,
        totals: DryRunTotals,
    ) -> list[Difference]:
        """Add a customer's week to the totals; return the bets that would count differently."""
        verdicts = [
            (contribution, self._verdict(contribution, bets, customers))
            for contribution in bets.contributions
        ]
        totals.customers += 1
        totals.bets += len(verdicts)
        if self.after.events is not None:
            totals.without_legs += sum(bet.bet.legs is None for bet, _ in verdicts)
        totals.counted_before_minor += sum(bet.verdict.counted_minor for bet, _ in verdicts)
        totals.counted_after_minor += sum(verdict.counted_minor for _, verdict in verdicts)
        before = self._is_due(
            bets, self.before, [(contribution, contribution.verdict) for contribution in bets.contributions]
        )
        after = self._is_due(bets, self.after, verdicts)
        totals.qualified_before += before
        totals.qualified_after += after
        totals.gained += after and not before
        totals.lost += before and not after
        owner = Owner(self.brand, bets.customer)
        if before and self.menu_before is not None:
            _add_cost(totals.cost_before, self.menu_before.of_customer(owner, self.groups), choice)
        if after:
            _add_cost(totals.cost_after, self.menu_after.of_customer(owner, self.groups), choice)
        differences = list(_differences(verdicts))
        totals.differing_bets += len(differences)
        for difference in differences:
            name = f"{difference.before_reason}>{difference.after_reason}"
            totals.reasons[name] = totals.reasons.get(name, 0) + 1
        return differences

    def _verdict(self, contribution: Contribution, bets: CustomerBets, customers: KnownCustomers) -> Verdict:
        decided = bets.decided.get(contribution.bet.key, {})
        assessed = self.rules.assess(contribution.revisions, customers, decided)
        if contribution.verdict.reason is ContributionReason.DISPUTED:
            assessed = msgspec.structs.replace(assessed, verdict=assessed.verdict.disputed())
        return (
            assessed.verdict
            if assessed.iso_week == self.week.iso
            else NOTHING[ContributionReason.OUTSIDE_WEEK]
        )

    def _is_due(
        self, bets: CustomerBets, scheme: KnownScheme | None, verdicts: Sequence[tuple[Contribution, Verdict]]
    ) -> bool:
        """Return whether the reward is earned, as the qualification decides it."""
        membership = membership_in(bets.changes, self.week)
        left = membership.left_at
        total = sum(
            verdict.counted_minor for bet, verdict in verdicts if left is None or bet.bet.placed_at <= left
        )
        total = max(0, total + bets.adjusted_minor)
        member = (membership.member or left is not None) and not bets.paid_by_hand
        if scheme is None:
            return False
        return WeekResult(total, scheme.target_minor, scheme.currency, member, closed=True).is_due


def _differences(verdicts: Sequence[tuple[Contribution, Verdict]]) -> Iterator[Difference]:
    for bet, verdict in verdicts:
        if verdict != bet.verdict:
            yield Difference(
                customer_id=bet.bet.customer,
                bet_id=bet.bet.bet_id,
                placed_at=bet.bet.placed_at,
                stake_minor=bet.bet.stake_minor,
                before_minor=bet.verdict.counted_minor,
                before_reason=bet.verdict.reason.value,
                after_minor=verdict.counted_minor,
                after_reason=verdict.reason.value,
            )


def _add_cost(costs: dict[str, RewardCost], menu: Menu, stored: StoredChoice | None) -> None:
    choice = menu.choice(stored)
    if choice is None:
        name, value = NO_REWARD, None
    else:
        config = choice.option.config
        name, value = f"{config.reward_id}:{config.version}", config.value_minor
    cost = costs.setdefault(name, RewardCost(value_minor=None if value is None else 0))
    cost.rewards += 1
    if value is not None and cost.value_minor is not None:
        cost.value_minor += value
