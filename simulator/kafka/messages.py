"""Accounts, rewards and bets as Kafka messages, as `contracts/*.schema.json` defines them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final, Literal
from uuid import NAMESPACE_URL, uuid5

import msgspec

from simulator.world import BetType, Brand, Customer, Product, Reward
from subgraphs.club_kit.topics import ACCOUNT_TOPIC, PROGRESS_TOPIC, REWARD_CONFIG_TOPIC

StakeSource = Literal["cash", "free_bet"]
Channel = Literal["sports", "esports", "virtual", "exchange"]
LEGS: Final[Mapping[BetType, int]] = {"single": 1, "multiple": 2, "system": 3}
"""The number of legs of each type of bet."""

BetStatus = Literal["placed", "settled", "void", "partially_void", "cashed_out"]


class Leg(msgspec.Struct, frozen=True):
    """A selection of a bet by the platform's own id, and its odds in thousandths."""

    selection_id: str
    odds_milli: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bet:
    """A bet at one revision. Stakes are in minor units, odds in milli-odds (None: starting price).

    Attributes:
        legs: What it is on; empty where that is not known.
    """

    brand_id: str
    customer_id: str
    bet_id: str
    currency: str
    stake_minor: int
    counting_stake_minor: int
    odds_milli: int | None
    bet_type: BetType | None
    placed_at: datetime
    changed_at: datetime
    revision: int = 1
    status: BetStatus = "placed"
    stake_source: StakeSource = "cash"
    product: Product = "betting"
    channel: Channel | None = "sports"
    legs: tuple[Leg, ...] = ()


def settled(bet: Bet, at: datetime, *, odds_milli: int | None = None) -> Bet:
    """Return the bet after its result; a bet at the starting price gets its odds."""
    return _revised(bet, at, "settled", bet.counting_stake_minor, odds_milli)


def voided(bet: Bet, at: datetime) -> Bet:
    """Return the bet after a void: nothing of its stake counts."""
    return _revised(bet, at, "void", 0)


def partially_voided(bet: Bet, at: datetime, *, left_minor: int) -> Bet:
    """Return the bet after a partial void: only `left_minor` of the stake may still count."""
    return _revised(bet, at, "partially_void", left_minor)


def cashed_out(bet: Bet, at: datetime) -> Bet:
    """Return the bet after a cash-out: its stake does not count."""
    return _revised(bet, at, "cashed_out", 0)


def _revised(
    bet: Bet, at: datetime, status: BetStatus, counting_minor: int, odds_milli: int | None = None
) -> Bet:
    return replace(
        bet,
        revision=bet.revision + 1,
        status=status,
        counting_stake_minor=counting_minor,
        odds_milli=odds_milli or bet.odds_milli,
        changed_at=at,
    )


@dataclass(frozen=True, slots=True)
class Message:
    """One Kafka record. The body is authoritative; the headers repeat parts of it."""

    topic: str
    key: bytes
    value: bytes
    headers: tuple[tuple[str, bytes], ...]


def bet_message(bet: Bet) -> Message:
    """Return the message of a bet at one revision; equal revisions give equal bytes."""
    body = {
        "customer_id": bet.customer_id,
        "bet_id": bet.bet_id,
        "bet_revision": bet.revision,
        "status": bet.status,
        "bet_type": bet.bet_type,
        "stake_minor": bet.stake_minor,
        "counting_stake_minor": bet.counting_stake_minor,
        "currency": bet.currency,
        "stake_source": bet.stake_source,
        "odds_milli": bet.odds_milli,
        "placed_at": _instant(bet.placed_at),
        "occurred_at": _instant(bet.changed_at),
        "product": bet.product,
    }
    if bet.channel is not None:
        body["channel"] = bet.channel
    if bet.legs:
        body["legs"] = msgspec.to_builtins(bet.legs)
    return _message(PROGRESS_TOPIC, "club.progress/1", (bet.brand_id, bet.customer_id), body)


def account_message(brand: Brand, customer: Customer, recorded_at: datetime) -> Message:
    """Return the message of a customer's account; equal revisions give equal bytes."""
    body = {
        "customer_id": customer.id,
        "revision": customer.revision,
        "status": customer.status,
        "verified": customer.verified,
        "jurisdiction": customer.jurisdiction or brand.jurisdiction,
        "currency": customer.currency or brand.currency,
        "rg_state": customer.rg_state,
        "promo_restricted": customer.promo_restricted,
        "occurred_at": _instant(recorded_at),
    }
    return _message(ACCOUNT_TOPIC, "club.account-status/1", (brand.id, customer.id), body)


def reward_message(brand: Brand, reward: Reward, now: datetime) -> Message:
    """Return the message of one version of a reward; its status may change, so `now` orders the messages."""
    terms = msgspec.structs.asdict(reward)
    body = {"reward_id": terms.pop("id")} | terms
    body |= {
        "currency": reward.currency or brand.currency,
        "qualifying_product": reward.qualifying_product or brand.qualifying_product,
        "target_minor": brand.target_minor if reward.target_minor is None else reward.target_minor,
        "jurisdictions": list(reward.jurisdictions) or [brand.jurisdiction],
        "effective_from": _instant(reward.effective_from),
        "effective_to": None if reward.effective_to is None else _instant(reward.effective_to),
        "occurred_at": _instant(now),
    }
    key = (brand.id, reward.id, str(reward.config_version))
    return _message(REWARD_CONFIG_TOPIC, "club.reward-config/1", key, body)


def _message(topic: str, schema: str, key: tuple[str, ...], facts: dict[str, Any]) -> Message:
    """Return a message whose key begins with the brand, and whose event id is a hash of its facts."""
    brand_id = key[0]
    facts = {"brand_id": brand_id, **facts}
    event = uuid5(NAMESPACE_URL, f"{schema}#{msgspec.json.encode(facts).decode()}")
    event_id = str(event)
    return Message(
        topic=topic,
        key=":".join(key).encode(),
        value=msgspec.json.encode({"schema": schema, "event_id": event_id, **facts}),
        headers=(
            ("schema", schema.encode()),
            ("event_id", event_id.encode()),
            ("producer", b"simulator"),
            ("brand", brand_id.encode()),
            # Each message starts a trace, whose id is the event id; a producer that records it sets the
            # sampled flag.
            ("traceparent", f"00-{event.hex}-{event.hex[16:]}-00".encode()),
        ),
    )


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
