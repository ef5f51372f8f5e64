"""A customer's club in one week, as far as the club subgraph knows it."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import msgspec
from msgspec.structs import replace

from subgraphs.club.membership import MembershipEvent, was_member
from subgraphs.kit.domain.accounts import Account, IneligibleReason, unknown_account
from subgraphs.kit.domain.errors import BadInput
from subgraphs.kit.domain.keys import ClubKey, Owner
from subgraphs.kit.domain.schemes import Scheme, WeekState
from subgraphs.kit.domain.weeks import Week
from subgraphs.kit.reads.brand_rules import BrandRules
from subgraphs.kit.records.account_history import AccountChange
from subgraphs.kit.records.exclusion_periods import excluded_at, exclusion_periods_of


class Standing(msgspec.Struct, frozen=True, gc=False):
    """What is stored of a customer.

    Attributes:
        account: None for a customer who is not known.
        events: of the membership, oldest first.
        pending: whether a change is under way.
    """

    account: Account | None
    events: tuple[MembershipEvent, ...]
    pending: bool


class ClubView(msgspec.Struct, frozen=True, gc=False):
    """What a club's fields are read from.

    Attributes:
        scheme: the rules of the week; the brand's default ones where the customer has none of their own.
        is_current: whether the week is the one of now.
    """

    key: ClubKey
    rules: BrandRules
    standing: Standing
    account: Account
    week: Week
    scheme: Scheme
    state: WeekState
    ineligible: IneligibleReason | None
    is_current: bool

    @classmethod
    def of(cls, owner: Owner, rules: BrandRules, standing: Standing, week: Week, now: datetime) -> "ClubView":
        """Works out the view of a week."""
        account = standing.account or unknown_account(rules.brand)
        eligibility = rules.evaluate(account, week)
        scheme = eligibility.scheme or rules.default_scheme(week)
        return cls(
            key=ClubKey(owner.brand, week.iso, owner.customer),
            rules=rules,
            standing=standing,
            account=account,
            week=week,
            scheme=scheme,
            state=scheme.state_of(week, now),
            ineligible=eligibility.ineligible,
            is_current=week.starts_at <= now < week.ends_at,
        )

    def settled(self, changes: Sequence[AccountChange]) -> "ClubView":
        """The view of a week that is over: who could not take part before it closed has no part in it.

        Args:
            changes: all revisions of the customer's account.
        """
        served = {(scheme.jurisdiction, scheme.currency) for scheme in self.rules.schemes}
        periods = exclusion_periods_of(changes, self.rules.brand, served)
        final = excluded_at(periods, self.week.ends_at, self.scheme.grace_until(self.week))
        return replace(self, ineligible=self.ineligible or final)


def week_asked(rules: BrandRules, iso: str, now: datetime) -> Week:
    """The week a query asks for by its name: the current one, or one of the past.

    Raises:
        BadInput: no such week, or one that has not begun.
    """
    week = rules.week_named(iso)
    if week.starts_at > now:
        raise BadInput(f"week {iso} has not begun")
    return week


def weeks_taken_part(
    rules: BrandRules, events: Sequence[MembershipEvent], now: datetime, first: int
) -> list[Week]:
    """The newest weeks before the current one in which the customer was a member at some moment."""
    if not events:
        return []
    earliest = min(event.at for event in events)
    found: list[Week] = []
    for week in _past_weeks(rules, now):
        if week.ends_at <= earliest or len(found) >= first:
            break
        if was_member(events, week.starts_at, week.ends_at):
            found.append(week)
    return found


def _past_weeks(rules: BrandRules, now: datetime) -> Iterator[Week]:
    week = rules.week_at(now)
    oldest = now - timedelta(days=366 * 2)
    while week.starts_at > oldest:
        week = rules.week_before(week)
        yield week
