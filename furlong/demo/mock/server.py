"""The demo of mocked answers: the graph, GraphiQL, the page and the gallery, without Kafka and databases.

It also stands beside the demo's own graph, for GraphiQL's switch.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from graphql import GraphQLEnumType, GraphQLSchema
from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount
from starlette.types import Receive, Scope, Send

from foundation.storage.clock import SystemClock
from furlong.demo import ready_file
from furlong.demo.mock.execution import MockedGraph
from furlong.demo.mock.supergraph import NAME, supergraph_of
from furlong.demo.mock.values import HEADER, token_of
from furlong.demo.routes import DemoSession, SessionCustomer, session_route
from furlong.serve.http_server import listen, own_names_only, serving
from furlong.serve.page import DOCUMENTATION, Routes, documentation_routes, gallery_routes, page_routes
from furlong.settings import DOCUMENT_LIMITS, ServeSettings
from gateway.app import create_gateway
from gateway.feature import Core, Feature
from gateway.http.routes import Gateway
from gateway.settings import GatewaySettings
from gateway.supergraph.load import load_supergraph
from gateway.transport.memory import MemoryTransport

BRAND: Final = "northbet"
FORWARDED: Final = ("authorization", "accept-language", HEADER)


@dataclass(frozen=True, slots=True)
class MockOptions:
    """The options of `furlong demo --mock`."""

    port: int
    ready_file: Path
    seed: int = 1
    host_names: tuple[str, ...] = ()


def mocked_app(
    schema: GraphQLSchema, seed: int = 1, event_seconds: float = 5.0, docs: Iterable[BaseRoute] = ()
) -> Starlette:
    """Build the application that answers for a schema: the graph, GraphiQL, page, gallery and docs."""
    serve = ServeSettings()
    graphiql = serve.page / "graphiql"
    routes = (
        session_route(session_of(schema)),
        *page_routes(serve.page, SystemClock()),
        *gallery_routes(serve.page),
        *docs,
    )
    found = graphiql if graphiql.is_dir() else None
    return mocked_gateway(schema, seed, event_seconds, graphiql=found, features=[Routes(routes)])


def mocked_gateway(
    schema: GraphQLSchema,
    seed: int = 1,
    event_seconds: float = 5.0,
    *,
    graphiql: Path | None,
    features: Sequence[Feature] = (),
) -> Starlette:
    """Build the gateway that answers for a schema."""
    settings = GatewaySettings().with_defaults({"limits": DOCUMENT_LIMITS})
    manifest = ServeSettings().page / "documents" / "persisted-documents.json"
    ours = {
        "documents": {"manifests": (manifest,) if manifest.is_file() else ()},
        "introspection": {"permission": True},
        "observation": {"debug_in_response": True},
        "http": {"forwarded_headers": FORWARDED, "graphiql_dir": graphiql},
        "masking": {"codes": ("BAD_USER_INPUT",)},
    }
    settings = settings.model_copy(update=ours)
    graph = MockedGraph(schema, seed, event_seconds)
    transport = MemoryTransport(graph.prepare, masks_errors=True, subscribe=graph.prepare_subscription)
    return create_gateway(supergraph_of(schema), {NAME: transport}, settings, features=features)


def session_of(schema: GraphQLSchema) -> DemoSession:
    """Return a customer for each state of the club; the token says which state is wanted."""
    states = schema.type_map.get("ClubState")
    names = list(states.values) if isinstance(states, GraphQLEnumType) else []
    customers = [_customer(name, {"Club.state": name} | _membership(name)) for name in names]
    return DemoSession(brand=BRAND, customers=tuple(customers) or (_customer("anybody", {}),))


def _membership(state: str) -> dict[str, bool]:
    return {"Membership.optedIn": state != "NOT_OPTED_IN", "Membership.canOptIn": state == "NOT_OPTED_IN"}


def _customer(name: str, wanted: dict[str, object]) -> SessionCustomer:
    customer = f"mock-{name.lower().replace('_', '-')}"
    token = token_of({"sub": customer, "brand": BRAND, "mock": wanted})
    return SessionCustomer(id=customer, brand=BRAND, token=token, note=f"Mocked: {name}")


@asynccontextmanager
async def running_mock(options: MockOptions) -> AsyncIterator[ready_file.DemoFacts]:
    """Serve mocked answers for the duration of the block.

    Raises:
        OSError: The port is in use, or the ready file cannot be written.
    """
    schema = load_supergraph(ServeSettings().supergraph.read_text(encoding="utf-8")).public
    docs = documentation_routes()
    app, session = mocked_app(schema, options.seed, docs=docs), session_of(schema)
    with listen("127.0.0.1", options.port) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        facts = ready_file.DemoFacts(
            url=url,
            graphql=f"{url}/graphql",
            live=f"{url.replace('http', 'ws', 1)}/graphql",
            docs=f"{url}{DOCUMENTATION}" if docs else "",
            kafka="",
            upstream="",
            brand=session.brand,
            customers=tuple(
                ready_file.DemoCustomer(id=customer.id, token=customer.token, note=customer.note)
                for customer in session.customers
            ),
            data="",
            generation="",
        )
        async with serving(app, listener, own_names_only(options.host_names)):
            ready_file.write(options.ready_file, facts)
            try:
                yield facts
            finally:
                options.ready_file.unlink(missing_ok=True)


PATH: Final = "/demo/mocked"
END_SECONDS: Final = 1.0


class MountedMock(Feature):
    """An ASGI application with the mocked graph at `/graphql`, below its path at the demo's site.

    It builds the graph at the first request, because most runs of the demo never ask for it.
    """

    def __init__(self) -> None:
        """Build nothing yet."""
        self._graph: Starlette | None = None
        self._building = asyncio.Lock()
        self._stack = AsyncExitStack()

    def install(self, core: Core) -> None:
        """Serve it, and stop it with the site."""
        core.serve(Mount(PATH, self, name="mocked"))
        core.ending.append(self.end_streams)
        core.close_at_end(self.close)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        async with self._building:
            graph = self._graph or await self._start()
        await graph(scope, receive, send)

    def end_streams(self) -> None:
        """End subscriptions, because the demo stops."""
        if isinstance(self._graph, Gateway) and self._graph.live is not None:
            self._graph.live.shut_down(END_SECONDS)

    async def close(self) -> None:
        """Stop the graph, if it was built."""
        await self._stack.aclose()

    async def _start(self) -> Starlette:
        graph = await asyncio.to_thread(_built)
        await self._stack.enter_async_context(graph.router.lifespan_context(graph))
        self._graph = graph
        return graph


def _built() -> Starlette:
    return mocked_gateway(
        load_supergraph(ServeSettings().supergraph.read_text(encoding="utf-8")).public, graphiql=None
    )
