"""A subgraph in another language answers its gateway alone: the verifier of the documentation, in Node."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from gateway import GatewaySettings, create_gateway
from tests.http.composed import composed
from tests.http.node_subgraphs import FOLDER, PATIENCE_SECONDS
from tests.support.gateway.signing import PRIVATE, PUBLIC, Signing, fixed, key_text, secret

OLD, NEW = secret("old", "o"), secret("new", "n")
SDL = """
extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
type Query { product(id: ID!): Product, language: String, stray: String }
type Product @key(fields: "id") { id: ID!, name: String! }
"""
ANSWERED = {"data": {"__typename": "Query"}}


@dataclass(frozen=True)
class Node:
    """The running subgraph.

    Attributes:
        url: Its address.
        keys: The file of the gateway's keys.
    """

    url: str
    keys: Path

    def post(self, auth: httpx.Auth | None, **options: Any) -> httpx.Response:
        """A POST of a small query."""
        with httpx.Client(auth=auth, timeout=PATIENCE_SECONDS) as client:
            return client.post(self.url, **({"json": {"query": "{ __typename }"}} | options))


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """The subgraph `products`, which knows the old secret and a public key."""
    keys = tmp_path_factory.mktemp("node") / "keys.json"
    keys.write_text(key_text(OLD, PUBLIC))
    command = ["node", "signed-subgraph.mjs", str(keys)]
    with subprocess.Popen(
        command, cwd=FOLDER, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        yield Node(process.stdout.readline().strip(), keys)
        assert process.stdin is not None
        process.stdin.close()
        process.wait(PATIENCE_SECONDS)


@pytest.fixture(scope="module")
def supergraph(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The supergraph of the one subgraph."""
    return composed(tmp_path_factory.mktemp("shop"), {"products": SDL})


@pytest.mark.parametrize("key", [OLD, PRIVATE], ids=["hmac", "ed25519"])
async def test_the_gateway_is_answered(node: Node, supergraph: str, key: dict[str, str]) -> None:
    """With a shared secret and with Ed25519; it gets the client's Accept-Language, in any octets."""
    settings = GatewaySettings(
        subgraph_urls={"products": node.url},
        signatures={"keys": SecretStr(key_text(key))},
        connect_seconds=PATIENCE_SECONDS,
        total_seconds=PATIENCE_SECONDS,
    )
    app = create_gateway(supergraph, settings=settings)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway.test") as client,
    ):
        body = {
            "query": "query ($id: ID!) { product(id: $id) { name } language stray }",
            "variables": {"id": "ü"},
        }
        headers: Any = {"accept-language": b"en, \xfcber", "x-customer-id": "c-2"}
        answer = await client.post("/graphql", json=body, headers=headers)
    assert answer.json() == {
        "data": {"product": {"name": "Product ü"}, "language": "en, über", "stray": None}
    }


async def test_a_gateway_without_the_key_gets_nothing(node: Node, supergraph: str) -> None:
    """Its client sees that the subgraph gave no answer, and not why."""
    settings = GatewaySettings(subgraph_urls={"products": node.url}, total_seconds=PATIENCE_SECONDS)
    app = create_gateway(supergraph, settings=settings)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway.test") as client,
    ):
        answer = (await client.post("/graphql", json={"query": "{ language }"})).json()
    assert answer["data"] == {"language": None}
    assert "signed" not in str(answer["errors"])


def test_others_are_refused(node: Node) -> None:
    """Without a signature, with another body, for another subgraph, too late, repeated, or by another key."""

    def other_body(request: httpx.Request) -> None:
        request.stream = httpx.ByteStream(request.content.replace(b"__typename", b"language  "))

    heard: list[httpx.Request] = []
    keys = fixed(OLD)
    assert node.post(Signing(keys, "products", change=heard.append)).json() == ANSWERED
    with httpx.Client() as client:
        replayed = client.send(heard[0])
    refused = {
        "unsigned": node.post(None),
        "digest": node.post(Signing(keys, "products", change=other_body)),
        "audience": node.post(Signing(keys, "reviews")),
        "time": node.post(Signing(keys, "products", now=lambda: time.time() - 20)),
        "replayed": replayed,
        "signature": node.post(Signing(fixed(secret("old", "x")), "products")),
        "key": node.post(Signing(fixed(NEW), "products")),
        "components": node.post(
            Signing(keys, "products", change=lambda it: it.headers.update({"authorization": "Bearer t"}))
        ),
    }
    assert {reason: answer.json()["reason"] for reason, answer in refused.items()} == {
        reason: reason for reason in refused
    }
    assert {answer.status_code for answer in refused.values()} == {401}


def test_headers_that_are_not_signed_are_taken_away(node: Node) -> None:
    """The resolver that reads one finds nothing."""
    signing = Signing(
        fixed(OLD), "products", change=lambda request: request.headers.update({"x-customer-id": "c-2"})
    )
    assert node.post(signing, json={"query": "{ stray }"}).json() == {"data": {"stray": None}}


def test_keys_are_rotated_while_it_runs(node: Node) -> None:
    """A key that is added is accepted, and one that is removed no longer."""
    old, new = Signing(fixed(OLD), "products"), Signing(fixed(NEW), "products")
    for keys, accepted, refused in (((OLD, PUBLIC, NEW), (old, new), ()), ((NEW,), (new,), (old,))):
        node.keys.write_text(key_text(*keys))
        deadline = time.monotonic() + PATIENCE_SECONDS
        while [node.post(each).status_code for each in (*accepted, *refused)] != [
            *(200 for _ in accepted),
            *(401 for _ in refused),
        ]:
            assert time.monotonic() < deadline
            time.sleep(0.1)
    node.keys.write_text(key_text(OLD, PUBLIC))
