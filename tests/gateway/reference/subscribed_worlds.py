"""Worlds whose query fields can be subscribed to as well, and operations that do so.

An event of a subscription is executed like a query of the same field: so subgraphs and the monolith need not
know the difference, and every kind of world is one with subscriptions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from graphql import (
    DocumentNode,
    FieldDefinitionNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    Node,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    VariableNode,
    Visitor,
    parse,
    print_ast,
    visit,
)

from tests.federation_kit.case import Operation, World

KEPT: Final = frozenset({"provides", "tag", "deprecated", "cost", "listSize"})
"""The directives of a query field that its subscription field may have, too."""


def with_subscriptions(world: World) -> World:
    """The world with a subscription field for each query field that one subgraph alone has."""
    fields = {name: dict(_query_fields(text)) for name, text in world.subgraphs.items()}
    counts = Counter(name for field in fields.values() for name in field)
    subgraphs, subscribed = dict(world.subgraphs), set[str]()
    for name, known in fields.items():
        lines = [print_ast(each) for field, each in known.items() if counts[field] == 1 and _is_plain(each)]
        if lines:
            subgraphs[name] += "\ntype Subscription {\n" + "\n".join(lines) + "\n}\n"
            subscribed |= {field for field, each in known.items() if counts[field] == 1 and _is_plain(each)}
    root = {field: value for field, value in world.objects["Query"].items() if field in subscribed}
    objects = {**world.objects, "Subscription": {**root, "__typename": "Subscription"}}
    return replace(world, subgraphs=subgraphs, objects=objects if subscribed else world.objects)


def subscriptions(operation: Operation, world: World) -> Iterator[Operation]:
    """A subscription for each root field of a query that can be subscribed to."""
    document = parse(operation.document)
    fragments = {
        definition.name.value: definition
        for definition in document.definitions
        if isinstance(definition, FragmentDefinitionNode)
    }
    known = world.objects.get("Subscription", {}).keys() - {"__typename"}
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode) and definition.operation is OperationType.QUERY:
            for node in definition.selection_set.selections:
                if isinstance(node, FieldNode) and node.name.value in known and not node.directives:
                    yield _subscription(definition, node, fragments, operation.variables)


def _subscription(
    query: OperationDefinitionNode,
    field: FieldNode,
    fragments: Mapping[str, FragmentDefinitionNode],
    variables: Mapping[str, Any],
) -> Operation:
    needed: dict[str, FragmentDefinitionNode] = {}
    names = _names(field, fragments, needed)
    definitions = tuple(
        variable_definition
        for variable_definition in query.variable_definitions or ()
        if variable_definition.variable.name.value in names
    )
    made = OperationDefinitionNode(
        operation=OperationType.SUBSCRIPTION,
        variable_definitions=definitions,
        directives=(),
        selection_set=SelectionSetNode(selections=(field,)),
    )
    text = print_ast(DocumentNode(definitions=(made, *needed.values())))
    return Operation(text, {name: value for name, value in variables.items() if name in names})


def _names(
    node: Node,
    fragments: Mapping[str, FragmentDefinitionNode],
    needed: dict[str, FragmentDefinitionNode],
) -> set[str]:
    """The variables that a selection uses; note the fragments that it needs."""
    used, spread = set[str](), set[str]()

    class Uses(Visitor):
        def enter_variable(self, found: VariableNode, *_: Any) -> None:
            used.add(found.name.value)

        def enter_fragment_spread(self, found: FragmentSpreadNode, *_: Any) -> None:
            spread.add(found.name.value)

    visit(node, Uses())
    for name in sorted(spread - needed.keys()):
        needed[name] = fragments[name]
        used |= _names(fragments[name], fragments, needed)
    return used


def _query_fields(text: str) -> Iterator[tuple[str, FieldDefinitionNode]]:
    for definition in parse(text).definitions:
        match definition:
            case ObjectTypeDefinitionNode() | ObjectTypeExtensionNode() if definition.name.value == "Query":
                fields = definition.fields or ()
            case _:
                continue
        for field in fields:
            yield field.name.value, field


def _is_plain(field: FieldDefinitionNode) -> bool:
    nodes: tuple[Any, ...] = (field, *(field.arguments or ()))
    return all(directive.name.value in KEPT for node in nodes for directive in node.directives or ())
