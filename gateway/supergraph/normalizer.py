"""Brings selection sets into normal form: expands fragments, merges equal fields, groups them by type."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    ListValueNode,
    ObjectValueNode,
    SelectionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_named_type,
    print_ast,
)

from gateway.errors import CannotPlan
from gateway.supergraph.deferral import Deferrals, Usage
from gateway.supergraph.selections import Field, Group, Selections, possible_types


def _everything(_node: SelectionNode) -> bool:
    return True


Occurrence: TypeAlias = tuple[FieldNode, Usage]
"""A field's node, and the innermost deferred fragment around it."""

SelectionSets: TypeAlias = Sequence[tuple[SelectionSetNode, Usage]]
"""Selection sets of one object, each with the innermost deferred fragment around it."""

ResponsePath: TypeAlias = tuple[str, ...]
"""Response names from the root."""


@dataclass(slots=True)
class Normalizer:
    """Brings selection sets into normal form over one schema.

    Attributes:
        schema: The public schema for a client's operation, the full one for field sets.
        fragments: The document's fragments.
        included: Returns whether `@skip` and `@include` leave a selection in.
        budget: How many selections may be visited before the operation counts as too large.
        for_client: Whether the fields are the client's.
        deferrals: Collects deferred fragments; None to execute them like any others.

    A field that is selected on several types is created once and shared by their groups. With nested type
    conditions, the selections below it remain few, however many paths lead to them. Fields that are alike at
    different positions are one object too, so that the planner searches their paths once.
    """

    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode] = field(default_factory=dict)
    included: Callable[[SelectionNode], bool] = _everything
    budget: int = 20_000
    for_client: bool = False
    deferrals: Deferrals | None = None
    _normalized: dict[tuple[tuple[tuple[int, Usage], ...], frozenset[str], ResponsePath], Field] = field(
        default_factory=dict
    )
    _alike: dict[object, Any] = field(default_factory=dict)

    def normalize(self, types: frozenset[str], sets: Sequence[SelectionSetNode]) -> Selections:
        """Merge selection sets that apply to the same object, whichever of these types it has.

        Raises:
            CannotPlan: The budget is spent.
        """
        return self._normalize(types, [(selection_set, None) for selection_set in sets], ())

    def _normalize(self, types: frozenset[str], sets: SelectionSets, path: ResponsePath) -> Selections:
        by_shape: dict[object, tuple[list[str], dict[str, list[Occurrence]]]] = {}
        for concrete in sorted(types):
            collected: dict[str, list[Occurrence]] = {}
            collection = _Collection(self, concrete, path, collected)
            for selection_set, usage in sets:
                collection.visited.clear()
                collection.collect(selection_set, usage)
            shape = tuple(_identities(occurrences) for occurrences in collected.values())
            by_shape.setdefault(shape, ([], collected))[0].append(concrete)
        groups = tuple(
            Group(frozenset(members), self._fields(members, collected, path))
            for members, collected in by_shape.values()
            if collected
        )
        alike: Selections = self._alike.setdefault(
            tuple((group.types, group.fields) for group in groups), Selections(groups)
        )
        return alike

    def visit(self) -> None:
        """Count a visited selection.

        Raises:
            CannotPlan: The budget is spent.
        """
        self.budget -= 1
        if self.budget < 0:
            raise CannotPlan("The operation selects too many fields once its fragments are expanded.")

    def applies(self, concrete: str, condition: str) -> bool:
        """Return whether a type condition includes a concrete type."""
        if concrete == condition:
            return True
        named = self.schema.get_type(condition)
        return named is not None and concrete in possible_types(self.schema, named)

    def _fields(
        self, members: Sequence[str], collected: Mapping[str, list[Occurrence]], path: ResponsePath
    ) -> tuple[Field, ...]:
        return tuple(
            self._field(members, response, occurrences, path) for response, occurrences in collected.items()
        )

    def _field(
        self, members: Sequence[str], response: str, occurrences: Sequence[Occurrence], path: ResponsePath
    ) -> Field:
        name = occurrences[0][0].name.value
        below: frozenset[str] = frozenset().union(
            *(self._types_below(concrete, name) for concrete in members)
        )
        # A deferred fragment belongs to its position, so fields at different positions are not shared.
        where = path if self.deferrals is not None else ()
        index = (_identities(occurrences), below, where)
        if index not in self._normalized:
            self._normalized[index] = self._make(members, response, occurrences, below, (*path, response))
        return self._normalized[index]

    def _make(
        self,
        members: Sequence[str],
        response: str,
        occurrences: Sequence[Occurrence],
        below: frozenset[str],
        path: ResponsePath,
    ) -> Field:
        node = occurrences[0][0]
        sets = [
            (occurrence.selection_set, usage)
            for occurrence, usage in occurrences
            if occurrence.selection_set is not None
        ]
        children = None
        if sets and not node.name.value.startswith("__"):
            children = self._normalize(below, sets, path)
        is_introspection = node.name.value.startswith("__")
        arguments = _printed_arguments(node)
        # What is selected of one type and of another by its name are two fields, although they look alike.
        alike = (tuple(members), response, node.name.value, arguments, children)
        if alike in self._alike and not is_introspection and self.deferrals is None:
            known: Field = self._alike[alike]
            return known
        made = Field(
            response=response if self.for_client else None,
            name=node.name.value,
            arguments=arguments,
            variables=frozenset(_variables(node)),
            children=children,
            node=_merged([occurrence for occurrence, _ in occurrences]) if is_introspection else node,
        )
        if self.deferrals is None:
            self._alike[alike] = made
            return made
        usages = [usage for _, usage in occurrences]
        return replace(
            made,
            delivery=self.deferrals.delivery(usages),
            fragments=frozenset(usage for usage in usages if usage is not None),
            streaming=self.deferrals.streaming(node, usages),
        )

    def _types_below(self, concrete: str, name: str) -> frozenset[str]:
        owner = self.schema.get_type(concrete)
        if not isinstance(owner, GraphQLObjectType | GraphQLInterfaceType):
            return frozenset()
        definition = owner.fields.get(name)
        return (
            frozenset()
            if definition is None
            else possible_types(self.schema, get_named_type(definition.type))
        )


