"""The hooks of the pipeline, called at each stage with the stage's own types."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import NamedTuple, Protocol, TypeAlias

from msgspec import Struct

from gateway.executor import CallMiddleware, SourceMiddleware
from gateway.pipeline.identification import ClientIdentity
from gateway.pipeline.policies import Policy, PolicyInput
from gateway.pipeline.preparation.plan_cache import PlannedOperation
from gateway.pipeline.stages import GraphQLResponse, HttpRequest


class RequestCheck(Protocol):
    """Refuses requests by their HTTP head and body, before anything else is done with them."""

    def check(self, request: HttpRequest) -> Awaitable[None] | None:
        """Return None to let a request pass; or what must be awaited first.

        Raises:
            RequestError: The request is refused; awaiting the result may raise it as well.
        """
        ...


SenderCheck: TypeAlias = Callable[[HttpRequest, object, ClientIdentity], Awaitable[None] | None]
"""Refuses requests by their senders, or returns what must be awaited first; an unknown session is None.

It raises `RequestError` to refuse a request; awaiting the result may raise it as well.
"""


class PlanCheck(Protocol):
    """Refuses requests by their plan, before anything is fetched."""

    def check(self, policy_input: PolicyInput, planned: PlannedOperation) -> Awaitable[None] | None:
        """Return None to let a request pass; or what must be awaited first.

        Raises:
            RequestError: The request is refused; awaiting the result may raise it as well.
        """
        ...


class AddHeaders(Protocol):
    """Tells subgraphs what the gateway knows about a request."""

    def added(self, policy_input: PolicyInput, headers: Mapping[str, str]) -> Mapping[str, str]:
        """Return the headers that subgraphs may see, with more; do not change the given ones."""
        ...


class ResponseHook(Protocol):
    """Sees each response before it is encoded, and may add to it.

    Large responses are completed in a thread, so a hook must not use the event loop.
    """

    def complete(self, policy_input: PolicyInput, response: GraphQLResponse) -> GraphQLResponse:
        """Return the response or a new one; do not change the given one."""
        ...


class Hooks(Struct, frozen=True):
    """The hooks of all stages, in the order of a request.

    Attributes:
        requests: Called for each request as it arrived.
        new_documents: Called before a document that is not known yet is looked at.
        policies: Called for each prepared request, when its document, session and client are known.
        refusals: Called for each request that is refused before policies decide, and may replace its refusal.
        plans: Called for each request with its plan.
        headers: Called for each request that is executed, and may add to the headers that subgraphs see.
        calls: Middleware around each subgraph call; the first is the outermost.
        responses: Called for each response to an executed operation, before it is encoded.
        sources: Middleware around the opening of subscriptions at subgraphs; the first is the outermost.
        events: Called for each event of a subscription, before anything is fetched for it.
    """

    requests: tuple[RequestCheck, ...] = ()
    new_documents: tuple[SenderCheck, ...] = ()
    policies: tuple[Policy, ...] = ()
    refusals: tuple[SenderCheck, ...] = ()
    plans: tuple[PlanCheck, ...] = ()
    headers: tuple[AddHeaders, ...] = ()
    calls: tuple[CallMiddleware, ...] = ()
    responses: tuple[ResponseHook, ...] = ()
    sources: tuple[SourceMiddleware, ...] = ()
    events: tuple[Callable[[], None], ...] = ()


class Step(NamedTuple):
    """One thing that is done for a request.

    Attributes:
        stage: The stage of the request.
        by: The feature that added it; `core` for what needs no feature.
        done_for: What it is done for: each request, or less.
        does: What it does.
    """

    stage: str
    by: str
    done_for: str
    does: str
