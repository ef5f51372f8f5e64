"""Brings a client's operation into normal form: one selection tree without fragments and conditions.

`@skip` and `@include` are evaluated here, as are the conditions of `@defer` and `@stream`. Each set of values
that occurs has its own plan, so a skipped branch costs nothing and cannot fail.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from graphql import (
    DocumentNode,
    FieldNode,
    OperationDefinitionNode,
    OperationType,
    print_ast,
)
from msgspec import Struct

from gateway.errors import CannotPlan
from gateway.plan.nodes import OperationKind
from gateway.planner.directives import INCREMENTALLY, applies, fragments_of, included
from gateway.supergraph import Field, Group, Normalizer, Selections, Supergraph
from gateway.supergraph.deferral import Deferrals, DeferredFragment
from gateway.supergraph.typed import typed

MAX_RESPONSE_FIELDS = 5_000
"""How many fields a response may have; a few fragments that spread each other can stand for millions."""

INTROSPECTION = {"__schema": frozenset({"__Schema"}), "__type": frozenset({"__Type"})}
"""The root fields that the gateway answers itself, with the types of their values."""

_KINDS: Final[Mapping[OperationType, OperationKind]] = {
    OperationType.QUERY: "query",
    OperationType.MUTATION: "mutation",
    OperationType.SUBSCRIPTION: "subscription",
}


class Operation(Struct, frozen=True):
    """An operation in normal form.

    Attributes:
        kind: Query, mutation or subscription.
        name: The client's name for the operation.
        root: The name of the root type.
        wanted: The selections that remain after `@skip` and `@include`.
        fetched: The selections that have to be fetched: all but introspection.
        introspection: The root fields that the gateway answers itself.
        introspected: The selections below the introspection fields, by response name.
        definitions: The variable definitions as printed, by name.
        hidden_types: The object types whose objects the client may not see: they are null, with an error.
        restricted: Whether anything is hidden from the client.
        deferred: The deferred fragments, by number.
    """

    kind: OperationKind
    name: str | None
    root: str
    wanted: Selections
    fetched: Selections
    introspection: tuple[FieldNode, ...]
    introspected: Mapping[str, Selections]
    definitions: Mapping[str, str]
    hidden_types: frozenset[str] = frozenset()
    restricted: bool = False
    deferred: tuple[DeferredFragment, ...] = ()

    def mutation_fields(self) -> int:
        """Return how many fields of the mutation type it selects, also where the type is reached again."""
        return _fields_of(self.root, self.wanted) if self.kind == "mutation" else 0


def _fields_of(owner: str, selections: Selections) -> int:
    """Count the fields that are selected on a type, at any depth."""
    own = {field for group in selections.groups if owner in group.types for field in group.fields}
    every = {field for group in selections.groups for field in group.fields}
    below = sum(_fields_of(owner, field.children) for field in every if field.children is not None)
    return below + sum(not field.name.startswith("__") for field in own)


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
        conditions: The values of the variables in conditions. Without a value, the selection is included.
            With `INCREMENTALLY`, `@defer` and `@stream` take effect.

    Raises:
        CannotPlan: The operation is too large, or a subscription without a root field.
    """
    kind = _KINDS[operation.operation]
    root = getattr(supergraph, kind)
    if root is None:
        raise CannotPlan(f"There are no {kind}s here.")
    deferrals = None
    if conditions.get(INCREMENTALLY[0]) and kind != "subscription":
        deferrals = Deferrals(lambda directive: applies(directive, conditions))
    normalizer = Normalizer(
        supergraph.public,
        fragments=fragments_of(document),
        included=lambda node: included(node, conditions),
        for_client=True,
        deferrals=deferrals,
    )
    wanted = normalizer.normalize(frozenset({root}), [operation.selection_set])
    if wanted.response_size() > MAX_RESPONSE_FIELDS:
        raise CannotPlan("The operation selects too many fields once its fragments are expanded.")
    if kind == "subscription" and len(wanted.of(root)) != 1:
        raise CannotPlan("A subscription must select exactly one field that @skip and @include leave in.")
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
            definition.variable.name.value: f"${definition.variable.name.value}: {print_ast(definition.type)}"
            + ("" if definition.default_value is None else f" = {print_ast(definition.default_value)}")
            for definition in operation.variable_definitions or ()
        },
        deferred=() if deferrals is None else tuple(deferrals.fragments),
    )


def fetched(supergraph: Supergraph, wanted: Selections, root: str) -> Selections:
    """Return the selections of an operation that have to be fetched: all but introspection.

    Args:
        supergraph: The supergraph.
        wanted: All selections of the operation.
        root: The name of the root type.
    """
    fields = tuple(field for field in wanted.of(root) if field.name not in INTROSPECTION)
    return typed(
        Selections((Group(frozenset({root}), fields),)), supergraph.interface_objects, supergraph.public
    )


def _introspection(fields: tuple[Field, ...]) -> Iterator[FieldNode]:
    for wanted in fields:
        if wanted.name in INTROSPECTION and wanted.node is not None:
            yield wanted.node
