"""A subgraph ready to answer: in process for the gateway beside it, or over HTTP by itself."""

import copy
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI, Response
from sqlalchemy.exc import SQLAlchemyError
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types.graphql import OperationType

from subgraphs.kit.clock import Clock
from subgraphs.kit.context import RequestContext, Visit
from subgraphs.kit.database import Database
from subgraphs.kit.errors import Unauthenticated
from subgraphs.kit.graph import SubgraphSchema
from subgraphs.kit.holding import Held
from subgraphs.kit.http import Answer, GraphQLRoute, Operation, Refused
from subgraphs.kit.sessions import SessionVerifier

MakeContext = Callable[[Visit], RequestContext]


@dataclass(frozen=True, slots=True)
class Subgraph:
    """One subgraph with all that its requests need.

    Attributes:
        closing: closes what it holds beside the database.
        held: public data in its memory.
    """

    name: str
    schema: SubgraphSchema
    verifier: SessionVerifier
    make_context: MakeContext
    database: Database
    clock: Clock
    closing: tuple[Callable[[], Awaitable[None]], ...] = ()
    held: tuple[Held[Any], ...] = ()

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

    async def execute(
        self,
        query: str,
        variables: Mapping[str, Any],
        operation_name: str | None,
        headers: Mapping[str, str],
    ) -> dict[str, Any]:
        """Runs one operation in this process.

        Args:
            query: the document.
            variables: JSON values.
            operation_name: which operation of the document.
            headers: with lower-case names; `authorization` and `accept-language` are read.

        Returns:
            `data`, `errors` as GraphQL over HTTP has them.
        """
        # Strawberry takes `__typename` out of entities, so it gets a copy.
        operation = Operation(query, operation_name, copy.deepcopy(dict(variables)))
        try:
            context = await self._context(headers)
        except Unauthenticated as error:
            return {"data": None, "errors": [{"message": str(error), "extensions": error.extensions}]}
        return {"data": None, **(await self._run(operation, context)).body}

    def http_app(self) -> FastAPI:
        """The subgraph as a server of its own: `/graphql`, `/health` and `/ready`."""

        @asynccontextmanager
        async def lifespan(_: FastAPI) -> AsyncIterator[None]:
            yield
            await self.close()

        async def run(operation: Operation, headers: Mapping[str, str]) -> Answer:
            return await self._run(operation, await self._context(headers))

        graphql = GraphQLRoute(run)
        app = FastAPI(title=f"Furlong subgraph {self.name}", lifespan=lifespan, openapi_url=None)
        app.add_api_route("/graphql", graphql.post, methods=["POST"])
        app.add_api_route("/graphql", graphql.get, methods=["GET"])
        app.add_api_route("/health", _alive, methods=["GET"])
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

    async def _run(self, operation: Operation, context: RequestContext) -> Answer:
        try:
            result = await self.schema.execute(
                operation.query,
                variable_values=operation.variables,
                operation_name=operation.name,
                context_value=context,
                allowed_operation_types=(OperationType.QUERY,) if operation.read_only else None,
            )
        except CannotGetOperationTypeError as error:
            return Answer({"errors": [{"message": error.as_http_error_reason()}]}, executed=False)
        except InvalidOperationTypeError as error:
            reason = error.as_http_error_reason("GET")
            raise Refused(reason, "METHOD_NOT_ALLOWED", 405, {"Allow": "POST"}) from error
        if not result.errors:
            return Answer({"data": result.data})
        errors = [error.formatted for error in result.errors]
        # An error of a resolver has a path; document and variables are wrong before there is one.
        if result.data is None and all(error.path is None for error in result.errors):
            return Answer({"errors": errors}, executed=False)
        return Answer({"data": result.data, "errors": errors})

    async def _context(self, headers: Mapping[str, str]) -> RequestContext:
        viewer = await self.verifier.verify(headers.get("authorization"))
        return self.make_context(Visit(viewer, headers.get("accept-language"), self.clock.now()))


async def _alive() -> dict[str, str]:
    return {"status": "alive"}
