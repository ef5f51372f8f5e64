"""A newsroom: one subgraph publishes articles, another one knows their authors."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
from graphql import ExecutionResult, GraphQLError, GraphQLSchema, build_schema, execute, parse, subscribe
from starlette.applications import Starlette

from gateway import GatewaySettings, MemoryTransport, create_gateway
from gateway.http.client import AsgiClient
from gateway.http.headers import combined
from gateway.http.request import ReceivedRequest
from gateway.pipeline.sessions import Authenticate, Sessions
from gateway.pipeline.stages import Response, ResponseStream
from gateway.transport import EventSource, SubgraphOperation, SubgraphSubscription
from tests.gateway.plans import joined

SDL: Final = joined(
    """
    type Query @join__type(graph: FEED) @join__type(graph: AUTHORS) {
      latest: Article @join__field(graph: FEED)
    }
    type Subscription @join__type(graph: FEED) {
      published(topic: String): Article @join__field(graph: FEED)
      everything: [Article!]! @join__field(graph: FEED)
      count: Int! @join__field(graph: FEED)
    }
    type Article @join__type(graph: FEED, key: "id") @join__type(graph: AUTHORS, key: "id") {
      id: ID!
      headline: String! @join__field(graph: FEED)
      author: Author @join__field(graph: AUTHORS)
      rating: Int! @join__field(graph: AUTHORS)
    }
    type Author @join__type(graph: AUTHORS) { name: String! }
    """,
    "feed",
    "authors",
).replace("query: Query", "query: Query subscription: Subscription")

FEED: Final = build_schema(
    """
    type Query { latest: Article }
    type Subscription { published(topic: String): Article everything: [Article!]! count: Int! }
    type Article { id: ID! headline: String! }
    """
)
AUTHORS: Final = build_schema(
    """
    scalar _Any
    union _Entity = Article
    type Query { _entities(representations: [_Any!]!): [_Entity]! }
    type Article { id: ID! author: Author rating: Int! }
    type Author { name: String! }
    """
)


@dataclass
class Newsroom:
    """The subgraphs, with what they were asked.

    Attributes:
        events: Makes the source of a subscription.
        calls: Variables of each call of the authors.
        opened: Variables and headers of each subscription.
        closed: How many sources were closed.
        ratings: By article, if it is not 5.
    """

    events: Callable[[Mapping[str, Any]], AsyncIterator[Any]]
    calls: list[Mapping[str, Any]] = field(default_factory=list)
    opened: list[tuple[Mapping[str, Any], Mapping[str, str], object]] = field(default_factory=list)
    closed: int = 0
    ratings: dict[str, int | None] = field(default_factory=dict)

    def transports(self, *, trusted: bool = False) -> dict[str, MemoryTransport]:
        """The transports of both."""
        return {
            "feed": MemoryTransport(self._calling(FEED), trusted=trusted, subscribe=self._subscribing),
            "authors": MemoryTransport(self._calling(AUTHORS), trusted=trusted),
        }

    def app(
        self,
        *,
        authenticate: Authenticate | None = None,
        expires_of: Callable[[object], float | None] | None = None,
        customer_of: Callable[[object], str | None] | None = None,
        **settings: Any,
    ) -> Starlette:
        """A gateway over both."""
        return create_gateway(
            SDL,
            self.transports(),
            GatewaySettings(**settings),
            sessions=Sessions(authenticate, customer_of=customer_of, expires_of=expires_of),
        )

    def _calling(self, schema: GraphQLSchema) -> Callable[[str, str | None], SubgraphOperation]:
        def prepare(document: str, _name: str | None) -> SubgraphOperation:
            parsed = parse(document)

            async def call(
                variables: Mapping[str, Any], _headers: Mapping[str, str], _session: object
            ) -> Mapping[str, Any]:
                self.calls.append(variables)
                root = {"_entities": self._entities, "latest": {"id": "0", "headline": "Old"}}
                result = execute(
                    schema,
                    parsed,
                    root,
                    variable_values=dict(variables),
                    type_resolver=lambda *_: "Article",
                )
                assert isinstance(result, ExecutionResult)
                return dict(result.formatted)

            return call

        return prepare

    def _entities(self, _info: Any, representations: list[Mapping[str, Any]]) -> list[Any]:
        return [
            {
                "id": representation["id"],
                "author": {"name": f"Author of {representation['id']}"},
                "rating": self.ratings.get(representation["id"], 5),
            }
            for representation in representations
        ]

    def _subscribing(self, document: str, _name: str | None) -> SubgraphSubscription:
        parsed = parse(document)

        async def subscribed(
            variables: Mapping[str, Any], headers: Mapping[str, str], session: object
        ) -> EventSource:
            self.opened.append((variables, headers, session))
            result = await made_awaitable(
                subscribe(
                    FEED,
                    parsed,
                    variable_values=dict(variables),
                    subscribe_field_resolver=lambda *_, **given: self.events(given),
                )
            )
            return Formatted(result, self)

        return subscribed


async def made_awaitable(value: Any) -> Any:
    """The value, awaited if it must be."""
    return await value if asyncio.iscoroutine(value) else value


class Formatted:
    """The results of graphql-core as a gateway's source."""

    def __init__(self, results: Any, newsroom: Newsroom) -> None:
        self.results = results
        self.newsroom = newsroom

    def __aiter__(self) -> Formatted:
        return self

    async def __anext__(self) -> Mapping[str, Any]:
        if isinstance(self.results, ExecutionResult):
            refused, self.results = self.results, _nothing()
            return dict(refused.formatted)
        result = await anext(self.results)
        return dict(result.formatted)

    async def aclose(self) -> None:
        """End the source."""
        self.newsroom.closed += 1
        if not isinstance(self.results, ExecutionResult):
            await self.results.aclose()


