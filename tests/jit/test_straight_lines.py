"""Objects as expected are completed in straight lines; for others, and where reading does something, not."""

import enum
import math
from collections import UserDict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest
import strawberry
from graphql import GraphQLSchema, build_schema, parse

import jit
from tests.jit.both_ways import run_both

SDL = """
    enum Color { RED GREEN }
    type Leaf { s: String! i: Int f: Float b: Boolean! id: ID! color: Color list: [Int!] grid: [[String]] }
    type Branch { leaf: Leaf leaves: [Leaf!] perhaps: [Leaf] name: String! branch: Branch }
    type Pair { left: Leaf! v0_s: String right: Leaf! name: String! }
    type Twig { pair: Pair! name: String! bud: Pair! }
    type Query {
        branch: Branch branches: [Branch!]! more: [[Branch]] pair: Pair pairs: [Pair] twigs: [Twig!]
    }
"""
LEAF = "{ s i f b id color list grid }"
QUERY = f"""{{
    branch {{ name leaf {LEAF} leaves {LEAF} perhaps {LEAF} __typename branch {{ name leaf {{ s }} }} }}
    branches {{ leaves {{ i s }} name }}
    more {{ perhaps {{ __typename }} name }}
}}"""


class Open:
    """Any attributes."""

    def __init__(self, **fields: Any) -> None:
        self.__dict__.update(fields)


class Slotted:
    """Attributes in slots."""

    __slots__ = ("b", "color", "f", "grid", "i", "id", "list", "s")

    def __init__(self, **fields: Any) -> None:
        for name, value in fields.items():
            setattr(self, name, value)


class Constant(Open):
    """A value that all instances share."""

    s = "shared"


class Overridden(Open):
    """Says that it is of another class."""

    @property  # type: ignore[misc]
    def __class__(self) -> Any:  # the test is that it is not believed
        return Slotted


class Text(str):
    """No plain text."""

    __slots__ = ()


class Choice(enum.StrEnum):
    """Texts of an enum."""

    RED = "RED"


GOOD: dict[str, Any] = {
    "s": "text",
    "i": 7,
    "f": 1.5,
    "b": True,
    "id": "x",
    "color": "RED",
    "list": [1, 2],
    "grid": [["a", None], None, []],
}
ODD: list[dict[str, Any]] = [
    {"s": 5},
    {"s": Text("t")},
    {"s": Choice.RED},
    {"s": None},
    {"i": True},
    {"i": 2**31},
    {"i": "9"},
    {"i": 3.0},
    {"f": math.nan},
    {"f": math.inf},
    {"f": 3},
    {"b": 1},
    {"b": "no"},
    {"id": 12},
    {"color": Choice.RED},
    {"color": "BLUE"},
    {"list": (1, 2)},
    {"list": [1, None]},
    {"list": [1, "x"]},
    {"list": "text"},
    {"list": range(3)},
    {"grid": [["a"], "b"]},
    {"grid": [[1], [[]]]},
    {"s": lambda info: info.field_name},
    {"list": lambda _info: [3]},
    {"s": ValueError("given")},
    {"i": ValueError("given")},
    {"list": [1, ValueError("item")]},
]
MAKERS: dict[str, Any] = {
    "open": Open,
    "slotted": Slotted,
    "dict": dict,
    "mapping": lambda **fields: UserDict(fields),
    "namespace": SimpleNamespace,
    "constant": Constant,
    "overridden": Overridden,
}


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    """Of default resolvers alone."""
    return build_schema(SDL)


def branch(make: Any, *leaves: Any) -> Any:
    """A branch with leaves in every place."""
    inner = Open(name="inner", leaf=leaves[0], leaves=list(leaves), perhaps=[None, *leaves], branch=None)
    return make(name="outer", leaf=leaves[-1], leaves=[*leaves], perhaps=[*leaves, None], branch=inner)


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS.keys())
@pytest.mark.parametrize("odd", ODD, ids="-".join)
def test_odd_values_among_good_ones_are_the_same(
    schema: GraphQLSchema, make: Any, odd: dict[str, Any]
) -> None:
    """One odd value in a list of good ones, in every kind of object."""
    good = [make(**GOOD) for _ in range(3)]
    leaves = [good[0], make(**(GOOD | odd)), good[1], good[2]]

    def root() -> Any:
        top = branch(Open, *leaves)
        return {"branch": top, "branches": [top, branch(Open, *good)], "more": [[top, None], None]}

    run_both(schema, QUERY, root)


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS.keys())
@pytest.mark.parametrize("odd", [*ODD, {}], ids="-".join)
def test_objects_that_must_be_there_are_taken_apart_with_those_above_them(
    schema: GraphQLSchema, make: Any, odd: dict[str, Any]
) -> None:
    """An odd value in one of them, or another kind of object in its place."""
    good, strange = make(**GOOD), make(**(GOOD | odd))

    def pair(left: Any, right: Any) -> Open:
        return Open(left=left, v0_s="v", right=right, name="pair")

    def root() -> Any:
        pairs = [
            pair(good, good),
            pair(strange, good),
            None,
            pair(good, strange),
            pair(None, good),
            pair(5, good),
        ]
        twigs = [Open(pair=pairs[0], name="twig", bud=each) for each in (pairs[0], pairs[1])]
        return {"pair": pairs[0], "pairs": [*pairs, pair(ValueError("left"), good)], "twigs": twigs}

    shown = f"{{ left {LEAF} v0_s right {LEAF} __typename name }}"
    run_both(schema, f"{{ pair {shown} pairs {shown} twigs {{ bud {shown} pair {shown} name }} }}", root)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_null_in_a_list_is_an_error_only_where_items_must_be_there(
    schema: GraphQLSchema, place: int
) -> None:
    """At the top and within another object; where it may be, it stays among objects as expected."""
    leaves: list[Any] = [Slotted(**GOOD), Slotted(**GOOD)]
    leaves.insert(place, None)
    whole, broken = branch(Open, Slotted(**GOOD)), Open(name="broken", leaves=leaves, perhaps=leaves)
    twigs: list[Any] = [Open(name="twig", pair=None, bud=None), Open(name="twig", pair=None, bud=None)]
    twigs.insert(place, None)

    def root() -> Any:
        return {"branches": [broken, whole], "twigs": twigs}

    run_both(schema, "{ branches { name perhaps { s i } } twigs { name } }", root)
    run_both(schema, "{ branches { name leaves { s i } } }", root)


