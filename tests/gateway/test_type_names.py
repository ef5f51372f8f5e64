"""What the gateway selects for itself is checked: type names, keys and required fields."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from graphql import ArgumentNode, FieldNode, OperationDefinitionNode, VariableNode, parse, print_ast

from gateway.pipeline.operation_executor import ExecutionMode, OperationExecutor
from gateway.pipeline.preparation.plan_cache import PlannedOperation
from gateway.pipeline.preparation.preparer import Preparer
from gateway.supergraph import load_supergraph
from tests.federation_kit.asked import SubgraphRequest, asking
from tests.federation_kit.generous_limits import GENEROUS_LIMITS
from tests.gateway.plans import joined

SUPERGRAPH = """
type Query @join__type(graph: A) @join__type(graph: B) @join__type(graph: C) {
  me: User @join__field(graph: A)
  users: [User] @join__field(graph: A)
  pet: Pet @join__field(graph: A)
  box: Box @join__field(graph: A)
}
type User @join__type(graph: A, key: "id") @join__type(graph: B, key: "id") @join__type(graph: C, key: "id") {
  id: ID!
  name: String @join__field(graph: A)
  price: Int! @join__field(graph: A) @join__field(graph: B, external: true)
  mail: String @join__field(graph: B)
  friend: User @join__field(graph: B)
  count: Int! @join__field(graph: C)
  total: Int @join__field(graph: B, requires: "price")
}
type Box @join__type(graph: A) { inner: Inner }
type Inner @join__type(graph: A) { user: User }
interface Pet @join__type(graph: A) @join__type(graph: B) { id: ID! }
type Cat implements Pet
  @join__implements(graph: A, interface: "Pet") @join__implements(graph: B, interface: "Pet")
  @join__type(graph: A, key: "id") @join__type(graph: B, key: "id") {
  id: ID! @join__field(graph: A) @join__field(graph: B)
  fur: String @join__field(graph: B)
}
type Dog implements Pet @join__implements(graph: A, interface: "Pet") @join__type(graph: A, key: "id") {
  id: ID!
}
"""

USER: dict[str, Any] = {"__typename": "User", "id": "1", "name": "Anna", "price": 5}
ROOTS: dict[str, Any] = {
    "me": USER,
    "users": [USER, {**USER, "id": "2"}],
    "pet": {"__typename": "Cat", "id": "7"},
    "box": {"inner": {"user": USER}},
}
ENTITY: dict[str, dict[str, Any]] = {
    "b": {
        "__typename": "User",
        "id": "1",
        "mail": "a@b",
        "friend": {"__typename": "User", "id": "3"},
        "total": 6,
        "fur": "red",
    },
    "c": {"count": 2},
}
SDL = joined(SUPERGRAPH, "a", "b", "c")


async def answered(
    query: str,
    way: ExecutionMode,
    root: Mapping[str, Any],
    entity: Mapping[str, Any] | None = ENTITY["b"],
    sdl: str = SDL,
) -> dict[str, Any]:
    """What the gateway answers if subgraph `a` returns these root fields, and `b` this entity, if any."""
    preparer = Preparer(load_supergraph(sdl), GENEROUS_LIMITS)

    def subgraph(name: str) -> Any:
        async def answer(request: SubgraphRequest) -> Mapping[str, Any]:
            found: Mapping[str, Any] | None = ENTITY.get(name, {})
            if name == "b":
                found = None if entity is None else {**ENTITY["b"], **entity}
            data = {**ROOTS, **root} if name == "a" else dict(entities(request, found))
            return dict(json.loads(json.dumps({"data": data})))

        return asking(answer)

    _, planned = preparer.plan(query, None, {})
    executor = OperationExecutor(preparer, {each: subgraph(each) for each in "abc"}, lambda *_: None, way)
    own = PlannedOperation(planned.plan, planned.introspection)
    return dict((await executor.execute(own, {}, {})).body)


def entities(request: SubgraphRequest, found: Mapping[str, Any] | None) -> Iterator[tuple[str, list[Any]]]:
    """Yield each `_entities` field of a request with its entities, one for each representation."""
    (operation,) = parse(request.query).definitions
    assert isinstance(operation, OperationDefinitionNode)
    for node in operation.selection_set.selections:
        match node:
            case FieldNode(alias=alias, arguments=(ArgumentNode(value=VariableNode(name=variable)),)):
                selected = found and {key: each for key, each in found.items() if key in print_ast(node)}
                sent = request.variables[variable.value]
                yield "_entities" if alias is None else alias.value, [selected for _ in sent]


def told(answer: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The path and the service of each error, in order."""
    return sorted(
        (".".join(map(str, each["path"])), each["extensions"].get("service"))
        for each in answer.get("errors", ())
    )


