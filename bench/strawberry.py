"""Measure Strawberry's own execution and compiled execution: `make bench BENCH=strawberry`.

The schema is that of Strawberry's documentation: books with their authors, and users by a loader. Requests
go through `schema.execute`, with its extensions, and so include what Strawberry does around execution.
Documents are parsed and validated once, by Strawberry's own caches, for both.
"""

import asyncio
import gc
import statistics
from collections.abc import Callable
from time import process_time
from typing import Any, Final

import strawberry
from strawberry import Info
from strawberry.dataloader import DataLoader
from strawberry.extensions import ParserCache, ValidationCache

from bench.harness import report
from jit.schema import Schema

ROUNDS: Final = 11
TIMES: Final = 30
BOOKS: Final = 100


@strawberry.type
class Author:
    """Who wrote a book."""

    name: str


@strawberry.type
class Book:
    """A book on the shelf."""

    title: str
    author: Author


@strawberry.type
class User:
    """A reader, by a key."""

    id: strawberry.ID


@strawberry.type
class Query:
    """What is asked."""

    @strawberry.field
    def books(self) -> list[Book]:
        """Return the whole shelf."""
        return SHELF

    @strawberry.field
    async def user(self, info: Info[Any, Any], id: strawberry.ID) -> User:  # noqa: A002 - an argument's name
        """Load a reader."""
        user: User = await info.context["users"].load(id)
        return user

    @strawberry.field
    def hello(self, name: str = "world") -> str:
        """Greet somebody."""
        return f"Hello, {name}!"


SHELF: Final = [
    Book(title=f"Book {number}", author=Author(name=f"Author {number}")) for number in range(BOOKS)
]
CASES: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    "one field": ("query ($name: String!) { hello(name: $name) }", {"name": "you"}),
    "a hundred books": ("{ books { title author { name } } }", {}),
    "ten users, loaded": ("{ " + " ".join(f'u{n}: user(id: "{n}") {{ id }}' for n in range(10)) + " }", {}),
}


async def _users(keys: list[strawberry.ID]) -> list[User]:
    return [User(id=key) for key in keys]


async def _run(schema: Any, name: str) -> Any:
    query, variables = CASES[name]
    return await schema.execute(query, variables, {"users": DataLoader(_users)})


async def _microseconds(schema: Any, name: str) -> float:
    began = process_time()
    for _ in range(TIMES):
        await _run(schema, name)
    return (process_time() - began) / TIMES * 1e6


async def measure() -> dict[str, dict[str, float]]:
    """Return microseconds of CPU time per request: medians of interleaved rounds."""
    caches: list[Callable[[], Any]] = [ParserCache, ValidationCache]
    plain, compiled = strawberry.Schema(Query, extensions=caches), Schema(Query, extensions=caches)
    figures = {}
    for name in CASES:
        expected, found = await _run(plain, name), await _run(compiled, name)
        if expected.errors or expected.data != found.data:
            raise AssertionError(f"{name}: the responses differ")
        taken: dict[str, list[float]] = {"strawberry": [], "ours": []}
        for _ in range(ROUNDS):
            gc.collect()
            taken["strawberry"].append(await _microseconds(plain, name))
            gc.collect()
            taken["ours"].append(await _microseconds(compiled, name))
        medians = {key: statistics.median(times) for key, times in taken.items()}
        figures[name] = medians | {"ratio": medians["strawberry"] / medians["ours"]}
    if compiled.executions.interpreted:
        raise AssertionError(f"something was not compiled: {compiled.executions}")
    return figures


def main() -> None:
    """Measure, print the table, and write the results."""
    figures = asyncio.run(measure())
    print(f"{'µs a request':32}{'Strawberry':>14}{'compiled':>12}{'ratio':>8}")
    for name, row in figures.items():
        print(f"{name:32}{row['strawberry']:14.1f}{row['ours']:12.1f}{row['ratio']:8.1f}")
    mean = statistics.geometric_mean(row["ratio"] for row in figures.values())
    report.write("strawberry", figures, {"ours_vs_strawberry": mean})


if __name__ == "__main__":
    main()