async def _nothing() -> AsyncIterator[Any]:
    nothing: tuple[Any, ...] = ()
    for each in nothing:
        yield each


def articles(*numbers: int) -> Callable[[Mapping[str, Any]], AsyncIterator[Any]]:
    """Sources that publish some articles and end."""

    async def source(_arguments: Mapping[str, Any]) -> AsyncIterator[Any]:
        for number in numbers:
            article = {"id": str(number), "headline": f"News {number}"}
            yield {"published": article, "everything": [article], "count": number}

    return source


def failing(message: str) -> Callable[[Mapping[str, Any]], AsyncIterator[Any]]:
    """Sources that refuse everybody."""

    def source(_arguments: Mapping[str, Any]) -> AsyncIterator[Any]:
        raise GraphQLError(message, extensions={"code": "NO_NEWS"})

    return source


class Wire:
    """A wire on which a test sends articles; each source gets all that come after it was made."""

    def __init__(self) -> None:
        self.queues: list[asyncio.Queue[Any]] = []

    def __call__(self, _arguments: Mapping[str, Any]) -> AsyncIterator[Any]:
        """A source."""
        queue: asyncio.Queue[Any] = asyncio.Queue()
        self.queues.append(queue)
        return self._events(queue)

    async def _events(self, queue: asyncio.Queue[Any]) -> AsyncIterator[Any]:
        while True:
            event = await queue.get()
            if event is None:
                return
            if isinstance(event, Exception):
                raise event
            yield event

    def send(self, number: int) -> None:
        """Publish an article."""
        article = {"id": str(number), "headline": f"News {number}"}
        self.put({"published": article, "everything": [article], "count": number})

    def put(self, event: Any) -> None:
        """Send anything; None ends the sources, an exception breaks them."""
        for queue in self.queues:
            queue.put_nowait(event)


def request(query: str, headers: Mapping[str, str] | None = None, **body: Any) -> ReceivedRequest:
    """A POST as the endpoint receives it."""

    async def never(*_: Any) -> Any:
        await asyncio.Event().wait()

    given = {"content-type": "application/json"} | dict(headers or {})
    raw = [(name.encode(), value.encode()) for name, value in given.items()]
    forwarded = {name: value for name, value in given.items() if name == "authorization"}
    content = orjson.dumps({"query": query, **body})
    client = AsgiClient(never, never, address="127.0.0.1")
    return ReceivedRequest(client, combined(raw), forwarded, 100_000, content)


async def subscribed(
    app: Starlette, query: str, headers: Mapping[str, str] | None = None, **body: Any
) -> ResponseStream:
    """The stream of a subscription through the whole pipeline of a gateway."""
    stream: ResponseStream = await app._graph.current.endpoint.pipeline.stream(  # type: ignore[attr-defined]
        request(query, headers, **body)
    )
    return stream


async def bodies(stream: ResponseStream) -> list[Any]:
    """All responses, decoded."""
    return [body(each) async for each in stream]


def body(response: Response) -> Any:
    """A response, decoded."""
    return orjson.loads(response.content)
