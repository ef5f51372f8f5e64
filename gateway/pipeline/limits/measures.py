"""Measures a document in one pass; a fragment counts wherever it is spread, but is read only once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    ListTypeNode,
    ListValueNode,
    NonNullTypeNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    TypeNode,
    ValueNode,
    VariableNode,
)

CONDITIONS: Final = frozenset({"skip", "include", "defer", "stream"})
MAX_NUMBER: Final = 1_000_000
"""Numbers are capped here: nested fragments multiply, and no limit is this high."""


@dataclass(slots=True)
class Measures:
    """The measures of a document; those that a setting of the same name limits are compared in this order.

    Attributes:
        fragment_depth: The longest chain of fragments.
        depth: The deepest level of selections.
        fields: All fields of all operations, with fragments in place.
        planned: The most fields of an operation but those of introspection, with fragments in place.
        root_fields: The most root fields of an operation, with fragments in place.
        aliases: The most aliases of an operation, with fragments in place.
        directives: The directives in the document's text.
        conditions: Variables in conditions, such as those of `@skip`.
        literal_values: The literal values in the document's text.
        value_depth: The deepest nesting of lists and objects in literals, and of lists in variables' types.
        operations: Operations.
        variables: Variable definitions, in all operations together.
        cycle: A fragment that spreads itself, directly or indirectly.
        spread: The fragments that are spread anywhere. Validation refuses all others, but still visits them.
    """

    fragment_depth: int = 0
    depth: int = 0
    fields: int = 0
    planned: int = 0
    root_fields: int = 0
    aliases: int = 0
    directives: int = 0
    conditions: int = 0
    literal_values: int = 0
    value_depth: int = 0
    operations: int = 0
    variables: int = 0
    cycle: str | None = None
    spread: set[str] = field(default_factory=set)


@dataclass(slots=True)
class _Definition:
    """An operation or fragment: first as written, and after `_complete` with its fragments in place.

    Attributes:
        spreads: The level and the fragment's name of each spread; level 1 is the definition's own selection.
        planned_spreads: The fragments' names of the spreads outside of introspection.
    """

    depth: int = 0
    fields: int = 0
    planned: int = 0
    root_fields: int = 0
    aliases: int = 0
    fragment_depth: int = 0
    spreads: list[tuple[int, str]] = field(default_factory=list)
    planned_spreads: list[str] = field(default_factory=list)


def measure(document: DocumentNode) -> Measures:
    """Measure a document."""
    measures, conditions = Measures(), set[str]()
    roots: list[_Definition] = []
    fragments: dict[str, _Definition] = {}
    for definition in document.definitions:
        match definition:
            case OperationDefinitionNode():
                measures.operations += 1
                for variable in definition.variable_definitions or ():
                    measures.variables += 1
                    measures.value_depth = max(measures.value_depth, _list_depth(variable.type))
                    _count_directives(variable.directives, measures, conditions)
                    _count_literals(variable.default_value, measures)
                roots.append(_read(definition, measures, conditions))
            case FragmentDefinitionNode():
                fragments[definition.name.value] = _read(definition, measures, conditions)
    measures.conditions = len(conditions)
    measures.spread = {name for counted in (*roots, *fragments.values()) for _, name in counted.spreads}
    ordered, measures.cycle = _in_order(fragments)
    if measures.cycle is None:
        for counted in [*(fragments[name] for name in ordered), *roots]:
            _complete(counted, fragments)
        roots += [counted for name, counted in fragments.items() if name not in measures.spread]
        measures.depth = max((root.depth for root in roots), default=0)
        measures.fields = min(MAX_NUMBER, sum(root.fields for root in roots))
        measures.planned = max((root.planned for root in roots), default=0)
        measures.root_fields = max((root.root_fields for root in roots), default=0)
        measures.aliases = max((root.aliases for root in roots), default=0)
        measures.fragment_depth = max((root.fragment_depth for root in roots), default=0)
    return measures


def _read(
    node: OperationDefinitionNode | FragmentDefinitionNode, measures: Measures, conditions: set[str]
) -> _Definition:
    """Count what a definition itself contains."""
    read = _Definition()
    _count_directives(node.directives, measures, conditions)
    pending: list[tuple[int, bool, SelectionSetNode | None]] = [(1, True, node.selection_set)]
    while pending:
        level, is_planned, selections = pending.pop()
        for selection in selections.selections if selections else ():
            _count_directives(selection.directives, measures, conditions)
            match selection:
                case FieldNode():
                    read.depth = max(read.depth, level)
                    read.fields += 1
                    read.planned += is_planned
                    read.root_fields += level == 1
                    read.aliases += selection.alias is not None
                    for argument in selection.arguments or ():
                        _count_literals(argument.value, measures)
                    is_data = is_planned and not selection.name.value.startswith("__")
                    pending.append((level + 1, is_data, selection.selection_set))
                case InlineFragmentNode():
                    pending.append((level, is_planned, selection.selection_set))
                case FragmentSpreadNode():
                    read.spreads.append((level, selection.name.value))
                    read.planned_spreads += [selection.name.value] if is_planned else []
    return read


def _count_directives(
    directives: Iterable[DirectiveNode] | None, measures: Measures, conditions: set[str]
) -> None:
    for directive in directives or ():
        measures.directives += 1
        for argument in directive.arguments or ():
            is_condition = directive.name.value in CONDITIONS and argument.name.value == "if"
            if is_condition and isinstance(argument.value, VariableNode):
                conditions.add(argument.value.name.value)
            _count_literals(argument.value, measures)


def _count_literals(value: ValueNode | None, measures: Measures) -> None:
    pending = [] if value is None else [(0, value)]
    while pending:
        depth, node = pending.pop()
        match node:
            case VariableNode():
                continue
            case ListValueNode():
                depth += 1
                pending += [(depth, inner) for inner in node.values]
            case ObjectValueNode():
                depth += 1
                pending += [(depth, object_field.value) for object_field in node.fields]
        measures.literal_values += 1
        measures.value_depth = max(measures.value_depth, depth)


def _list_depth(named: TypeNode) -> int:
    depth = 0
    while isinstance(named, ListTypeNode | NonNullTypeNode):
        depth += isinstance(named, ListTypeNode)
        named = named.type
    return depth


def _in_order(fragments: Mapping[str, _Definition]) -> tuple[list[str], str | None]:
    """Return the fragments, each after those that it spreads; or one that is part of a cycle."""
    done: dict[str, bool] = {}
    ordered: list[str] = []
    for start in fragments:
        if start in done:
            continue
        done[start] = False
        path: list[tuple[str, Iterator[tuple[int, str]]]] = [(start, iter(fragments[start].spreads))]
        while path:
            name, spreads = path[-1]
            below = next(
                (spread for _, spread in spreads if spread in fragments and not done.get(spread)), None
            )
            if below is None:
                done[name] = True
                ordered.append(name)
                path.pop()
            elif below in done:
                return [], below
            else:
                done[below] = False
                path.append((below, iter(fragments[below].spreads)))
    return ordered, None


def _complete(definition: _Definition, fragments: Mapping[str, _Definition]) -> None:
    """Add the measures of its fragments, which are already complete."""
    for level, name in definition.spreads:
        fragment = fragments.get(name)
        if fragment is None:
            continue  # validation reports it
        definition.depth = max(definition.depth, level - 1 + fragment.depth)
        definition.fields = min(MAX_NUMBER, definition.fields + fragment.fields)
        definition.aliases = min(MAX_NUMBER, definition.aliases + fragment.aliases)
        definition.root_fields = min(MAX_NUMBER, definition.root_fields + fragment.root_fields * (level == 1))
        definition.fragment_depth = max(definition.fragment_depth, 1 + fragment.fragment_depth)
    planned = sum(fragments[name].planned for name in definition.planned_spreads if name in fragments)
    definition.planned = min(MAX_NUMBER, definition.planned + planned)


def selections_of(
    sets: Iterable[SelectionSetNode], fragments: Mapping[str, FragmentDefinitionNode]
) -> Iterator[FieldNode]:
    """Yield the fields of merged selection sets, with each fragment in place once."""
    spread: set[str] = set()
    pending: list[SelectionNode] = [
        selection for selection_set in sets for selection in selection_set.selections
    ]
    while pending:
        selection = pending.pop()
        match selection:
            case FieldNode():
                yield selection
            case InlineFragmentNode():
                pending += selection.selection_set.selections
            case FragmentSpreadNode() if selection.name.value not in spread:
                spread.add(selection.name.value)
                fragment = fragments.get(selection.name.value)
                pending += fragment.selection_set.selections if fragment else ()
