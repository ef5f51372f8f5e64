"""Sends one request to a subgraph, and parses its response."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from sys import maxsize
from time import perf_counter
from types import MappingProxyType
from typing import Any, Final, TypeAlias, TypeVar

import msgspec
import structlog
from msgspec import Struct

from gateway.errors import (
    CircuitOpen,
    DeadlineExceeded,
    SubgraphBusy,
    SubgraphNotCalled,
    SubgraphTimeout,
    SubgraphUnreachable,
)
from gateway.executor.calls import Calls
from gateway.executor.failures import Failure, invalid_response, unreachable
from gateway.executor.masking import ErrorMasking, ShownError
from gateway.executor.response_limits import raise_refusal_alone, too_large
from gateway.plan import Fetch
from jit.codegen import BudgetSpent, own

T = TypeVar("T")


def _unobserved(_subgraph: str, _outcome: str, _seconds: float) -> None:
    """No-op observer."""


NONE: Final[Mapping[str, Any]] = MappingProxyType({})
MASKED: Final = ErrorMasking()

PARALLEL_REQUESTS: Final = 4
"""How many requests one fetch with too many entities for one request has in progress at a time."""

_OUTCOMES: Final[Mapping[str, str]] = {
    SubgraphTimeout.code: "timeout",
    DeadlineExceeded.code: "timeout",
    CircuitOpen.code: "rejected",
    SubgraphBusy.code: "rejected",
}


class Context(msgspec.Struct, frozen=True, gc=False):
    """The parts of a request that executing a plan needs.

    Attributes:
        calls: The prepared operations of the plan's fetches.
        variables: The client's variables, unchanged.
        headers: The headers that subgraphs may see.
        observe: Called after every fetch with the subgraph, the outcome and the duration in seconds.
        session: The session from authentication, for in-process subgraphs.
        most_entities: The most entities in one request; more are fetched by several.
        masking: Decides what the client sees of subgraphs' errors; nothing by default.
        event: The event of a subscription, as its subgraph sent it; the response of the plan's first fetch.
            None for other operations.
    """

    calls: Calls
    variables: Mapping[str, Any] = NONE
    headers: Mapping[str, str] = NONE
    observe: Callable[[str, str, float], None] = _unobserved
    session: object = None
    most_entities: int = maxsize
    masking: ErrorMasking = MASKED
    event: Mapping[str, Any] | None = None


class SubgraphResponse(Struct, frozen=True):
    """A subgraph's response, parsed.

    Attributes:
        data: The response's data, or None.
        errors: The part of the response's errors that the client sees.
        failure: Why there is no valid response; None if there is one.
        absence: The outcome for metrics if there is no response at all: `unreachable`, `timeout` or
            `rejected`.
    """

    data: Mapping[str, Any] | None
    errors: tuple[ShownError, ...] = ()
    failure: Failure | None = None
    absence: str | None = None

    def outcome(self) -> str:
        """Return the outcome for metrics: `ok`, `errors`, `unreachable`, `timeout` or `rejected`."""
        return self.absence or ("errors" if self.errors or self.failure is not None else "ok")


async def exchange(fetch: Fetch, context: Context, values: Mapping[str, Any]) -> SubgraphResponse:
    """Send a fetch's document with the variables that it uses.

    Args:
        fetch: The fetch.
        context: The context of the whole plan.
        values: The values of the other variables: representations, and arguments from `@fromContext`.

    Raises:
        ResponseTooLarge: The response exceeds the request's budget.
    """
    variables = {name: context.variables[name] for name in fetch.variables if name in context.variables}
    started = perf_counter()
    try:
        call = context.calls.of(fetch)
        given = await call({**variables, **values}, context.headers, context.session)
        response = parse_response(fetch.subgraph, given, context.masking)
    except SubgraphUnreachable as error:
        response = unreachable_response(fetch.subgraph, error)
    except BudgetSpent as spent:
        raise too_large(spent) from None
    context.observe(fetch.subgraph, response.outcome(), perf_counter() - started)
    return response


SubgraphRequest: TypeAlias = tuple[Fetch, Mapping[str, Any]]
"""A fetch, and the values of the variables that are not the client's."""


async def exchange_all(requests: Sequence[SubgraphRequest], context: Context) -> list[SubgraphResponse]:
    """Send several requests, some of them at the same time.

    Raises:
        ResponseTooLarge: The responses exceed the request's budget; the running ones are cancelled.
    """
    if len(requests) == 1:
        return [await exchange(requests[0][0], context, requests[0][1])]
    return await in_parallel([partial(exchange, fetch, context, values) for fetch, values in requests])


async def in_parallel(works: Sequence[Callable[[], Awaitable[T]]]) -> list[T]:
    """Send the requests of one fetch, some of them at the same time, and return what each returns.

    Raises:
        ResponseTooLarge: The responses exceed the request's budget; the running ones are cancelled.
    """
    done: dict[int, T] = {}
    waiting = iter(enumerate(works))

    async def send() -> None:
        for number, work in waiting:
            done[number] = await work()

    with raise_refusal_alone():
        async with asyncio.TaskGroup() as group:
            for _ in range(min(PARALLEL_REQUESTS, len(works))):
                group.create_task(send())
    return [done[number] for number in range(len(works))]


def unreachable_response(subgraph: str, error: SubgraphUnreachable) -> SubgraphResponse:
    """Log that a subgraph gave no response, and return a substitute that says so."""
    if not isinstance(error, SubgraphNotCalled):
        # The reason may name hosts, so it is only logged.
        structlog.get_logger("gateway").warning("subgraph_unreachable", service=subgraph, reason=error.reason)
    return SubgraphResponse(None, (), unreachable(subgraph, error), _OUTCOMES.get(error.code, "unreachable"))


def parse_response(subgraph: str, response: Mapping[str, Any], masking: ErrorMasking) -> SubgraphResponse:
    """Parse a decoded response, and mask its errors; the caller may change its data."""
    data, errors = response.get("data"), response.get("errors") or []
    if isinstance(data, dict):
        own(data)
    if not isinstance(errors, list):
        return SubgraphResponse(None, (), invalid_response(subgraph, "returned errors that are not a list"))
    shown = masking.shown(subgraph, errors) if errors else ()
    if isinstance(data, dict):
        return SubgraphResponse(data, shown)
    failure = None if errors else invalid_response(subgraph, "returned no data")
    return SubgraphResponse(None, shown, failure)
