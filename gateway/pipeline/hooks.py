"""The hooks of the pipeline, called at each stage with the stage's own types."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import NamedTuple, Protocol, runtime_checkable

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


class RefusalLimit(Protocol):
    """Limits how often a sender is refused before policies decide; an unknown session is None."""

    def check_refusal(
        self, request: HttpRequest, session: object, client: ClientIdentity
    ) -> Awaitable[None] | None:
        """Return None to let a sender's new document be looked at; or what must be awaited first.

        Raises:
            RequestError: The request is refused; awaiting the result may raise it as well.
        """
        ...

    def take_refusal(
        self, request: HttpRequest, session: object, client: ClientIdentity
    ) -> Awaitable[None] | None:
        """Count a request that is refused before policies decide; return None, or what must be awaited.

        Raises:
            RequestError: Replaces the refusal; awaiting the result may raise it as well.
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


@runtime_checkable
class SelectiveResponseHook(ResponseHook, Protocol):
    """One that knows beforehand whose responses it adds to: encoded events of others pass without it."""

    def adds_to(self, policy_input: PolicyInput) -> bool:
        """Return whether it may add to the responses of a request."""
        ...


def is_added_to(hooks: Iterable[ResponseHook], policy_input: PolicyInput) -> bool:
    """Return whether any hook may add to the responses of a request."""
    return any(not isinstance(hook, SelectiveResponseHook) or hook.adds_to(policy_input) for hook in hooks)


class Hooks(Struct, frozen=True):
    """The hooks of all stages, in the order of a request.

    Attributes:
        requests: Called for each request as it arrived.
        policies: Called for each prepared request, when its document, session and client are known.
        refusals: Called before a document that is not known yet is looked at, and for each request that is
            refused before policies decide.
        plans: Called for each request with its plan.
        headers: Called for each request that is executed, and may add to the headers that subgraphs see.
        calls: Middleware around each subgraph call; the first is the outermost.
        responses: Called for each response to an executed operation, before it is encoded.
        sources: Middleware around the opening of subscriptions at subgraphs; the first is the outermost.
        events: Called for each event of a subscription, before anything is fetched for it.
    """

    requests: tuple[RequestCheck, ...] = ()
    policies: tuple[Policy, ...] = ()
    refusals: tuple[RefusalLimit, ...] = ()
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
