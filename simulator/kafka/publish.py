"""Publishes the world, the seed bets and single bets on Kafka."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import uuid4

from simulator.kafka.bets import Bet, StakeSource
from simulator.kafka.messages import Message, account_message, bet_message, reward_message
from simulator.kafka.producer import MessageProducer
from simulator.weeks import week_of
from simulator.world import BetType, Brand, World


async def publish_world(producer: MessageProducer, world: World, now: datetime) -> None:
    """Publish all accounts and reward configurations on their compacted topics."""
    await producer.publish(world_messages(world, now))


async def publish_seed_bets(producer: MessageProducer, world: World, now: datetime) -> None:
    """Publish the bets that customers have already placed in the week of `now`."""
    await producer.publish(bet_message(bet) for bet in seed_bets(world, now))


async def publish_bet(
    producer: MessageProducer,
    brand: Brand,
    customer_id: str,
    *,
    stake_minor: int,
    odds_milli: int | None,
    placed_at: datetime,
    bet_type: BetType = "single",
    stake_source: StakeSource = "cash",
) -> str:
    """Place a bet, and return its id; odds of None are the starting price."""
    bet = Bet(
        brand_id=brand.id,
        customer_id=customer_id,
        bet_id=f"b-{uuid4()}",
        currency=brand.currency_of(customer_id),
        stake_minor=stake_minor,
        counting_stake_minor=stake_minor,
        odds_milli=odds_milli,
        bet_type=bet_type,
        placed_at=placed_at,
        changed_at=placed_at,
        stake_source=stake_source,
    )
    await producer.publish([bet_message(bet)])
    return bet.bet_id


def world_messages(world: World, now: datetime) -> Iterator[Message]:
    """Yield the messages of all reward configurations and accounts."""
    for brand in world.brands:
        for reward in brand.rewards:
            yield reward_message(brand, reward, now)
        for customer in brand.accounts():
            yield account_message(brand, customer, world.recorded_at)


def seed_bets(world: World, now: datetime) -> Iterator[Bet]:
    """Yield the seed bets of the week of `now`.

    They depend only on the week: after a restart in the same week they are the same bets, which consumers
    ignore. The n-th bet is placed n seconds after the start of the week, so never in a past week.
    """
    for brand in world.brands:
        week = week_of(brand.time_zone, now)
        for customer in brand.customers:
            for number, seed in enumerate(customer.seed_bets, start=1):
                placed_at = week.starts_at + timedelta(seconds=number)
                yield Bet(
                    brand_id=brand.id,
                    customer_id=customer.id,
                    bet_id=f"seed-{customer.id}-{week.iso}-{number}",
                    currency=customer.currency or brand.currency,
                    stake_minor=seed.stake_minor,
                    counting_stake_minor=seed.stake_minor,
                    odds_milli=seed.odds_milli,
                    bet_type=seed.bet_type,
                    placed_at=placed_at,
                    changed_at=placed_at,
                )
