"""Strawberry's input objects: made again for every call, as its own conversion makes them."""

from enum import Enum
from typing import Any, Optional

import pytest
import strawberry
from graphql import parse
from strawberry import ID, UNSET
from strawberry.relay import GlobalID
from strawberry.schema.config import StrawberryConfig

import jit
from tests.jit.both_ways import run_both


@strawberry.enum
class Size(Enum):
    """Sizes."""

    SMALL = 1
    LARGE = 2


@strawberry.input
class Part:
    """A part, with defaults of every kind."""

    some_name: str
    size: Size = Size.SMALL
    tags: list[str] = strawberry.field(default_factory=list)
    sizes: list[Size] | None = None
    number: int | None = UNSET
    id: ID | None = strawberry.field(name="ident", default=None)


@strawberry.input
class Tree:
    """Contains itself, and parts."""

    part: Part
    nullable: float | None
    children: Optional[list["Tree"]] = None  # noqa: UP045 - a name in quotes takes no bar
    grid: list[list[Part | None]] | None = None


@strawberry.input
class Checked:
    """Refuses some values itself."""

    number: int

    def __post_init__(self) -> None:
        """Raises for negative numbers."""
        if self.number < 0:
            raise ValueError("negative")


@strawberry.input
class Perhaps:
    """Tells absence from null."""

    text: strawberry.Maybe[str]
    other: strawberry.Maybe[int | None]


@strawberry.type
class Query:
    """Tells what it is given."""

    @strawberry.field
    def part(self, part: Part, others: list[Part] | None = None) -> str:
        """A part, and a list of them."""
        return f"{part} {others}"

    @strawberry.field
    async def tree(self, tree: Tree | None = None) -> str:
        """A tree."""
        return f"{tree}"

    @strawberry.field
    def changed(self, part: Part) -> str:
        """Changes what it is given; the next call must not see it."""
        part.tags.append("changed")
        part.some_name += "!"
        return f"{part}"

    @strawberry.field
    def checked(self, checked: Checked) -> int | None:
        """Refused while it is converted."""
        return checked.number

    @strawberry.field
    async def perhaps(self, perhaps: Perhaps, maybe: strawberry.Maybe[int] = None) -> str:
        """Absent, null or there."""
        return f"{perhaps} {maybe}"

    @strawberry.field
    def globally(self, id: GlobalID) -> str | None:  # noqa: A002 - a field's argument
        """An id that Strawberry decodes."""
        return f"{id.type_name} {id.node_id}"


SCHEMA = strawberry.Schema(Query, config=StrawberryConfig(relay_use_legacy_global_id=True))
PART = {"someName": "v", "size": "LARGE", "tags": ["a"], "sizes": ["SMALL"], "number": None, "ident": 7}


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        ('{ part(part: {someName: "a"}) }', {}),
        (
            '{ part(part: {someName: "a", number: null}, others: [{someName: "b", size: LARGE}]) }',
            {},
        ),
        ("query ($p: Part!, $o: [Part!]) { part(part: $p, others: $o) }", {"p": PART, "o": None}),
        ("query ($p: Part!, $o: [Part!]) { part(part: $p, others: $o) }", {"p": PART, "o": PART}),
        ("query ($p: Part!) { part(part: $p, others: [$p, $p]) }", {"p": {"someName": "x"}}),
        ("query ($n: String!, $z: Size) { part(part: {someName: $n, size: $z}) }", {"n": "x"}),
        ("query ($n: String!, $z: Size) { part(part: {someName: $n, size: $z}) }", {"n": "x", "z": "LARGE"}),
        ("{ tree }", {}),
        ("{ tree(tree: null) }", {}),
        (
            "query ($t: Tree) { tree(tree: $t) }",
            {"t": {"part": PART, "children": [{"part": PART, "nullable": 1.5, "grid": [[PART, None], []]}]}},
        ),
        ('{ a: changed(part: {someName: "a"}) b: changed(part: {someName: "a"}) }', {}),
        ("query ($p: Part!) { a: changed(part: $p) b: changed(part: $p) }", {"p": PART}),
        ("{ a: checked(checked: {number: 1}) b: checked(checked: {number: -1}) }", {}),
        ("query ($n: Int!) { checked(checked: {number: $n}) }", {"n": -5}),
        ("{ perhaps(perhaps: {}) }", {}),
        ('{ perhaps(perhaps: {text: "t", other: null}, maybe: 3) }', {}),
        ('{ a: globally(id: "VGhpbmc6NQ==") b: globally(id: "no") }', {}),
    ],
)
def test_input_objects_are_the_same(query: str, variables: dict[str, Any]) -> None:
    """Nested, within lists, within themselves, with defaults, absent, null, and refused."""
    result = run_both(SCHEMA._schema, query, Query, variable_values=variables)
    assert result.data is not None


def test_input_objects_are_converted_without_the_wrapper() -> None:
    """The function itself is called, with objects that were made by functions built once."""
    operation = jit.compile_operation(SCHEMA._schema, parse('{ part(part: {someName: "a"}) tree }'))
    assert "execution.info(" not in operation.source
    assert "info=" not in operation.source
