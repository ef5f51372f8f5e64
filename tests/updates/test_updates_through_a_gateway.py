"""The club's updates through a gateway that reaches the subgraph over HTTP, with signed requests."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from furlong.serve.http_server import serving
from gateway import GatewaySettings, MemoryTransport, create_gateway
from subgraphs.club.membership.membership import MembershipKind
from subgraphs.club.updates import ClubUpdates
from subgraphs.kit.graphql.callers import Callers
from subgraphs.kit.live.watches import customer_key
from subgraphs.kit.settings import CallerSettings
from tests.gateway.features.subscriptions.newsroom import body, subscribed
from tests.support.gateway.scripted_calls import soon
from tests.support.gateway.signing import key_text, secret
from tests.support.subgraphs.club_fixture import ClubFixture, session
from tests.support.subgraphs.club_samples import BRAND, CUSTOMER, NOW, OWNER

SUPERGRAPH = Path(__file__).parents[2] / "schema.public.graphql"
FOLLOW = "subscription ($b: ID!) { clubUpdated(brand: $b) { version club { membership { optedIn } } } }"
KEY = secret("gateway-1")


def updates(club_fixture: ClubFixture) -> ClubUpdates:
    """What drives the fixture's streams."""
    club_updates: ClubUpdates = club_fixture.club.make_context.keywords["updates"]  # type: ignore[attr-defined]  # a partial
    return club_updates


@pytest.fixture
async def northbet(club_fixture: ClubFixture) -> ClubFixture:
    """The subgraphs with a customer; streams do not pause between events."""
    object.__setattr__(updates(club_fixture).settings, "interval_seconds", 0.0)
    await club_fixture.add_northbet(CUSTOMER)
    return club_fixture


@asynccontextmanager
async def gateway(club_fixture: ClubFixture, key: dict[str, str]) -> AsyncIterator[Any]:
    """A gateway with a key, before a club subgraph that knows `KEY`."""
    callers = Callers.of(CallerSettings(gateway_keys=SecretStr(key_text(KEY))), "club")
    listener = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}/graphql"
    settings = GatewaySettings(
        subgraph_urls={"club": url},
        signatures={"keys": SecretStr(key_text(key))},
        forwarded_headers=("authorization",),
        subgraph_error_codes=("FORBIDDEN",),
        connect_seconds=10.0,
        total_seconds=20.0,
    )
    async with serving(club_fixture.club.http_app(callers), listener):
        others = {name: MemoryTransport(unused) for name in ("rewards", "progress")}
        yield create_gateway(SUPERGRAPH.read_text(), others, settings)


def unused(_document: str, _name: str | None) -> Any:
    """Fail: no subgraph besides the club may be asked."""
    raise AssertionError("only the club is asked")


async def test_changes_reach_the_client_and_its_end_the_subgraph(northbet: ClubFixture) -> None:
    """As server-sent events, signed for this subgraph, with the customer's own token."""
    async with gateway(northbet, KEY) as app:
        stream = await subscribed(app, FOLLOW, session(), variables={"b": BRAND})
        seen = [body(await asyncio.wait_for(anext(aiter(stream)), 30))]
        await northbet.add_membership(OWNER, (MembershipKind.OPTED_IN, NOW))
        updates(northbet).bus.customers_changed([customer_key(OWNER)])
        seen.append(body(await asyncio.wait_for(anext(aiter(stream)), 30)))
        await stream.aclose()
        await soon(lambda: not updates(northbet).bus.watches)
    memberships = [each["data"]["clubUpdated"]["club"]["membership"]["optedIn"] for each in seen]
    assert memberships == [False, True]


async def test_a_stranger_gets_no_stream(northbet: ClubFixture) -> None:
    """A gateway with another key is not answered, and the client learns no reason."""
    async with gateway(northbet, secret("gateway-1", "x")) as app:
        with pytest.raises(Exception, match="could not be reached") as refused:
            await subscribed(app, FOLLOW, session(), variables={"b": BRAND})
    assert getattr(refused.value, "code", None) == "SUBGRAPH_UNREACHABLE"


async def test_what_the_subgraph_refuses_is_told(northbet: ClubFixture) -> None:
    """With its own code, as the first response."""
    async with gateway(northbet, KEY) as app:
        stream = await subscribed(app, FOLLOW, session(), variables={"b": "southbet"})
        (only,) = [body(each) async for each in stream]
    assert [error["extensions"]["code"] for error in only["errors"]] == ["FORBIDDEN"]
