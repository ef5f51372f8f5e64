"""Keys and required fields of a wrong type are not sent: they are errors of who returned them."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.pipeline.operation_executor import ExecutionMode
from tests.gateway.plans import joined
from tests.gateway.test_type_names import SDL, USER, answered, told

WRONG_IDS: tuple[Any, ...] = ({}, {"id": "1"}, [1], [], True, 1.5)


@pytest.mark.parametrize("value", WRONG_IDS)
async def test_a_wrong_key_is_the_error_of_who_returned_it(way: ExecutionMode, value: object) -> None:
    """In lists and two levels below; a field that must not be null takes its object, and no other."""
    wrong = {**USER, "id": value}
    root = {"me": wrong, "users": [USER, wrong, None], "box": {"inner": {"user": wrong}}}
    query = "{ me { mail count } users { name mail } box { inner { user { name count } } } }"
    answer = await answered(query, way, root)
    assert answer["data"] == {
        "me": None,
        "users": [{"name": "Anna", "mail": "a@b"}, {"name": "Anna", "mail": None}, None],
        "box": {"inner": {"user": None}},
    }
    assert told(answer) == [
        ("box.inner.user.count", "a"),
        ("me.count", "a"),
        ("me.mail", "a"),
        ("users.1.mail", "a"),
    ]
    assert {each["message"] for each in answer["errors"]} == {
        "The service a returned a value that its type does not allow."
    }


@pytest.mark.parametrize("value", ["", "1", 1, 2**40])
async def test_text_and_integers_are_ids(way: ExecutionMode, value: object) -> None:
    """They are sent as they are."""
    assert await answered("{ me { mail } }", way, {"me": {**USER, "id": value}}) == {
        "data": {"me": {"mail": "a@b"}}
    }


@pytest.mark.parametrize("value", WRONG_IDS)
async def test_a_wrong_key_in_the_response_of_another_subgraph_is_its_error(
    way: ExecutionMode, value: object
) -> None:
    """What `c` would have added to the friend is missing because of `b`."""
    friend = {"__typename": "User", "id": value}
    answer = await answered("{ me { friend { count } mail } }", way, {}, {"friend": friend, "mail": "a@b"})
    assert answer["data"] == {"me": {"friend": None, "mail": "a@b"}}
    assert told(answer) == [("me.friend.count", "b")]


@pytest.mark.parametrize("value", ["5", {}, [5], True, 2**31, 2.5])
async def test_a_wrong_required_field_is_the_error_of_who_returned_it(
    way: ExecutionMode, value: object
) -> None:
    """Only what requires it is missing."""
    answer = await answered("{ me { mail total } }", way, {"me": {**USER, "price": value}})
    assert answer["data"] == {"me": {"mail": "a@b", "total": None}}
    assert told(answer) == [("me.total", "a")]


async def test_a_whole_number_may_be_written_with_a_point(way: ExecutionMode) -> None:
    """JSON has one kind of number."""
    answer = await answered("{ me { total } }", way, {"me": {**USER, "price": 5.0}})
    assert answer == {"data": {"me": {"total": 6}}}


EVERY_TYPE = """
type Query @join__type(graph: A) @join__type(graph: B) { bees: [Bee] @join__field(graph: A) }
enum Hue @join__type(graph: A) @join__type(graph: B) {
  RED @join__enumValue(graph: A) @join__enumValue(graph: B)
}
scalar Any @join__type(graph: A) @join__type(graph: B)
interface Being @join__type(graph: A) @join__type(graph: B) { no: Int }
type Egg implements Being @join__type(graph: A) @join__type(graph: B)
  @join__implements(graph: A, interface: "Being") @join__implements(graph: B, interface: "Being") {
  no: Int
}
type Hive @join__type(graph: A) @join__type(graph: B) { no: Int! eggs: [Egg!] }
type Bee
  @join__type(graph: A, key: "nick hive { no }")
  @join__type(graph: B, key: "nick hive { no }") {
  nick: String!
  hive: Hive!
  hue: Hue @join__field(graph: A) @join__field(graph: B, external: true)
  size: Float @join__field(graph: A) @join__field(graph: B, external: true)
  busy: Boolean @join__field(graph: A) @join__field(graph: B, external: true)
  any: Any @join__field(graph: A) @join__field(graph: B, external: true)
  days: [Int!] @join__field(graph: A) @join__field(graph: B, external: true)
  weeks: [[Int]!] @join__field(graph: A) @join__field(graph: B, external: true)
  eggs: [Egg!] @join__field(graph: A) @join__field(graph: B, external: true)
  kin: Being @join__field(graph: A) @join__field(graph: B, external: true)
  ofHive: Int @join__field(graph: B)
  ofHue: Int @join__field(graph: B, requires: "hue")
  ofSize: Int @join__field(graph: B, requires: "size")
  ofBusy: Int @join__field(graph: B, requires: "busy")
  ofAny: Int @join__field(graph: B, requires: "any")
  ofDays: Int @join__field(graph: B, requires: "days")
  ofWeeks: Int @join__field(graph: B, requires: "weeks")
  ofEggs: Int @join__field(graph: B, requires: "eggs { no }")
  ofNested: Int @join__field(graph: B, requires: "hive { eggs { no } }")
  ofKin: Int @join__field(graph: B, requires: "kin { no }")
}
"""

BEE: dict[str, Any] = {
    "__typename": "Bee",
    "nick": "Maja",
    "hive": {"no": 1, "eggs": [{"no": 1}]},
    "hue": "RED",
    "size": 1,
    "busy": False,
    "any": {"a": [1]},
    "days": [1, 2],
    "weeks": [[1, None], []],
    "eggs": [{"no": 1}, {"no": None}],
    "kin": {"__typename": "Egg", "no": 1},
}
BEES_SDL = joined(EVERY_TYPE, "a", "b", "c")


@pytest.mark.parametrize(
    ("field", "name", "value"),
    [
        ("ofHive", "nick", 1),
        ("ofHive", "nick", False),
        ("ofHive", "hive", [{"no": 1}]),
        ("ofHive", "hive", []),
        ("ofHive", "hive", "1"),
        ("ofHive", "hive", {"no": {}}),
        ("ofHive", "hive", {"no": None}),
        ("ofHue", "hue", "BLUE"),
        ("ofHue", "hue", {}),
        ("ofHue", "hue", 1),
        ("ofSize", "size", "1"),
        ("ofSize", "size", True),
        ("ofBusy", "busy", 0),
        ("ofBusy", "busy", "no"),
        ("ofDays", "days", 1),
        ("ofDays", "days", {}),
        ("ofDays", "days", [1, None]),
        ("ofDays", "days", [[1]]),
        ("ofWeeks", "weeks", [1]),
        ("ofWeeks", "weeks", [None]),
        ("ofWeeks", "weeks", [["1"]]),
        ("ofEggs", "eggs", {"no": 1}),
        ("ofEggs", "eggs", [None]),
        ("ofEggs", "eggs", [[{"no": 1}]]),
        ("ofEggs", "eggs", [{"no": 1}, {"no": "1"}]),
        ("ofEggs", "eggs", ["x"]),
        ("ofNested", "hive", {"no": 1, "eggs": {"no": 1}}),
        ("ofNested", "hive", {"no": 1, "eggs": [{"no": []}]}),
        ("ofKin", "kin", [{"__typename": "Egg", "no": 1}]),
        ("ofKin", "kin", {"__typename": "Egg", "no": "1"}),
    ],
)
async def test_a_value_fits_the_type_of_each_sort(
    way: ExecutionMode, field: str, name: str, value: object
) -> None:
    """Scalars, enums, objects and lists, at any depth; the entity beside it is complete."""
    root = {"bees": [BEE, {**BEE, name: value}]}
    answer = await answered(f"{{ bees {{ {field} }} }}", way, root, {field: 7}, BEES_SDL)
    assert answer["data"] == {"bees": [{field: 7}, {field: None}]}
    assert told(answer) == [(f"bees.1.{field}", "a")]


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("hue", (None,)),
        ("size", (None, 1.0, 1.5, -1)),
        ("busy", (None, True)),
        ("any", (0, False, [], {}, "x", None)),
        ("days", (None, [])),
        ("weeks", (None, [], [[None]])),
        ("eggs", (None, [])),
        ("kin", (None, {"__typename": "Egg", "no": None})),
    ],
)
async def test_what_a_type_allows_is_sent(way: ExecutionMode, name: str, values: tuple[Any, ...]) -> None:
    """Also null where it may be; of a scalar of its own, anything."""
    field = f"of{name.capitalize()}"
    root = {"bees": [{**BEE, name: value} for value in values]}
    answer = await answered(f"{{ bees {{ {field} }} }}", way, root, {field: 7}, BEES_SDL)
    assert answer == {"data": {"bees": [{field: 7} for _ in values]}}


async def test_what_the_client_selects_as_well_has_an_error_of_its_own(way: ExecutionMode) -> None:
    """The key itself may not be shown, and what needs it is missing."""
    answer = await answered("{ users { id mail } }", way, {"users": [{**USER, "id": {}}]}, sdl=SDL)
    assert answer["data"] == {"users": [None]}
    assert told(answer) == [("users.0.id", "a"), ("users.0.mail", "a")]


SPLIT = """
type Query @join__type(graph: A) @join__type(graph: B) { ants: [Ant] @join__field(graph: A) }
type Ant @join__type(graph: A, key: "id") @join__type(graph: B, key: "id") { id: ID! view: View legs: [View] }
type View @join__type(graph: A) @join__type(graph: B) {
  left: Int @join__field(graph: A)
  right: Int @join__field(graph: B)
}
"""


@pytest.mark.parametrize(
    ("name", "value"),
    [("view", "x"), ("view", []), ("view", 0), ("legs", {}), ("legs", ""), ("legs", "x"), ("legs", [1])],
)
async def test_what_is_no_object_does_not_lose_its_part_of_one(
    way: ExecutionMode, name: str, value: object
) -> None:
    """Two subgraphs give parts of an object; the one that gives something else has the error."""
    ant = {"__typename": "Ant", "id": "1", "view": {"left": 1}, "legs": [{"left": 2}]}
    query = f"{{ ants {{ {name} {{ left right }} }} }}"
    answer = await answered(query, way, {"ants": [ant]}, {name: value}, joined(SPLIT, "a", "b", "c"))
    part = {"left": 1, "right": None} if name == "view" else [{"left": 2, "right": None}]
    assert answer["data"] == {"ants": [{name: part}]}
    assert {service for _, service in told(answer)} == {"b"}


TWICE = """
interface Being @join__type(graph: A) @join__type(graph: B, key: "id", isInterfaceObject: true) { id: ID! }
type Ant implements Being @join__implements(graph: A, interface: "Being")
  @join__type(graph: A, key: "id") @join__type(graph: C, key: "id") {
  id: ID! @join__field(graph: A, usedOverridden: true) @join__field(graph: C, override: "a")
}
type Query @join__type(graph: A) @join__type(graph: B) @join__type(graph: C) {
  ants: [Ant] @join__field(graph: A)
}
"""


@pytest.mark.parametrize("value", [{}, None])
async def test_of_two_that_return_a_value_the_first_is_to_blame(way: ExecutionMode, value: object) -> None:
    """Its value is kept, and sent to the second, which is asked only for the other ant."""
    ant = {"__typename": "Ant", "id": "1"}
    sdl = joined(TWICE, "a", "b", "c")
    answer = await answered("{ ants { id } }", way, {"ants": [ant, {**ant, "id": value}]}, {"id": "1"}, sdl)
    assert answer["data"] == {"ants": [{"id": "1"}, None]}
    assert {service for _, service in told(answer)} == {"a"}
