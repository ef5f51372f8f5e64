"""Requests are read so that no other reader can understand them differently."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.graphql_http import (
    GraphQLRequest,
    RequestError,
    check_content,
    read_body,
    read_parameters,
)
from foundation.graphql_http.strict_json import read_object

QUERY = "{ a }"
APOLLO = {"version": 1, "sha256Hash": "a"}


def code_of(body: bytes) -> str:
    """The code with which a body is refused."""
    with pytest.raises(RequestError) as refused:
        read_body(body)
    assert refused.value.status == 400
    return refused.value.code


@pytest.mark.parametrize(
    "body",
    [
        '{"query": "{ a }", "query": "{ b }"}',
        '{"query": "{ a }", "variables": {}, "variables": {}}',
        '{"query": "{ a }", "variables": {"amount": 1, "amount": 100}}',
        '{"query": "{ a }", "variables": {"amount": 1, "am\\u006funt": 100}}',
        '{"query": "{ a }", "variables": {"x": [{"y": [{"z": 1, "z": 1}]}]}}',
        '{"query": "{ a }", "variables": {"": 1, "": 2}}',
        '{"query": "{ a }", "extensions": {"a": {"b": null, "b": null}}}',
    ],
)
def test_a_key_that_is_there_twice_is_refused(body: str) -> None:
    """At any depth, however it is escaped: a firewall may have read the other value."""
    assert orjson.loads(body)
    assert code_of(body.encode()) == "INVALID_JSON"


def test_the_refusal_names_the_key() -> None:
    """In words, and no longer than needed."""
    with pytest.raises(RequestError, match='key "amount" twice'):
        read_body(b'{"query": "{ a }", "variables": {"amount": 1, "b": 2, "amount": 3}}')
    with pytest.raises(RequestError) as refused:
        read_body(b'{"%b": 1, "%b": 2}' % (b"x" * 9_000, b"x" * 9_000))
    assert len(refused.value.message) < 200


def test_equal_keys_of_different_objects_are_usual() -> None:
    """Only one object must not have a key twice."""
    body = '{"query": "{ a }", "variables": {"a": {"a": [{"a": 1}, {"a": 2}]}, "query": 1}}'
    assert read_body(body.encode()).variables == {"a": {"a": [{"a": 1}, {"a": 2}]}, "query": 1}


@pytest.mark.parametrize("value", [None, 1, {"a": [1]}])
@pytest.mark.parametrize("key", ["onError", "doc_id", "Query", "query ", "id", "__proto__", ""])
def test_an_unknown_key_is_ignored(key: str, value: object) -> None:
    """As the draft of GraphQL over HTTP demands, so that requests can have more keys one day."""
    assert read_body(orjson.dumps({"query": QUERY, key: value})) == GraphQLRequest(QUERY)


@pytest.mark.parametrize("named", [{"documentId": "a"}, {"extensions": {"persistedQuery": APOLLO}}])
def test_an_empty_document_beside_an_id_is_none(named: dict[str, Any]) -> None:
    """Some clients always send the key."""
    expected = GraphQLRequest("", document_id="a")
    for query in ({}, {"query": None}, {"query": ""}):
        assert read_body(orjson.dumps(named | query), ids_are_documents=True) == expected
    parameters = {name: each if isinstance(each, str) else json.dumps(each) for name, each in named.items()}
    got = read_parameters(urlencode(parameters | {"query": ""}).encode(), ids_are_documents=True)
    assert (got.query, got.document_id) == ("", "a")


@pytest.mark.parametrize("query", [0, False, [], {}])
def test_what_is_no_text_is_no_missing_document(query: object) -> None:
    """Also beside an id."""
    with pytest.raises(RequestError, match="query must be a string"):
        read_body(orjson.dumps({"query": query, "documentId": "a"}), ids_are_documents=True)


@pytest.mark.parametrize("encoding", ["", " ", "identity", "Identity, identity", ",", "identity,"])
def test_an_encoding_that_changes_nothing_is_none(encoding: str) -> None:
    """However often it is named."""
    check_content("application/json", encoding)


@pytest.mark.parametrize("encoding", ["gzip", "identity, gzip", "br", "x"])
def test_an_encoding_is_refused(encoding: str) -> None:
    """Whoever decompresses bodies does so before."""
    with pytest.raises(RequestError) as refused:
        check_content("application/json", encoding)
    assert refused.value.status == 415


def test_what_clients_send_is_read() -> None:
    """Apollo Client, urql, Relay's network layer and GraphiQL send these keys, some of them null."""
    body: dict[str, Any] = {
        "query": QUERY,
        "operationName": None,
        "variables": None,
        "extensions": {"clientLibrary": {}},
    }
    assert read_body(orjson.dumps(body)) == GraphQLRequest(QUERY)
    assert read_body(orjson.dumps(body | {"documentId": None})) == GraphQLRequest(QUERY)


