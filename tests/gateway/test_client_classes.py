"""Classes of clients, proved by a key; and who may introspect."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import ValidationError

from gateway import GatewaySettings, create_gateway

SCHEMA = (Path(__file__).resolve().parents[2] / "schema.graphql").read_text()
KEY = "a key of forty-two characters, for example"
INTROSPECTIONS = [
    "{ __schema { queryType { name } } }",
    '{ __type(name: "Club") { name } }',
    "{ ...F } fragment F on Query { x: __schema { queryType { name } } }",
]


def digest(key: str) -> str:
    """What the settings hold of a key."""
    return sha256(key.encode()).hexdigest()


async def send(settings: GatewaySettings, query: str, **headers: str) -> dict[str, Any]:
    """The response of a gateway for the club, whose subgraphs are not asked."""
    transport = httpx.ASGITransport(create_gateway(SCHEMA, settings=settings))
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        body: dict[str, Any] = (await client.post("/graphql", json={"query": query}, headers=named)).json()
        return body


def codes(body: dict[str, Any]) -> list[str]:
    """The codes of a response's errors."""
    return [each["extensions"]["code"] for each in body.get("errors", [])]


@pytest.mark.parametrize("query", INTROSPECTIONS)
async def test_introspection_is_off_except_for_a_class_that_may(query: str) -> None:
    """A key that belongs to the class opens it, and no other does; `__typename` is open to all."""
    tools = {"name": "tools", "key_sha256": [digest(KEY)], "introspection": True}
    settings = GatewaySettings(client_classes=[tools])
    assert codes(await send(settings, query)) == ["INTROSPECTION_DISABLED"]
    assert codes(await send(settings, query, graphql_client_name="tools")) == ["INTROSPECTION_DISABLED"]
    assert "data" in await send(settings, query, graphql_client_key=KEY)
    assert codes(await send(settings, query, graphql_client_key=f"{KEY}.")) == ["UNKNOWN_CLIENT_KEY"]
    assert await send(settings, "{ __typename }") == {"data": {"__typename": "Query"}}


async def test_a_class_may_be_forbidden_what_others_may() -> None:
    """The class of requests without a key is named default."""
    settings = GatewaySettings(
        introspection=True, client_classes=[{"name": "default", "introspection": False}]
    )
    assert codes(await send(settings, INTROSPECTIONS[0])) == ["INTROSPECTION_DISABLED"]


async def test_a_body_that_one_class_may_send_is_refused_to_another() -> None:
    """What is remembered of a body says nothing of who may send it."""
    settings = GatewaySettings(
        client_classes=[{"name": "tools", "key_sha256": [digest(KEY)], "introspection": True}]
    )
    transport = httpx.ASGITransport(create_gateway(SCHEMA, settings=settings))
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
        for _ in range(2):
            sent: dict[str, Any] = {"json": {"query": INTROSPECTIONS[0]}}
            assert (
                "data" in (await client.post("/graphql", **sent, headers={"graphql-client-key": KEY})).json()
            )
            assert codes((await client.post("/graphql", **sent)).json()) == ["INTROSPECTION_DISABLED"]


@pytest.mark.parametrize(
    "classes",
    [
        [{"name": "tools"}],
        [{"name": "tools", "key_sha256": ["short"]}],
        [{"name": "default", "key_sha256": [digest(KEY)]}],
        [{"name": "a", "key_sha256": [digest(KEY)]}, {"name": "b", "key_sha256": [digest(KEY)]}],
        [{"name": "a", "key_sha256": [digest(KEY)]}, {"name": "a", "key_sha256": [digest("other")]}],
        [{"name": "a", "key_sha256": [digest(KEY)], "introspecting": True}],
    ],
)
def test_classes_that_cannot_be_told_apart_are_refused(classes: list[object]) -> None:
    """At startup, with a message; settings contain no keys, only digests."""
    with pytest.raises(ValidationError, match=r"key_sha256|two classes|64 hexadecimal|Extra inputs"):
        GatewaySettings(client_classes=json.loads(json.dumps(classes)))
