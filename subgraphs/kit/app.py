"""A subgraph ready to answer: in process for the gateway beside it, or over HTTP by itself."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI, Response
from graphql import ExecutionResult
from sqlalchemy.exc import SQLAlchemyError

from subgraphs.kit.clock import Clock
from subgraphs.kit.context import RequestContext, Visit
from subgraphs.kit.database import Database
from subgraphs.kit.graph import SubgraphSchema
from subgraphs.kit.holding import Held
from subgraphs.kit.http import Answer, GraphQLRoute, Operation
from subgraphs.kit.operations import Operations, answer_of, failed
from subgraphs.kit.reception import Reception
from subgraphs.kit.rehearsal import rehearsal_marks
from subgraphs.kit.sessions import SessionVerifier
from subgraphs.kit.settings import Execution
from subgraphs.kit.tracing import TRACEPARENT, follow_request

MakeContext = Callable[[Visit], RequestContext]
Call = Callable[[Mapping[str, Any], Mapping[str, str]], Awaitable[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Subgraph:
    """One subgraph with all that its requests need.

    Attributes:
        closing: closes what it holds beside the database.
        held: public data in its memory.
        execution: compiled, or as Strawberry does it.
        operations: of the schema.
    """

    name: str
    schema: SubgraphSchema
    verifier: SessionVerifier
    make_context: MakeContext
    database: Database
    clock: Clock
    closing: tuple[Callable[[], Awaitable[None]], ...] = ()
    held: tuple[Held[Any], ...] = ()
    execution: Execution = "compiled"
    operations: Operations = field(init=False, repr=False)
    reception: Reception = field(init=False, repr=False)

    def __post_init__(self) -> None:
        operations = Operations(self.schema, compiled=self.execution == "compiled")
        object.__setattr__(self, "operations", operations)  # made of the others; the class stays frozen
        object.__setattr__(self, "reception", Reception(self.verifier, self.clock))

    def changed(self, brand: str) -> None:
        """Tells that public data of a brand change about now."""
        for held in self.held:
            held.changed(brand)

    async def renew(self) -> None:
        """Reads all public data that are in memory again.

        Raises:
            DatabaseAway: the database cannot be read.
            SQLAlchemyError: the same.
            OSError: the same.
        """
        for held in self.held:
            await held.renew()

    def prepare(self, document: str, operation_name: str | None) -> Call:
        """Prepares an operation for any number of calls in this process.

        Args:
            document: what is wrong with it is told by the calls.
            operation_name: which operation of the document.

        Returns:
            A function of variables, as JSON values, and headers, with lower-case names, of which
            `authorization`, `accept-language` and `traceparent` are read. It gives a dict of its own, with
            `data` and `errors` as GraphQL over HTTP has them, and raises nothing, whatever goes wrong. Where
            the mapping of headers has a `Visit` in its attribute `session`, the token has been verified for
            this request already: see `Reception`.
        """
        prepared = self.operations.prepared(document, operation_name)
        if prepared is None:
            return self._interpreting(document, operation_name)
        execute, make_context, reception = prepared.execute, self.make_context, self.reception

        async def call(variables: Mapping[str, Any], headers: Mapping[str, str]) -> dict[str, Any]:
            try:
                # An attribute of an object of this process: what comes from outside are the items alone.
                visit = getattr(headers, "session", None)
                if visit.__class__ is not Visit:
                    visit = reception.known(headers) or await reception.receive(headers)
                follow_request(headers.get(TRACEPARENT))
                result = execute(None, make_context(visit), variables)
                if not isinstance(result, ExecutionResult):
                    result = await result
            except Exception as error:  # noqa: BLE001 - a fault is masked and logged
                return answer_of(failed(error))
            return answer_of(result) if result.errors else {"data": result.data}

        return call

    def _interpreting(self, document: str, operation_name: str | None) -> Call:
        """The call of an operation that cannot be prepared."""

        async def call(variables: Mapping[str, Any], headers: Mapping[str, str]) -> dict[str, Any]:
            try:
                operation = Operation(document, operation_name, dict(variables))
                answer = await self.operations.interpret(operation, await self._context(headers))
            except Exception as error:  # noqa: BLE001 - a fault is masked and logged
                return answer_of(failed(error))
            return answer.body if "data" in answer.body else {"data": None} | answer.body

        return call

    async def execute(
        self,
        query: str,
        variables: Mapping[str, Any],
        operation_name: str | None,
        headers: Mapping[str, str],
    ) -> dict[str, Any]:
        """Runs one operation in this process: `prepare`, and one call."""
        return await self.prepare(query, operation_name)(variables, headers)

    def http_app(self) -> FastAPI:
        """The subgraph as a server of its own: `/graphql`, `/health` and `/ready`."""

        @asynccontextmanager
        async def lifespan(_: FastAPI) -> AsyncIterator[None]:
            yield
            await self.close()

        async def run(operation: Operation, headers: Mapping[str, str]) -> Answer:
            prepared = self.operations.prepared(operation.query, operation.name)
            context = await self._context(headers)
            if prepared is None or (operation.read_only and not prepared.is_query):
                return await self.operations.interpret(operation, context)
            return await prepared.run(operation.variables, context)

        async def alive() -> dict[str, str]:
            return {"status": "alive"} | rehearsal_marks(self.clock)

        graphql = GraphQLRoute(run)
        app = FastAPI(title=f"Furlong subgraph {self.name}", lifespan=lifespan, openapi_url=None)
        app.add_api_route("/graphql", graphql.post, methods=["POST"])
        app.add_api_route("/graphql", graphql.get, methods=["GET"])
        app.add_api_route("/health", alive, methods=["GET"])
        app.add_api_route("/ready", self._ready, methods=["GET"])
        return app

    async def ready(self) -> bool:
        """Whether the database answers."""
        try:
            await self.database.ping()
        except (SQLAlchemyError, OSError):
            return False
        return True

    async def close(self) -> None:
        """Closes the database's pool and what else it holds."""
        for held in self.held:
            await held.close()
        for close in self.closing:
            await close()
        await self.database.close()

    async def _ready(self) -> Response:
        return Response(status_code=200 if await self.ready() else 503)

    async def _context(self, headers: Mapping[str, str]) -> RequestContext:
        visit = await self.reception.receive(headers)
        follow_request(headers.get(TRACEPARENT))
        return self.make_context(visit)