def without(data: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """An object without some fields."""
    return {name: each for name, each in data.items() if name not in names}


NAMELESS = [without(USER, "__typename"), {**USER, "__typename": None}]


@pytest.mark.parametrize("user", NAMELESS)
async def test_a_name_that_the_schema_says_is_not_missed(way: ExecutionMode, user: dict[str, Any]) -> None:
    """At the root, in lists, and two levels below, everything that other subgraphs add is there."""
    root = {"me": user, "users": [user, None, user], "box": {"inner": {"user": user}}}
    query = "{ me { mail } users { name count } box { inner { user { mail count total } } } }"
    answer = await answered(query, way, root)
    assert answer == {
        "data": {
            "me": {"mail": "a@b"},
            "users": [{"name": "Anna", "count": 2}, None, {"name": "Anna", "count": 2}],
            "box": {"inner": {"user": {"mail": "a@b", "count": 2, "total": 6}}},
        }
    }


@pytest.mark.parametrize("friend", [{"id": "3"}, {"__typename": None, "id": "3"}])
async def test_a_name_is_not_missed_in_the_response_of_another_subgraph(
    way: ExecutionMode, friend: dict[str, Any]
) -> None:
    """The friend comes from `b`, and its count from `c`."""
    answer = await answered("{ me { friend { count } } }", way, {}, {"friend": friend})
    assert answer == {"data": {"me": {"friend": {"count": 2}}}}


@pytest.mark.parametrize("name", ["Cat", "Nobody", 7, ""])
async def test_a_name_that_contradicts_the_type_is_the_error_of_who_returned_it(
    way: ExecutionMode, name: object
) -> None:
    """Each field that is missing has an error, also one that must not be null; the others are there."""
    wrong = {**USER, "__typename": name}
    root = {"users": [USER, wrong], "me": wrong}
    answer = await answered("{ users { name mail } me { name count } }", way, root)
    assert answer["data"] == {
        "users": [{"name": "Anna", "mail": "a@b"}, {"name": "Anna", "mail": None}],
        "me": None,
    }
    assert told(answer) == [("me.count", "a"), ("users.1.mail", "a")]


async def test_a_wrong_name_in_the_response_of_another_subgraph_is_its_error(way: ExecutionMode) -> None:
    """What `c` would have added to the friend is missing because of `b`."""
    answer = await answered(
        "{ me { friend { count } } }", way, {}, {"friend": {"__typename": "Cat", "id": "3"}}
    )
    assert answer["data"] == {"me": {"friend": None}}
    assert told(answer) == [("me.friend.count", "b")]


@pytest.mark.parametrize(
    "pet", [{"id": "7"}, {"__typename": None, "id": "7"}, {"__typename": "User", "id": "7"}]
)
@pytest.mark.parametrize(
    "query", ["{ pet { id } }", "{ pet { id ... on Cat { fur } } }", "{ pet { __typename } }"]
)
async def test_an_interfaces_object_without_a_possible_name_is_null_with_an_error(
    way: ExecutionMode, query: str, pet: dict[str, Any]
) -> None:
    """Nothing of it is shown or fetched under a type that it may not have."""
    answer = await answered(query, way, {"pet": pet})
    assert answer["data"] == {"pet": None}
    assert told(answer) == [("pet", "a")]


async def test_an_interfaces_object_with_its_name_is_answered(way: ExecutionMode) -> None:
    """Its fields elsewhere are fetched."""
    assert await answered("{ pet { id ... on Cat { fur } } }", way, {}) == {
        "data": {"pet": {"id": "7", "fur": "red"}}
    }


@pytest.mark.parametrize("user", [without(USER, "id"), {**USER, "id": None}])
async def test_a_key_that_is_missing_is_the_error_of_who_left_it_out(
    way: ExecutionMode, user: dict[str, Any]
) -> None:
    """The client has not selected the key; each field that needs it has the error."""
    answer = await answered("{ me { name mail count } }", way, {"me": user})
    assert answer["data"] == {"me": None}
    assert told(answer) == [("me.count", "a"), ("me.mail", "a")]


@pytest.mark.parametrize("user", [without(USER, "price"), {**USER, "price": None}])
async def test_a_required_field_that_is_missing_is_the_error_of_who_left_it_out(
    way: ExecutionMode, user: dict[str, Any]
) -> None:
    """A null that its type does not allow is not sent; fields without requirements are fetched."""
    answer = await answered("{ me { mail total } }", way, {"me": user})
    assert answer["data"] == {"me": {"mail": "a@b", "total": None}}
    assert told(answer) == [("me.total", "a")]


TWO_KEYS = """
type Query @join__type(graph: A) @join__type(graph: B) { bees: [Bee] @join__field(graph: A) }
type Bee
  @join__type(graph: A, key: "nick") @join__type(graph: A, key: "hive { no }")
  @join__type(graph: B, key: "nick") @join__type(graph: B, key: "hive { no }") {
  nick: String
  hive: Hive!
  size: Int! @join__field(graph: B)
}
type Hive @join__type(graph: A) @join__type(graph: B) { no: Int! }
"""


async def test_a_null_key_that_is_allowed_does_not_hide_who_left_out_the_other(way: ExecutionMode) -> None:
    """Neither is it the error of the subgraph that could not be asked."""
    bees = [
        {"__typename": "Bee", "nick": None, "hive": {}},
        {"__typename": "Bee", "nick": None, "hive": {"no": 1}},
    ]
    sdl = joined(TWO_KEYS, "a", "b", "c")
    answer = await answered("{ bees { size } }", way, {"bees": bees}, {"size": 3}, sdl)
    assert answer["data"] == {"bees": [None, {"size": 3}]}
    assert {service for _, service in told(answer)} == {"a"}


WITH_INTERFACE_OBJECT = """
interface Being @join__type(graph: A, key: "id", isInterfaceObject: true) @join__type(graph: B, key: "id") {
  id: ID! label: String @join__field(graph: A)
}
type Ant implements Being @join__implements(graph: B, interface: "Being") @join__type(graph: B, key: "id") {
  id: ID! label: String @join__field
}
type Query @join__type(graph: A) @join__type(graph: B) { being: Being @join__field(graph: A) }
"""


async def test_an_interface_object_needs_no_name_if_all_its_types_are_shown_alike(way: ExecutionMode) -> None:
    """Its subgraph knows one type for all of them."""
    sdl = joined(WITH_INTERFACE_OBJECT, "a", "b", "c")
    answer = await answered("{ being { id label } }", way, {"being": {"id": "x", "label": "y"}}, {}, sdl)
    assert answer == {"data": {"being": {"id": "x", "label": "y"}}}


FIELD_SETS = """
type Query @join__type(graph: A) @join__type(graph: B) { order: Order @join__field(graph: A) }
type Order
  @join__type(graph: A, key: "no owner { __typename id }")
  @join__type(graph: B, key: "no owner { __typename id }") {
  no: Int!
  owner: Owner!
  parts: [Part] @join__field(graph: A) @join__field(graph: B, external: true)
  total: Int @join__field(graph: B, requires: "parts { __typename size }")
}
type Owner @join__type(graph: A) @join__type(graph: B) { id: ID! }
type Part @join__type(graph: A) @join__type(graph: B) { size: Int }
"""


@pytest.mark.parametrize("named", [True, False])
async def test_a_type_name_in_a_field_set_is_sent(way: ExecutionMode, *, named: bool) -> None:
    """Below concrete types and in lists too, whether the providing subgraph names them or not."""
    preparer = Preparer(load_supergraph(joined(FIELD_SETS, "a", "b")), GENEROUS_LIMITS)
    sent: list[Any] = []
    order = {
        "__typename": "Order",
        "no": 1,
        "owner": {"id": "o"} | ({"__typename": "Owner"} if named else {}),
        "parts": [{"size": 2}, None],
    }

    async def first(_request: SubgraphRequest) -> Mapping[str, Any]:
        return {"data": {"order": order}}

    async def second(request: SubgraphRequest) -> Mapping[str, Any]:
        sent.extend(request.variables["representations"])
        return {"data": {"_entities": [{"total": 3}]}}

    _, planned = preparer.plan("{ order { total } }", None, {})
    transports = {"a": asking(first), "b": asking(second)}
    executor = OperationExecutor(preparer, transports, lambda *_: None, way)
    own = PlannedOperation(planned.plan, planned.introspection)
    assert (await executor.execute(own, {}, {})).body == {"data": {"order": {"total": 3}}}
    assert sent == [
        {
            "__typename": "Order",
            "no": 1,
            "owner": {"__typename": "Owner", "id": "o"},
            "parts": [{"__typename": "Part", "size": 2}, None],
        }
    ]


KNOWN_ELSEWHERE = """
interface Being
  @join__type(graph: A, key: "id", isInterfaceObject: true) @join__type(graph: B, key: "id") { id: ID! }
type Ant implements Being @join__implements(graph: B, interface: "Being")
  @join__type(graph: B, key: "id") @join__type(graph: C, key: "id") {
  id: ID! count: Int! @join__field(graph: C)
}
type Query @join__type(graph: A) @join__type(graph: B) @join__type(graph: C) {
  beings: [Being] @join__field(graph: A)
}
"""


@pytest.mark.parametrize("being", [{"__typename": "Being", "id": None}, {"__typename": "Nobody", "id": "2"}])
async def test_what_hides_the_type_of_an_interface_object_is_the_only_error(
    way: ExecutionMode, being: dict[str, Any]
) -> None:
    """Nobody else is said to have returned a null: who has the field is never asked."""
    sdl = joined(KNOWN_ELSEWHERE, "a", "b", "c")
    query = "{ beings { ... on Ant { count } } }"
    answer = await answered(query, way, {"beings": [being]}, {"__typename": "Ant", "id": "2"}, sdl)
    assert answer["data"] == {"beings": [None]}
    assert {service for _, service in told(answer)} == {"a"}


KNOWN_BY_ITS_KEY = """
interface Being
  @join__type(graph: A, key: "id", isInterfaceObject: true) @join__type(graph: B, key: "id") { id: ID! }
type Ant implements Being @join__implements(graph: B, interface: "Being")
  @join__type(graph: B, key: "id") @join__type(graph: C, key: "id") {
  id: ID! size: Int @join__field(graph: B) count: Int! @join__field(graph: C)
}
type Query @join__type(graph: A) @join__type(graph: B) @join__type(graph: C) {
  beings: [Being] @join__field(graph: A)
}
"""
BEING = {"__typename": "Being", "id": "2"}


@pytest.mark.parametrize(
    ("being", "entity", "wrong"),
    [
        ({"__typename": "Being"}, {"__typename": "Ant", "size": 3}, "a"),
        ({"__typename": "Being", "id": {}}, {"__typename": "Ant", "size": 3}, "a"),
        ({"__typename": "Nobody", "id": "2"}, {"__typename": "Ant", "size": 3}, "a"),
        (BEING, {"__typename": "Nobody", "size": 3}, "b"),
        (BEING, {"__typename": "Being", "size": 3}, "b"),
        (BEING, {"__typename": None, "size": 3}, "b"),
        (BEING, {"__typename": 1, "size": 3}, "b"),
    ],
)
async def test_who_is_never_asked_is_not_to_blame(
    way: ExecutionMode, being: dict[str, Any], entity: dict[str, Any], wrong: str
) -> None:
    """What `c` would have added is missing because of `a`, or of `b`, which was asked for the type."""
    sdl = joined(KNOWN_BY_ITS_KEY, "a", "b", "c")
    query = "{ beings { ... on Ant { size count } } }"
    answer = await answered(query, way, {"beings": [being, None]}, entity, sdl)
    assert answer["data"] == {"beings": [None, None]}
    assert {service for _, service in told(answer)} == {wrong}
    assert ("beings.0.count", wrong) in told(answer)


SHOWN_BY_TYPE = """
interface Shiny @join__type(graph: A) { id: ID! }
interface Being implements Shiny @join__implements(graph: A, interface: "Shiny")
  @join__type(graph: A, key: "id", isInterfaceObject: true) @join__type(graph: B, key: "id") { id: ID! }
type Ant implements Being & Shiny
  @join__implements(graph: B, interface: "Being") @join__implements(graph: A, interface: "Shiny")
  @join__type(graph: B, key: "id") { id: ID! }
type Query @join__type(graph: A) @join__type(graph: B) @join__type(graph: C) {
  shiny: [Shiny] @join__field(graph: A)
}
"""


@pytest.mark.parametrize(
    ("shiny", "named", "wrong"),
    [
        ({"__typename": "Nobody", "id": "2"}, "Ant", "a"),
        (BEING, "Nobody", "b"),
        (BEING, "Being", "b"),
        (BEING, 1, "b"),
    ],
)
async def test_who_named_an_impossible_type_is_to_blame(
    way: ExecutionMode, shiny: dict[str, Any], named: object, wrong: str
) -> None:
    """The subgraph of the interface object, or who was asked for the concrete type."""
    sdl = joined(SHOWN_BY_TYPE, "a", "b", "c")
    root = {"shiny": [shiny, None, BEING]}
    answer = await answered("{ shiny { __typename } }", way, root, {"__typename": named}, sdl)
    assert answer["data"] == {"shiny": [None, None, {"__typename": "Ant"} if wrong == "a" else None]}
    assert {service for _, service in told(answer)} == {wrong}
    assert ("shiny.0", wrong) in told(answer)


async def test_who_knows_the_type_and_returns_no_entity_is_to_blame(way: ExecutionMode) -> None:
    """Nobody else can be asked without the type."""
    sdl = joined(KNOWN_BY_ITS_KEY, "a", "b", "c")
    query = "{ beings { ... on Ant { size count } } }"
    answer = await answered(query, way, {"beings": [BEING]}, None, sdl)
    assert answer["data"] == {"beings": [None]}
    assert told(answer) == [("beings.0.count", "b")]
