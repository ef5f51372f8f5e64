"""Subscriptions continue behind a position at any gateway, over every protocol, and lose nothing."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foundation.graphql_http.encoded_event import EncodedEvent
from furlong.serve.http_server import listen, serving
from gateway import GatewaySettings, MemoryTransport, create_gateway
from gateway.transport import Event, EventSource, SubgraphSubscription, Transport
from tests.gateway.features.subscriptions.newsroom import SDL, Newsroom, Wire
from tests.support.examples import examples
from tests.support.gateway.positioned_streams import (
    PATIENCE_SECONDS,
    PROTOCOLS,
    READERS,
    by_sse,
    continued,
)
from tests.support.unshrunk import UNSHRUNK

COUNT: Final = "subscription { count }"
ASKED: Final = {"query": COUNT}


@dataclass
class Journal:
    """What has happened, by number, of which the oldest part may be forgotten.

    Attributes:
        count: How many events there are.
        forgotten: How many of them are no longer known.
        encodes: Whether events are encoded.
        opened: The position of each subscription.
    """

    count: int = 0
    forgotten: int = 0
    encodes: bool = False
    opened: list[str | None] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def publish(self, events: int) -> None:
        """Let something happen."""
        self.count += events
        self.changed.set()

    def subscription(self, _document: str, _name: str | None) -> SubgraphSubscription:
        """Prepare a subscription."""

        async def subscribe(
            _variables: Mapping[str, Any], headers: Mapping[str, str], _session: object
        ) -> EventSource:
            position = headers.get("last-event-id")
            self.opened.append(position)
            return Followed(self, int(position or 0))

        return subscribe


class Followed:
    """The events of a journal behind a number."""

    def __init__(self, journal: Journal, behind: int) -> None:
        self.journal = journal
        self.behind = behind

    def __aiter__(self) -> Followed:
        return self

    async def __anext__(self) -> Event:
        if 0 < self.behind < self.journal.forgotten:
            code = {"code": "POSITION_TOO_OLD"}
            return {"data": None, "errors": [{"message": "too old", "extensions": code}]}
        while self.behind >= self.journal.count:
            self.journal.changed.clear()
            await self.journal.changed.wait()
        self.behind += 1
        body = {"data": {"count": self.behind}, "extensions": {"position": str(self.behind)}}
        return EncodedEvent(json.dumps(body).encode(), str(self.behind)) if self.journal.encodes else body

    async def aclose(self) -> None:
        """Stop following."""


@asynccontextmanager
async def served(feed: Transport | str, **chosen: Any) -> AsyncIterator[str]:
    """Serve a gateway over a feed, in its process or at a URL; yield its own URL."""
    transports: dict[str, Transport] = {"authors": Newsroom(Wire()).transports(trusted=True)["authors"]}
    if isinstance(feed, str):
        chosen = {"subgraph_urls": {"feed": feed}, **chosen}
    else:
        transports["feed"] = feed
    app = create_gateway(SDL, transports, GatewaySettings(**chosen))
    with listen("127.0.0.1", 0) as listener:
        async with serving(app, listener):
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/graphql"


def over(journal: Journal) -> MemoryTransport:
    """A feed in the gateway's process."""
    authors = Newsroom(Wire()).transports(trusted=True)["authors"]
    return MemoryTransport(authors.prepare_call, trusted=True, subscribe=journal.subscription)


async def read(protocol: str, url: str, position: str | None, most: int) -> list[tuple[int, str | None]]:
    """Return some counts with their positions, and disconnect."""
    found: list[tuple[int, str | None]] = []
    async with asyncio.timeout(PATIENCE_SECONDS), aclosing(READERS[protocol](url, ASKED, position)) as stream:
        async for payload, at in stream:
            found.append((payload["data"]["count"], at))
            if len(found) == most:
                break
    return found


STEPS: Final = st.lists(
    st.tuples(st.sampled_from(PROTOCOLS), st.integers(0, 1), st.integers(1, 4)), min_size=1, max_size=6
)


