"""Pages that follow events, and what they show after each update."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import orjson

from foundation.graphql_http.encoded_event import EncodedEvent
from subgraphs.events.book.followed import Follower
from subgraphs.kit.graphql.app import Subgraph
from subgraphs.kit.graphql.subscriptions import Events
from tests.support.subgraphs.club_fixture import session

BRAND: Final = "northbet"
PATIENCE: Final = 180


class Selected(NamedTuple):
    """What a page selects of events.

    Attributes:
        fields: Those of an event, with its id.
        updates: Those of an update, beside `events` with these fields.
        more: What `updates` selects of events besides.
        fragments: Their definitions.
        variables: Their values; they have the types `Int!` or `Boolean!`.
    """

    fields: str
    updates: str = "position image"
    more: str = ""
    fragments: str = ""
    variables: Mapping[str, Any] = MappingProxyType({})

    @property
    def _declared(self) -> str:
        types = {bool: "Boolean!", int: "Int!"}
        return "".join(f", ${name}: {types[type(value)]}" for name, value in self.variables.items())

    @property
    def subscription(self) -> str:
        """Return the subscription."""
        return (
            f"subscription ($brand: ID!, $ids: [ID!]!, $after: String{self._declared}) {{"
            " live: eventsUpdated(brand: $brand, ids: $ids, after: $after) {"
            f" events {{ {self.fields} }} {self.updates} }} }} {self.fragments}"
        )

    @property
    def query(self) -> str:
        """Return the query of one event."""
        fields = f"{self.fields} {self.more}"
        return f'query ($id: ID!{self._declared}) {{ event(brand: "{BRAND}", id: $id) {{ {fields} }} }}'


MARKETS: Final = Selected(
    "id name status markets { id status selections { id status odds { milli display changedAt } } }"
)


def followers(subgraph: Subgraph) -> set[Follower]:
    """Return who follows events in a subgraph."""
    lanes = subgraph.book.renewal.lanes.values()
    return {follower for lane in lanes for event in lane.events.values() for follower in event.followers}


@dataclass
class Page:
    """A page that follows events.

    Attributes:
        shown: The JSON of each event that it shows, by its id.
        position: That of the last update.
        images: How many updates were images.
        counts: How many events each update had.
        faults: The errors of updates.
    """

    subgraph: Subgraph
    ids: list[str]
    selected: Selected = MARKETS
    headers: dict[str, str] = field(default_factory=dict)
    shown: dict[str, str] = field(default_factory=dict)
    position: str | None = None
    images: int = 0
    counts: list[int] = field(default_factory=list)
    faults: list[Any] = field(default_factory=list)
    _events: Events | None = None
    _next: asyncio.Task[Any] | None = None
    _follower: Follower | None = None

    @property
    def is_open(self) -> bool:
        """Return whether it follows the events now."""
        return self._events is not None

    async def open(self, *, by_header: bool = False) -> None:
        """Follow the events, from where it was, and take the first updates."""
        headers = session(None) | self.headers
        variables: dict[str, Any] = {"brand": BRAND, "ids": self.ids, **self.selected.variables}
        if by_header and self.position is not None:
            headers["last-event-id"] = self.position
        else:
            variables["after"] = self.position
        before = followers(self.subgraph)
        subscribe = self.subgraph.prepare_subscription(self.selected.subscription, None)
        self._events = await subscribe(variables, headers)
        self._next = asyncio.ensure_future(anext(self._events))
        async with asyncio.timeout(PATIENCE):
            while not self._next.done() and not followers(self.subgraph) - before:  # noqa: ASYNC110 - two ends
                await asyncio.sleep(0.001)
        self._follower = next(iter(followers(self.subgraph) - before), None)
        await self.take()

    async def take(self) -> int:
        """Take all updates that are there, and return how many there were."""
        taken = 0
        while self._events is not None:
            if self._next is None:
                self._next = asyncio.ensure_future(anext(self._events))
            async with asyncio.timeout(PATIENCE):
                while not self._next.done() and not self._waits():  # noqa: ASYNC110 - the same
                    await asyncio.sleep(0.001)
            if not self._next.done():
                break
            assert not isinstance(self._next.exception(), StopAsyncIteration), self.faults
            update, self._next = self._next.result(), None
            self._show(update)
            taken += 1
        return taken

    def _waits(self) -> bool:
        follower = self._follower
        if follower is None or follower.waiter is None:
            return False
        return not follower.waiter.done() and not follower.dirty

    def _show(self, update: Any) -> None:
        body = update
        if isinstance(update, EncodedEvent):
            body = orjson.loads(update.content)
            assert body["extensions"] == {"position": update.position}
            assert body["data"]["live"]["position"] == update.position
        if "errors" in body:
            self.faults += body["errors"]
        if body["data"] is None:
            return
        told = body["data"]["live"]
        self.position = told["position"]
        self.counts.append(len(told["events"]))
        if told["image"]:
            self.images += 1
            self.shown = {}
        for event in told["events"]:
            self.shown[event["id"]] = json.dumps(event)

    async def close(self) -> None:
        """Follow nothing any more, as a page whose connection broke."""
        events, waiting = self._events, self._next
        self._events = self._next = self._follower = None
        if waiting is not None:
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
        if events is not None:
            await events.aclose()
