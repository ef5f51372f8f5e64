"""What fails in a part stays in it: errors, nulls, limits and refusals."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.errors import SubgraphUnreachable
from gateway.pipeline.preparation.preparer import Preparer
from gateway.supergraph import load_supergraph
from gateway.transport import MemoryTransport
from tests.federation_kit.asked import SubgraphRequest, asking
from tests.federation_kit.generous_limits import GENEROUS_LIMITS
from tests.gateway.features.incremental.parted import bodies, payloads, payloads_over, with_directives
from tests.gateway.features.incremental.served import MULTIPART, served
from tests.gateway.plans import joined
from tests.gateway.worlds import shop

RANKED = joined(
    """
    type Query @join__type(graph: A) @join__type(graph: B) {
      me: User @join__field(graph: A)
      all: [User!]! @join__field(graph: A)
    }
    type User @join__type(graph: A, key: "id") @join__type(graph: B, key: "id") {
      id: ID!
      name: String @join__field(graph: A)
      rank: Int! @join__field(graph: B)
      points: Int @join__field(graph: B)
    }
    """,
    "a",
    "b",
)


def unreachable(_request: SubgraphRequest) -> Any:
    """A subgraph that gives no GraphQL answer."""
    raise SubgraphUnreachable("connection refused")


def ranked(*ranks: int | None) -> dict[str, MemoryTransport]:
    """Subgraphs with a user for each rank; None is an error, as rank must not be null."""
    users = [{"__typename": "User", "id": str(number), "name": f"n{number}"} for number in range(len(ranks))]

    async def a(request: SubgraphRequest) -> Any:
        if "_entities" in request.query:
            sent = [int(each["id"]) for each in request.variables["representations"]]
            return {"data": {"_entities": [users[each] for each in sent]}}
        return {"data": {"all": [dict(user) for user in users], "me": dict(users[0])}}

    async def b(request: SubgraphRequest) -> Any:
        sent = [int(each["id"]) for each in request.variables["representations"]]
        found = [None if ranks[each] is None else {"rank": ranks[each], "points": each} for each in sent]
        errors = [
            {"message": "no rank", "path": ["_entities", index, "rank"], "extensions": {"code": "LOST"}}
            for index, each in enumerate(found)
            if each is None
        ]
        return {"data": {"_entities": found}} | ({"errors": errors} if errors else {})

    return {"a": asking(a), "b": asking(b)}


async def ranked_parts(query: str, *ranks: int | None, items: int = 1) -> list[dict[str, Any]]:
    """The parts of a response about users with these ranks."""
    preparer = Preparer(load_supergraph(RANKED, incremental=True), GENEROUS_LIMITS)
    return bodies(await payloads_over(preparer, ranked(*ranks), query, {}, items))


async def test_an_error_of_a_deferred_fragment_is_in_its_part() -> None:
    """The first part is complete and without errors, as are other fragments."""
    federation = with_directives(shop())
    federation.broken["reviews"] = unreachable
    first, *rest = bodies(
        await payloads(federation, "{ me { name ... @defer { birthday } ... @defer { reviews { id } } } }")
    )
    assert first["data"] == {"me": {"name": "User 1"}}
    assert "errors" not in first
    parts = {tuple(each["data"]): each for body in rest for each in body["incremental"]}
    assert "errors" not in parts["birthday",]
    assert parts["reviews",]["data"] == {"reviews": None}
    (error,) = parts["reviews",]["errors"]
    assert (error["path"], error["extensions"]["code"]) == (["me", "reviews"], "SUBGRAPH_UNREACHABLE")
    assert not any("errors" in each for body in rest for each in body["completed"])


async def test_a_null_stays_within_its_fragment() -> None:
    """The fragment is completed with the error; its fields are missing, and nothing around them is."""
    first, rest = await ranked_parts("{ me { name ... @defer { points rank } } }", None)
    assert first["data"] == {"me": {"name": "n0"}}
    assert "incremental" not in rest
    (completed,) = rest["completed"]
    assert [each["path"] for each in completed["errors"]] == [["me", "rank"]]
    assert rest["hasNext"] is False


async def test_a_fragment_within_a_failed_one_is_never_announced() -> None:
    """It waits for the fragment around it, which is never delivered."""
    query = "{ me { name ... @defer { rank ... @defer { points } } } }"
    parts = await ranked_parts(query, None)
    assert [each.get("pending", []) for each in parts] == [[{"id": "0", "path": ["me"]}], []]
    parts = await ranked_parts(query, 1)
    assert parts[1]["pending"] == [{"id": "1", "path": ["me"]}]
    assert [each for part in parts[1:] for each in part.get("incremental", ())] == [
        {"id": "0", "data": {"rank": 1}},
        {"id": "1", "data": {"points": 0}},
    ]


async def test_only_the_objects_whose_fragment_failed_lack_it() -> None:
    """Fragments of other objects in the list are delivered."""
    first, rest = await ranked_parts("{ all { name ... @defer { rank } } }", 5, None, 7)
    assert [each["path"] for each in first["pending"]] == [["all", 0], ["all", 1], ["all", 2]]
    assert [(each["id"], each["data"]) for each in rest["incremental"]] == [
        ("0", {"rank": 5}),
        ("2", {"rank": 7}),
    ]
    assert [each["id"] for each in rest["completed"] if "errors" in each] == ["1"]


async def test_a_list_ends_with_the_first_items_that_cannot_be_delivered() -> None:
    """The items before them are there, and `completed` has the error."""
    parts = await ranked_parts("{ all @stream(initialCount: 1) { rank } }", 1, 2, None, 4)
    assert parts[0]["data"] == {"all": [{"rank": 1}]}
    assert [each["items"] for part in parts for each in part.get("incremental", ())] == [[{"rank": 2}]]
    (completed,) = parts[-1]["completed"]
    assert [each["path"] for each in completed["errors"]] == [["all", 2, "rank"]]


async def test_a_null_in_the_first_part_takes_its_fragments_with_it() -> None:
    """Nothing is announced for an object that is not there."""
    (only,) = await ranked_parts("{ me { rank ... @defer { points } } }", None)
    assert only["data"] == {"me": None}
    assert "hasNext" not in only


async def test_too_many_parts_are_refused() -> None:
    """Before any is sent, with a code of their own."""
    async with served(incremental={"records": 2}) as gateway:
        query = "{ topProducts { upc ... @defer { name } } }"
        response = await gateway.client.post("/graphql", json={"query": query}, headers=MULTIPART)
        (error,) = response.json()["errors"]
        assert error["extensions"]["code"] == "TOO_MANY_RESPONSE_PARTS"
        assert gateway.inside == gateway.metrics.open == 0


async def test_a_response_that_grows_too_large_ends() -> None:
    """What was not delivered by then is completed with the error."""
    async with served(response_bytes=200) as gateway:
        first, last = await gateway.all_parts("{ me { id ... @defer { reviews { id body } } } }")
        assert first["data"] == {"me": {"id": "1"}}
        assert last["completed"][0]["errors"][0]["extensions"]["code"] == "RESPONSE_TOO_LARGE"
        assert last["hasNext"] is False


async def test_the_deadline_of_the_request_counts_for_all_parts() -> None:
    """A deferred fetch that takes longer fails in its part."""
    async with served(resilience={"request_seconds": 0.3, "guard_in_process": ("reviews",)}) as gateway:
        gateway.held.released.clear()
        first, last = await gateway.all_parts("{ me { id ... @defer { reviews { id } } } }")
        assert first["data"] == {"me": {"id": "1"}}
        (error,) = last["incremental"][0]["errors"]
        assert error["extensions"]["code"] == "DEADLINE_EXCEEDED"


async def test_a_negative_initial_count_is_refused() -> None:
    """Literal or variable."""
    async with served() as gateway:
        for query in (
            "{ topProducts @stream(initialCount: -1) { upc } }",
            "query ($n: Int! = -1) { topProducts @stream(initialCount: $n) { upc } }",
        ):
            response = await gateway.client.post("/graphql", json={"query": query}, headers=MULTIPART)
            assert response.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
        assert gateway.inside == gateway.metrics.open == 0


async def test_costs_are_reported_for_the_whole_response() -> None:
    """With the last part, to a client that may ask."""
    async with served(cost={"in_response": True, "limit": 10_000}) as gateway:
        query = "{ me { id ... @defer { reviews { id } } } }"
        headers = {**MULTIPART, "graphql-cost": "1"}
        parts = await gateway.all_parts(query, headers)
        whole = await gateway.client.post("/graphql", json={"query": query}, headers={"graphql-cost": "1"})
        assert [part.get("extensions") for part in parts] == [None, whole.json()["extensions"]]


BADGED = joined(
    """
    type Query @join__type(graph: A) @join__type(graph: B) {
      me: User @join__field(graph: A)
      all: [User!]! @join__field(graph: A)
    }
    type User @join__type(graph: A, key: "id") @join__type(graph: B, key: "id") {
      id: ID!
      badges: [String!] @join__field(graph: A)
    }
    """,
    "a",
    "b",
)


async def lost_badge(request: SubgraphRequest) -> Any:
    """Users whose list of badges became null, because its second badge was."""
    user = {"__typename": "User", "id": "0", "badges": None}
    if "badges" not in request.query:
        return {"data": {"me": user, "all": [user, user]}}

    def error(*path: str | int) -> dict[str, Any]:
        return {"message": "no badge", "path": [*path, "badges", 1], "extensions": {"code": "LOST"}}

    if "_entities" in request.query:
        return {"data": {"_entities": [user]}, "errors": [error("_entities", 0)]}
    if "all" in request.query:
        return {"data": {"all": [user, user]}, "errors": [error("all", 1)]}
    return {"data": {"me": user}, "errors": [error("me")]}


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ("{ me { id badges @stream(initialCount: 0) } }", ["me", "badges", 1]),
        ("{ me { id ... @defer { badges @stream(initialCount: 0) } } }", ["me", "badges", 1]),
        (
            "{ all @stream(initialCount: 1) { id badges @stream(initialCount: 0) } }",
            ["all", 1, "badges", 1],
        ),
    ],
)
async def test_an_item_whose_whole_list_became_null_is_reported_with_its_object(
    query: str, path: list[str | int]
) -> None:
    """The stream of the list never begins, so the error comes with the part that has the null."""
    preparer = Preparer(load_supergraph(BADGED, incremental=True), GENEROUS_LIMITS)
    transports = {"a": asking(lost_badge), "b": asking(lost_badge)}
    parts = bodies(await payloads_over(preparer, transports, query, {}))
    found = [
        each["path"]
        for part in parts
        for holder in (part, *part.get("incremental", ()), *part.get("completed", ()))
        for each in holder.get("errors", ())
    ]
    assert found == [path]
