"""Documents of which a test defers some selections and streams some lists, wherever it chooses."""

from __future__ import annotations

from typing import Any

from graphql import (
    ArgumentNode,
    DirectiveNode,
    FieldNode,
    GraphQLList,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    NameNode,
    OperationDefinitionNode,
    SelectionSetNode,
    StringValueNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_nullable_type,
    parse,
    print_ast,
    visit,
)
from hypothesis import strategies as st


def deferred(document: str, schema: GraphQLSchema, draw: Any) -> str:
    """Return a document with some of its selections in deferred fragments, and some of its lists streamed."""
    types = TypeInfo(schema)
    return print_ast(visit(parse(document), TypeInfoVisitor(types, _Deferring(types, draw))))


class _Deferring(Visitor):
    def __init__(self, types: TypeInfo, draw: Any) -> None:
        super().__init__()
        self._types = types
        self._draw = draw
        self._labels = 0
        self._streamed: dict[str, DirectiveNode | None] = {}

    def _chance(self, tenths: int) -> bool:
        return bool(self._draw(st.integers(0, 9)) > 9 - tenths)

    def _directive(self, name: str, *arguments: ArgumentNode) -> DirectiveNode:
        given = arguments
        if self._chance(5) and name == "defer":
            self._labels += 1
            label = StringValueNode(value=f"label{self._labels}", block=False)
            given = (*arguments, ArgumentNode(name=NameNode(value="label"), value=label))
        return DirectiveNode(name=NameNode(value=name), arguments=given)

    def leave_selection_set(
        self, node: SelectionSetNode, _key: Any, parent: Any, *_: Any
    ) -> SelectionSetNode | None:
        is_mutation = isinstance(parent, OperationDefinitionNode) and parent.operation.value != "query"
        if is_mutation or not self._chance(4):
            return None
        first = self._draw(st.integers(0, len(node.selections) - 1))
        last = self._draw(st.integers(first, len(node.selections) - 1))
        inner = SelectionSetNode(selections=node.selections[first : last + 1])
        fragment = InlineFragmentNode(
            type_condition=None, directives=(self._directive("defer"),), selection_set=inner
        )
        return SelectionSetNode(selections=(*node.selections[:first], fragment, *node.selections[last + 1 :]))

    def leave_field(self, node: FieldNode, *_: Any) -> FieldNode | None:
        # Equal response names must be streamed alike, wherever they are.
        name = (node.alias or node.name).value
        output = self._types.get_type()
        if output is None or not isinstance(get_nullable_type(output), GraphQLList):
            self._streamed.setdefault(name, None)
            return None
        if name not in self._streamed:
            count = ArgumentNode(
                name=NameNode(value="initialCount"),
                value=IntValueNode(value=str(self._draw(st.integers(0, 2)))),
            )
            self._streamed[name] = self._directive("stream", count) if self._chance(5) else None
        directive = self._streamed[name]
        if directive is None:
            return None
        return FieldNode(
            alias=node.alias,
            name=node.name,
            arguments=node.arguments,
            directives=(*(node.directives or ()), directive),
            selection_set=node.selection_set,
        )
