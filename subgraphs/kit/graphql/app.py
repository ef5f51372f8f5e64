"""A running subgraph: called in process by the gateway, or over HTTP as a separate server."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, Protocol

from fastapi import FastAPI, Response
from graphql import ExecutionResult
from prometheus_client import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from foundation.dependencies import RECORDED, uncover
from foundation.graphql_http import GraphQLRequest, MethodNotAllowed
from foundation.graphql_http.positions import LAST_EVENT_ID
from foundation.signatures.asgi import SignedRequests
from foundation.storage.clock import Clock
from foundation.storage.database import Database
from foundation.storage.rehearsal import rehearsal_marks
from foundation.storage.tracing import TRACEPARENT, follow_request
from foundation.tracing import Tracing
from jit.codegen import BUDGET, BudgetSpent, ResponseBudget
from subgraphs.kit.auth import Authenticator, RequestIdentity, SessionVerifier, authenticator_of
from subgraphs.kit.graphql.callers import Callers, too_large
from subgraphs.kit.graphql.context import RequestContext
from subgraphs.kit.graphql.http import BODY_BYTES, Answer, GraphQLRoute, until_deadline
from subgraphs.kit.graphql.observation import SubgraphMetrics, TracedRequests
from subgraphs.kit.graphql.operations import Operations, PreparedOperation, answer_of, failed
from subgraphs.kit.graphql.schema_building import SubgraphSchema
from subgraphs.kit.graphql.subscriptions import Events, Subscriptions, event_stream
from subgraphs.kit.live.rereading import ReadStates
from subgraphs.kit.reads.stale_cache import StaleCache
from subgraphs.kit.settings import Execution

MakeContext = Callable[..., RequestContext]
"""Creates a context for an identity; see `RequestContext` for its other fields."""

OPEN_PATHS: Final = frozenset({"/health", "/ready", "/metrics"})
"""The paths that anybody may request."""


class Call(Protocol):
    """A prepared operation of a subgraph in this process: see `Subgraph.prepare`."""

    def __call__(
        self, variables: Mapping[str, Any], headers: Mapping[str, str], session: object = None, /
    ) -> Awaitable[dict[str, Any]]:
        """Execute the operation."""
        ...


class Subscribe(Protocol):
    """A prepared subscription of a subgraph in this process: see `Subgraph.prepare_subscription`."""

    def __call__(
        self, variables: Mapping[str, Any], headers: Mapping[str, str], session: object = None, /
    ) -> Awaitable[Events]:
        """Subscribe."""
        ...


@dataclass(frozen=True, slots=True)
class Subgraph:
    """A subgraph with everything that its requests need.

    Attributes:
        closing: Closes all resources besides the database.
        caches: The caches of public data.
        execution: Compiled, or interpreted by Strawberry.
        records_reads: Whether its resolvers depend on nothing that is not recorded: on the request, rows and
            public data of the kit's readers, and on time as `RequestContext` and public data tell it. Then a
            gateway in this process may give a kept answer again.
        stored: Reads what it has stored under watched keys, to find changes of which no notice arrived; None
            if no stream shows any of it.
        book: What follows topics in memory; the block's `tail` brings it their records. None if nothing does.
        operations: The operations of the schema.
        subscriptions: Its subscriptions.
    """

    name: str
    schema: SubgraphSchema
    verifier: SessionVerifier
    make_context: MakeContext
    database: Database
    clock: Clock
    closing: tuple[Callable[[], Awaitable[None]], ...] = ()
    caches: tuple[StaleCache[Any], ...] = ()
    execution: Execution = "compiled"
    records_reads: bool = False
    stored: ReadStates | None = None
    book: Any = None
    operations: Operations = field(init=False, repr=False)
    subscriptions: Subscriptions = field(init=False, repr=False)
    authenticator: Authenticator = field(init=False, repr=False)
    _make_trusting_context: MakeContext = field(init=False, repr=False)

    def __post_init__(self) -> None:
        operations = Operations(self.schema, compiled=self.execution == "compiled")
        object.__setattr__(self, "operations", operations)  # derived from the other fields of a frozen class
        # Strawberry gives its graphql-core schema by no other name.
        object.__setattr__(self, "subscriptions", Subscriptions(self.schema._schema))  # noqa: SLF001
        object.__setattr__(self, "authenticator", authenticator_of(self.verifier, self.clock))
        object.__setattr__(self, "_make_trusting_context", partial(self.make_context, trusts_caller=True))

    def changed(self, brand: str) -> None:
        """Announce that public data of a brand is about to change, or has just changed."""
        for cache in self.caches:
            cache.changed(brand)

    async def renew(self) -> None:
        """Read all public data in memory again.

        Raises:
            DatabaseAway: The database cannot be read.
            SQLAlchemyError: The same.
            OSError: The database cannot be read.
        """
        for cache in self.caches:
            await cache.renew()

    def prepare(self, document: str, operation_name: str | None) -> Call:
        """Prepare an operation for any number of calls in this process.

        Args:
            document: The document; calls report what is wrong with it.
            operation_name: Which operation of the document.

        Returns:
            A function of variables, as JSON values; of headers, with lower-case names, of which
            `authorization`, `accept-language` and `traceparent` are read; and of the session. It returns a
            new dict, with `data` and `errors` as in GraphQL over HTTP, and never raises, whatever goes wrong.
            If the session is a `RequestIdentity`, the gateway has verified the token already: see
            `Authenticator`. Any other session is ignored.
        """
        prepared = self.operations.compiled(document, operation_name)
        return self._interpreting(document, operation_name) if prepared is None else self._calling(prepared)

    def _calling(self, prepared: PreparedOperation) -> Call:
        """Return the call of a prepared operation."""
        make_context = self._make_trusting_context
        authenticate_cached = self.authenticator.authenticate_cached
        authenticate = self.authenticator.authenticate
        clock = self.clock

        async def call(
            variables: Mapping[str, Any], headers: Mapping[str, str], session: Any = None, /
        ) -> dict[str, Any]:
            try:
                identity = session
                if identity.__class__ is not RequestIdentity:
                    identity = authenticate_cached(headers) or await authenticate(headers)
                follow_request(headers.get(TRACEPARENT))
                context, recorded = make_context(identity), RECORDED.get()
                if recorded is not None:
                    context.pending_reads = recorded.join(clock, identity.now)
                result = prepared.execute(None, context, variables)
                if not isinstance(result, ExecutionResult):
                    result = await result
            except Exception as error:  # noqa: BLE001 - a fault is masked and logged
                return answer_of(failed(error))
            return answer_of(result) if result.errors else {"data": result.data}

        return call

    def _interpreting(self, document: str, operation_name: str | None) -> Call:
        """Return the call of an operation that cannot be prepared."""

        async def call(
            variables: Mapping[str, Any], headers: Mapping[str, str], _session: object = None, /
        ) -> dict[str, Any]:
            uncover()  # what an interpreted operation reads is not recorded
            try:
                operation = GraphQLRequest(document, operation_name, dict(variables))
                context = self._make_trusting_context(await self.authenticator.authenticate(headers))
                follow_request(headers.get(TRACEPARENT))
                answer = await self.operations.interpret(operation, context)
            except Exception as error:  # noqa: BLE001 - a fault is masked and logged
                return answer_of(failed(error))
            return answer.body if "data" in answer.body else {"data": None} | answer.body

        return call

    def prepare_subscription(self, document: str, operation_name: str | None) -> Subscribe:
        """Prepare a subscription for any number of calls in this process.

        Args:
            document: The document; its first event reports what is wrong with it.
            operation_name: Which operation of the document.

        Returns:
            A function with the same arguments as that of `prepare`, which yields the events. The headers must
            have the token of the session as long as the subscription lasts: each event is authenticated
            again.
        """
        prepared = self.subscriptions.prepared(document, operation_name)

        async def subscribe(
            variables: Mapping[str, Any], headers: Mapping[str, str], session: object = None, /
        ) -> Events:
            try:
                known = session if isinstance(session, RequestIdentity) else None
                identity = known or await self.authenticator.authenticate(headers)
                context = self._make_trusting_context(identity)
            except Exception as error:  # noqa: BLE001 - a fault is masked and logged
                return Events(failed(error))
            context.renew = partial(self.authenticator.renew, identity, headers)
            context.last_position = headers.get(LAST_EVENT_ID)
            return await prepared.start(variables, context)

        return subscribe

    @property
    def has_subscriptions(self) -> bool:
        """Return whether it can be subscribed to."""
        return self.schema._schema.subscription_type is not None  # noqa: SLF001 - as above

    async def execute(
        self,
        query: str,
        variables: Mapping[str, Any],
        operation_name: str | None,
        headers: Mapping[str, str],
    ) -> dict[str, Any]:
        """Run one operation in this process, which is prepared and cached."""
        prepared = self.operations.prepared(query, operation_name)
        call = self._interpreting(query, operation_name) if prepared is None else self._calling(prepared)
        return await call(variables, headers)

    def http_app(
        self,
        callers: Callers,
        tracing: Tracing | None = None,
        collectors: Iterable[Collector] = (),
        running: Iterable[AbstractAsyncContextManager[None]] = (),
        last: Callable[[], Awaitable[None]] | None = None,
    ) -> FastAPI:
        """Return the subgraph as a server of its own, with `/graphql`, `/health`, `/ready` and `/metrics`.

        It determines itself who may take part: a representation can only restrict that.

        Args:
            callers: Who may call it.
            tracing: Records traces of requests; None for no traces.
            collectors: Further metrics.
            running: What runs while it is served; the first is left last.
            last: Called when everything else is closed.
        """
        nonces = callers.nonces
        metrics = SubgraphMetrics() if nonces is None else SubgraphMetrics(lambda: nonces.failures)
        for collector in collectors:
            metrics.registry.register(collector)

        async def run(graphql_request: GraphQLRequest, headers: Mapping[str, str]) -> Answer:
            callers.check(graphql_request)
            BUDGET.set(ResponseBudget(callers.limits.answer_places))
            prepared = self.operations.prepared(graphql_request.query, graphql_request.operation_name)
            context = await self._context(headers)
            if prepared is None or (graphql_request.read_only and not prepared.is_query):
                return await self.operations.interpret(graphql_request, context)
            work = prepared.run(graphql_request.variables, context)
            try:
                # A mutation is not interrupted, because its outcome would be unknown.
                return await (until_deadline(work, headers) if prepared.is_query else work)
            except BudgetSpent:
                raise too_large(callers.limits.answer_bytes) from None

        async def alive() -> dict[str, str]:
            return {"status": "alive"} | rehearsal_marks(self.clock)

        async def measurements() -> Response:
            return Response(metrics.exposition(), media_type=CONTENT_TYPE_LATEST)

        measured = metrics.measured(run)
        graphql = GraphQLRoute(
            measured if tracing is None else TracedRequests(measured, tracing),
            partial(self._stream, callers) if self.has_subscriptions else None,
            answer_bytes=callers.limits.answer_bytes,
        )
        app = FastAPI(
            title=f"Furlong subgraph {self.name}",
            lifespan=lambda _: self._served(callers, running, last),
            openapi_url=None,
        )
        app.add_api_route("/graphql", graphql.post, methods=["POST"])
        app.add_api_route("/graphql", graphql.get, methods=["GET"])
        app.add_api_route("/health", alive, methods=["GET"])
        app.add_api_route("/ready", self._ready, methods=["GET"])
        app.add_api_route("/metrics", measurements, methods=["GET"])
        if callers.verifier is not None:
            app.add_middleware(
                SignedRequests,
                verifier=callers.verifier,
                body_bytes=BODY_BYTES,
                open_paths=OPEN_PATHS,
                shared=nonces,
                refused=metrics.refused,
            )
        return app

    @asynccontextmanager
    async def _served(
        self,
        callers: Callers,
        running: Iterable[AbstractAsyncContextManager[None]],
        last: Callable[[], Awaitable[None]] | None,
    ) -> AsyncIterator[None]:
        """Follow the keys of sessions, and run what runs beside; close everything at the end."""
        async with AsyncExitStack() as stack:
            if last is not None:
                stack.push_async_callback(last)
            stack.push_async_callback(self.close)
            if callers.nonces is not None:
                stack.push_async_callback(callers.nonces.close)
            stack.push_async_callback(self.verifier.close)
            await self.verifier.start()
            for manager in running:
                await stack.enter_async_context(manager)
            yield

    async def ready(self) -> bool:
        """Return whether the database answers."""
        try:
            await self.database.ping()
        except (SQLAlchemyError, OSError):
            return False
        return True

    async def close(self) -> None:
        """Close the database's pool and everything else that is open."""
        for cache in self.caches:
            await cache.close()
        for close in self.closing:
            await close()
        await self.database.close()

    async def follow(
        self, graphql_request: GraphQLRequest, headers: Mapping[str, str], callers: Callers
    ) -> Events:
        """Subscribe for a caller over HTTP or a WebSocket; the first event says what is refused.

        Args:
            graphql_request: The subscription.
            headers: The caller's headers, with lower-case names.
            callers: Decides how much one request may ask for.

        Raises:
            RequestError: It asks for too much.
            Unauthenticated: There is a token, but it is not valid.
            AuthenticationUnavailable: The token cannot be verified at present.
        """
        callers.check(graphql_request)
        identity = await self.authenticator.authenticate(headers)
        context = self.make_context(identity)
        context.renew = partial(self.authenticator.renew, identity, headers)
        context.last_position = headers.get(LAST_EVENT_ID) or graphql_request.position
        prepared = self.subscriptions.prepared(graphql_request.query, graphql_request.operation_name)
        return await prepared.start(graphql_request.variables, context)

    async def _stream(
        self, callers: Callers, graphql_request: GraphQLRequest, headers: Mapping[str, str]
    ) -> Response:
        """Return the response that sends the events of a subscription."""
        if graphql_request.read_only:
            raise MethodNotAllowed("Subscribe by POST.")
        return event_stream(await self.follow(graphql_request, headers, callers))

    async def _ready(self) -> Response:
        return Response(status_code=200 if await self.ready() else 503)

    async def _context(self, headers: Mapping[str, str]) -> RequestContext:
        identity = await self.authenticator.authenticate(headers)
        follow_request(headers.get(TRACEPARENT))
        return self.make_context(identity)