@given(steps=STEPS, encodes=st.booleans())
@settings(max_examples=examples(12), deadline=None, phases=UNSHRUNK)
def test_a_client_continues_at_any_gateway(steps: list[tuple[str, int, int]], *, encodes: bool) -> None:
    """Over whatever protocol it comes next; also what happened while it was not connected comes, in order."""

    async def play() -> None:
        journal = Journal(encodes=encodes)
        async with served(over(journal)) as one, served(over(journal)) as two:
            position, expected = None, 1
            for protocol, place, most in steps:
                journal.publish(most)
                found = await read(protocol, (one, two)[place], position, most)
                assert found == [(number, str(number)) for number in range(expected, expected + most)]
                position, expected = found[-1][1], expected + most
            assert journal.opened[0] is None

    asyncio.run(play())


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("downstream", PROTOCOLS)
async def test_a_subgraph_over_http_continues(protocol: str, downstream: str) -> None:
    """Its position comes as the id of an event or in `extensions`, and goes back as it expects it."""
    journal = Journal()
    async with served(over(journal)) as subgraph:
        chosen = {"subscriptions": {"protocols": {"*": protocol}}}
        async with served(subgraph, **chosen) as outer:
            journal.publish(5)
            first = await read(downstream, outer, None, 2)
            assert first == [(1, "1"), (2, "2")]
            assert await read(downstream, outer, "2", 3) == [(3, "3"), (4, "4"), (5, "5")]
    assert journal.opened == [None, "2"]


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_a_position_that_is_too_old_is_told(protocol: str) -> None:
    """With a code, and to a browser with an id by which it begins anew when it connects again by itself."""
    journal = Journal(count=9, forgotten=5)
    async with served(over(journal)) as url:
        async with asyncio.timeout(PATIENCE_SECONDS):
            answers = [answer async for answer in READERS[protocol](url, ASKED, "2")]
        (payload, at), *rest = answers
        assert payload["errors"][0]["extensions"]["code"] == "POSITION_TOO_OLD"
        assert "data" not in payload
        assert rest == []
        assert at == ("" if protocol == "sse" else None)
        assert await read(protocol, url, "5", 1) == [(6, "6")]


@pytest.mark.parametrize("sent", ["x" * 257, "caf\u00e9", "a\tb"])
async def test_what_cannot_be_a_position_is_refused(sent: str) -> None:
    """Before anything is asked of a subgraph."""
    journal = Journal(count=1)
    async with served(over(journal)) as url, httpx.AsyncClient(timeout=PATIENCE_SECONDS) as client:
        headers = [(b"accept", b"text/event-stream"), (b"last-event-id", sent.encode("latin-1"))]
        answer = await client.get(url, params={"query": COUNT}, headers=headers)
        assert "INVALID_POSITION" in answer.text
        answer = await client.post(url, json=continued(ASKED, sent), headers={"accept": MIXED})
        assert "extensions.position" in answer.text
    assert journal.opened == []


MIXED: Final = 'multipart/mixed;subscriptionSpec="1.0", application/json'


@pytest.mark.parametrize("position", [5, "", "x" * 257, "a\nid: b", None, ["1"]])
async def test_a_subgraphs_impossible_position_is_left_out(position: object) -> None:
    """It could write further lines into a stream of events."""
    body = {"data": {"count": 1}, "extensions": {"position": position, "other": 1}}

    async def events() -> AsyncGenerator[dict[str, Any]]:
        yield body

    async def subscribe(*_: object) -> Any:
        return events()

    authors = Newsroom(Wire()).transports(trusted=True)["authors"]
    feed = MemoryTransport(authors.prepare_call, subscribe=lambda *_: subscribe)
    async with served(feed) as url:
        assert [answer async for answer in by_sse(url, ASKED, None)] == [({"data": {"count": 1}}, None)]


async def test_costs_and_positions_stand_side_by_side() -> None:
    """A client that asks for the cost of its responses can continue, too."""
    journal = Journal(count=1, encodes=True)
    chosen = {"cost": {"in_response": True}}
    async with served(over(journal), **chosen) as url, httpx.AsyncClient(timeout=PATIENCE_SECONDS) as client:
        headers = {"accept": MIXED, "graphql-cost": "1"}
        async with client.stream("POST", url, json=ASKED, headers=headers) as response:
            async for line in response.aiter_lines():
                if line.startswith('{"payload"'):
                    extensions = json.loads(line)["payload"]["extensions"]
                    break
    assert extensions["position"] == "1"
    assert extensions["cost"]["actual"] >= 1
