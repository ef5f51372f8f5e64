"""What is asked of the API beside the messages: names, the schedule, and the facts of events."""

from __future__ import annotations

import asyncio
import random

import structlog

from providers.delivery import Delivery
from providers.settings import ProviderSettings
from providers.sports_feed.api import ApiAway, FeedApi
from providers.sports_feed.feed import Feed

log = structlog.get_logger(__name__)
SIDE_BY_SIDE = 8
"""How many events are asked for at once."""

IDLE_SECONDS = 0.05


async def keep_names(
    feed: Feed, api: FeedApi, delivery: Delivery, shared: ProviderSettings, refresh_seconds: float
) -> None:
    """Ask for names and the schedule now, from time to time, and after each gap; again if that fails."""
    pause, clock = shared.first_pause_seconds, asyncio.get_running_loop().time
    while True:
        feed.names_due = False
        try:
            feed.describe(await api.descriptions())
            async for fixtures in api.schedule():
                feed.learn(fixtures, _now_ms(delivery))
                delivery.changed.set()
        except ApiAway as fault:
            feed.names_trouble, feed.names_due = str(fault), True
            log.warning("feed_names_missing", error=str(fault))
            await asyncio.sleep(pause * random.uniform(0.5, 1))  # noqa: S311 - jitter, not a secret
            pause = min(2 * pause, shared.longest_pause_seconds)
            continue
        pause = shared.first_pause_seconds
        if not feed.names_due:
            feed.names_trouble = ""
            delivery.changed.set()
        due = clock() + refresh_seconds * random.uniform(0.9, 1)  # noqa: S311 - as above
        while not feed.names_due and clock() < due:  # noqa: ASYNC110 - the feed is pure, and has no events
            await asyncio.sleep(IDLE_SECONDS)


async def look_up(feed: Feed, api: FeedApi, delivery: Delivery, shared: ProviderSettings) -> None:
    """Ask for the facts of events that are not known, or have changed, as they come."""
    pause = shared.first_pause_seconds
    while True:
        wanted = sorted(feed.unknown)[:SIDE_BY_SIDE]
        if not wanted:
            await asyncio.sleep(IDLE_SECONDS)
            continue
        feed.unknown.difference_update(wanted)  # one that changes meanwhile is asked for again
        answered = await asyncio.gather(*(_fixture(feed, api, delivery, urn) for urn in wanted))
        if all(answered):
            pause = shared.first_pause_seconds
            continue
        await asyncio.sleep(pause * random.uniform(0.5, 1))  # noqa: S311 - jitter, not a secret
        pause = min(2 * pause, shared.longest_pause_seconds)


async def _fixture(feed: Feed, api: FeedApi, delivery: Delivery, urn: str) -> bool:
    """Ask for an event; return whether there was an answer."""
    try:
        fixture = await api.fixture(urn)
    except ApiAway as fault:
        log.warning("feed_fixture_missing", sports_event=urn, error=str(fault))
        if urn in feed.books.events:
            feed.unanswered.add(urn)
            feed.unknown.add(urn)
        return False
    feed.unanswered.discard(urn)
    if fixture is None:
        feed.nameless.add(urn)
    elif urn in feed.books.events:
        changed_meanwhile = urn in feed.unknown
        feed.learn([fixture], _now_ms(delivery))
        if changed_meanwhile:
            feed.unknown.add(urn)
    delivery.changed.set()
    return True


def _now_ms(delivery: Delivery) -> int:
    return round(delivery.status.now().timestamp() * 1000)
