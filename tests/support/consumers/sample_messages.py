"""Records of the upstream's topics: valid by default, with the changes that a test makes."""

import json
from collections.abc import Sequence
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from consumers.stream.records import Record

BRAND = {
    "name": "Northbet",
    "time_zone": "Europe/London",
    "default_locale": "en-GB",
    "locales": ["en-GB"],
    "default_jurisdiction": "GB",
    "jurisdictions": ["GB", "IE"],
    "default_currency": "GBP",
    "currencies": ["GBP", "EUR"],
}
BET = {
    "schema": "club.progress/1",
    "brand_id": "northbet",
    "customer_id": "c-1",
    "bet_id": "b-1",
    "bet_revision": 1,
    "status": "placed",
    "bet_type": "single",
    "stake_minor": 500,
    "counting_stake_minor": 500,
    "currency": "GBP",
    "stake_source": "cash",
    "odds_milli": 2500,
    "placed_at": "2026-03-25T14:03:11Z",
    "occurred_at": "2026-03-25T14:03:11Z",
    "product": "betting",
}
LEG = {
    "selection_id": "market1-a",
    "market_id": "market1",
    "sports_event_id": "event1",
    "sport": "horse-racing",
    "event": "14:30 Ascot",
    "market": "Win",
    "pick": "Night Ferry",
    "odds_milli": 3000,
    "starts_at": "2026-03-25T14:30:00Z",
    "result": None,
}
BET_STATE = {
    "schema": "bet.state/1",
    "brand_id": "northbet",
    "customer_id": "c-1",
    "bet_id": "b-1",
    "bet_revision": 1,
    "status": "OPEN",
    "stake_minor": 1000,
    "counting_stake_minor": 1000,
    "currency": "GBP",
    "each_way": False,
    "stake_source": "cash",
    "returns_minor": None,
    "potential_returns_minor": 3000,
    "placed_at": "2026-03-25T14:03:11Z",
    "occurred_at": "2026-03-25T14:03:16Z",
    "legs": [LEG],
}
ACCOUNT = {
    "schema": "club.account-status/1",
    "brand_id": "northbet",
    "customer_id": "c-1",
    "revision": 1,
    "status": "active",
    "verified": True,
    "jurisdiction": "GB",
    "currency": "GBP",
    "rg_state": "none",
    "promo_restricted": False,
    "occurred_at": "2026-03-20T09:00:00Z",
}
MEMBERSHIP = {
    "schema": "club.membership/1",
    "brand_id": "northbet",
    "customer_id": "c-1",
    "version": 1,
    "change": "opted_in",
    "opted_in": True,
    "since": "2026-03-25T10:00:00Z",
    "left_at": None,
    "first_opted_in_at": "2026-03-25T10:00:00Z",
    "occurred_at": "2026-03-25T10:00:00Z",
}
EXCLUSION = {
    "schema": "wallet.exclusion/1",
    "brand_id": "northbet",
    "customer_id": "c-1",
    "revision": 1,
    "occurred_at": "2026-03-25T10:00:00Z",
    "exclusions": [
        {
            "kind": "EXCLUSION",
            "product": None,
            "since": "2026-03-25T10:00:00Z",
            "until": "2026-09-25T09:00:00Z",
        }
    ],
}
ADJUSTMENT = {
    "schema": "club.adjustment/1",
    "brand_id": "northbet",
    "customer_id": "c-1",
    "adjustment_id": "a-1",
    "iso_week": "2026-W13",
    "amount_minor": 500,
    "currency": "GBP",
    "reason": "the shop's till had not sent the bet",
    "proposed_by": "Sam",
    "approved_by": "Rita",
    "decided_at": "2026-03-26T12:00:00Z",
}
GOODWILL = {
    "schema": "club.goodwill/1",
    "brand_id": "northbet",
    "customer_id": "c-1",
    "credit_id": "g-1",
    "iso_week": "2026-W13",
    "reward": {
        "reward_id": "fb-5",
        "config_version": 3,
        "kind": "free_bet",
        "product": "betting",
        "value_minor": 500,
        "spins": None,
        "currency": "GBP",
        "expiry_days": 7,
        "wagering_multiple": 0,
    },
    "cause": "SERVICE_FAULT",
    "explanation": "the bet-slip was down",
    "proposed_by": "Sam",
    "approved_by": "Rita",
    "decided_at": "2026-03-26T12:00:00Z",
}
SCHEME: dict[str, Any] = {
    "schema": "club.scheme/1",
    "brand_id": "northbet",
    "brand": BRAND,
    "jurisdiction": "GB",
    "currency": "GBP",
    "version": 1,
    "qualifying_product": "betting",
    "target_minor": 2500,
    "min_stake_minor": 100,
    "min_odds_milli": 1500,
    "bet_types": ["single", "multiple"],
    "channels": ["sports", "esports"],
    "count_before_opt_in": True,
    "void_policy": "exclude",
    "default_reward_id": "fb-5",
    "choice_lock_minutes": 0,
    "grace_minutes": 60,
    "terms": {"version": "1", "summary": "Stake 25 pounds.", "url": "https://northbet.example/terms"},
    "effective_from": "2026-01-05T00:00:00Z",
    "occurred_at": "2026-01-01T00:00:00Z",
}
WEEK: dict[str, Any] = {
    "schema": "club.week/1",
    "brand_id": "northbet",
    "iso_week": "2026-W13",
    "jurisdiction": "GB",
    "currency": "GBP",
    "scheme_version": 1,
    "time_zone": "Europe/London",
    "starts_at": "2026-03-23T00:00:00Z",
    "ends_at": "2026-03-29T23:00:00Z",
    "locks_at": "2026-03-29T23:00:00Z",
    "grace_until": "2026-03-30T00:00:00Z",
    "opened_at": "2026-03-23T00:00:05Z",
}
REWARD = {
    "schema": "club.reward-config/1",
    "brand_id": "northbet",
    "reward_id": "fb-5",
    "config_version": 1,
    "status": "active",
    "kind": "free_bet",
    "product": "betting",
    "value_minor": 500,
    "spins": None,
    "currency": "GBP",
    "qualifying_product": "betting",
    "target_minor": 2500,
    "jurisdictions": ["GB"],
    "expiry_days": 7,
    "wagering_multiple": 0,
    "effective_from": "2026-01-19T00:00:00Z",
    "effective_to": None,
    "occurred_at": "2026-03-20T09:00:00Z",
}


