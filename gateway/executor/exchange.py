"""Sends one request to a subgraph, and takes its answer apart."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import msgspec
import structlog

from gateway.errors import SubgraphUnreachable
from gateway.executor.calls import Calls
from gateway.executor.failures import UNREACHABLE, Failure, invalid, unreachable
from gateway.plan import Fetch
from jit.codegen import own


def _unobserved(_subgraph: str, _outcome: str) -> None:
    """No-op observer."""


NONE: Final[Mapping[str, Any]] = MappingProxyType({})


class Context(msgspec.Struct, frozen=True, gc=False):
    """What a plan is run with.

    Attributes:
        calls: Of the plan's fetches.
        variables: The client's, as they came.
        headers: The headers that subgraphs may see.
        observe: Called for every fetch with the subgraph and the outcome.
        session: What authentication returned, for subgraphs in this process.
    """

    calls: Calls
    variables: Mapping[str, Any] = NONE
    headers: Mapping[str, str] = NONE
    observe: Callable[[str, str], None] = _unobserved
    session: object = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a subgraph answered, taken apart.

    Attributes:
        data: None where there is none.
        errors: As they came.
        failure: Why there is no answer at all.
    """

    data: Mapping[str, Any] | None
    errors: tuple[object, ...] = ()
    failure: Failure | None = None

    def outcome(self) -> str:
        """For metrics: `ok`, `errors` or `unreachable`."""
        if self.failure is not None and self.failure.code == UNREACHABLE:
            return "unreachable"
        return "errors" if self.errors or self.failure is not None else "ok"


async def exchange(fetch: Fetch, context: Context, values: Mapping[str, Any]) -> Answer:
    """Send a fetch's document with the variables that it uses.

    Args:
        fetch: What to ask, and whom.
        context: Of the whole plan.
        values: Of the variables that are not the client's: representations, and what comes from above.
    """
    variables = {name: context.variables[name] for name in fetch.variables if name in context.variables}
    try:
        call = context.calls.of(fetch)
        answer = read(fetch.subgraph, await call({**variables, **values}, context.headers, context.session))
    except SubgraphUnreachable as error:
        answer = no_answer(fetch.subgraph, error)
    context.observe(fetch.subgraph, answer.outcome())
    return answer


def no_answer(subgraph: str, error: SubgraphUnreachable) -> Answer:
    """What stands for the answer of a subgraph that gave none."""
    # What exactly went wrong is for operators alone: it may name hosts.
    _log().warning("subgraph_unreachable", service=subgraph, reason=error.reason)
    return Answer(None, (), unreachable(subgraph))


def read(subgraph: str, answer: Mapping[str, Any]) -> Answer:
    """Take a decoded response apart; its data may be written into then."""
    data, errors = answer.get("data"), answer.get("errors") or []
    if isinstance(data, dict):
        own(data)
    if not isinstance(errors, list):
        return Answer(None, (), against_the_rules(subgraph, "answered with errors that are no list"))
    if isinstance(data, dict):
        return Answer(data, tuple(errors))
    failure = None if errors else against_the_rules(subgraph, "answered without data")
    return Answer(None, tuple(errors), failure)


def against_the_rules(subgraph: str, what: str) -> Failure:
    """The failure for an answer that breaks the rules, which is logged as well."""
    _log().warning("subgraph_invalid_response", service=subgraph, reason=what)
    return invalid(subgraph, what)


def _log() -> Any:
    return structlog.get_logger("gateway")
