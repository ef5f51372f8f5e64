"""The bet-slip's JSON: the same data as the graph's response to the client's query."""

from datetime import datetime
from typing import Any

from bench.peers.rest_sqlalchemy.public import BrandData, money
from bench.peers.rest_sqlalchemy.reads import Found
from bench.peers.rest_sqlalchemy.sessions import Customer
from subgraphs.club.membership.membership import MembershipEvent, MembershipKind, MembershipState, fold
from subgraphs.kit.domain.accounts import Account, ineligible_reason, unknown_account
from subgraphs.kit.domain.keys import ClubKey
from subgraphs.kit.domain.schemes import Scheme, currencies_in
from subgraphs.progress.qualification.club_state import StateFacts, club_state
from subgraphs.rewards.menu.options import StoredChoice, locked


def betslip(customer: Customer, found: Found, public: BrandData, now: datetime) -> dict[str, Any]:
    """Return a customer's bet-slip for the current week."""
    week, row = public.week, found.account
    account = _account(row) if row else unknown_account(public.rules.brand)
    own = public.rules.scheme(account.jurisdiction, account.currency, week)
    scheme = own or public.rules.default_scheme(week)
    currencies = currencies_in(account.jurisdiction, public.rules.served)
    reason = ineligible_reason(account, public.rules.brand, currencies=currencies)
    membership = _membership(found)
    total = (row.total_minor or 0) if row else 0
    week_state = scheme.state_of(week, now)
    facts = StateFacts(
        eligible=reason is None,
        week=week_state,
        opted_in=membership.opted_in,
        reached=reason is None and total >= scheme.target_minor,
        reached_when_leaving=False,
    )
    return {
        "club": {
            "id": ClubKey(customer.brand, week.iso, customer.id).encode(),
            "state": club_state(facts).name,
            "week": {
                "id": f"{customer.brand}:{week.iso}",
                "isoWeek": week.iso,
                "endsAt": week.ends_at,
                "state": week_state.name,
            },
            "terms": {"version": scheme.terms.version, "url": scheme.terms.url},
            "membership": {
                "optedIn": membership.opted_in,
                "pending": bool(found.pending.membership),
                "version": membership.version,
                "canOptIn": not (membership.opted_in or reason),
                "blockedReason": reason.name if reason else None,
            },
            "progress": None if reason else _progress(found, scheme, public),
            "options": [] if reason else public.offer(scheme).options,
            "choice": None if reason else _choice(found, scheme, public, now),
        }
    }


def _account(row: Any) -> Account:
    return Account(
        row.jurisdiction, row.currency, row.status, row.verified, row.rg_state, row.promo_restricted
    )


def _membership(found: Found) -> MembershipState:
    return fold([MembershipEvent(row.version, MembershipKind(row.kind), row.at) for row in found.events])


def _progress(found: Found, scheme: Scheme, public: BrandData) -> dict[str, Any]:
    row, target, currency = found.account, scheme.target_minor, scheme.currency
    total = (row.total_minor or 0) if row else 0
    locale = public.rules.brand.default_locale
    return {
        "staked": money(total, currency, locale),
        "target": money(target, currency, locale),
        "remaining": money(max(0, target - total), currency, locale),
        "percent": min(100, total * 100 // target),
        "qualified": total >= target,
        "countedBets": (row.counted_bets or 0) if row else 0,
        "asOf": row.as_of if row else None,
    }


def _choice(found: Found, scheme: Scheme, public: BrandData, now: datetime) -> dict[str, Any] | None:
    row = found.account
    stored = None
    if row and row.reward_id is not None:
        stored = StoredChoice(row.reward_id, row.config_version, row.choice_version, row.chosen_at)
    choice = public.offer(scheme).menu.choice(stored)
    if choice is None:
        return None
    return {
        "version": choice.version,
        "locked": locked(scheme, public.week, now),
        "locksAt": scheme.locks_at(public.week),
        "isDefault": choice.is_default,
        "notice": choice.notice.name if choice.notice else None,
        "pending": bool(found.pending.choice),
        "option": {"id": str(choice.option.id), "title": choice.option.content.title},
    }
