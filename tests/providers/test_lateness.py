"""How late messages come is known although the provider's clock is not ours."""

import asyncio
from datetime import UTC, datetime, timedelta

from providers.delivery import Batch, Delivery
from providers.lateness import PERIOD_SECONDS, Lateness
from providers.registry import find_adapter
from providers.state import MemoryState
from providers.status import ProviderStatus
from providers.topics import STATUS
from tests.providers.exchange.conftest import until
from tests.providers.memory_kafka import MemoryKafka

NOON = datetime(2026, 3, 25, 12, tzinfo=UTC)


def test_a_clock_that_is_ahead_hides_no_delay() -> None:
    """By half a minute, and then messages come twenty seconds late."""
    lateness = Lateness()
    assert lateness.seconds(30, 0) == 0
    assert lateness.seconds(10, 60) == 20
    assert lateness.seconds(30, 61) == 0


def test_a_clock_that_is_behind_seems_late() -> None:
    """Nothing tells it from messages that are."""
    lateness = Lateness()
    assert lateness.seconds(-12, 0) == 12
    assert lateness.seconds(-13, 1) == 13


def test_a_clock_that_was_put_right_is_believed_after_a_while() -> None:
    """Or at once on another connection."""
    lateness = Lateness()
    assert lateness.seconds(4, 0) == 0
    assert lateness.seconds(0, 1) == 4
    assert lateness.seconds(0, PERIOD_SECONDS) == 4
    assert lateness.seconds(0, 2 * PERIOD_SECONDS) == 0
    assert lateness.seconds(4, 2 * PERIOD_SECONDS + 1) == 0
    lateness.forget()
    assert lateness.seconds(0, 2 * PERIOD_SECONDS + 2) == 0


def test_one_message_of_a_wrong_time_makes_no_others_late() -> None:
    """A provider's mistake, or a step of our clock, is forgotten with the next message of the right time."""
    lateness = Lateness()
    assert lateness.seconds(-1, 0) == 1
    assert lateness.seconds(300, 1) == 0
    assert lateness.seconds(-1, 2) == 1
    assert lateness.seconds(-25, 3) == 25


async def test_the_status_says_how_late_messages_come() -> None:
    """Not how they seem to come."""
    kafka, now = MemoryKafka(), NOON
    status = ProviderStatus("exchange", lambda: now)
    delivery = Delivery(find_adapter("exchange"), kafka.producing, MemoryState(), status, 0.02)
    status.compare_clocks(30)
    now += timedelta(seconds=5)
    status.compare_clocks(18.5)
    running = asyncio.create_task(delivery.run(lambda wanted: Batch({}, {}, frozenset(), wanted.all_entries)))
    await until(lambda: "exchange" in kafka.latest.get(STATUS.name, {}))
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert kafka.latest[STATUS.name]["exchange"]["delay_ms"] == 11_500
