"""The subgraphs with fixed answers, which the gateway benchmarks use."""

import json
from typing import Any

import pytest

from bench.fixtures.fixed_club import CLUB
from bench.fixtures.fixed_subgraphs import Connection, FixedAnswers

ENTITIES = "query($r: [_Any!]!) { _entities(representations: $r) { ... on Club { %s } } }"


def _asked(query: str, variables: dict[str, Any]) -> bytes:
    return json.dumps({"query": query, "variables": variables}).encode()


def _content(response: bytes) -> Any:
    head, _, content = response.partition(b"\r\n\r\n")
    assert f"content-length: {len(content)}".encode() in head
    return json.loads(content)["data"]


def test_the_entry_point_returns_the_club() -> None:
    """The club subgraph answers any selection of the club."""
    answers = FixedAnswers("club")
    query = "query($b: ID!) { club(brand: $b) { id week { state } membership { optedIn } } }"
    assert _content(answers(_asked(query, {"b": "northbet"}))) == {
        "club": {"id": CLUB["id"], "week": {"state": "OPEN"}, "membership": {"optedIn": True}}
    }


@pytest.mark.parametrize(("subgraph", "field"), [("rewards", "choice { version }"), ("progress", "state")])
def test_each_representation_gets_an_entity(subgraph: str, field: str) -> None:
    """The response has as many clubs as the request has representations."""
    references = [{"__typename": "Club", "id": CLUB["id"]}] * 3
    content = _content(FixedAnswers(subgraph)(_asked(ENTITIES % field, {"r": references})))
    assert len(content["_entities"]) == len(references)


def test_the_same_request_gets_the_same_bytes() -> None:
    """An answer is computed once."""
    answers = FixedAnswers("progress")
    asked = _asked(ENTITIES % "state", {"r": [{"__typename": "Club", "id": CLUB["id"]}]})
    assert answers(asked) is answers(asked)


def test_a_query_that_the_schema_cannot_answer_fails() -> None:
    """A query that cannot be answered ends the benchmark instead of being measured."""
    with pytest.raises(ValueError, match="no fixed answer"):
        FixedAnswers("club")(_asked("{ unknown }", {}))


class Written:
    """A transport that stores what is written to it."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []

    def write(self, part: bytes) -> None:
        """Store a part."""
        self.parts.append(part)


def test_requests_may_come_in_pieces_and_two_at_once() -> None:
    """A connection answers each complete request, however its bytes arrive."""
    connection, written = Connection(bytes.upper), Written()
    connection.connection_made(written)  # type: ignore[arg-type]  # all that is used of a transport
    request = b"POST /graphql HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc"
    for piece in (request[:20], request[20:-1], request[-1:] + request + request[:10]):
        connection.data_received(piece)
    assert written.parts == [b"ABC", b"ABC"]
