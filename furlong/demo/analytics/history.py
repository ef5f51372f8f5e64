"""Weeks of made history for the demo's analytics, from before it was started.

It is written straight into the store, in a broker generation of its own, so that the product knows nothing of
its customers.
"""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from analytics.consumer import WRITTEN
from analytics.engine import Engine
from analytics.filling import FillingFile
from analytics.ingestion import Ingestion
from analytics.record_tables import BY_TOPIC
from analytics.rows.records import end_of_block
from consumers.stream.records import Partition, Record
from furlong.demo.analytics.past_bets import Message, states_of
from simulator.world import Brand, Reward, World
from subgraphs.club_kit.domain.weeks import Calendar, Week
from subgraphs.club_kit.topics import (
    ACCOUNT_TOPIC,
    CHOICE_TOPIC,
    CONTROL_TOPIC,
    MEMBERSHIP_TOPIC,
    OUTCOMES_TOPIC,
    PROGRESS_TOPIC,
    QUALIFICATION_TOPIC,
    SCHEME_TOPIC,
    WEEK_TOPIC,
)

WEEKS: Final = 8
CUSTOMERS: Final = 600
"""Of each brand."""

_GENERATION: Final = "made history"
_MADE: Final = 20
"""The percentage of the filling that is done when all messages are made."""

_BLOCK: Final = 20_000
"""How many records are stored at once."""

_FREE_BETS, _VOIDS, _SETTLED, _CHOSEN, _REVIEWED, _USED = 0.05, 0.02, 0.8, 0.6, 0.04, 0.8
"""The shares of bets, of members and of rewards of which this is so."""

_MIN_STAKE, _MIN_ODDS = 100, 1500
_CONTROL_PER_MILLE: Final = 500
_MEMBERS_BET: Final = 1.5
"""As many times as often as others."""

_VERSION: Final = 900
"""Of the made scheme, which no week but those of the history has."""

_KEYS: Final = {
    SCHEME_TOPIC: ("jurisdiction", "currency", "version"),
    WEEK_TOPIC: ("iso_week", "jurisdiction", "currency"),
}
"""What follows the brand in a record's key; the customer in all other topics."""


