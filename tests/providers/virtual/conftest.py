"""A simulated provider that sends webhooks, and the adapter that follows it."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.providers.content_followers import Following, Open, opener


def is_equal(following: Following) -> bool:
    """Return whether events and markets that were told are the provider's."""
    events = following.content.state()["events"]
    fixtures = {
        f"virtual:{event['event']}": (
            event["fixture"]["name"],
            event["fixture"]["status"],
            event["fixture"]["score"],
        )
        for event in events
    }
    markets = {
        f"virtual:{market['id']}": (
            event["event"],
            market["status"],
            [(each["id"], each["status"], each["odds_milli"]) for each in market["selections"]],
        )
        for event in events
        for market in event["markets"]
    }
    return fixtures == {
        key: (body["name"], body["status"], body["score"])
        for key, body in following.latest("provider.fixture.v1").items()
    } and markets == {
        key: (
            body["sports_event_id"],
            body["status"],
            [
                (
                    each["selection_id"],
                    each["status"],
                    each["back"][0]["odds_milli"] if each["back"] else None,
                )
                for each in body["runners"]
            ],
        )
        for key, body in following.latest("provider.market.v1").items()
    }


@pytest.fixture
def following(tmp_path: Path, free_port: Callable[[], int]) -> Open:
    """A function that serves the provider, and makes what follows it."""
    listen = f"127.0.0.1:{free_port()}"
    further = {"listen": listen, "silence_seconds": 1.0, "answer_seconds": 0.5}
    opened = opener(tmp_path, "virtual", is_equal, **further)

    @asynccontextmanager
    async def with_webhooks(rate: float = 0.0, **settings: Any) -> AsyncIterator[Following]:
        async with opened(rate, f"http://{listen}/webhooks", **settings) as following:
            yield following

    return with_webhooks
