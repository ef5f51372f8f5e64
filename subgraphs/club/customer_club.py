"""A customer's club in one week, from which the fields of the graph's `Club` are read."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import msgspec
from msgspec.structs import replace

from subgraphs.club.membership.membership import MembershipEvent, was_member
from subgraphs.club_kit.domain.accounts import Account, IneligibleReason, unknown_account
from subgraphs.club_kit.domain.club_key import ClubKey
from subgraphs.club_kit.domain.control_groups import ControlGroups
from subgraphs.club_kit.domain.exclusions import ChosenExclusion
from subgraphs.club_kit.domain.schemes import Scheme, WeekState
from subgraphs.club_kit.domain.weeks import Week
from subgraphs.club_kit.reads.account_lookup import in_force
from subgraphs.club_kit.reads.brand_rules import BrandRules
from subgraphs.club_kit.records.accounts import (
    AccountChange,
    chosen_periods,
    excluded_at,
    exclusion_periods_of,
)
from subgraphs.kit.domain.errors import BadInput
from subgraphs.kit.domain.keys import Owner


class CustomerRecord(msgspec.Struct, frozen=True, gc=False):
    """The stored data of a customer.

    Attributes:
        account: The customer's account as its message says it; None if unknown.
        events: The membership's events, oldest first.
        pending: Whether a change is in progress.
        exclusions: What the customer chose in the wallet.
    """

    account: Account | None
    events: tuple[MembershipEvent, ...]
    pending: bool
    exclusions: tuple[ChosenExclusion, ...] = ()


class CustomerClub(msgspec.Struct, frozen=True, gc=False):
    """A customer's club in one week.

    Attributes:
        account: As it counts at the instant of the request.
        scheme: The scheme of the week; the brand's default scheme if there is none for the customer.
        ineligible: Why the customer cannot take part; None if they can.
        is_current: Whether it is the current week.
    """

    key: ClubKey
    rules: BrandRules
    record: CustomerRecord
    account: Account
    week: Week
    scheme: Scheme
    state: WeekState
    ineligible: IneligibleReason | None
    is_current: bool

    @classmethod
    def of(
        cls,
        owner: Owner,
        rules: BrandRules,
        record: CustomerRecord,
        week: Week,
        now: datetime,
        *,
        groups: ControlGroups,
    ) -> "CustomerClub":
        """Return the club of a customer in a week."""
        account = in_force(record.account or unknown_account(rules.brand), record.exclusions, now)
        eligibility = rules.evaluate(account, week)
        scheme = eligibility.scheme or rules.default_scheme(week)
        ineligible = eligibility.ineligible
        if scheme.control_per_mille and ineligible is None:
            has_joined = bool(record.events) or record.pending
            if groups.keeps_out(owner, scheme, has_joined=has_joined):
                ineligible = IneligibleReason.NOT_OFFERED
        return cls(
            key=ClubKey(owner.brand, week.iso, owner.customer),
            rules=rules,
            record=record,
            account=account,
            week=week,
            scheme=scheme,
            state=scheme.state_of(week, now),
            ineligible=ineligible,
            is_current=week.starts_at <= now < week.ends_at,
        )

    def settled(self, changes: Sequence[AccountChange]) -> "CustomerClub":
        """Return the club in a week that is over: a customer who was ineligible before it closed stays so.

        Args:
            changes: All revisions of the customer's account.
        """
        served = {(scheme.jurisdiction, scheme.currency) for scheme in self.rules.schemes}
        periods = exclusion_periods_of(changes, self.rules.brand, served)
        chosen = chosen_periods(self.record.exclusions, self.scheme.qualifying_product)
        ends_at, closes_at = self.week.ends_at, self.scheme.grace_until(self.week)
        final = excluded_at((*periods, *chosen), ends_at, closes_at)
        return replace(self, ineligible=self.ineligible or final)


def requested_week(rules: BrandRules, iso: str, now: datetime) -> Week:
    """Return the week that a query names: the current one, or a past one.

    Raises:
        BadInput: There is no such week, or it has not begun.
    """
    week = rules.week_named(iso)
    if week.starts_at > now:
        raise BadInput(f"week {iso} has not begun")
    return week


def weeks_with_membership(
    rules: BrandRules, events: Sequence[MembershipEvent], now: datetime, first: int
) -> list[Week]:
    """Return the newest weeks before the current one in which the customer was a member at any time."""
    if not events:
        return []
    earliest = min(event.at for event in events)
    weeks: list[Week] = []
    for week in _past_weeks(rules, now):
        if week.ends_at <= earliest or len(weeks) >= first:
            break
        if was_member(events, week.starts_at, week.ends_at):
            weeks.append(week)
    return weeks


def _past_weeks(rules: BrandRules, now: datetime) -> Iterator[Week]:
    week = rules.week_at(now)
    oldest = now - timedelta(days=366 * 2)
    while week.starts_at > oldest:
        week = rules.week_before(week)
        yield week
