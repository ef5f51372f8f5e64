"""An answer is made as long as its budget lasts, and no further."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from graphql import GraphQLObjectType, build_schema, parse

from jit import SharedList, compile_operation
from jit.codegen import BUDGET, BudgetSpent, ResponseBudget

SDL = """
type Query { rows: [Row!]! later: [Row] }
type Row { number: Int! cells: [Cell] tags: [String!] }
type Cell { text: String! row: Row }
"""


@dataclass
class Cell:
    """A cell of a row."""

    text: Any


@dataclass
class Row:
    """A row, of which it is counted how often its cells are read."""

    number: Any
    cells: Any
    tags: Any = ()


class Counted(list[Cell]):
    """Cells that count how many of them are read."""

    read = 0

    def __iter__(self) -> Iterator[Cell]:
        for each in super().__iter__():
            Counted.read += 1
            yield each


def answer(rows: Any, query: str, places: int | None) -> tuple[Any, int | None]:
    """The data for a query within a budget, and what is left of the budget."""
    schema = build_schema(SDL)
    assert isinstance(schema.query_type, GraphQLObjectType)

    async def later(_source: object, _info: object) -> Any:
        await asyncio.sleep(0)
        return rows

    schema.query_type.fields["rows"].resolve = lambda _source, _info: rows
    schema.query_type.fields["later"].resolve = later
    operation = compile_operation(schema, parse(query))
    assert operation.fallback_reason is None
    budget = None if places is None else ResponseBudget(places)

    async def executed() -> Any:
        BUDGET.set(budget)
        result = operation.execute_awaited(None, None, {})
        return result if hasattr(result, "data") else await result

    result = asyncio.run(executed())
    assert not result.errors
    return result.data, None if budget is None else budget.places


def rows(number: int, cells: int) -> list[Row]:
    """So many rows of so many cells."""
    return [Row(row, [Cell(f"{row}.{cell}") for cell in range(cells)]) for row in range(number)]


QUERY = "{ rows { number cells { text } } }"


@pytest.mark.parametrize("query", [QUERY, QUERY.replace("rows", "later")])
def test_each_item_takes_itself_and_the_fields_below_it(query: str) -> None:
    """A row has itself and three fields, also that of its cells; a cell has itself and one field."""
    data, left = answer(rows(3, 2), query, 1_000)
    assert len(next(iter(data.values()))) == 3
    assert left == 1_000 - 3 * 4 - 3 * 2 * 2


@pytest.mark.parametrize("query", [QUERY, QUERY.replace("rows", "later")])
def test_a_spent_budget_ends_the_execution(query: str) -> None:
    """No field takes it for its own error."""
    with pytest.raises(BudgetSpent):
        answer(rows(10, 10), query, 200)
    assert answer(rows(10, 10), query, 240)[1] == 0


def test_what_is_beyond_the_budget_is_not_made() -> None:
    """Of a hundred lists, those are read that there is room for."""
    Counted.read = 0
    given = [Row(number, Counted(Cell("x") for _ in range(100))) for number in range(100)]
    with pytest.raises(BudgetSpent):
        answer(given, QUERY, 400 + 3 * 200)
    assert Counted.read <= 3 * 100 + 1


def test_a_list_that_is_completed_twice_takes_its_places_once() -> None:
    """Values that are not as expected are completed in general, after the fast way has given up."""
    usual, left = answer(rows(3, 2), QUERY, 1_000)
    unusual = rows(3, 2)
    unusual[2].number = 2.0
    data, as_much = answer(unusual, QUERY, 1_000)
    assert data == usual
    assert left is not None
    assert as_much is not None
    assert left - 3 * 2 * 2 <= as_much <= left


def test_a_shared_list_takes_its_places_in_every_answer() -> None:
    """Its items are in each response, although they were made once."""
    shared = SharedList(rows(3, 2))
    for _ in range(3):
        assert answer(shared, "{ rows { number } }", 1_000)[1] == 1_000 - 3 * 2


def test_without_a_budget_answers_hold_anything() -> None:
    """As in a subgraph that is a server of its own."""
    assert len(answer(rows(100, 100), QUERY, None)[0]["rows"]) == 100
