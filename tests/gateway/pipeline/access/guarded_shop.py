"""A small supergraph with every kind of guard, and clients of its gateway."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from gateway import GatewaySettings, create_gateway
from gateway.pipeline.sessions import Sessions
from tests.federation_kit.case import Served
from tests.federation_kit.comparison import GatewayOf
from tests.gateway.federated import federated

OBJECTS: Mapping[str, Mapping[str, Any]] = {
    "Query": {
        "__typename": "Query",
        "open": "o",
        "guarded": "g",
        "me": {"$ref": "User/1"},
        "nodes": [{"$ref": "User/1"}, {"$ref": "Item/1"}, {"$ref": "User/2"}],
        "found": [{"$ref": "Item/1"}, {"$ref": "User/1"}],
        "items": [{"$ref": "Item/1"}],
        "colour": "RED",
        "painted": "p",
    },
    "User/1": {"__typename": "User", "id": "1", "name": "Ann", "secret": "s1", "sum": "S1", "pin": "p1"},
    "User/2": {"__typename": "User", "id": "2", "name": "Bob", "secret": "s2", "sum": "S2", "pin": "p2"},
    "Item/1": {"__typename": "Item", "id": "3", "name": "Cup", "price": "9"},
}

A = """
type Query {
  open: String
  guarded: String @authenticated
  me: User
  nodes: [Node]
  found: [Found!]
  items: [Item]
  colour: Colour
  painted(by: Colour, brush: Brush): String
}
type Mutation { buy: String sell: String! @authenticated }
interface Node { id: ID! name: String }
union Found = User | Item
enum Colour @requiresScopes(scopes: [["paint"]]) { RED BLUE }
input Brush { size: Int colour: Colour }
type User implements Node @key(fields: "id") {
  id: ID!
  name: String
  secret: String @requiresScopes(scopes: [["read", "see"], ["all"]])
}
type Item implements Node @key(fields: "id") @authenticated { id: ID! name: String }
"""
B = """
type User @key(fields: "id") {
  id: ID!
  secret: String @external
  sum: String @requires(fields: "secret") @requiresScopes(scopes: [["read", "see"], ["all"]])
  pin: String! @policy(policies: [["owner"], ["staff", "desk"]])
}
type Item @key(fields: "id") { id: ID! price: String! @policy(policies: [["staff"]]) }
"""


def shop() -> Served:
    """The supergraph, composed and served."""
    return federated({**OBJECTS, "Mutation": {"__typename": "Mutation", "buy": "b", "sell": "s"}}, a=A, b=B)


@dataclass
class Shop:
    """A gateway before the shop, whose sessions are what the header `as` says.

    Attributes:
        served: The shop.
        sessions: What `authenticate` returns, by the header's value; without the header, None.
    """

    served: Served
    sessions: Mapping[str, object] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    sdl: str = ""

    @asynccontextmanager
    async def client(self, **settings: Any) -> AsyncIterator[httpx.AsyncClient]:
        """A client of a gateway with these settings, while that runs."""
        usual: dict[str, Any] = {"introspection": True, "forwarded_headers": ["as"]}
        self.gateway = GatewayOf(self.served)
        app = create_gateway(
            self.sdl or self.served.composed.supergraph,
            self.gateway.transports(),
            GatewaySettings(**(usual | settings)),
            sessions=Sessions(self._authenticate),
            **self.options,
        )
        client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway.test")
        async with app.router.lifespan_context(app), client:
            yield client

    async def _authenticate(self, headers: Mapping[str, str]) -> object:
        return self.sessions.get(headers.get("as", ""))

    async def ask(self, query: str, who: str | None = None, **settings: Any) -> dict[str, Any]:
        """Return the answer of a fresh gateway to one request."""
        async with self.client(**settings) as client:
            return await asked(client, query, who)

    @property
    def calls(self) -> list[tuple[str, str]]:
        """The documents that subgraphs were sent, each with its subgraph's name."""
        return [(name, request.query) for name, request in self.gateway.record.calls]


async def asked(client: httpx.AsyncClient, query: str, who: str | None = None, **body: Any) -> dict[str, Any]:
    """Return the answer to one request."""
    headers = {} if who is None else {"as": who}
    answer: dict[str, Any] = (
        await client.post("/graphql", json={"query": query, **body}, headers=headers)
    ).json()
    return answer


def hidden(answer: Mapping[str, Any]) -> list[list[str | int]]:
    """Return the paths of an answer's errors, all of which say that something may not be seen."""
    errors = answer.get("errors", ())
    assert {each["extensions"]["code"] for each in errors} <= {"UNAUTHORIZED_FIELD_OR_TYPE"}
    return [error["path"] for error in errors]
