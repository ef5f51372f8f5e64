"""Simulated traffic: plausible bets without end."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from math import prod
from random import Random
from typing import Final, TypeAlias
from uuid import uuid4

import structlog

from simulator.kafka.messages import (
    LEGS,
    Bet,
    Channel,
    Leg,
    Message,
    bet_message,
    cashed_out,
    partially_voided,
    settled,
    voided,
)
from simulator.kafka.publish import MessageProducer
from simulator.world import BetType, Brand, World

log = structlog.get_logger(__name__)
MAX_OPEN_BETS = 200
DECIDED_SHARE = 0.45
CASINO_SHARE = 0.04
FREE_BET_SHARE = 0.06
STARTING_PRICE_SHARE = 0.05
LEGS_SHARE: Final = 0.6
"""How many of the sports bets with odds say what they are on, where there are sports events."""

STAKES_MINOR = (50, 100, 200, 250, 500, 500, 1000, 1000, 2000, 5000)
BET_TYPES: tuple[BetType, ...] = ("single", "multiple", "system")
SOURCE_SECONDS: Final = 1.0

Source: TypeAlias = Callable[[World, Random, datetime], Iterable[Message]]
"""Makes messages of a moment, which are published each second: what else than bets happens in a world."""

Picks: TypeAlias = Callable[[Random, int], tuple[Leg, ...]]
"""Picks so many selections of different sports events that take bets now; none if there are too few."""

CHANNELS: tuple[Channel, ...] = ("sports", "esports", "virtual", "exchange")


async def run_source(
    producer: MessageProducer, source: Source, world: World, seed: int, clock: Callable[[], datetime]
) -> None:
    """Publish what a source makes, moment after moment, until cancelled; its faults are logged."""
    random = Random(seed)  # noqa: S311 - plausible, not secret
    while True:
        try:
            messages = list(source(world, random, clock()))
        except Exception:
            log.exception("source_failed", source=f"{source.__module__}:{source.__qualname__}")
            messages = []
        await producer.publish(messages)
        await asyncio.sleep(SOURCE_SECONDS)


async def run_traffic(
    producer: MessageProducer,
    world: World,
    rate_per_second: float,
    seed: int,
    clock: Callable[[], datetime],
    *,
    message: Callable[[Bet], Message] = bet_message,
    picks: Picks | None = None,
) -> None:
    """Publish messages at a rate until cancelled: progress messages, or records of the platform's feeds.

    The seed determines customers and bets. Bet ids are new in every run, because a bet that is placed at
    another time is another bet.
    """
    pause = 1 / rate_per_second
    loop = asyncio.get_running_loop()
    due = loop.time()
    for bet in traffic(world, seed, uuid4().hex, clock, picks):
        await producer.publish([message(bet)])
        # After an outage of the broker, missed messages are skipped, so that it is not flooded.
        due = max(due + pause, loop.time() - 1)
        await asyncio.sleep(max(0.0, due - loop.time()))


def traffic(
    world: World, seed: int, run: str, clock: Callable[[], datetime], picks: Picks | None = None
) -> Iterator[Bet]:
    """Yield bets without end: new bets, and later revisions of them.

    Every bet id begins with `run`. At most `MAX_OPEN_BETS` bets are open at any time. With `picks`, sports
    bets name selections, and have their odds.
    """
    random = Random(seed)  # noqa: S311 - plausible, not secret
    punters = [(brand, customer.id) for brand in world.brands for customer in brand.betting_customers()]
    open_bets: list[Bet] = []
    number = 0
    while True:
        if open_bets and (len(open_bets) >= MAX_OPEN_BETS or random.random() < DECIDED_SHARE):
            yield _decided(open_bets.pop(random.randrange(len(open_bets))), random, clock())
            continue
        number += 1
        bet = _placed(*random.choice(punters), f"b-{run}-{number}", random, clock())
        if picks is not None:
            bet = _on_selections(bet, random, picks)
        if bet.status == "placed":
            open_bets.append(bet)
        yield bet


def _placed(brand: Brand, customer_id: str, bet_id: str, random: Random, now: datetime) -> Bet:
    """Return a new sports bet, or sometimes a casino stake, which is settled at once."""
    stake = random.choice(STAKES_MINOR)
    bet = Bet(
        brand_id=brand.id,
        customer_id=customer_id,
        bet_id=bet_id,
        currency=brand.currency_of(customer_id),
        stake_minor=stake,
        counting_stake_minor=stake,
        odds_milli=None if random.random() < STARTING_PRICE_SHARE else _odds_milli(random),
        bet_type=random.choices(BET_TYPES, (70, 25, 5))[0],
        placed_at=now,
        changed_at=now,
        stake_source="free_bet" if random.random() < FREE_BET_SHARE else "cash",
        channel=random.choices(CHANNELS, (85, 5, 7, 3))[0],
    )
    if random.random() < CASINO_SHARE:
        return replace(
            bet,
            status="settled",
            product="casino",
            bet_type=None,
            odds_milli=None,
            channel=None,
            stake_source="cash",
        )
    return bet


def _on_selections(bet: Bet, random: Random, picks: Picks) -> Bet:
    """Return a bet on selections, mostly; one at starting price, and one of another channel, as it is."""
    if bet.channel != "sports" or bet.bet_type is None or bet.odds_milli is None:
        return bet
    if random.random() >= LEGS_SHARE:
        return bet
    legs = picks(random, LEGS[bet.bet_type])
    if not legs or bet.bet_type == "system":  # a system has no odds as a whole
        return replace(bet, legs=legs)
    thousands: int = 1000 ** (len(legs) - 1)
    return replace(bet, legs=legs, odds_milli=prod(leg.odds_milli for leg in legs) // thousands)


def _decided(bet: Bet, random: Random, now: datetime) -> Bet:
    """Return a later revision of a bet: mostly settled, sometimes void, partially void or cashed out."""
    match random.choices(("settled", "void", "partially_void", "cashed_out"), (82, 6, 4, 8))[0]:
        case "void":
            return voided(bet, now)
        case "partially_void":
            return partially_voided(bet, now, left_minor=bet.stake_minor // 2)
        case "cashed_out" if bet.odds_milli is not None:
            return cashed_out(bet, now)
        case _:
            return settled(bet, now, odds_milli=bet.odds_milli or _odds_milli(random))


def _odds_milli(random: Random) -> int:
    """Return odds of at least 1.10, mostly short: about one in five is below 1.50."""
    return min(100_000, 1_100 + 50 * int(random.expovariate(1 / 40)))
