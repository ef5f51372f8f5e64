"""The fields that an operation selects, collected by graphql-core for given values of its conditions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    Visitor,
    visit,
)
from graphql.execution.collect_fields import (
    FragmentDetails,
    GroupedFieldSet,
    collect_fields,
    collect_subfields,
)
from graphql.execution.values import VariableValues

CONDITIONS: Final = ("skip", "include")
NOT_COMPILED: Final = ("defer", "stream", "experimental_disableErrorPropagation")


class NotCompiled(Exception):
    """The reason why graphql-core executes an operation itself."""


@dataclass(frozen=True, slots=True)
class SelectedOperation:
    """The selected operation of a document.

    Attributes:
        conditions: The variables that @skip and @include depend on.
    """

    operation: OperationDefinitionNode
    fragments: dict[str, FragmentDefinitionNode]
    conditions: tuple[str, ...]


def select_operation(document: DocumentNode, operation_name: str | None) -> SelectedOperation:
    """Return the operation of that name, or the only one.

    Raises:
        NotCompiled: There is no such operation, or it uses something that is not compiled.
    """
    named = [
        definition for definition in document.definitions if isinstance(definition, OperationDefinitionNode)
    ]
    if operation_name is not None:
        named = [
            operation for operation in named if operation.name and operation.name.value == operation_name
        ]
    if not named or (operation_name is None and len(named) > 1):
        raise NotCompiled("the document has no such operation, or has several and none was named")
    fragments = {
        definition.name.value: definition
        for definition in document.definitions
        if isinstance(definition, FragmentDefinitionNode)
    }
    if any(fragment.variable_definitions for fragment in fragments.values()):
        raise NotCompiled("a fragment has variables of its own")
    directives = _Directives()
    visit(named[-1], directives)
    for name in directives.spread:  # grows while its fragments are visited
        if name in fragments:
            visit(fragments[name], directives)
    if directives.not_compiled:
        raise NotCompiled(f"the document uses @{directives.not_compiled}")
    return SelectedOperation(named[-1], fragments, tuple(dict.fromkeys(directives.conditions)))


class _Directives(Visitor):
    """Finds the directives of an operation and of its fragments."""

    def __init__(self) -> None:
        super().__init__()
        self.spread: list[str] = []
        self.conditions: list[str] = []
        self.not_compiled: str | None = None

    def enter_fragment_spread(self, node: FragmentSpreadNode, *_place: Any) -> None:
        if node.name.value not in self.spread:
            self.spread.append(node.name.value)

    def enter_directive(self, node: DirectiveNode, *_place: Any) -> None:
        if node.name.value in NOT_COMPILED:
            self.not_compiled = node.name.value
        elif node.name.value in CONDITIONS:
            self.conditions += [
                argument.value.name.value
                for argument in node.arguments or ()
                if isinstance(argument.value, VariableNode)
            ]


@dataclass(frozen=True, slots=True)
class Selections:
    """The fields of an operation for given values of its conditions."""

    schema: GraphQLSchema
    chosen: SelectedOperation
    conditions: Mapping[str, bool]
    _fragments: dict[str, FragmentDetails] = field(init=False)
    _values: VariableValues = field(init=False)

    def __post_init__(self) -> None:
        details = {name: FragmentDetails(node) for name, node in self.chosen.fragments.items()}
        object.__setattr__(self, "_fragments", details)
        object.__setattr__(self, "_values", VariableValues({}, dict(self.conditions)))

    def root_fields(self, type_: GraphQLObjectType) -> GroupedFieldSet:
        """Collect the root fields.

        Raises:
            NotCompiled: A directive cannot be evaluated.
        """
        try:
            fields = collect_fields(self.schema, self._fragments, self._values, type_, self.chosen.operation)
        except (GraphQLError, RecursionError) as error:
            raise NotCompiled(f"the selection cannot be collected: {error}") from error
        return fields.grouped_field_set

    def subfields(self, type_: GraphQLObjectType, details: list[Any]) -> GroupedFieldSet:
        """Collect the fields that merged field nodes select on a type."""
        chosen = self.chosen.operation
        subfields = collect_subfields(self.schema, self._fragments, self._values, chosen, type_, details)
        return subfields.grouped_field_set

    def fields_below(self, details: list[Any]) -> int:
        """Count the fields below merged field nodes, those of all types and with fragments in place."""
        return sum(_fields(detail.node.selection_set, self.chosen.fragments, {}) for detail in details)


def _fields(
    selected: SelectionSetNode | None, fragments: Mapping[str, FragmentDefinitionNode], known: dict[str, int]
) -> int:
    count = 0
    for node in selected.selections if selected is not None else ():
        if isinstance(node, FragmentSpreadNode):
            name = node.name.value
            if name not in known:
                known[name] = _fields(fragments[name].selection_set, fragments, known)
            count += known[name]
        elif isinstance(node, FieldNode | InlineFragmentNode):
            count += isinstance(node, FieldNode) + _fields(node.selection_set, fragments, known)
    return count
