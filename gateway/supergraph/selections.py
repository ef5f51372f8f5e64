"""Selections in normal form: fragments expanded, equal fields merged, grouped by concrete type."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLAbstractType,
    GraphQLInterfaceType,
    GraphQLNamedType,
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
    is_abstract_type,
    print_ast,
)

from gateway.errors import CannotPlan

TYPENAME = "__typename"


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """One field that is wanted of an object.

    Attributes:
        response: The client's name for it; None for a field that the gateway itself needs.
        name: The field's name.
        arguments: The arguments as printed, with parentheses, or an empty string.
        variables: The names of the variables in the arguments.
        children: What is wanted below; None for a leaf.
        node: The field in the document; of equal fields the first, and for introspection all in one.
        hidden: Whether the client may not see it: it is null, with an error.
        leaves: How many leaves there are below it, itself included, summed over the types that it may have.
        response_size: How many fields the response has for it, itself and those below, whatever the types.
    """

    response: str | None
    name: str
    arguments: str = ""
    variables: frozenset[str] = frozenset()
    children: Selections | None = None
    node: FieldNode | None = None
    hidden: bool = False
    leaves: int = field(init=False, default=1)
    response_size: int = field(init=False, default=1)

    def __post_init__(self) -> None:
        if self.children is not None:
            leaves = (
                each.leaves * len(group.types) for group in self.children.groups for each in group.fields
            )
            object.__setattr__(self, "leaves", sum(leaves))
            object.__setattr__(self, "response_size", 1 + self.children.response_size())

    def with_children(self, children: Selections) -> Field:
        """Return the field with other selections below it."""
        return replace(self, children=children)


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Fields that are wanted of an object if it is of one of these concrete types."""

    types: frozenset[str]
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Selections:
    """What is wanted of an object: groups with disjoint types."""

    groups: tuple[Group, ...]

    def of(self, concrete: str) -> tuple[Field, ...]:
        """Return the fields that are wanted of a concrete type."""
        return next((group.fields for group in self.groups if concrete in group.types), ())

    def response_size(self) -> int:
        """Return how many fields the response has; a field that several types share counts once."""
        return sum(each.response_size for each in {each for group in self.groups for each in group.fields})


def possible_types(schema: GraphQLSchema, named: GraphQLNamedType) -> frozenset[str]:
    """Return the concrete types that a value of this type may have; none for a leaf type."""
    if isinstance(named, GraphQLObjectType):
        return frozenset({named.name})
    if is_abstract_type(named):
        abstract: GraphQLAbstractType = named
        possible = frozenset(each.name for each in schema.get_possible_types(abstract))
        # An interface that nobody implements may still be an object in some subgraph.
        return possible or frozenset({named.name})
    return frozenset()


def _everything(_node: SelectionNode) -> bool:
    return True


@dataclass(slots=True)
class Normalizer:
    """Brings selection sets into normal form over one schema.

    Attributes:
        schema: The public schema for a client's operation, the full one for field sets.
        fragments: The document's fragments.
        included: Tells whether `@skip` and `@include` leave a selection in.
        budget: How many selections may be visited before the operation counts as too large.
        for_client: Whether the fields are the client's.

    A field that is wanted of several types is made once and shared by their groups. With nested type
    conditions, the selections below stay few, however many routes lead to them.
    """

    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode] = field(default_factory=dict)
    included: Callable[[SelectionNode], bool] = _everything
    budget: int = 20_000
    for_client: bool = False
    _made: dict[tuple[tuple[int, ...], frozenset[str]], Field] = field(default_factory=dict)

    def normalize(self, types: frozenset[str], sets: Sequence[SelectionSetNode]) -> Selections:
        """Merge selection sets that apply to the same object, whatever of these types it is.

        Raises:
            CannotPlan: The budget is spent.
        """
        by_shape: dict[tuple[tuple[int, ...], ...], tuple[list[str], dict[str, list[FieldNode]]]] = {}
        for concrete in sorted(types):
            collected: dict[str, list[FieldNode]] = {}
            for selection_set in sets:
                self._collect(concrete, selection_set, collected, set())
            shape = tuple(tuple(id(node) for node in nodes) for nodes in collected.values())
            by_shape.setdefault(shape, ([], collected))[0].append(concrete)
        groups = tuple(
            Group(frozenset(members), self._fields(members, collected))
            for members, collected in by_shape.values()
            if collected
        )
        return Selections(groups)

    def _collect(
        self,
        concrete: str,
        selection_set: SelectionSetNode,
        into: dict[str, list[FieldNode]],
        visited: set[str],
    ) -> None:
        for node in selection_set.selections:
            self.budget -= 1
            if self.budget < 0:
                raise CannotPlan("The operation selects too many fields once its fragments are expanded.")
            if not self.included(node):
                continue
            match node:
                case FieldNode():
                    self._add(node, into)
                case InlineFragmentNode():
                    condition = node.type_condition
                    if condition is None or self._applies(concrete, condition.name.value):
                        self._collect(concrete, node.selection_set, into, visited)
                case FragmentSpreadNode():
                    fragment = self.fragments[node.name.value]
                    if node.name.value in visited:
                        continue
                    visited.add(node.name.value)
                    if self._applies(concrete, fragment.type_condition.name.value):
                        self._collect(concrete, fragment.selection_set, into, visited)

    @staticmethod
    def _add(node: FieldNode, into: dict[str, list[FieldNode]]) -> None:
        response = node.alias.value if node.alias else node.name.value
        nodes = into.setdefault(response, [])
        if not any(known is node for known in nodes):
            nodes.append(node)

    def _applies(self, concrete: str, condition: str) -> bool:
        if concrete == condition:
            return True
        named = self.schema.get_type(condition)
        return named is not None and concrete in possible_types(self.schema, named)

    def _fields(self, members: Sequence[str], collected: Mapping[str, list[FieldNode]]) -> tuple[Field, ...]:
        return tuple(self._field(members, response, nodes) for response, nodes in collected.items())

    def _field(self, members: Sequence[str], response: str, nodes: Sequence[FieldNode]) -> Field:
        below: frozenset[str] = frozenset().union(
            *(self._types_below(concrete, nodes[0].name.value) for concrete in members)
        )
        index = (tuple(id(node) for node in nodes), below)
        if index not in self._made:
            self._made[index] = self._make(response, nodes, below)
        return self._made[index]

    def _make(self, response: str, nodes: Sequence[FieldNode], below: frozenset[str]) -> Field:
        node = nodes[0]
        sets = [each.selection_set for each in nodes if each.selection_set is not None]
        children = None
        if sets and not node.name.value.startswith("__"):
            children = self.normalize(below, sets)
        return Field(
            response=response if self.for_client else None,
            name=node.name.value,
            arguments=_printed_arguments(node),
            variables=frozenset(_variables(node)),
            children=children,
            node=_merged(nodes) if node.name.value.startswith("__") else node,
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


def _merged(nodes: Sequence[FieldNode]) -> FieldNode:
    """Return one node with everything that is selected below any of these."""
    first = nodes[0]
    sets = [node.selection_set for node in nodes if node.selection_set is not None]
    if not sets:
        return first
    selections = tuple(selection for each in sets for selection in each.selections)
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
