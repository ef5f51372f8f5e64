"""The hooks of the pipeline, called at each stage with the stage's own types."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, fields
from typing import Protocol

from gateway.executor import CallMiddleware, SourceMiddleware
from gateway.pipeline.graphql_response import GraphQLResponse
from gateway.pipeline.policies import Policy, PolicyInput
from gateway.pipeline.preparation.plan_cache import PlannedOperation
from gateway.pipeline.stages import HttpRequest


class RequestCheck(Protocol):
    """Refuses requests by their HTTP head and body, before anything else is done with them."""

    def check(self, request: HttpRequest) -> Awaitable[None] | None:
        """Return None to let a request pass; or what must be awaited first.

        Raises:
            RequestError: The request is refused; awaiting the result may raise it as well.
        """
        ...


class PlanCheck(Protocol):
    """Refuses requests by their plan, before anything is fetched."""

    def check(self, policy_input: PolicyInput, planned: PlannedOperation) -> Awaitable[None] | None:
        """Return None to let a request pass; or what must be awaited first.

        Raises:
            RequestError: The request is refused; awaiting the result may raise it as well.
        """
        ...


class ResponseHook(Protocol):
    """Sees each response before it is encoded, and may add to it.

    Large responses are completed in a thread, so a hook must not use the event loop.
    """

    def complete(self, policy_input: PolicyInput, response: GraphQLResponse) -> GraphQLResponse:
        """Return the response or a new one; do not change the given one."""
        ...


@dataclass(frozen=True, slots=True)
class Hooks:
    """The hooks of all stages, in the order of a request.

    Attributes:
        requests: Called for each request as it arrived.
        policies: Called for each prepared request, when its document, session and client are known.
        plans: Called for each request with its plan.
        calls: Middleware around each subgraph call; the first is the outermost.
        responses: Called for each response to an executed operation, before it is encoded.
        sources: Middleware around the opening of subscriptions at subgraphs; the first is the outermost.
        events: Called for each event of a subscription, before anything is fetched for it.
    """

    requests: tuple[RequestCheck, ...] = ()
    policies: tuple[Policy, ...] = ()
    plans: tuple[PlanCheck, ...] = ()
    calls: tuple[CallMiddleware, ...] = ()
    responses: tuple[ResponseHook, ...] = ()
    sources: tuple[SourceMiddleware, ...] = ()
    events: tuple[Callable[[], None], ...] = ()


def joined(hooks: Iterable[Hooks]) -> Hooks:
    """Return all sets of hooks as one, in order."""
    every = tuple(hooks)
    return Hooks(
        **{
            stage.name: tuple(each for one in every for each in getattr(one, stage.name))
            for stage in fields(Hooks)
        }
    )