def test_numbers_and_texts_are_those_of_the_first_reading() -> None:
    """The second reading only looks at keys, even where Python would read a number differently."""
    text = b'{"query": "{ a }", "variables": {"big": 18446744073709551615, "long": %b, "e": 1e2}}'
    digits = b"9" * 300
    assert read_body(text % digits).variables == orjson.loads(text % digits)["variables"]


@pytest.mark.parametrize("name", ["query", "operationName", "variables", "extensions", "documentId"])
def test_a_parameter_that_is_repeated_is_refused(name: str) -> None:
    """Even if both are equal, or one is empty: caches and servers choose differently."""
    query = urlencode([("query", QUERY), (name, ""), (name, "")])
    with pytest.raises(RequestError, match=f"parameter {name} is repeated"):
        read_parameters(query.encode())


def test_other_parameters_are_ignored() -> None:
    """Caches and tools add their own, also several times."""
    query = urlencode(
        [("utm_source", "x"), ("query", QUERY), ("_", "1"), ("_", "2"), ("variables", '{"x":1}')]
    )
    assert read_parameters(query.encode()) == GraphQLRequest(QUERY, None, {"x": 1}, read_only=True)


def test_a_repeated_key_in_a_parameter_is_refused() -> None:
    """Parameters are JSON as strictly as bodies."""
    with pytest.raises(RequestError, match='The parameter variables has an object with the key "x" twice'):
        read_parameters(urlencode({"query": QUERY, "variables": '{"x":1,"x":2}'}).encode())


KEYS = st.sampled_from(["a", "b", "\u00e9", "", '"', "a\\"])
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False)
    | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(st.tuples(KEYS, inner), max_size=4).map(lambda members: ("object", members))
    ),
    max_leaves=20,
)
OBJECTS = st.lists(st.tuples(KEYS, VALUES), max_size=4).map(lambda members: ("object", members))


def written(value: Any) -> str:
    """A value as JSON; objects are lists of members here, so that keys may repeat."""
    match value:
        case ("object", members):
            inner = ", ".join(f"{json.dumps(key)}:{written(each)}" for key, each in members)
            return f"{{{inner}}}"
        case list():
            return f"[{','.join(map(written, value))}]"
        case float() if value in (float("inf"), float("-inf")):
            return "0.5"
        case _:
            return json.dumps(value)


def repeats(value: Any) -> bool:
    """Whether an object in a value has a key twice."""
    match value:
        case ("object", members):
            keys = [key for key, _ in members]
            return len(set(keys)) < len(keys) or any(repeats(each) for _, each in members)
        case list():
            return any(map(repeats, value))
        case _:
            return False


@given(OBJECTS)
def test_exactly_texts_with_a_repeated_key_are_refused(value: Any) -> None:
    """For any JSON; all others are read as orjson reads them."""
    text = written(value).encode()
    if repeats(value):
        with pytest.raises(RequestError, match="twice"):
            read_object(text, "It")
    else:
        assert read_object(text, "It") == orjson.loads(text)
