"""A fresh Strawberry project, as its tutorial makes one, is compiled by one changed line."""

import sys
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from fastapi import FastAPI
from strawberry.fastapi import GraphQLRouter

PLAIN: Final = "from strawberry import Schema"
COMPILED: Final = "from jit.schema import Schema"
PROJECT: Final = f"""
import asyncio
from collections.abc import AsyncGenerator

import strawberry
{PLAIN}


@strawberry.type
class Author:
    name: str


@strawberry.type
class Book:
    title: str
    author: Author


SHELF = [Book(title="Middlemarch", author=Author(name="George Eliot"))]


@strawberry.type
class Query:
    @strawberry.field
    def books(self) -> list[Book]:
        return SHELF


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def add_book(self, title: str, author: str) -> Book:
        await asyncio.sleep(0)
        SHELF.append(Book(title=title, author=Author(name=author)))
        return SHELF[-1]


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def count(self, target: int = 2) -> AsyncGenerator[int, None]:
        for number in range(target):
            yield number


schema = Schema(query=Query, mutation=Mutation, subscription=Subscription)
"""
OPERATIONS: Final = [
    ("{ books { title author { name } } }", {}),
    ('mutation ($title: String!) { addBook(title: $title, author: "B") { title } }', {"title": "Villette"}),
    ("{ books { title author { name } } }", {}),
]


QUALIFIED: Final = PROJECT.replace(f"{PLAIN}\n", "").replace("= Schema(", "= strawberry.Schema(")
"""The project as Strawberry's tutorial writes it: with the name of the package before each of its own."""

CHANGES: Final = {
    "imported": (PROJECT, PROJECT.replace(PLAIN, COMPILED)),
    "qualified": (
        QUALIFIED,
        QUALIFIED.replace("import strawberry\n", "import strawberry\nimport jit.schema\n").replace(
            "strawberry.Schema(", "jit.schema.Schema("
        ),
    ),
}


def made(folder: Path, name: str, source: str) -> Any:
    """Write the project, and return its schema."""
    (folder / f"{name}.py").write_text(source, encoding="utf-8")
    return import_module(name).schema


async def played(schema: Any) -> tuple[list[Any], list[Any]]:
    """Return the responses over HTTP by Strawberry's own server, and the events of a subscription."""
    app = FastAPI()
    app.include_router(GraphQLRouter(schema), prefix="/graphql")
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://project") as client:
        responses = [
            (await client.post("/graphql", json={"query": query, "variables": variables})).json()
            for query, variables in OPERATIONS
        ]
    stream = await schema.subscribe("subscription { count }")
    return responses, [event.data async for event in stream]


@pytest.mark.parametrize("style", CHANGES)
async def test_another_schema_class_compiles_a_fresh_project_and_its_counter_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, style: str
) -> None:
    """Its queries, its mutation and each event are compiled; the responses are those of before."""
    monkeypatch.syspath_prepend(tmp_path)
    before, after = CHANGES[style]
    assert "jit" not in before
    plain = made(tmp_path, "plain_books", before)
    compiled = made(tmp_path, "compiled_books", after)
    try:
        expected = await played(plain)
        assert await played(compiled) == expected
        assert expected[1] == [{"count": 0}, {"count": 1}]
        assert compiled.executions.compiled == len(OPERATIONS) + 2
        assert not compiled.executions.interpreted
        assert repr(compiled.executions) == "<5 executions were compiled>"
    finally:
        sys.modules.pop("plain_books")
        sys.modules.pop("compiled_books")
