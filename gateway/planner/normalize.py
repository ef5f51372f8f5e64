"""Brings a client's operation into normal form: one selection tree without fragments and conditions.

`@skip` and `@include` are evaluated here. There is one plan for each set of values that occurs, so that a
skipped branch costs nothing and cannot fail.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from graphql import (
    BooleanValueNode,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
    print_ast,
)

from gateway.errors import CannotPlan
from gateway.supergraph import Field, Group, Normalizer, Selections, Supergraph
from gateway.supergraph.typed import typed

MAX_RESPONSE_FIELDS = 5_000
"""How many fields a response may have; a few fragments that spread each other can stand for millions."""

INTROSPECTION = {"__schema": frozenset({"__Schema"}), "__type": frozenset({"__Type"})}
"""The root fields that the gateway answers itself, with the types of their values."""


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation in normal form.

    Attributes:
        kind: Query or mutation.
        name: The client's name for the operation.
        root: The name of the root type.
        wanted: The selections that remain after `@skip` and `@include`.
        fetched: The selections that have to be fetched: all but introspection.
        introspection: The root fields that the gateway answers itself.
        introspected: By response name, the selections below these.
        definitions: The variable definitions as printed, by name.
        hidden_types: The object types whose objects the client may not see: they are null, with an error.
        restricted: Whether anything is hidden from the client.
    """

    kind: Literal["query", "mutation"]
    name: str | None
    root: str
    wanted: Selections
    fetched: Selections
    introspection: tuple[FieldNode, ...]
    introspected: Mapping[str, Selections]
    definitions: Mapping[str, str]
    hidden_types: frozenset[str] = frozenset()
    restricted: bool = False


def normalize(
    supergraph: Supergraph,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    conditions: Mapping[str, bool],
) -> Operation:
    """Bring an operation into normal form.

    Args:
        supergraph: The supergraph with its public schema.
        document: The whole document, valid against the public schema.
        operation: The operation to execute.
        conditions: The values of the variables in `@skip` and `@include`. Without a value, the selection is
            included.

    Raises:
        CannotPlan: The operation is a subscription, or too large.
    """
    kind = _kind(operation)
    root = supergraph.query if kind == "query" else supergraph.mutation
    if root is None:
        raise CannotPlan(f"There are no {kind}s here.")
    normalizer = Normalizer(
        supergraph.public,
        fragments=_fragments(document),
        included=lambda node: _included(node, conditions),
        for_client=True,
    )
    wanted = normalizer.normalize(frozenset({root}), [operation.selection_set])
    if wanted.response_size() > MAX_RESPONSE_FIELDS:
        raise CannotPlan("The operation selects too many fields once its fragments are expanded.")
    return Operation(
        kind=kind,
        name=operation.name.value if operation.name else None,
        root=root,
        wanted=wanted,
        fetched=fetched(supergraph, wanted, root),
        introspection=tuple(_introspection(wanted.of(root))),
        introspected={
            node.alias.value if node.alias else node.name.value: normalizer.normalize(
                INTROSPECTION[node.name.value], [node.selection_set]
            )
            for node in _introspection(wanted.of(root))
            if node.selection_set is not None
        },
        definitions={
            each.variable.name.value: f"${each.variable.name.value}: {print_ast(each.type)}"
            + ("" if each.default_value is None else f" = {print_ast(each.default_value)}")
            for each in operation.variable_definitions or ()
        },
    )


def fetched(supergraph: Supergraph, wanted: Selections, root: str) -> Selections:
    """Return the selections of an operation that have to be fetched.

    Args:
        supergraph: The supergraph.
        wanted: All selections of the operation.
        root: The name of the root type.
    """
    fields = tuple(each for each in wanted.of(root) if each.name not in INTROSPECTION)
    return typed(
        Selections((Group(frozenset({root}), fields),)), supergraph.interface_objects, supergraph.public
    )


def condition_variables(document: DocumentNode, operation: OperationDefinitionNode) -> frozenset[str]:
    """Return the variables of `@skip` and `@include` in the operation and all fragments of the document."""
    found: set[str] = set()
    sets = [operation.selection_set, *(each.selection_set for each in _fragments(document).values())]
    for selection_set in sets:
        found.update(_condition_variables(selection_set))
    return frozenset(found)


def _kind(operation: OperationDefinitionNode) -> Literal["query", "mutation"]:
    match operation.operation:
        case OperationType.QUERY:
            return "query"
        case OperationType.MUTATION:
            return "mutation"
        case _:
            raise CannotPlan("Subscriptions are not supported.")


def _fragments(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    return {
        definition.name.value: definition
        for definition in document.definitions
        if isinstance(definition, FragmentDefinitionNode)
    }


def _introspection(fields: tuple[Field, ...]) -> Iterator[FieldNode]:
    for wanted in fields:
        if wanted.name in INTROSPECTION and wanted.node is not None:
            yield wanted.node


def _included(node: SelectionNode, conditions: Mapping[str, bool]) -> bool:
    for directive in node.directives or ():
        if directive.name.value in ("skip", "include"):
            value = _condition(directive)
            holds = conditions.get(value) if isinstance(value, str) else value
            if holds is (directive.name.value == "skip"):
                return False
    return True


def _condition(directive: DirectiveNode) -> str | bool:
    """Return the variable's name, or the literal."""
    for argument in directive.arguments or ():
        match argument.value:
            case VariableNode():
                return argument.value.name.value
            case BooleanValueNode():
                return argument.value.value
            case _:
                continue
    raise CannotPlan(f"@{directive.name.value} has no condition.")


def _condition_variables(selection_set: SelectionSetNode) -> Iterator[str]:
    for node in selection_set.selections:
        for directive in node.directives or ():
            if directive.name.value in ("skip", "include"):
                value = _condition(directive)
                if isinstance(value, str):
                    yield value
        below = node.selection_set if isinstance(node, FieldNode | InlineFragmentNode) else None
        if below is not None:
            yield from _condition_variables(below)