@dataclass(slots=True)
class _Collection:
    """Collects the fields that are selected on objects of one concrete type, at one position.

    Attributes:
        normalizer: The normalizer.
        concrete: The type.
        path: The response names that lead to the objects.
        into: The occurrences of each field, by response name.
        visited: The fragments that were spread already, each with the deferred fragment around it.
    """

    normalizer: Normalizer
    concrete: str
    path: ResponsePath
    into: dict[str, list[Occurrence]]
    visited: set[tuple[str, Usage]] = field(default_factory=set)

    def collect(self, selection_set: SelectionSetNode, usage: Usage) -> None:
        """Collect the fields of a selection set.

        Raises:
            CannotPlan: The budget is spent.
        """
        normalizer = self.normalizer
        for node in selection_set.selections:
            normalizer.visit()
            if not normalizer.included(node):
                continue
            match node:
                case FieldNode():
                    self._add(node, usage)
                case InlineFragmentNode():
                    condition = node.type_condition
                    if condition is None or normalizer.applies(self.concrete, condition.name.value):
                        self.collect(node.selection_set, self._entered(node, usage))
                case FragmentSpreadNode():
                    self._spread(node, usage)

    def _spread(self, node: FragmentSpreadNode, usage: Usage) -> None:
        fragment = self.normalizer.fragments[node.name.value]
        if not self.normalizer.applies(self.concrete, fragment.type_condition.name.value):
            return
        entered = self._entered(node, usage)
        if (node.name.value, entered) not in self.visited:
            self.visited.add((node.name.value, entered))
            self.collect(fragment.selection_set, entered)

    def _entered(self, node: InlineFragmentNode | FragmentSpreadNode, usage: Usage) -> Usage:
        deferrals = self.normalizer.deferrals
        return usage if deferrals is None else deferrals.enter(node, usage, self.path)

    def _add(self, node: FieldNode, usage: Usage) -> None:
        response = node.alias.value if node.alias else node.name.value
        occurrences = self.into.setdefault(response, [])
        if not any(known is node and around == usage for known, around in occurrences):
            occurrences.append((node, usage))


def _identities(occurrences: Sequence[Occurrence]) -> tuple[tuple[int, Usage], ...]:
    return tuple((id(node), usage) for node, usage in occurrences)


def _merged(nodes: Sequence[FieldNode]) -> FieldNode:
    """Return one node with everything that is selected below any of the given nodes."""
    first = nodes[0]
    sets = [node.selection_set for node in nodes if node.selection_set is not None]
    if not sets:
        return first
    selections = tuple(selection for selection_set in sets for selection in selection_set.selections)
    return FieldNode(
        alias=first.alias,
        name=first.name,
        arguments=first.arguments,
        directives=(),
        selection_set=SelectionSetNode(selections=selections),
    )


def _printed_arguments(node: FieldNode) -> str:
    if not node.arguments:
        return ""
    return f"({', '.join(print_ast(argument) for argument in node.arguments)})"


def _variables(node: FieldNode) -> Iterator[str]:
    for argument in node.arguments or ():
        yield from _variables_of(argument.value)


def _variables_of(value: ValueNode) -> Iterator[str]:
    match value:
        case VariableNode():
            yield value.name.value
        case ListValueNode():
            for item in value.values:
                yield from _variables_of(item)
        case ObjectValueNode():
            for entry in value.fields:
                yield from _variables_of(entry.value)
