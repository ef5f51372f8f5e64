"""A club subgraph that is served by itself streams over server-sent events."""

import asyncio
import json
import socket
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Any

import httpx
import pytest

from furlong.serve.http_server import serving
from subgraphs.club.membership.membership import MembershipKind
from subgraphs.club.updates import ClubUpdates
from subgraphs.kit.graphql import subscriptions
from subgraphs.kit.graphql.callers import DEVELOPMENT
from subgraphs.kit.live.watches import customer_key
from tests.support.subgraphs.club_fixture import ClubFixture, make_token, session
from tests.support.subgraphs.club_samples import BRAND, CUSTOMER, NOW, OWNER

FOLLOW = "subscription ($b: ID!) { clubUpdated(brand: $b) { version club { membership { optedIn } } } }"
ACCEPT = {"accept": "text/event-stream"}
BODY = {"query": FOLLOW, "variables": {"b": BRAND}}


def updates(club_fixture: ClubFixture) -> ClubUpdates:
    """What drives the fixture's streams."""
    club_updates: ClubUpdates = club_fixture.club.make_context.keywords["updates"]  # type: ignore[attr-defined]  # a partial
    return club_updates


@asynccontextmanager
async def served(club_fixture: ClubFixture) -> AsyncIterator[httpx.AsyncClient]:
    """The club subgraph on a port of its own."""
    listener = socket.create_server(("127.0.0.1", 0))
    async with serving(club_fixture.club.http_app(DEVELOPMENT), listener):
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        async with httpx.AsyncClient(base_url=url, timeout=60) as client:
            yield client


async def events(response: httpx.Response) -> AsyncGenerator[tuple[str, Any], None]:
    """The events of a stream: their names and data; heartbeats are named so."""
    name = ""
    async for line in response.aiter_lines():
        if line == ":":
            yield "heartbeat", None
        elif line.startswith("event:"):
            name = line.removeprefix("event:").strip()
        elif line.startswith("data:"):
            text = line.removeprefix("data:").strip()
            yield name, json.loads(text) if text else None


async def next_event(stream: AsyncIterator[tuple[str, Any]]) -> tuple[str, Any]:
    """The next event that is no heartbeat."""
    while (event := await anext(stream))[0] == "heartbeat":
        continue
    return event


@pytest.fixture
async def northbet(club_fixture: ClubFixture) -> ClubFixture:
    """The subgraphs with a customer; streams do not pause between events."""
    object.__setattr__(updates(club_fixture).settings, "interval_seconds", 0.0)
    await club_fixture.add_northbet(CUSTOMER)
    return club_fixture


async def test_a_change_is_sent_and_a_client_that_goes_away_leaves_nothing(
    northbet: ClubFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between events there are heartbeats, so that a lost connection is noticed."""
    monkeypatch.setattr(subscriptions, "HEARTBEAT_SECONDS", 0.02)
    watches = updates(northbet).bus.watches
    async with served(northbet) as client:
        async with client.stream("POST", "/graphql", json=BODY, headers=session() | ACCEPT) as response:
            assert response.headers["content-type"].startswith("text/event-stream")
            async with aclosing(events(response)) as stream:
                named = [await next_event(stream)]
                while (await anext(stream))[0] != "heartbeat":
                    continue
                await northbet.add_membership(OWNER, (MembershipKind.OPTED_IN, NOW))
                updates(northbet).bus.customers_changed([customer_key(OWNER)])
                named.append(await next_event(stream))
        clubs = [(name, data["data"]["clubUpdated"]) for name, data in named]
        assert clubs == [
            ("next", {"version": 1, "club": {"membership": {"optedIn": False}}}),
            ("next", {"version": 2, "club": {"membership": {"optedIn": True}}}),
        ]
        async with asyncio.timeout(60):
            while watches:  # noqa: ASYNC110 - closing sets no event
                await asyncio.sleep(0.01)


async def test_a_refused_subscription_is_completed(northbet: ClubFixture) -> None:
    """The reason is its only event."""
    body = {"query": FOLLOW, "variables": {"b": "southbet"}}
    async with served(northbet) as client:
        response = await client.post("/graphql", json=body, headers=session() | ACCEPT)
        (first, refused), (last, nothing) = [event async for event in events(response)]
    assert (first, last, nothing) == ("next", "complete", None)
    assert [error["extensions"]["code"] for error in refused["errors"]] == ["FORBIDDEN"]


@pytest.mark.parametrize(
    ("method", "headers", "status"),
    [
        ("POST", {"authorization": f"Bearer {make_token(exp=1)}"}, 401),
        ("GET", session(), 405),
    ],
)
async def test_no_stream_begins_without_a_session_or_by_get(
    northbet: ClubFixture, method: str, headers: dict[str, str], status: int
) -> None:
    """The status says so, as for other operations."""
    given = {"json": BODY} if method == "POST" else {"params": {"query": FOLLOW}}
    async with served(northbet) as client:
        response = await client.request(method, "/graphql", headers=headers | ACCEPT, **given)
    assert response.status_code == status
    assert response.json()["errors"]
