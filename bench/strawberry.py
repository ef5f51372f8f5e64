"""Measure Strawberry's own execution and compiled execution: `make bench BENCH=strawberry`.

The schema is that of Strawberry's documentation: books with their authors, and users by a loader. Requests
go through `schema.execute`, with its extensions, and so include what Strawberry does around execution.
Documents are parsed and validated once, by Strawberry's own caches, for both.
"""

import asyncio
import gc
import statistics
from collections.abc import Callable
from pathlib import Path
from time import process_time
from typing import Any, Final

import strawberry
from strawberry import Info
from strawberry.dataloader import DataLoader
from strawberry.extensions import ParserCache, ValidationCache

from bench.harness import report
from bench.harness.options import Form, new_parser
from bench.harness.runner import run_benchmark
from bench.harness.standstill import wait_for
from jit.schema import Schema

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


async def _microseconds(schema: Any, name: str, times: int) -> float:
    began = process_time()
    for _ in range(times):
        await _run(schema, name)
    return (process_time() - began) / times * 1e6


async def measure(rounds: int, times: int) -> dict[str, dict[str, float]]:
    """Return microseconds of CPU time per request: medians of interleaved rounds."""
    caches: list[Callable[[], Any]] = [ParserCache, ValidationCache]
    plain, compiled = strawberry.Schema(Query, extensions=caches), Schema(Query, extensions=caches)
    figures = {}
    for name in CASES:
        wait_for(f"the executions of {name}")
        expected, found = await _run(plain, name), await _run(compiled, name)
        if expected.errors or expected.data != found.data:
            raise AssertionError(f"{name}: the responses differ")
        taken: dict[str, list[float]] = {"strawberry": [], "ours": []}
        for _ in range(rounds):
            gc.collect()
            taken["strawberry"].append(await _microseconds(plain, name, times))
            gc.collect()
            taken["ours"].append(await _microseconds(compiled, name, times))
        medians = {key: statistics.median(times) for key, times in taken.items()}
        figures[name] = medians | {"ratio": medians["strawberry"] / medians["ours"]}
    if compiled.executions.interpreted:
        raise AssertionError(f"something was not compiled: {compiled.executions}")
    return figures


def run(form: Form, _folder: Path) -> None:
    """Measure, print the table, and write the results."""
    figures = asyncio.run(measure(*form.of((11, 30), (11, 30), (1, 1))))
    print(f"{'µs a request':32}{'Strawberry':>14}{'compiled':>12}{'ratio':>8}")
    for name, row in figures.items():
        print(f"{name:32}{row['strawberry']:14.1f}{row['ours']:12.1f}{row['ratio']:8.1f}")
    mean = statistics.geometric_mean(row["ratio"] for row in figures.values())
    report.write(form.results, "strawberry", figures, {"ours_vs_strawberry": mean})


def main() -> None:
    """Run the benchmark with the options of the command line."""
    form = Form.read(new_parser(__doc__ or "").parse_args())
    run_benchmark(run, form, form)


if __name__ == "__main__":
    main()
