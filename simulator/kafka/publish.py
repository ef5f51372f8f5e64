"""Publishes the world, the seed bets and single bets on Kafka, by the producer that all parts use."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

from aiokafka import AIOKafkaProducer
from opentelemetry.trace import Span

from foundation.tracing import Tracing, ending, replaced, sending
from simulator.kafka.messages import (
    Bet,
    Message,
    StakeSource,
    account_message,
    bet_message,
    reward_message,
)
from simulator.world import BetType, Brand, World


class MessageProducer:
    """Sends messages, acknowledged by all replicas and without duplicates from the client's retries."""

    def __init__(self, kafka: AIOKafkaProducer, tracing: Tracing | None = None) -> None:
        self._kafka = kafka
        self._tracing = tracing

    async def publish(self, messages: Iterable[Message]) -> None:
        """Send messages, in order for each key, and return when the broker has all of them."""
        spans: list[Span] = []
        sent = []
        for message in messages:
            headers = list(message.headers)
            if self._tracing is not None and self._tracing.sampling.starts():
                spans.append(sending(self._tracing.tracer, message.topic, None))
                headers = replaced(headers, spans[-1])
            sent.append(
                await self._kafka.send(message.topic, value=message.value, key=message.key, headers=headers)
            )
        with ending(spans):
            await asyncio.gather(*sent)


@asynccontextmanager
async def open_producer(bootstrap: str, tracing: Tracing | None = None) -> AsyncIterator[MessageProducer]:
    """Connect to the brokers at `HOST:PORT[,HOST:PORT…]`; at the end, send the rest and disconnect.

    Messages that are sampled begin traces, if `tracing` is given.

    Raises:
        aiokafka.errors.KafkaError: No broker responds.
    """
    kafka = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", enable_idempotence=True)
    try:
        await kafka.start()
        yield MessageProducer(kafka, tracing)
    finally:
        await kafka.stop()


@dataclass(frozen=True, slots=True)
class Week:
    """An ISO week of a brand, such as `2026-W13`, and the UTC instant at which it starts."""

    iso: str
    starts_at: datetime


def week_of(time_zone: str, moment: datetime) -> Week:
    """Return the week that an aware instant falls into, in the brand's time zone."""
    zone = ZoneInfo(time_zone)
    day = moment.astimezone(zone).date()
    year, number, weekday = day.isocalendar()
    monday = datetime.combine(day - timedelta(days=weekday - 1), time(), tzinfo=zone)
    return Week(f"{year}-W{number:02}", monday.astimezone(UTC))


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
