"""Splits a query into root fields or entity lists, so that a part that fails does not affect the others."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import structlog
from graphql import (
    DefinitionNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    Node,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    Visitor,
    parse,
    print_ast,
    visit,
)
from msgspec import Struct

from gateway.errors import CircuitOpen, SubgraphNotCalled, SubgraphUnreachable
from gateway.executor.masking import OwnCode
from gateway.plan import Entities, Fetch, RootFields
from gateway.transport import SubgraphOperation

INVALID = "SUBGRAPH_INVALID_RESPONSE"


class QueryPart(Struct, frozen=True):
    """One root field of a query, with all its aliases; or one list of entities.

    Attributes:
        coordinates: The field, such as `Query.user`, or the types of the entities.
        keys: Its keys in the response.
        variables: The names of the variables that it uses.
        document: A document that asks for nothing else.
    """

    coordinates: frozenset[str]
    keys: tuple[str, ...]
    variables: frozenset[str]
    document: str


def has_parts(fetch: Fetch, coordinates: frozenset[str]) -> bool:
    """Return whether a query has several parts.

    Args:
        fetch: The fetch of the query.
        coordinates: The coordinates of its root fields, or the names of its entity types.
    """
    if len(coordinates) == 1 or fetch.context_batch is not None:
        return False
    if isinstance(fetch.returns, RootFields):
        return bool(query_parts(fetch))
    return len({entity_types(entities) for entities in fetch.returns}) > 1


def query_parts(fetch: Fetch) -> tuple[QueryPart, ...]:
    """Return the parts of a query; none if there is only one, or if not all are plain fields at the top."""
    if fetch.context_batch is not None:
        return ()
    document = parse(fetch.document, no_location=True)
    operations = [
        definition for definition in document.definitions if isinstance(definition, OperationDefinitionNode)
    ]
    of_key = (
        {} if isinstance(fetch.returns, RootFields) else {e.alias: entity_types(e) for e in fetch.returns}
    )
    parts: dict[frozenset[str], list[FieldNode]] = {}
    for node in operations[0].selection_set.selections:
        if not isinstance(node, FieldNode) or node.name.value.startswith("__"):
            return ()
        root_field = frozenset((f"{operations[0].operation.value.capitalize()}.{node.name.value}",))
        parts.setdefault(of_key.get((node.alias or node.name).value, root_field), []).append(node)
    if len(parts) == 1:
        return ()
    fragments = {
        definition.name.value: definition
        for definition in document.definitions
        if isinstance(definition, FragmentDefinitionNode)
    }
    return tuple(_part(of, fields, operations[0], fragments) for of, fields in parts.items())


def _part(
    coordinates: frozenset[str],
    fields: list[FieldNode],
    operation: OperationDefinitionNode,
    fragments: dict[str, FragmentDefinitionNode],
) -> QueryPart:
    used = _Used(fragments)
    used.visit(fields)
    own = OperationDefinitionNode(
        operation=operation.operation,
        name=operation.name,
        directives=operation.directives,
        variable_definitions=tuple(
            definition
            for definition in operation.variable_definitions or ()
            if definition.variable.name.value in used.variables
        ),
        selection_set=SelectionSetNode(selections=tuple(fields)),
    )
    definitions: list[DefinitionNode] = [own, *used.fragments.values()]
    return QueryPart(
        coordinates,
        tuple((field.alias or field.name).value for field in fields),
        frozenset(used.variables),
        print_ast(DocumentNode(definitions=tuple(definitions))),
    )


class _Used(Visitor):
    """Collects the variables and fragments that selections use, also those in the fragments."""

    def __init__(self, known: dict[str, FragmentDefinitionNode]) -> None:
        super().__init__()
        self._known = known
        self.fragments: dict[str, FragmentDefinitionNode] = {}
        self.variables: set[str] = set()

    def visit(self, nodes: Iterable[Node]) -> None:
        """Look through nodes."""
        for node in nodes:
            visit(node, self)

    def enter_variable(self, node: VariableNode, *_: object) -> None:
        """Note a variable."""
        self.variables.add(node.name.value)

    def enter_fragment_spread(self, node: FragmentSpreadNode, *_: object) -> None:
        """Note a fragment, and what it uses."""
        name = node.name.value
        if name in self._known and name not in self.fragments:
            self.fragments[name] = self._known[name]
            visit(self._known[name], self)


def coordinates(fetch: Fetch) -> frozenset[str]:
    """Return the coordinates of the root fields, such as `Query.user`, or the names of the entity types."""
    if not isinstance(fetch.returns, RootFields):
        return frozenset().union(*map(entity_types, fetch.returns))
    document = parse(fetch.document, no_location=True)
    return frozenset(
        f"{operation.operation.value.capitalize()}.{name}"
        for operation in document.definitions
        if isinstance(operation, OperationDefinitionNode)
        for name in _names(document, operation.selection_set)
    )


def entity_types(entities: Entities) -> frozenset[str]:
    """Return the names of the types of a list of entities."""
    return frozenset(entities.sent_as.get(concrete, concrete) for concrete in entities.representations)


def _names(document: DocumentNode, selections: SelectionSetNode) -> Iterator[str]:
    """Yield the names of fields, including those in fragments; a name may occur several times."""
    for selection in selections.selections:
        if isinstance(selection, FieldNode):
            if not selection.name.value.startswith("__"):
                yield selection.name.value
        elif isinstance(selection, FragmentSpreadNode):
            for definition in document.definitions:
                if (
                    isinstance(definition, FragmentDefinitionNode)
                    and definition.name.value == selection.name.value
                ):
                    yield from _names(document, definition.selection_set)
        else:
            yield from _names(document, selection.selection_set)  # type: ignore[attr-defined]


class SeparateCalls(Struct, frozen=True):
    """The calls of one query's parts, each behind its own circuit.

    Attributes:
        subgraph: The name of the subgraph.
        calls: The parts, each with the function that fetches it.
    """

    subgraph: str
    calls: Sequence[tuple[QueryPart, SubgraphOperation]]

    async def ask(
        self, variables: Mapping[str, Any], headers: Mapping[str, str], session: object
    ) -> Mapping[str, Any]:
        """Return one response combined from those of the parts.

        A part without a response is null, with an error at its path that clients may see.

        Raises:
            CircuitOpen: All circuits are open.
        """
        outcomes = await asyncio.gather(
            *(
                call({name: variables[name] for name in part.variables & variables.keys()}, headers, session)
                for part, call in self.calls
            ),
            return_exceptions=True,
        )
        if all(isinstance(outcome, CircuitOpen) for outcome in outcomes):
            raise CircuitOpen("the circuits of all fields are open")
        data: dict[str, Any] = {}
        errors: list[Any] = []
        for (part, _), outcome in zip(self.calls, outcomes, strict=True):
            if isinstance(outcome, SubgraphUnreachable):
                errors += self._unanswered(part, outcome)
                data |= dict.fromkeys(part.keys)
            elif isinstance(outcome, BaseException):
                raise outcome
            else:
                errors += self._added(data, part, outcome)
        return {"data": data, "errors": errors} if errors else {"data": data}

    def _unanswered(self, part: QueryPart, error: SubgraphUnreachable) -> list[Any]:
        """Return the errors of a part that has no response."""
        if not isinstance(error, SubgraphNotCalled):
            structlog.get_logger("gateway").warning(
                "subgraph_unreachable", service=self.subgraph, reason=error.reason
            )
        return self._told(part, error.message, error.code)

    def _added(self, data: dict[str, Any], part: QueryPart, response: Mapping[str, Any]) -> list[Any]:
        """Add the response of a part, and return its errors."""
        given, errors = response.get("data"), response.get("errors") or []
        if not isinstance(errors, list):
            data |= dict.fromkeys(part.keys)
            return self._told(part, "returned errors that are not a list", INVALID)
        if isinstance(given, Mapping):
            data |= given
            return errors
        data |= dict.fromkeys(part.keys)
        # Without data an error without a path is about this part, and must not seem to be about others.
        return [_at(part.keys[0], error) for error in errors] or self._told(part, "returned no data", INVALID)

    def _told(self, part: QueryPart, what: str, code: str) -> list[Any]:
        message = f"The service {self.subgraph} {what}."
        return [
            {"message": message, "path": [key], "extensions": {"code": OwnCode(code)}} for key in part.keys
        ]


def _at(key: str, error: object) -> object:
    return {**error, "path": [key]} if isinstance(error, Mapping) and not error.get("path") else error
