"""What analytics keeps of a message of each kind: a fact, under pseudonyms."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec

from analytics import record_tables
from analytics.pseudonyms import Owner, Pseudonyms
from consumers.acknowledgements.message import decode_acknowledgement
from consumers.fulfilment.messages import decode_goodwill, decode_published
from consumers.messages.accounts import CustomerErased, decode_account_or_erasure
from consumers.messages.bet_states import decode_bet_state
from consumers.messages.customer_weeks import ChosenReward, decode_choice, decode_qualification
from consumers.messages.memberships import decode_control_draw_or_erasure, decode_membership_or_erasure
from consumers.messages.schemes import decode_scheme, decode_week
from consumers.messages.served import decode_served
from consumers.progress.event_messages import NotKept, decode_event_market, decode_offer
from consumers.progress.messages import decode_adjustment, decode_bet, legs_text
from consumers.stream.errors import Poison
from consumers.stream.records import Record

LEFT_OUT: Final = "left out"
"""How the reason of a record begins that is well formed and not kept."""

ALL_BRANDS: Final = "*"
"""The brand of what is no brand's."""

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Fact:
    """What a message says, before pseudonyms.

    Attributes:
        owner: The customer; None in topics that are not about one.
        columns: The table's own columns; those left out are empty.
        erases: Whether the record erases the customer.
    """

    brand: str
    owner: Owner | None
    occurred_at: datetime
    columns: Mapping[str, Any]
    erases: bool = False


def _bet(record: Record, pseudonyms: Pseudonyms) -> Fact:
    bet = decode_bet(record)
    brand = bet.brand_id
    columns = {
        "bet": pseudonyms.number_of(brand, bet.bet_id),
        "revision": bet.bet_revision,
        "status": bet.status,
        "bet_type": bet.bet_type or "",
        "product": bet.product,
        "channel": bet.channel or "",
        "stake_minor": bet.stake_minor,
        "counting_stake_minor": bet.counting_stake_minor,
        "currency": bet.currency,
        "stake_source": bet.stake_source,
        "odds_milli": bet.odds_milli,
        "placed_at": bet.placed_at,
        "legs": legs_text(bet.legs) if bet.legs else "",
    }
    return Fact(brand, (brand, bet.customer_id), bet.occurred_at, columns)


