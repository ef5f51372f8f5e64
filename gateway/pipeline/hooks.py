"""The hooks of the pipeline: what is called at each of its stages, with the stage's own types."""

from __future__ import annotations

from collections.abc import Awaitable, Iterable
from dataclasses import dataclass
from typing import Protocol

from gateway.executor import CallMiddleware
from gateway.pipeline.graphql_request import GraphQLResponse
from gateway.pipeline.policies import Policy, PolicyInput
from gateway.pipeline.preparation.plan_cache import PlannedOperation
from gateway.pipeline.stages import HttpRequest


class RequestCheck(Protocol):
    """Refuses requests by what came over HTTP, before anything else is done with them."""

    def check(self, request: HttpRequest) -> Awaitable[None] | None:
        """Return None to let a request pass; or what must be awaited first.

        Raises:
            RequestError: The request is refused; awaiting the result may raise it as well.
        """
        ...


class PlanCheck(Protocol):
    """Refuses requests by their plan, before anything is fetched."""

    def check(self, asked: PolicyInput, planned: PlannedOperation) -> Awaitable[None] | None:
        """Return None to let a request pass; or what must be awaited first.

        Raises:
            RequestError: The request is refused; awaiting the result may raise it as well.
        """
        ...


class ResponseHook(Protocol):
    """Sees each response before it is encoded, and may add something to it.

    Large responses are made in a thread, so that a hook must not use the event loop.
    """

    def complete(self, asked: PolicyInput, response: GraphQLResponse) -> GraphQLResponse:
        """Return the response, or another one; the given one must not be changed."""
        ...


@dataclass(frozen=True, slots=True)
class Hooks:
    """What is called at the stages of the pipeline, in the order of a request.

    Attributes:
        requests: For each request as it came.
        policies: For each prepared request: its document, session and client are known.
        plans: For each request with its plan.
        calls: Wrapped around each call of a subgraph; the first is the outermost.
        responses: For each response to an executed operation, before it is encoded.
    """

    requests: tuple[RequestCheck, ...] = ()
    policies: tuple[Policy, ...] = ()
    plans: tuple[PlanCheck, ...] = ()
    calls: tuple[CallMiddleware, ...] = ()
    responses: tuple[ResponseHook, ...] = ()


def joined(hooks: Iterable[Hooks]) -> Hooks:
    """Return all hooks in their order."""
    every = tuple(hooks)
    return Hooks(
        requests=tuple(each for one in every for each in one.requests),
        policies=tuple(each for one in every for each in one.policies),
        plans=tuple(each for one in every for each in one.plans),
        calls=tuple(each for one in every for each in one.calls),
        responses=tuple(each for one in every for each in one.responses),
    )
