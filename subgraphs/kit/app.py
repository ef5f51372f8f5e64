"""A subgraph ready to answer: in process for the gateway beside it, or over HTTP by itself."""

import copy
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI, HTTPException, Request, Response
from sqlalchemy.exc import SQLAlchemyError
from strawberry.fastapi import GraphQLRouter
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL

from subgraphs.kit.clock import Clock
from subgraphs.kit.context import RequestContext, Visit
from subgraphs.kit.database import Database
from subgraphs.kit.errors import Unauthenticated
from subgraphs.kit.graph import SubgraphSchema
from subgraphs.kit.sessions import SessionVerifier

MakeContext = Callable[[Visit], RequestContext]


@dataclass(frozen=True, slots=True)
class Subgraph:
    """One subgraph with all that its requests need.

    Attributes:
        closing: closes what it holds beside the database.
    """

    name: str
    schema: SubgraphSchema
    verifier: SessionVerifier
    make_context: MakeContext
    database: Database
    clock: Clock
    closing: tuple[Callable[[], Awaitable[None]], ...] = ()

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
        try:
            context = await self._context(headers)
        except Unauthenticated as error:
            return {"data": None, "errors": [{"message": str(error), "extensions": error.extensions}]}
        result = await self.schema.execute(
            query,
            variable_values=copy.deepcopy(dict(variables)),  # Strawberry takes `__typename` out of entities
            operation_name=operation_name,
            context_value=context,
        )
        answer: dict[str, Any] = {"data": result.data}
        if result.errors:
            answer["errors"] = [error.formatted for error in result.errors]
        return answer

    def http_app(self) -> FastAPI:
        """The subgraph as a server of its own: `POST /graphql`, `/health` and `/ready`."""

        @asynccontextmanager
        async def lifespan(_: FastAPI) -> AsyncIterator[None]:
            yield
            await self.close()

        async def context_getter(request: Request) -> RequestContext:
            try:
                return await self._context(request.headers)
            except Unauthenticated as error:
                raise HTTPException(401, str(error), {"WWW-Authenticate": "Bearer"}) from error

        router: GraphQLRouter[RequestContext, None] = GraphQLRouter(
            self.schema,
            graphql_ide=None,
            context_getter=context_getter,
            subscription_protocols=(GRAPHQL_TRANSPORT_WS_PROTOCOL,),
        )
        app = FastAPI(title=f"Furlong subgraph {self.name}", lifespan=lifespan, openapi_url=None)
        app.include_router(router, prefix="/graphql")
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
        for close in self.closing:
            await close()
        await self.database.close()

    async def _ready(self) -> Response:
        return Response(status_code=200 if await self.ready() else 503)

    async def _context(self, headers: Mapping[str, str]) -> RequestContext:
        viewer = await self.verifier.verify(headers.get("authorization"))
        return self.make_context(Visit(viewer, headers.get("accept-language"), self.clock.now()))


async def _alive() -> dict[str, str]:
    return {"status": "alive"}