def write_history(ingestion: Ingestion, filling: FillingFile, world: World, weeks: int = WEEKS) -> None:
    """Write weeks of plausible facts of made customers up to the running week, unless they are there.

    Args:
        ingestion: Writes them into the store.
        filling: Is told how far the work is.
        world: The brands.
        weeks: How many weeks, at least four, without which there is no forecast.

    Raises:
        StoreFault: The engine refuses.
    """
    if _is_written(ingestion.engine):
        return
    now = ingestion.clock.now()
    by_topic: dict[str, list[Record]] = {topic: [] for topic in BY_TOPIC}
    for made, brand in enumerate(world.brands):
        filling.say(_MADE * made // len(world.brands), f"bets of the last {weeks * 7} days are being made")
        for topic, at, body in _history(brand, now, weeks):
            if at > now:
                continue
            names = _KEYS.get(topic, ("customer_id",))
            key = ":".join([brand.id, *(str(body[name]) for name in names)]).encode()
            number = len(by_topic[topic])
            whole = {
                "schema": topic.removesuffix(".v1") + "/1",
                "event_id": str(uuid5(NAMESPACE_URL, f"{topic}/{number}")),
                "brand_id": brand.id,
            } | body
            by_topic[topic].append(Record(topic, 0, number, key, json.dumps(whole).encode(), timestamp=at))
    stored, count_of_all = 0, sum(map(len, by_topic.values()))
    for topic, records in by_topic.items():
        position, rest = 0, records
        while rest:
            percent = _MADE + (WRITTEN - _MADE) * stored // count_of_all
            filling.say(percent, f"{stored:,} of {count_of_all:,} facts are stored")
            count = end_of_block(BY_TOPIC[topic], rest, _BLOCK)
            ingestion.write(Partition(topic, 0, _GENERATION), position, rest[:count])
            position, rest, stored = position + count, rest[count:], stored + count


def _is_written(engine: Engine) -> bool:
    # The last of the tables that have history.
    return bool(engine.read("SELECT 1 FROM week_records WHERE generation = 'made history' LIMIT 1"))


def _history(brand: Brand, now: datetime, count: int) -> Iterator[Message]:
    """Yield topic, time of production and body of each message about a brand's made customers."""
    chance = random.Random(brand.id)  # noqa: S311 - made history, not a secret
    calendar = Calendar(brand.time_zone)
    weeks = [calendar.week_at(now - timedelta(weeks=back)) for back in range(count, 0, -1)]
    rewards = [reward for reward in brand.rewards if reward.status == "active" and reward.value_minor]
    yield _scheme(brand, rewards[0], weeks[0].starts_at)
    yield from (_opened(brand, week) for week in weeks)
    for number in range(CUSTOMERS):
        customer = f"past-{number:03}"
        joins = int(chance.triangular(-4, count + 3, 0))  # the week of the opt-in; some never opt in
        draw = chance.randrange(1000)
        if joins >= 0 and draw < _CONTROL_PER_MILLE:
            joins = count
        yield _account(brand, customer, weeks[0].starts_at)
        yield _drawn(brand, customer, draw, weeks[0].starts_at)
        if 0 <= joins < count:
            yield _opt_in(customer, weeks[joins].starts_at + timedelta(hours=chance.uniform(1, 60)))
        elif joins < 0:
            yield _opt_in(customer, weeks[0].starts_at - timedelta(days=chance.uniform(1, 30)))
        eager = chance.betavariate(2, 2)
        for index, week in enumerate(weeks):
            if chance.random() < 0.25 + 0.7 * eager:
                person = _Person(brand, customer, eager, index >= joins, rewards, chance)
                yield from _week(person, week)


@dataclass(frozen=True, slots=True)
class _Person:
    """A made customer in a week: how eager to bet, between 0 and 1, and whether a member."""

    brand: Brand
    customer: str
    eager: float
    is_member: bool
    rewards: list[Reward]
    chance: random.Random


def _week(person: _Person, week: Week) -> Iterator[Message]:
    """Yield what a customer does in a week, and what comes of it."""
    brand, customer, eager, chance = person.brand, person.customer, person.eager, person.chance
    total, reached = 0, None
    often = (2 + 6 * eager) * (_MEMBERS_BET if person.is_member else 1)
    bets = sorted(
        week.starts_at + timedelta(days=min(6.99, chance.triangular(0, 7, 5.6)))
        for _ in range(1 + int(chance.expovariate(1 / often)))
    )
    for number, at in enumerate(bets):
        stake = chance.choice((50, 200, 500, 500, 1000, 1000, 2000))
        odds = int(1000 + 1000 * chance.lognormvariate(0.2, 0.6))
        source = "free_bet" if chance.random() < _FREE_BETS else "cash"
        status = "void" if chance.random() < _VOIDS else "settled" if chance.random() < _SETTLED else "placed"
        arrived = at + timedelta(milliseconds=20 + chance.expovariate(1 / 60))
        body = {
            "customer_id": customer,
            "bet_id": f"{customer}-{week.iso}-{number}",
            "bet_revision": 1,
            "status": status,
            "bet_type": chance.choice(("single", "single", "single", "multiple", "system")),
            "stake_minor": stake,
            "counting_stake_minor": stake,
            "currency": brand.currency,
            "stake_source": source,
            "odds_milli": odds,
            "placed_at": _text(at),
            "occurred_at": _text(at),
            "product": brand.qualifying_product,
        }
        yield PROGRESS_TOPIC, arrived, body
        yield from states_of(body, at)
        if source == "cash" and status != "void" and odds >= _MIN_ODDS and stake >= _MIN_STAKE:
            total += stake
            if total >= brand.target_minor and reached is None:
                reached = arrived + timedelta(milliseconds=15 + chance.expovariate(1 / 30))
    if reached is not None and person.is_member:
        yield from _reward(person, week, reached, total)


def _reward(person: _Person, week: Week, reached: datetime, total: int) -> Iterator[Message]:
    """Yield the qualification of a week, the choice, and the stages of the reward."""
    brand, customer, chance = person.brand, person.customer, person.chance
    own = {"customer_id": customer, "iso_week": week.iso}
    amounts = {"total_minor": total, "target_minor": brand.target_minor, "currency": brand.currency}
    closed = week.ends_at + timedelta(hours=12)
    for revision, status, at in ((1, "provisional", reached), (2, "confirmed", closed)):
        body = own | amounts | {"revision": revision, "status": status, "occurred_at": _text(at)}
        yield QUALIFICATION_TOPIC, at + timedelta(milliseconds=5), body
    reward = chance.choice(person.rewards)
    pinned = {
        "reward_id": reward.id,
        "config_version": reward.config_version,
        "kind": str(reward.kind),
        "product": reward.product,
        "value_minor": reward.value_minor,
        "spins": reward.spins,
        "currency": reward.currency or brand.currency,
        "expiry_days": reward.expiry_days,
        "wagering_multiple": reward.wagering_multiple,
    }
    source = "chosen" if chance.random() < _CHOSEN else "default"
    choice = {"revision": 1, "final": True, "source": source, "reward": pinned, "occurred_at": _text(closed)}
    yield CHOICE_TOPIC, closed, own | choice
    sent = closed + timedelta(minutes=chance.uniform(1, 20))
    paid = sent + timedelta(seconds=1 + chance.expovariate(1 / 4))
    outcome = {
        "fulfilment_status": None,
        "reason": None,
        "flag": None,
        "provider": "wallet" if str(reward.kind) == "cash" else "sportsbook",
        "reward": pinned,
        "reward_id": reward.id,
        "config_version": reward.config_version,
        "sent_at": _text(sent),
        "credited_at": None,
        "expires_at": None,
        "reference": None,
    }
    used = paid + timedelta(days=chance.uniform(0.2, 6))
    stages: list[tuple[str, str, datetime, str | None]] = [("CREDITED", "CREDITED", paid, _text(paid))]
    if chance.random() < _REVIEWED:
        stages.insert(0, ("FULFILLING", "REVIEW", sent, None))
    if chance.random() < _USED:
        stages.append(("USED", "USED", used, _text(paid)))
    for revision, (state, stage, at, credited) in enumerate(stages, 1):
        body = {"revision": revision, "state": state, "fulfilment_state": stage, "occurred_at": _text(at)}
        yield OUTCOMES_TOPIC, at, own | outcome | body | {"credited_at": credited}


def _account(brand: Brand, customer: str, at: datetime) -> Message:
    body = {
        "customer_id": customer,
        "revision": 1,
        "status": "active",
        "verified": True,
        "jurisdiction": brand.jurisdiction,
        "currency": brand.currency,
        "rg_state": "none",
        "promo_restricted": False,
        "occurred_at": _text(at),
    }
    return ACCOUNT_TOPIC, at, body


def _scheme(brand: Brand, reward: Reward, at: datetime) -> Message:
    """Return a scheme with a control group, which never takes effect but in weeks that name it."""
    facts = {
        "name": brand.id,
        "time_zone": brand.time_zone,
        "default_locale": "en",
        "locales": ["en"],
        "default_jurisdiction": brand.jurisdiction,
        "jurisdictions": [brand.jurisdiction],
        "default_currency": brand.currency,
        "currencies": [brand.currency],
    }
    body = {
        "brand": facts,
        "jurisdiction": brand.jurisdiction,
        "currency": brand.currency,
        "version": _VERSION,
        "qualifying_product": brand.qualifying_product,
        "target_minor": brand.target_minor,
        "min_stake_minor": _MIN_STAKE,
        "min_odds_milli": _MIN_ODDS,
        "bet_types": ["single", "multiple"],
        "channels": ["sports", "esports", "virtual", "exchange"],
        "count_before_opt_in": True,
        "void_policy": "exclude",
        "default_reward_id": reward.id,
        "choice_lock_minutes": 0,
        "grace_minutes": 720,
        "terms": {"version": "made", "summary": "Made history.", "url": "https://example.test/"},
        "effective_from": "2099-01-01T00:00:00Z",
        "occurred_at": _text(at),
        "control_per_mille": _CONTROL_PER_MILLE,
    }
    return SCHEME_TOPIC, at, body


def _opened(brand: Brand, week: Week) -> Message:
    body = {
        "iso_week": week.iso,
        "jurisdiction": brand.jurisdiction,
        "currency": brand.currency,
        "scheme_version": _VERSION,
        "time_zone": brand.time_zone,
        "starts_at": _text(week.starts_at),
        "ends_at": _text(week.ends_at),
        "locks_at": _text(week.ends_at),
        "grace_until": _text(week.ends_at + timedelta(hours=12)),
        "opened_at": _text(week.starts_at),
    }
    return WEEK_TOPIC, week.starts_at, body


def _drawn(brand: Brand, customer: str, draw: int, at: datetime) -> Message:
    body = {
        "customer_id": customer,
        "jurisdiction": brand.jurisdiction,
        "currency": brand.currency,
        "draw": draw,
        "control_per_mille": _CONTROL_PER_MILLE,
        "occurred_at": _text(at),
    }
    return CONTROL_TOPIC, at, body


def _opt_in(customer: str, at: datetime) -> Message:
    body = {"customer_id": customer, "version": 1, "change": "opted_in", "opted_in": True, "left_at": None}
    return (
        MEMBERSHIP_TOPIC,
        at,
        body | {"since": _text(at), "first_opted_in_at": _text(at), "occurred_at": _text(at)},
    )


def _text(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
