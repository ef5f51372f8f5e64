"""An operation to be measured, and the types that several of them share."""

import copy
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from inspect import isawaitable
from typing import Any

import strawberry
from graphql import DocumentNode, GraphQLSchema, parse, validate


@dataclass(frozen=True, slots=True)
class Case:
    """An operation to be measured.

    Attributes:
        times: Executions per round.
    """

    name: str
    schema: GraphQLSchema
    document: DocumentNode
    times: int
    context: Callable[[], Any]
    variables: dict[str, Any] | None = None
    root: Any = None

    async def seconds(self, execute: Callable[..., Any]) -> float:
        """Return the CPU time of one execution: of this thread, since the machine is shared."""
        given = [copy.deepcopy(self.variables) for _ in range(self.times)]
        contexts = [self.context() for _ in range(self.times)]
        begun = time.thread_time()
        for variables, context in zip(given, contexts, strict=True):
            result = execute(self.schema, self.document, self.root, context, variables)
            if isawaitable(result):
                result = await result
        taken = (time.thread_time() - begun) / self.times
        if result.errors:
            raise result.errors[0]
        return taken

    async def answer(self, execute: Callable[..., Any]) -> Any:
        """Return the result of one execution."""
        result = execute(self.schema, self.document, self.root, self.context(), copy.deepcopy(self.variables))
        return await result if isawaitable(result) else result


def case(name: str, schema: Any, query: str, times: int, **more: Any) -> Case:
    """Return a case over a Strawberry schema."""
    core = schema._schema  # noqa: SLF001 - the graphql-core schema within
    document = parse(query)
    errors = validate(core, document)
    if errors:
        raise errors[0]
    return Case(name, core, document, times, **({"context": Memory} | more))


NOW = datetime(2026, 3, 25, 12, tzinfo=UTC)


@strawberry.enum
class State(Enum):
    """A state."""

    OPEN = "open"
    CLOSED = "closed"


@strawberry.federation.type(shareable=True)
class Money:
    """An amount."""

    minor: int
    currency: str
    display: str


def pounds(minor: int) -> Money:
    """Return an amount of pounds."""
    return Money(minor=minor, currency="GBP", display=f"£{minor / 100:.2f}")


class Memory:
    """A context whose loads complete immediately."""

    async def load(self, key: str) -> str:
        """Return the key itself."""
        return key
