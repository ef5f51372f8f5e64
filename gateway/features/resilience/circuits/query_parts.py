"""Splits a query into root fields or entity lists, so that each can be fetched while another one fails."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

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

from gateway.features.resilience.circuits.coordinates import entity_types
from gateway.plan import Fetch, RootFields


@dataclass(frozen=True, slots=True)
class QueryPart:
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
    return len({entity_types(each) for each in fetch.returns}) > 1


def query_parts(fetch: Fetch) -> tuple[QueryPart, ...]:
    """Return the parts of a query; none if there is only one, or if not all are plain fields at the top."""
    if fetch.context_batch is not None:
        return ()
    document = parse(fetch.document, no_location=True)
    operations = [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]
    of_key = (
        {} if isinstance(fetch.returns, RootFields) else {e.alias: entity_types(e) for e in fetch.returns}
    )
    found: dict[frozenset[str], list[FieldNode]] = {}
    for node in operations[0].selection_set.selections:
        if not isinstance(node, FieldNode) or node.name.value.startswith("__"):
            return ()
        root_field = frozenset((f"{operations[0].operation.value.capitalize()}.{node.name.value}",))
        found.setdefault(of_key.get((node.alias or node.name).value, root_field), []).append(node)
    if len(found) == 1:
        return ()
    fragments = {
        each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)
    }
    return tuple(_part(of, fields, operations[0], fragments) for of, fields in found.items())


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
            each
            for each in operation.variable_definitions or ()
            if each.variable.name.value in used.variables
        ),
        selection_set=SelectionSetNode(selections=tuple(fields)),
    )
    definitions: list[DefinitionNode] = [own, *used.fragments.values()]
    return QueryPart(
        coordinates,
        tuple((each.alias or each.name).value for each in fields),
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
        for each in nodes:
            visit(each, self)

    def enter_variable(self, node: VariableNode, *_: object) -> None:
        """Note a variable."""
        self.variables.add(node.name.value)

    def enter_fragment_spread(self, node: FragmentSpreadNode, *_: object) -> None:
        """Note a fragment, and what it uses."""
        name = node.name.value
        if name in self._known and name not in self.fragments:
            self.fragments[name] = self._known[name]
            visit(self._known[name], self)
