"""The interfaces of the pipeline's components; each has a second implementation for observed requests."""

from __future__ import annotations

from collections.abc import Coroutine, Mapping
from typing import Any, Protocol

from foundation.graphql_http import GraphQLRequest
from gateway.executor import FetchedData
from gateway.pipeline.preparation.plan_cache import PlannedOperation
from gateway.pipeline.preparation.prepared import PreparedRequest
from gateway.pipeline.stages import GraphQLResponse, HttpRequest, ResponsePipeline, StreamPipeline
from gateway.settings.limits import ResponseLimits


class AuthenticationComponent(Protocol):
    """Finds the session of a request: see `Sessions`."""

    @property
    def is_required(self) -> bool:
        """Whether requests need a session."""
        ...

    def cached(self, forwarded: Mapping[str, str], /) -> object:
        """Return the session if it is known without waiting, else None."""
        ...

    async def session(self, request: HttpRequest, /) -> object:
        """Return the session of a request.

        Raises:
            Unauthenticated: The request has no valid session.
        """
        ...


class AnsweringPipeline(ResponsePipeline, StreamPipeline, Protocol):
    """The pipeline, or one that also observes requests."""

    @property
    def authentication(self) -> AuthenticationComponent:
        """Finds the session of a request."""
        ...


class BodiesComponent(Protocol):
    """Recognizes queries by their bodies: see `KnownBodies`."""

    def get(self, body: bytes, /) -> PreparedRequest | None:
        """Return the prepared request of an equal body; None if it is not known."""
        ...

    def put(self, body: bytes, prepared: PreparedRequest, /) -> None:
        """Remember the prepared request of a body."""
        ...


class PlanningComponent(Protocol):
    """Prepares and plans requests: see `ColdPlanning`."""

    def is_known(self, graphql_request: GraphQLRequest, /) -> bool:
        """Return whether a document is in the cache."""
        ...

    async def prepare(self, graphql_request: GraphQLRequest, /) -> PreparedRequest:
        """Prepare a request.

        Raises:
            RequestError: The document or its variables are not valid, or too many documents are waiting.
        """
        ...

    def known_plan(self, prepared: PreparedRequest, /) -> PlannedOperation | None:
        """Return the plan of a request if it is known, else None.

        Raises:
            RequestError: An earlier attempt has shown that it cannot be planned.
        """
        ...

    async def plan(self, prepared: PreparedRequest, /) -> PlannedOperation:
        """Return the plan of a request; make it if it is new.

        Raises:
            RequestError: It cannot be planned, or too many documents are waiting.
        """
        ...


class ExecutorComponent(Protocol):
    """Fetches and projects: see `OperationExecutor`."""

    @property
    def limits(self) -> ResponseLimits:
        """Limits on the data of a response."""
        ...

    @property
    def fresh(self) -> ExecutorComponent:
        """The executor that fetches for each request, for who wants to see how an answer is made."""
        ...

    def fetch(
        self,
        planned: PlannedOperation,
        variables: Mapping[str, Any],
        headers: Mapping[str, str],
        session: object = None,
        /,
    ) -> Coroutine[Any, Any, FetchedData]:
        """Fetch from subgraphs."""
        ...

    def project(
        self, prepared: PreparedRequest, planned: PlannedOperation, fetched: FetchedData, /
    ) -> GraphQLResponse:
        """Project fetched data to the client's response."""
        ...
