"""The subgraphs with fixed answers, as cheap as an HTTP server in Python can be: for measuring gateways.

Whatever a gateway asks is worked out once, by graphql-core over one customer's fixed data; from then on the
same request gets the same bytes. One process serves all three on ports of their own.
"""

import argparse
import asyncio
import json
from collections.abc import Callable
from typing import Any, cast

import uvloop
from graphql import GraphQLSchema, GraphQLUnionType, build_schema, graphql_sync, print_schema

from bench.fixed_data import CLUB
from bench.heads import whole_message
from furlong.cli.processes.subgraph import SCHEMAS

Answer = Callable[[bytes], bytes]


class FixedAnswers:
    """A subgraph that knows one club.

    Raises:
        ValueError: by calling it, for a request that the schema cannot answer.
    """

    def __init__(self, name: str) -> None:
        # Built anew from its own text, without the product's resolvers.
        self._schema = build_schema(print_schema(SCHEMAS[name]()._schema), assume_valid=True)  # noqa: SLF001
        _tell_entities(self._schema)
        self._known = {b"": b"HTTP/1.1 204 No Content\r\n\r\n"}

    def __call__(self, body: bytes) -> bytes:
        """The whole HTTP response to a request's body; one without a body only asks whether we are there."""
        found = self._known.get(body)
        if found is None:
            found = self._known[body] = self._worked_out(json.loads(body))
        return found

    def _worked_out(self, request: dict[str, Any]) -> bytes:
        representations = (request.get("variables") or {}).values()
        entities = [CLUB for value in representations if isinstance(value, list) for _ in value]
        result = graphql_sync(
            self._schema,
            request["query"],
            {"club": CLUB, "_entities": entities},
            variable_values=request.get("variables"),
            operation_name=request.get("operationName"),
        )
        if result.errors:
            raise ValueError(f"no fixed answer to {request['query']}: {result.errors}")
        content = json.dumps({"data": result.data}, separators=(",", ":"), ensure_ascii=False).encode()
        head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(content)}\r\n\r\n"
        return head.encode() + content


def _tell_entities(schema: GraphQLSchema) -> None:
    entity = schema.type_map.get("_Entity")
    if isinstance(entity, GraphQLUnionType):
        entity.resolve_type = lambda *_: "Club"


class Connection(asyncio.Protocol):
    """Reads requests one after the other, each whole, and writes their answers."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._received = b""
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keeps the way back."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Answers all requests that are complete."""
        self._received += data
        while found := whole_message(self._received):
            begin, until = found
            body, self._received = self._received[begin:until], self._received[until:]
            self._transport.write(self._answer(body))


async def serve(ports: list[int]) -> None:
    """Serves club, rewards and progress, in this order, on ports of 127.0.0.1."""
    loop = asyncio.get_running_loop()
    for name, port in zip(SCHEMAS, ports, strict=True):
        await loop.create_server(_connections(FixedAnswers(name)), "127.0.0.1", port)
    await loop.create_future()


def _connections(answers: FixedAnswers) -> Callable[[], Connection]:
    return lambda: Connection(answers)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("ports", type=int, nargs=len(SCHEMAS))
    uvloop.run(serve(parser.parse_args().ports))
