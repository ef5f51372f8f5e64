"""The subgraphs with fixed answers, by which gateways are measured."""

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


def test_the_club_is_told_by_its_entry_point() -> None:
    """The club subgraph answers whatever is selected of the club."""
    answers = FixedAnswers("club")
    query = "query($b: ID!) { club(brand: $b) { id week { state } membership { optedIn } } }"
    assert _content(answers(_asked(query, {"b": "northbet"}))) == {
        "club": {"id": CLUB["id"], "week": {"state": "OPEN"}, "membership": {"optedIn": True}}
    }


@pytest.mark.parametrize(("subgraph", "field"), [("rewards", "choice { version }"), ("progress", "state")])
def test_entities_are_told_one_for_each_representation(subgraph: str, field: str) -> None:
    """As many clubs come back as were referred to."""
    references = [{"__typename": "Club", "id": CLUB["id"]}] * 3
    found = _content(FixedAnswers(subgraph)(_asked(ENTITIES % field, {"r": references})))
    assert len(found["_entities"]) == len(references)


def test_the_same_request_gets_the_same_bytes() -> None:
    """An answer is worked out once."""
    answers = FixedAnswers("progress")
    asked = _asked(ENTITIES % "state", {"r": [{"__typename": "Club", "id": CLUB["id"]}]})
    assert answers(asked) is answers(asked)


def test_what_the_schema_lacks_is_no_answer() -> None:
    """A query that cannot be answered ends the measuring, instead of being measured."""
    with pytest.raises(ValueError, match="no fixed answer"):
        FixedAnswers("club")(_asked("{ unknown }", {}))


class Written:
    """A transport that keeps what is written to it."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []

    def write(self, part: bytes) -> None:
        """Keeps a part."""
        self.parts.append(part)


def test_requests_may_come_in_pieces_and_two_at_once() -> None:
    """A connection answers each whole request, however its bytes arrive."""
    connection, written = Connection(bytes.upper), Written()
    connection.connection_made(written)  # type: ignore[arg-type] - all that is used of a transport
    request = b"POST /graphql HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc"
    for piece in (request[:20], request[20:-1], request[-1:] + request + request[:10]):
        connection.data_received(piece)
    assert written.parts == [b"ABC", b"ABC"]