def test_what_is_missing_is_the_same(schema: GraphQLSchema) -> None:
    """Attributes that some instances do not have."""
    leaves = [
        Open(**GOOD),
        Open(s="alone", b=True, id="y"),
        Slotted(**GOOD),
        Slotted(s="slot", b=False, id="z"),
    ]
    run_both(schema, QUERY, lambda: {"branch": branch(Open, *leaves), "branches": [], "more": []})


@pytest.mark.parametrize("odd", [{}, {"i": "odd"}], ids=repr)
def test_what_has_an_effect_is_read_once(schema: GraphQLSchema, odd: dict[str, Any]) -> None:
    """A property is read once for each field, also when a field after it is odd."""
    reads: list[str] = []

    class Reading(Open):
        """Notes that it is read."""

        @property
        def s(self) -> str:
            """Noted."""
            reads.append("s")
            return "read"

    values = {"i": 1, "b": True} | odd
    operation = jit.compile_operation(schema, parse("{ branch { perhaps { b s i } } }"))
    for _ in range(3):
        reads.clear()
        operation.execute({"branch": Open(perhaps=[Reading(**values), Reading(**values)])})
        assert reads == ["s", "s"]


def test_attributes_by_getattr_are_read_as_before(schema: GraphQLSchema) -> None:
    """A class that makes its attributes when they are asked for."""

    class Making:
        """Has whatever is asked for."""

        def __getattr__(self, name: str) -> Any:
            if name.startswith("__"):
                raise AttributeError(name)
            return GOOD.get(name, name)

    run_both(
        schema, f"{{ branch {{ name leaf {LEAF} }} }}", lambda: {"branch": Open(name="n", leaf=Making())}
    )


@strawberry.enum
class Size(enum.Enum):
    """Sizes."""

    SMALL = 1
    LARGE = 2


@strawberry.type
class Item:
    """Leaves of Strawberry."""

    at: datetime
    day: date
    size: Size | None
    sizes: list[Size]
    tags: list[str] | None = None

    @strawberry.field
    async def later(self) -> str:
        """The one field that is no plain value."""
        return "later"


@strawberry.type
class Query:
    """Items."""

    @strawberry.field
    def items(self, info: strawberry.Info[Any, Any]) -> list[Item]:
        """As the root has them."""
        return list(info.root_value)


@dataclass
class Like:
    """Like an item, and none."""

    at: Any = datetime(2026, 1, 1, tzinfo=UTC)
    day: Any = date(2026, 1, 1)
    size: Any = Size.SMALL
    sizes: Any = field(default_factory=lambda: [Size.LARGE])
    tags: Any = None

    later = Item.later


@pytest.mark.parametrize(
    "odd",
    [
        {},
        {"at": "2026"},
        {"at": date(2026, 1, 1)},
        {"day": None},
        {"size": 1},
        {"size": None},
        {"size": "LARGE"},
        {"sizes": [Size.SMALL, None]},
        {"sizes": (Size.SMALL,)},
        {"tags": ["a", 5]},
        {"tags": {"a"}},
    ],
    ids=repr,
)
@pytest.mark.parametrize(
    "query", ["{ items { at day size sizes tags } }", "{ items { at size later day tags } }"]
)
def test_strawberry_types_with_odd_values_are_the_same(query: str, odd: dict[str, Any]) -> None:
    """Moments, enums and lists of them, beside a field that is awaited."""
    schema = strawberry.Schema(Query)._schema
    good = Item(at=datetime(2026, 1, 1, tzinfo=UTC), day=date(2026, 1, 1), size=Size.SMALL, sizes=[])
    run_both(schema, query, lambda: [good, Like(**odd), good])
