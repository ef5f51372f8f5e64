"""All subgraphs of a generated supergraph in one process: a field's value is its name; calls are counted."""

import argparse
import asyncio
import json
from typing import Any

import uvloop
from graphql import FieldNode, InlineFragmentNode, OperationDefinitionNode, SelectionSetNode, parse

from bench.fixtures.fixed_subgraphs import Connection


class NamedValues:
    """Answers any request to the subgraphs of a generated supergraph, and counts the requests."""

    def __init__(self) -> None:
        self._known: dict[bytes, bytes] = {}
        self._calls = 0

    def __call__(self, body: bytes) -> bytes:
        """Return the HTTP response to a request's body; an empty body asks for the number of requests."""
        if not body:
            return _response({"calls": self._calls})
        self._calls += 1
        found = self._known.get(body)
        if found is None:
            found = self._known[body] = _respond(json.loads(body))
        return found


def _respond(request: dict[str, Any]) -> bytes:
    operation = parse(request["query"]).definitions[0]
    if not isinstance(operation, OperationDefinitionNode):
        raise TypeError("the document must begin with the operation")
    return _response({"data": _object(operation.selection_set, "Query", request.get("variables") or {})})


def _object(selected: SelectionSetNode, typename: str, variables: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for node in selected.selections:
        if isinstance(node, InlineFragmentNode):
            found.update(_object(node.selection_set, typename, variables))
        elif isinstance(node, FieldNode):
            alias = node.alias.value if node.alias else node.name.value
            found[alias] = _value(node, typename, variables)
    return found


def _value(node: FieldNode, typename: str, variables: dict[str, Any]) -> Any:
    name = node.name.value
    if name == "__typename":
        return typename
    if name == "_entities" and node.selection_set is not None:
        (argument,) = node.arguments or ()
        representations = variables[getattr(argument.value, "name").value]  # noqa: B009 - a variable always
        return [
            _object(node.selection_set, representation["__typename"], variables)
            for representation in representations
        ]
    if node.selection_set is not None:
        return _object(node.selection_set, name.capitalize(), variables)
    return name


def _response(content: dict[str, Any]) -> bytes:
    body = json.dumps(content, separators=(",", ":")).encode()
    head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    return head.encode() + body


async def serve(port: int) -> None:
    """Serve on a port of 127.0.0.1, whatever the path."""
    values = NamedValues()
    await asyncio.get_running_loop().create_server(lambda: Connection(values), "127.0.0.1", port)
    await asyncio.get_running_loop().create_future()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    uvloop.run(serve(parser.parse_args().port))