EVENT_OFFER: dict[str, Any] = {
    "schema": "event.offer/1",
    "offer_id": "offer1",
    "sports": ["football"],
    "competitions": ["cup"],
    "sports_event_ids": ["offer1"],
    "starts_at": "2026-03-25T19:45:00Z",
    "occurred_at": "2026-03-20T09:00:00Z",
}
EVENT_MARKET: dict[str, Any] = {
    "schema": "event.market/1",
    "market_id": "market1",
    "offer_id": "offer1",
    "occurred_at": "2026-03-20T09:00:00Z",
}


def bet(**changes: Any) -> Record:
    """Return a progress record, with some fields of the body changed.

    No more counts than is staked, and nothing occurs before the bet is placed, unless the changes say so.
    """
    body: dict[str, Any] = {**BET, **changes}
    counted, occurred = body["counting_stake_minor"], body["occurred_at"]
    if "counting_stake_minor" not in changes and isinstance(body["stake_minor"], int):
        body["counting_stake_minor"] = min(counted, max(0, body["stake_minor"]))
    if "occurred_at" not in changes and isinstance(body["placed_at"], str):
        body["occurred_at"] = max(occurred, body["placed_at"])
    return _record("club.progress.v1", body, ("brand_id", "customer_id"))


def bet_state(**changes: Any) -> Record:
    """Return a record of how a bet stands, with some fields of the body changed."""
    return _record("bet.state.v1", BET_STATE | changes, ("brand_id", "customer_id"))


def account(**changes: Any) -> Record:
    """Return an account-status record, with some fields of the body changed."""
    return _record("club.account-status.v1", ACCOUNT | changes, ("brand_id", "customer_id"))


def membership(**changes: Any) -> Record:
    """Return a membership record, with some fields of the body changed."""
    return _record("club.membership.v1", MEMBERSHIP | changes, ("brand_id", "customer_id"))


def exclusion(**changes: Any) -> Record:
    """Return a record of chosen exclusions, with some fields of the body changed."""
    return _record("wallet.exclusion.v1", EXCLUSION | changes, ("brand_id", "customer_id"))


def goodwill(**changes: Any) -> Record:
    """Return a goodwill record, with some fields of the body changed."""
    return _record("club.goodwill.v1", GOODWILL | changes, ("brand_id", "customer_id"))


def adjustment(**changes: Any) -> Record:
    """Return an adjustment record, with some fields of the body changed."""
    return _record("club.adjustment.v1", ADJUSTMENT | changes, ("brand_id", "customer_id"))


def scheme(**changes: Any) -> Record:
    """Return a scheme record, with some fields of the body changed."""
    key = ("brand_id", "jurisdiction", "currency", "version")
    return _record("club.scheme.v1", SCHEME | changes, key)


def week(**changes: Any) -> Record:
    """Return a record of an opened week, with some fields of the body changed."""
    return _record("club.week.v1", WEEK | changes, ("brand_id", "iso_week", "jurisdiction", "currency"))


def reward(**changes: Any) -> Record:
    """Return a reward-config record, with some fields of the body changed."""
    return _record("club.reward-config.v1", REWARD | changes, ("brand_id", "reward_id", "config_version"))


def event_offer(**changes: Any) -> Record:
    """Return a record of what an offer's event is called, with some fields of the body changed."""
    return _record("event.offer.v1", EVENT_OFFER | changes, ("offer_id",))


def event_market(**changes: Any) -> Record:
    """Return a record of a market's offer, with some fields of the body changed."""
    return _record("event.market.v1", EVENT_MARKET | changes, ("market_id",))


def not_kept(topic: str, key: str) -> Record:
    """Return a record that says that an offer or a market is no longer kept."""
    return Record(topic=topic, partition=0, offset=0, key=key.encode(), value=None)


def _record(topic: str, body: dict[str, Any], key: Sequence[str]) -> Record:
    event = str(uuid5(NAMESPACE_URL, json.dumps(body)))
    return Record(
        topic=topic,
        partition=0,
        offset=0,
        key=":".join(str(body[name]) for name in key).encode(),
        value=json.dumps({"event_id": event} | body).encode(),
    )