def _bet_state(record: Record, pseudonyms: Pseudonyms) -> Fact:
    bet = decode_bet_state(record)
    legs = bet.legs
    single = legs[0] if len(legs) == 1 else None
    columns = {
        "bet": pseudonyms.number_of(bet.brand_id, bet.bet_id),
        "revision": bet.bet_revision,
        "returns_minor": bet.returns_minor or 0,
        "single_event": single.sports_event_id if single else "",
        "single_sport": single.sport if single else "",
        "single_name": single.event if single else "",
        "leg_events": [leg.sports_event_id for leg in legs],
        "leg_sports": [leg.sport for leg in legs],
        "leg_names": [leg.event for leg in legs],
        "leg_starts": [(leg.starts_at - EPOCH) // _MICROSECOND for leg in legs],
        "leg_markets": [leg.market_id for leg in legs],
        "leg_market_names": [leg.market for leg in legs],
        "leg_selections": [leg.selection_id for leg in legs],
        "leg_picks": [leg.pick for leg in legs],
        "leg_odds_milli": [leg.odds_milli for leg in legs],
        "leg_results": [leg.result or "" for leg in legs],
    }
    names = (
        "status product stake_minor counting_stake_minor currency each_way stake_source "
        "potential_returns_minor placed_at"
    )
    return _plain(bet, names, **columns)


def _account(record: Record, pseudonyms: Pseudonyms) -> Fact:
    del pseudonyms
    account = decode_account_or_erasure(record)
    if isinstance(account, CustomerErased):
        owner = (account.owner.brand, account.owner.customer)
        return Fact(owner[0], owner, account.at, {"erased": True}, erases=True)
    return _plain(account, "revision status verified jurisdiction currency rg_state promo_restricted")


def _membership(record: Record, pseudonyms: Pseudonyms) -> Fact:
    del pseudonyms
    membership = decode_membership_or_erasure(record)
    if isinstance(membership, CustomerErased):  # the account's own erasure destroys the secret
        return Fact(membership.owner.brand, None, membership.at, {"change": "erased"})
    return _plain(membership, "version change opted_in since left_at first_opted_in_at")


def _control_draw(record: Record, pseudonyms: Pseudonyms) -> Fact:
    del pseudonyms
    drawn = decode_control_draw_or_erasure(record)
    if isinstance(drawn, CustomerErased):  # the account's own erasure destroys the secret
        return Fact(drawn.owner.brand, None, drawn.at, {})
    fact, trial = _plain(drawn, "jurisdiction currency draw control_per_mille"), drawn.trial
    if trial is None:
        return fact
    columns = {"trial_reward_id": trial.reward_id, "trial_draw": trial.draw, "trial_drawn_at": trial.at}
    return replace(fact, columns={**fact.columns, **columns})


def _choice(record: Record, pseudonyms: Pseudonyms) -> Fact:
    del pseudonyms
    choice = decode_choice(record)
    return _plain(choice, "iso_week revision final source", **_reward(choice.reward))


def _qualification(record: Record, pseudonyms: Pseudonyms) -> Fact:
    del pseudonyms
    return _plain(decode_qualification(record), "iso_week revision status total_minor target_minor currency")


def _outcome(record: Record, pseudonyms: Pseudonyms) -> Fact:
    del pseudonyms
    outcome = decode_published(record)
    exact = outcome.fulfilment_state
    return _plain(
        outcome,
        "iso_week revision state sent_at credited_at expires_at",
        stage=str(exact.value) if exact else outcome.state,
        reason=(outcome.reason or "")[:64] if re.fullmatch("[A-Z_]{0,64}", outcome.reason or "") else "OTHER",
        flag=outcome.flag or "",
        provider=outcome.provider or "",
        **_reward(outcome.reward),
    )


def _adjustment(record: Record, pseudonyms: Pseudonyms) -> Fact:
    adjusted = decode_adjustment(record)
    columns = {
        "adjustment": pseudonyms.number_of(adjusted.brand_id, adjusted.adjustment_id),
        "iso_week": adjusted.iso_week,
        "amount_minor": adjusted.amount_minor,
        "currency": adjusted.currency,
    }
    return Fact(adjusted.brand_id, (adjusted.brand_id, adjusted.customer_id), adjusted.decided_at, columns)


def _goodwill(record: Record, pseudonyms: Pseudonyms) -> Fact:
    given = decode_goodwill(record)
    columns = {
        "credit": pseudonyms.number_of(given.brand_id, given.credit_id),
        "iso_week": given.iso_week,
        "cause": given.cause,
        **_reward(given.reward),
    }
    return Fact(given.brand_id, (given.brand_id, given.customer_id), given.decided_at, columns)


def _scheme(record: Record, pseudonyms: Pseudonyms) -> Fact:
    del pseudonyms
    scheme = decode_scheme(record)
    names = (
        "jurisdiction currency version qualifying_product target_minor min_stake_minor min_odds_milli "
        "count_before_opt_in grace_minutes effective_from control_per_mille trial_per_mille"
    )
    columns = {name: getattr(scheme, name) for name in names.split()} | {
        "time_zone": scheme.brand.time_zone,
        "default_jurisdiction": scheme.brand.default_jurisdiction,
        "default_currency": scheme.brand.default_currency,
        "bet_types": list(scheme.bet_types),
        "channels": list(scheme.channels),
        "issued_at": scheme.issued_at or scheme.occurred_at,
        "default_reward_id": scheme.default_reward_id or "",
        "trial_reward_id": scheme.trial_reward_id or "",
        "counts_some_events": scheme.events is not None,
    }
    if scheme.events is not None:
        columns |= {f"counted_{name}": named for name, named in scheme.events.facts().items()}
    return Fact(scheme.brand_id, None, scheme.occurred_at, columns)


def _week(record: Record, pseudonyms: Pseudonyms) -> Fact:
    del pseudonyms
    week = decode_week(record)
    names = "iso_week jurisdiction currency scheme_version starts_at ends_at grace_until"
    return Fact(week.brand_id, None, week.opened_at, {name: getattr(week, name) for name in names.split()})


def _cell(record: Record, pseudonyms: Pseudonyms) -> Fact:
    del pseudonyms
    if msgspec.json.decode(record.value or b"null", type=_Kind).kind != "acknowledgement":
        raise Poison(f"{LEFT_OUT}: a cell's figures")
    report = decode_acknowledgement(record)
    cell = report.cell
    columns = {
        "node": report.node,
        "part": report.part,
        "cell": cell.name if cell else "",
        "first_partition": cell.first if cell else 0,
        "last_partition": cell.last if cell else 0,
        "every_seconds": report.every_seconds,
    }
    return Fact(ALL_BRANDS, None, report.reported_at, columns)


def _served(record: Record, pseudonyms: Pseudonyms) -> Fact:
    del pseudonyms
    served = decode_served(record)
    columns = {name: getattr(served, name) for name in ("process", "sequence", "kind", "since")} | {
        "cell": served.cell or "",
        "jurisdictions": [count.jurisdiction for count in served.counts],
        "currencies": [count.currency for count in served.counts],
        "items": [count.item for count in served.counts],
        "config_versions": [count.config_version for count in served.counts],
        "locales": [count.locale for count in served.counts],
        "revisions": [count.revision for count in served.counts],
        "counts": [count.count for count in served.counts],
    }
    return Fact(served.brand_id, None, served.occurred_at, columns)


def _offer(record: Record, pseudonyms: Pseudonyms) -> Fact:
    del pseudonyms
    told = decode_offer(record)
    if isinstance(told, NotKept):
        raise Poison(f"{LEFT_OUT}: an offer that is not kept elsewhere any more")
    columns = {"offer": told.offer_id, "sports": list(told.sports), "competitions": list(told.competitions)}
    return Fact(ALL_BRANDS, None, told.occurred_at, columns | {"events": list(told.sports_event_ids)})


def _market(record: Record, pseudonyms: Pseudonyms) -> Fact:
    del pseudonyms
    told = decode_event_market(record)
    if isinstance(told, NotKept):
        raise Poison(f"{LEFT_OUT}: a market that is not kept elsewhere any more")
    return Fact(ALL_BRANDS, None, told.occurred_at, {"market": told.market_id, "offer": told.offer_id})


class _Kind(msgspec.Struct):
    kind: str = ""


def _plain(message: Any, names: str, **more: Any) -> Fact:
    """Return the fact of a message about a customer, most of whose fields are columns."""
    columns = {name: getattr(message, name) for name in names.split()}
    owner = (message.brand_id, message.customer_id)
    return Fact(message.brand_id, owner, message.occurred_at, columns | more)


def _reward(reward: ChosenReward | None) -> dict[str, Any]:
    if reward is None:
        return {}
    return {
        "reward_id": reward.reward_id,
        "config_version": reward.config_version,
        "kind": str(reward.kind),
        "value_minor": reward.value_minor,
        "spins": reward.spins,
        "currency": reward.currency,
    }


DECODERS: Final[Mapping[str, Callable[[Record, Pseudonyms], Fact]]] = {
    record_tables.BETS.topic: _bet,
    record_tables.BET_STATES.topic: _bet_state,
    record_tables.ACCOUNTS.topic: _account,
    record_tables.MEMBERSHIPS.topic: _membership,
    record_tables.CONTROL_DRAWS.topic: _control_draw,
    record_tables.CHOICES.topic: _choice,
    record_tables.QUALIFICATIONS.topic: _qualification,
    record_tables.OUTCOMES.topic: _outcome,
    record_tables.ADJUSTMENTS.topic: _adjustment,
    record_tables.GOODWILL.topic: _goodwill,
    record_tables.SCHEMES.topic: _scheme,
    record_tables.WEEKS.topic: _week,
    record_tables.CELLS.topic: _cell,
    record_tables.SERVED.topic: _served,
    record_tables.OFFERS.topic: _offer,
    record_tables.MARKETS.topic: _market,
}
